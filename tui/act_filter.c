/* The filter line: what is typed takes effect as one types, and Tab completes.
 *
 * Where what is typed is no filter, the list keeps what the last one asked; the
 * line says what is off and where (tui/draw.c). */
#include "tui/act.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED(p) ((void)(p))

enum acted act_filter(struct model *m, const struct press *p)
{
    UNUSED(p);
    m->mode = MODE_FILTER;
    prompt_set(&m->prompt, model_place(m)->filter);
    m->detail.focused = false;
    return ACTED;
}

/* What is typed takes effect as soon as it is a filter. */
void act_filter_typed(struct model *m, enum prompt_result r)
{
    struct place *p = model_place(m);

    if (r == PROMPT_LEFT)
        prompt_set(&m->prompt, "");
    if (strcmp(p->filter, m->prompt.text) != 0) {
        if (!model_filter(m, m->prompt.text))
            return;
        if (model_pivoted(p)) {
            free(p->about);
            p->about = NULL;
        }
        model_ask_rows(m);
    }
    m->filter_fault = (struct fault){ 0 };
    if (r == PROMPT_KEPT || r == PROMPT_LEFT)
        m->mode = MODE_ROWS;
}

#define COMPLETIONS_MAX FIELD_COUNT

/* Of a field's two names the one that the word begins. */
static const char *completion(enum field field, struct span word)
{
    const struct field_fact *fact = field_fact(field);

    return fact->brief && span_equal_nocase(span_of(fact->brief, word.len), word)
                && strlen(fact->brief) >= word.len ? fact->brief : fact->name;
}

static size_t common(const char *a, const char *b)
{
    size_t len = 0;

    while (a[len] && tolower((unsigned char)a[len]) == tolower((unsigned char)b[len]))
        len++;
    return len;
}

/* Several fields: as far as they agree; what they are is said. */
static void complete_some(struct model *m, size_t from, struct span word, const enum field *fields,
                          size_t count)
{
    char text[MESSAGE_MAX], list[MESSAGE_MAX] = "";
    size_t len = sizeof text - 1, used = 0;

    snprintf(text, sizeof text, "%s", completion(fields[0], word));
    for (size_t i = 0; i < count; i++) {
        size_t same = common(text, completion(fields[i], word));

        len = same < len ? same : len;
        if (used < sizeof list - 40)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? " " : "",
                                     completion(fields[i], word));
    }
    text[len] = '\0';
    if (len > word.len)
        prompt_replace(&m->prompt, from, text);
    model_say(m, "%s", list);
}

enum acted act_filter_complete(struct model *m, const struct press *p)
{
    enum field fields[COMPLETIONS_MAX];
    size_t from = m->prompt.at, count;
    char text[64];

    UNUSED(p);
    if (!model_place(m)->view->language)
        return ACTED;
    while (from > 0 && (isalnum((unsigned char)m->prompt.text[from - 1]) || m->prompt.text[from - 1] == '_'))
        from--;
    struct span word = span_of(m->prompt.text + from, m->prompt.at - from);
    count = filter_complete(word, fields, COMPLETIONS_MAX);
    if (count == 0) {
        model_say(m, word.len ? "no field begins so"
                              : "module image host hash signer user cmd parent score factor seen time ...");
    } else if (count == 1) {
        snprintf(text, sizeof text, "%s:", completion(fields[0], word));
        prompt_replace(&m->prompt, from, text);
    } else {
        complete_some(m, from, word, fields, count);
    }
    return ACTED;
}
