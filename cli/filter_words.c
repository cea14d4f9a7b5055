/* FILTER, as the commands take it, into a question.
 *
 * It never builds SQL and never guesses: a word that looks like a field of the
 * coming language is refused.  The surprise: words beside each other are one
 * text with a blank between them, so that `program files` needs no quotes. */
#include "cli/filter_words.h"

#include "cli/options.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define FILTER_MAX 4096     /* bytes of a whole filter */
#define HASH_DIGITS_MIN 4
#define HASH_DIGITS_MAX 64

struct filter {
    char text[FILTER_MAX];  /* the words, joined */
    char plain[FILTER_MAX]; /* what is looked for as text */
    size_t plain_len;
};

static bool join(struct filter *w, const char *const *words, size_t count, struct fault *f)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if (used + len + 2 > sizeof w->text)
            return fault(f, FAULT_USAGE, "the filter is longer than %d bytes", FILTER_MAX);
        if (used)
            w->text[used++] = ' ';
        memcpy(w->text + used, words[i], len);
        used += len;
    }
    w->text[used] = 0;
    return true;
}

/* Takes the next word: up to a blank, blanks inside quotes included.  The quotes
 * themselves go; *quoted tells whether the word began with one. */
static bool next_word(const char **at, char word[static FILTER_MAX], bool *quoted)
{
    const char *p = *at;
    size_t len = 0;
    bool inside = false;

    while (*p == ' ')
        p++;
    *quoted = *p == '"';
    if (!*p)
        return false;
    for (; *p && (inside || *p != ' '); p++) {
        if (*p == '"')
            inside = !inside;
        else
            word[len++] = *p;
    }
    word[len] = 0;
    *at = p;
    return true;
}

static bool pivot(struct question *q, enum pivot kind, const char *value, struct fault *f)
{
    size_t digits = strspn(value, "0123456789abcdefABCDEF");

    if (!*value)
        return fault(f, FAULT_USAGE, "%s needs a value behind its colon",
                     kind == PIVOT_HASH ? "hash:" : "host:");
    if (kind == PIVOT_HASH
        && (value[digits] || digits < HASH_DIGITS_MIN || digits > HASH_DIGITS_MAX))
        return fault(f, FAULT_USAGE,
                     "hash:%s is no hash: %d to %d hexadecimal digits, of any kind of hash",
                     value, HASH_DIGITS_MIN, HASH_DIGITS_MAX);
    if (q->pivot == PIVOT_NONE) {
        q->pivot = kind;
        question_text(&q->pivot_value, value);
    } else if (q->pivot2 == PIVOT_NONE) {
        q->pivot2 = kind;
        question_text(&q->pivot2_value, value);
    } else {
        return fault(f, FAULT_USAGE, "at most two of hash: and host: can be asked at once");
    }
    return true;
}

/* The length of a field's name in front of `:`, `<`, `>` or `=`; 0 where the
 * word is plain text (a drive letter is one letter, a path has a backslash). */
static size_t field_length(const char *word)
{
    size_t len = 0;

    while (isalpha((unsigned char)word[len]) || word[len] == '_' || isdigit((unsigned char)word[len]))
        len++;
    return len > 1 && word[len] && strchr(":<>=", word[len]) ? len : 0;
}

static bool is_field(const char *word, size_t len)
{
    static const char *const coming[] = { "image", "module", "signer", "user", "cmd", "parent",
                                          "time", "evidence", "score", "seen", "factor" };

    for (size_t i = 0; i < sizeof coming / sizeof *coming; i++)
        if (strlen(coming[i]) == len && strncasecmp(word, coming[i], len) == 0)
            return true;
    return column_named(span_of(word, len)) != COLUMN_COUNT;
}

static bool take_word(struct question *q, struct filter *w, const char *word, bool quoted,
                      struct fault *f)
{
    size_t field = quoted ? 0 : field_length(word), len = strlen(word);

    if (field == 4 && word[4] == ':' && strncasecmp(word, "hash", 4) == 0)
        return pivot(q, PIVOT_HASH, word + 5, f);
    if (field == 4 && word[4] == ':' && strncasecmp(word, "host", 4) == 0)
        return pivot(q, PIVOT_HOST, word + 5, f);
    if (field && is_field(word, field))
        return fault(f, FAULT_USAGE,
                     "%.*s can't be asked for by name: only hash: and host: can; quote the "
                     "word to look for it as text", (int)field, word);
    if (w->plain_len)
        w->plain[w->plain_len++] = ' ';
    memcpy(w->plain + w->plain_len, word, len);
    w->plain_len += len;
    w->plain[w->plain_len] = 0;
    return true;
}

bool filter_words(struct question *q, const char *const *words, size_t count, struct fault *f)
{
    struct filter *w = memory_zero(1, sizeof *w);
    char *word = memory_get(FILTER_MAX);
    bool quoted, ok = join(w, words, count, f);
    const char *at = w->text;

    if (ok && !text_is_utf8(span_text(w->text)))
        ok = fault(f, FAULT_USAGE, "the filter is not UTF-8, and all that a case holds is");

    while (ok && next_word(&at, word, &quoted))
        ok = take_word(q, w, word, quoted, f);
    if (ok && w->plain_len)
        question_text(&q->contains, w->plain);
    free(word);
    free(w);
    return ok;
}
