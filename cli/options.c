/* The words of a command: a small parser over a table.
 *
 * It never reorders argv and never exits.  The surprise: an option may be
 * shortened to any length that names no other one of the table. */
#include "cli/options.h"

#include "core/nearest.h"
#include "core/span.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64 /* a longer word is no option */
#define NAMES_MAX 128     /* names that one table may hold */

static size_t fact_count(const struct option_fact *facts)
{
    size_t n = 0;

    while (facts[n].name)
        n++;
    assert(n <= OPTIONS_MAX);
    return n;
}

/* The index of the option, or the count where there is none. */
static size_t fact_named(const struct option_fact *facts, const char *name, size_t len)
{
    size_t count = fact_count(facts), found = count, hits = 0;

    for (size_t i = 0; i < count; i++) {
        if (strncmp(facts[i].name, name, len) != 0)
            continue;
        if (facts[i].name[len] == 0)
            return i;
        found = i;
        hits++;
    }
    return hits == 1 && len >= 3 ? found : count;
}

static bool unknown(const struct option_fact *facts, const char *name, size_t len,
                    struct fault *f)
{
    const char *names[NAMES_MAX];
    char word[NAME_MAX_BYTES + 1];
    size_t n = 0;

    for (; facts[n].name; n++)
        names[n] = facts[n].name;
    names[n++] = "help";
    names[n] = NULL;
    if (len > NAME_MAX_BYTES)
        len = NAME_MAX_BYTES;
    memcpy(word, name, len);
    word[len] = 0;
    const char *near = nearest_name(word, names);
    if (near)
        return fault(f, FAULT_USAGE, "there is no option --%s here; did you mean --%s?", word,
                     near);
    return fault(f, FAULT_USAGE, "there is no option --%s here", word);
}

struct words {
    int argc, at;
    char **argv;
};

static bool take_value(struct options *o, size_t i, const char *glued, struct words *w,
                       struct fault *f)
{
    const struct option_fact *fact = &o->facts[i];

    if (!fact->value) {
        if (glued)
            return fault(f, FAULT_USAGE, "--%s takes no value", fact->name);
        o->values[i] = "";
        return true;
    }
    if (!glued) {
        if (w->at + 1 >= w->argc)
            return fault(f, FAULT_USAGE, "--%s needs a value (%s)", fact->name, fact->value);
        glued = w->argv[++w->at];
    }
    o->values[i] = glued;
    return true;
}

static bool take_long(struct options *o, const char *word, struct words *w, struct fault *f)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    size_t i = fact_named(o->facts, word, len);

    if (strcmp(word, "help") == 0) {
        o->help = true;
        return true;
    }
    if (!o->facts[i].name)
        return unknown(o->facts, word, len, f);
    return take_value(o, i, equals ? equals + 1 : NULL, w, f);
}

static bool take_letters(struct options *o, const char *word, struct words *w, struct fault *f)
{
    for (const char *p = word; *p; p++) {
        size_t i = 0;

        if (*p == 'h') {
            o->help = true;
            continue;
        }
        while (o->facts[i].name && o->facts[i].letter != *p)
            i++;
        if (!o->facts[i].name) {
            /* `-format` is meant as `--format` */
            size_t whole = fact_named(o->facts, word, strcspn(word, "="));
            if (o->facts[whole].name && word[1])
                return fault(f, FAULT_USAGE, "there is no option -%c here; did you mean --%s?",
                             *p, o->facts[whole].name);
            if (strpbrk(word, ":<>="))
                return fault(f, FAULT_USAGE, "there is no option -%c here (a filter that begins with"
                                             " - needs -- in front of it)", *p);
            return fault(f, FAULT_USAGE, "there is no option -%c here", *p);
        }
        if (o->facts[i].value)
            return take_value(o, i, p[1] ? p + 1 : NULL, w, f);
        if (!take_value(o, i, NULL, w, f))
            return false;
    }
    return true;
}

bool options_parse(struct options *o, const struct option_fact *facts, int argc,
                   char **argv, struct fault *f)
{
    struct words w = { argc, 1, argv };
    bool ok = true, only_words = false;

    *o = (struct options){ .facts = facts };
    o->words = memory_get((unsigned long)(argc + 1) * sizeof *o->words);
    for (; ok && w.at < argc; w.at++) {
        const char *word = argv[w.at];

        if (only_words || word[0] != '-' || word[1] == 0)
            o->words[o->word_count++] = word;
        else if (strcmp(word, "--") == 0)
            only_words = true;
        else if (word[1] == '-')
            ok = take_long(o, word + 2, &w, f);
        else
            ok = take_letters(o, word + 1, &w, f);
    }
    o->words[o->word_count] = NULL;
    if (!ok)
        options_clear(o);
    return ok;
}

void options_clear(struct options *o)
{
    free(o->words);
    o->words = NULL;
    o->word_count = 0;
}

const char *options_value(const struct options *o, const char *name)
{
    for (size_t i = 0; o->facts[i].name; i++)
        if (strcmp(o->facts[i].name, name) == 0)
            return o->values[i];
    assert(false); /* not an option of the table */
    return NULL;
}

bool options_given(const struct options *o, const char *name)
{
    return options_value(o, name) != NULL;
}

bool options_number(const struct options *o, const char *name, uint64_t max, uint64_t *out,
                    struct fault *f)
{
    const char *value = options_value(o, name);
    uint64_t number;

    if (!value)
        return true;
    if (!span_number(span_text(value), &number) || number > max)
        return fault(f, FAULT_USAGE, "--%s needs a whole number of at most %llu, not %s", name,
                     (unsigned long long)max, value);
    *out = number;
    return true;
}
