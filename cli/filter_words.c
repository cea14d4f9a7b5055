/* FILTER into a question, and the language's help.
 *
 * It knows no field and no sign of the language: queries/ does.  The fields that
 * the help lists are those that are parsed. */
#include "cli/filter_words.h"

#include "queries/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *join(const char *const *words, size_t count)
{
    size_t room = 1, used = 0;
    char *text;

    for (size_t i = 0; i < count; i++)
        room += strlen(words[i]) + 1;
    text = memory_zero(room, 1);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);

        if (used)
            text[used++] = ' ';
        memcpy(text + used, words[i], len);
        used += len;
    }
    return text;
}

bool filter_words(struct question *q, const char *const *words, size_t count, struct fault *f)
{
    char *text = join(words, count);
    struct filter *fl = filter_parse(span_text(text), NULL, f);

    if (!fl)
        fault_while(f, "the filter");
    else if (fl->root)
        question_text(&q->filter, text);
    free(text);
    filter_close(fl);
    return fl != NULL;
}

static const char *const signs[][2] = {
    { "word", "stands somewhere in a text shown of it, letters without case" },
    { "FIELD:VALUE", "is the value; for a path its file name, for DOMAIN\\name the name, is enough" },
    { "FIELD:A*B?", "a glob over the value: * any characters, ? one" },
    { "FIELD:/REGEX/", "a regular expression (PCRE2) anywhere in the value" },
    { "FIELD=VALUE", "is exactly the whole value, * and ? taken as they are" },
    { "FIELD>=N", "compares numbers and times: < <= > >=" },
    { "FIELD:A..B", "from A to B, both included; A.. and ..B are open" },
    { "time>-2h", "two hours before the case's end: s, m, h, d, w" },
    { "time:2024-01-31", "all of that day; also 2024-01-31T12, T12:00, T12:00:05 (UTC)" },
    { "\"a b\"", "quotes take anything; \\\" is a quote, and a backslash is itself elsewhere" },
    { "-X   NOT X", "X does not hold" },
    { "X Y   X OR Y", "both hold (X AND Y says the same); one holds; ( ) group" },
};

void filter_help(void)
{
    printf("\nFilters:\n");
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        printf("  %-16s %s\n", signs[i][0], signs[i][1]);
    printf("  Windows' paths match without case, paths that begin with / exactly.\n"
           "  A filter that begins with - needs -- in front of it, or NOT.\n"
           "\nFields:\n");
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field_fact *fact = field_fact((enum field)i);

        if (fact->type == FIELD_ABSENT)
            continue;
        if (fact->brief && strcmp(fact->brief, fact->name) != 0)
            printf("  %-10s %-24s %s\n", fact->brief, fact->name, fact->words);
        else
            printf("  %-10s %-24s %s\n", fact->brief ? fact->brief : "", fact->brief ? "" : fact->name,
                   fact->words);
    }
}
