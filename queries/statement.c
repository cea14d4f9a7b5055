/* A statement's text and its bound values.  Knows no table and no question. */
#include "queries/statement.h"

#include <stdio.h>
#include <stdlib.h>

void statement_init(struct statement *s)
{
    memset(s, 0, sizeof *s);
    arena_init(&s->values, STATEMENT_VALUES_MAX);
}

void statement_clear(struct statement *s)
{
    free(s->text);
    arena_clear(&s->values);
    memset(s, 0, sizeof *s);
}

void statement_put(struct statement *s, const char *literal)
{
    size_t len = strlen(literal);

    if (s->broken || len >= STATEMENT_TEXT_MAX - s->len) {
        s->broken = true;
        return;
    }
    if (s->len + len >= s->room) {
        s->room = (s->len + len) * 2 + 1024;
        s->text = memory_grow(s->text, s->room, 1);
    }
    memcpy(s->text + s->len, literal, len + 1);
    s->len += len;
}

void statement_again(struct statement *s, size_t bind)
{
    char place[32];

    snprintf(place, sizeof place, "?%zu", bind + 1);
    statement_put(s, place);
}

size_t statement_keep(struct statement *s, const struct cell *value)
{
    struct cell *own = &s->bind[s->binds];

    if (s->binds == STATEMENT_BINDS_MAX) {
        s->broken = true;
        return 0;
    }
    *own = *value;
    own->text = value->type == CELL_TEXT ? arena_copy(&s->values, value->text, &s->broken)
                                         : SPAN_NONE;
    return s->binds++;
}

size_t statement_keep_text(struct statement *s, struct span text)
{
    enum cell_type type = span_logged(text) ? CELL_TEXT : CELL_NULL;

    return statement_keep(s, &(struct cell){ type, 0, text });
}

void statement_text(struct statement *s, struct span text)
{
    statement_again(s, statement_keep_text(s, text));
}

void statement_number(struct statement *s, int64_t number)
{
    statement_again(s, statement_keep(s, &(struct cell){ CELL_NUMBER, number, SPAN_NONE }));
}

void statement_column(struct statement *s, const char *expression, const char *name,
                      enum column id)
{
    statement_put(s, ", ");
    statement_put(s, expression);
    statement_name(s, name, id);
}

void statement_name(struct statement *s, const char *name, enum column id)
{
    if (s->columns == STATEMENT_COLUMNS_MAX) {
        s->broken = true;
        return;
    }
    s->name[s->columns] = name;
    s->id[s->columns++] = id;
}

bool statement_ready(const struct statement *s, struct fault *f)
{
    if (s->broken)
        return fault(f, FAULT_LIMIT, "the question is too long for one statement");
    return true;
}
