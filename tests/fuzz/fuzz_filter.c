/* Any bytes as a filter: it is refused at a place inside the text, or it is a tree
 * that prints, parses to itself again, and compiles to statements of ours alone. */
#include "core/text.h"
#include "queries/compile.h"
#include "tests/unit/filter_tree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void compile(const char *text, enum question_kind kind, bool everything)
{
    struct question *q = question_open(kind);
    struct inquiry in;
    struct fault f = { 0 };

    q->everything = everything;
    question_text(&q->filter, text);
    q->anchor.set = true;
    if (compile_question(q, 10, &in, &f))
        inquiry_clear(&in);
    else
        must(f.kind == FAULT_LIMIT);
    question_close(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum question_kind kinds[] = {
        QUESTION_SIGHTINGS, QUESTION_LOADS, QUESTION_TOTALS, QUESTION_STACK,
    };
    struct filter_place where;
    struct fault f = { 0 };
    struct filter *fl = filter_parse(span_of(data, size), &where, &f), *again;
    char *text;

    if (!fl) {
        must(f.kind == FAULT_USAGE && where.at <= size && where.at + where.len <= size);
        return 0;
    }
    text = filter_print(fl);
    /* Quotes may make it longer than a filter may be; a NUL ends a C string. */
    if (strlen(text) <= FILTER_BYTES_MAX && (!size || !memchr(data, 0, size))) {
        again = filter_parse(span_text(text), NULL, &f);
        must(again && tree_same(fl->root, again->root));
        filter_close(again);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            compile(text, kinds[i], false);
            compile(text, kinds[i], true);
        }
    }
    free(text);
    filter_close(fl);
    return 0;
}
