/* One SQL statement under construction: text of ours, and values bound to it.
 *
 * The text is made of string literals of this program alone; whatever a user
 * or evidence says becomes a bound value, so that no byte of it is ever SQL.
 * The statement owns its text and values.  Past its ceilings it is `broken`,
 * which is asked once, at the end. */
#ifndef QUERIES_STATEMENT_H
#define QUERIES_STATEMENT_H

#include "core/page.h"

#define STATEMENT_TEXT_MAX (60u << 10)
#define STATEMENT_BINDS_MAX 400
#define STATEMENT_COLUMNS_MAX 64
#define STATEMENT_VALUES_MAX (1u << 20) /* bytes of bound texts */

struct statement {
    char *text;     /* ended by a zero */
    size_t len, room;
    struct cell bind[STATEMENT_BINDS_MAX]; /* ?1 is bind[0] */
    size_t binds;
    struct arena values;
    bool broken;
    /* What its rows are: column 0 is the row's id (0 or NULL where none), these follow. */
    const char *name[STATEMENT_COLUMNS_MAX];
    enum column id[STATEMENT_COLUMNS_MAX]; /* COLUMN_COUNT where it is none of them */
    size_t columns;
};

void statement_init(struct statement *s);
void statement_clear(struct statement *s);

/* Appends text.  It must be a literal, or come from a table of literals. */
void statement_put(struct statement *s, const char *literal);

/* Binds a value and appends its `?N`. */
void statement_number(struct statement *s, int64_t number);
void statement_text(struct statement *s, struct span text);
/* Binds a value that is used more than once, or later, and appends nothing;
 * statement_again appends its `?N`, as often as it is needed. */
size_t statement_keep(struct statement *s, const struct cell *value);
size_t statement_keep_text(struct statement *s, struct span text);
void statement_again(struct statement *s, size_t bind);

/* A result column: `, expression`, and its name. */
void statement_column(struct statement *s, const char *expression, const char *name,
                      enum column id);

/* Names a result column whose expression was appended already. */
void statement_name(struct statement *s, const char *name, enum column id);

/* FAULT_LIMIT where a ceiling was passed. */
bool statement_ready(const struct statement *s, struct fault *f) MUST_CHECK;

#endif
