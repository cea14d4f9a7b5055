/* Files that are no evidence of loads, by kind: a real collection has thousands
 * of them, and a line each would hide the logs. */
#include "cli/ledger_tables.h"

#include "cli/tell.h"
#include "core/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define OTHERS "of other kinds"

/* What a row's files are called; SPAN_NONE where it is evidence. */
static struct span kind_of(const struct cell *row)
{
    struct span state = row[EVIDENCE_STATE].text, format = row[EVIDENCE_FORMAT].text;

    if (span_is(state, source_state_name(SOURCE_EMPTY)))
        return SPAN("empty");
    if (span_is(state, source_state_name(SOURCE_UNKNOWN)))
        return span_is(format, "unknown") ? SPAN("of no known format") : format;
    if (span_is(state, source_state_name(SOURCE_SKIPPED)) && span_is(format, "link"))
        return format;
    return SPAN_NONE;
}

bool kinds_take(struct kinds *k, const struct cell *row)
{
    struct span name = kind_of(row);
    size_t i = 0;

    if (!span_logged(name))
        return false;
    k->files++;
    if (name.len >= KIND_NAME_MAX)
        name.len = KIND_NAME_MAX - 1;
    while (i < k->count && !span_equal(span_text(k->kind[i].name), name))
        i++;
    if (i == KINDS_MAX - 1)
        name = SPAN(OTHERS);
    if (i == k->count) {
        snprintf(k->kind[i].name, KIND_NAME_MAX, "%.*s", (int)name.len, (const char *)name.at);
        k->count++;
    }
    k->kind[i].files++;
    return true;
}

static int by_files(const void *a, const void *b)
{
    const struct kind_count *x = a, *y = b;

    if (x->files != y->files)
        return x->files < y->files ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* `hive` takes an s, `$MFT`, `PDF` and `of no known format` do not. */
static bool takes_an_s(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && islower((unsigned char)name[len - 1]) && strncmp(name, "of ", 3) != 0
        && strcmp(name, "empty") != 0;
}

void kinds_print(struct kinds *k)
{
    char count[TELL_COUNT_TEXT], name[4 * KIND_NAME_MAX];

    if (k->files == 0)
        return;
    qsort(k->kind, k->count, sizeof *k->kind, by_files);
    printf("\nno evidence of loads, and only listed: ");
    for (size_t i = 0; i < k->count; i++) {
        text_show(name, sizeof name, span_text(k->kind[i].name));
        printf("%s%s %s%s", i ? ", " : "", tell_count(k->kind[i].files, count), name,
               k->kind[i].files != 1 && takes_an_s(name) ? "s" : "");
    }
    printf("\n(evidence --all has a line for each)\n");
}
