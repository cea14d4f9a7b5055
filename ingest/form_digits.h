/* Small words that form_date.c and form_moment.c read times with. */
#ifndef INGEST_FORM_DIGITS_H
#define INGEST_FORM_DIGITS_H

#include "core/span.h"

static inline bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline struct span from(struct span s, size_t n)
{
    return span_of(s.at + n, s.len - n);
}

static inline bool ends(struct span s, const char *with)
{
    size_t len = strlen(with);

    return s.len >= len && span_equal_nocase(from(s, s.len - len), span_text(with));
}

#endif
