/* Inside queries/filter_*.c: a text that is being read, and where it is off. */
#ifndef QUERIES_FILTER_PARSE_H
#define QUERIES_FILTER_PARSE_H

#include "queries/filter.h"

struct parser {
    struct span text;
    size_t at, depth;
    struct filter *filter;
    struct filter_place *where; /* may be NULL */
    struct fault *fault;
};

static inline bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline uint8_t peek(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->text.len ? p->text.at[p->at + ahead] : 0;
}

static inline bool at_end(const struct parser *p)
{
    return p->at >= p->text.len;
}

static inline void skip_blanks(struct parser *p)
{
    while (!at_end(p) && is_blank(peek(p, 0)))
        p->at++;
}

/* One word or value as it was read. */
struct lexeme {
    size_t at, len;     /* in the parser's text */
    struct span text;   /* without its quotes; in the filter's arena */
    bool quoted;        /* some part of it was */
    bool regex;         /* it stood between slashes */
};

/* *f with the column; false. */
bool parser_fault(struct parser *p, size_t at, size_t len, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Up to a blank or a parenthesis that the word did not open.  `value`: slashes
 * make a regular expression. */
bool parser_lexeme(struct parser *p, bool value, struct lexeme *out) MUST_CHECK;

enum parser_operator { OPERATOR_IS, OPERATOR_EXACTLY, OPERATOR_NOT, OPERATOR_LESS,
                       OPERATOR_LESS_EQUAL, OPERATOR_MORE, OPERATOR_MORE_EQUAL };

/* A value behind a field and an operator, into a new node; OPERATOR_NOT gives
 * what it is the contrary of.  NULL, and the fault. */
struct filter_node *parser_test(struct parser *p, enum field field, enum parser_operator op,
                                const struct lexeme *value);

/* A date, a time, or a span before the case's end. */
bool filter_moment(struct span text, struct filter_bound *out) MUST_CHECK;

#endif
