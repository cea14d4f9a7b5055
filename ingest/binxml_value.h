/* The values of binary XML as text, the way Windows renders them. */
#ifndef INGEST_BINXML_VALUE_H
#define INGEST_BINXML_VALUE_H

#include "core/arena.h"

enum value_type {
    VALUE_NULL, VALUE_WSTRING, VALUE_STRING, VALUE_INT8, VALUE_UINT8, VALUE_INT16, VALUE_UINT16,
    VALUE_INT32, VALUE_UINT32, VALUE_INT64, VALUE_UINT64, VALUE_FLOAT, VALUE_DOUBLE, VALUE_BOOL,
    VALUE_BINARY, VALUE_GUID, VALUE_SIZE, VALUE_FILETIME, VALUE_SYSTEMTIME, VALUE_SID,
    VALUE_HEX32, VALUE_HEX64,
    VALUE_BINXML = 0x21,
    VALUE_ARRAY = 0x80 /* a bit beside the type of the items */
};

struct value {
    const uint8_t *at;
    uint32_t len;
    uint8_t type; /* enum value_type */
};

/* Is the length one that the type can have?  Unknown types have none. */
bool value_fits(struct value v);

/* A number with more bytes than any number has: the lengths are damaged. */
static inline bool value_absurd(struct value v)
{
    return v.len > 8 && v.type >= VALUE_INT8 && v.type <= VALUE_UINT64;
}

/* The bytes of a literal of this type that stand in the tokens themselves; 0
 * where the type can't stand there. */
size_t value_literal_bytes(uint8_t type);

/* As an unsigned number, where it is an integer (or hexadecimal) that is not
 * negative. */
bool value_number(struct value v, uint64_t *out);

/* A time, as a moment; MOMENT_NONE where it is none. */
int64_t value_moment(struct value v);

/* As text in the arena.  Null gives SPAN_EMPTY.  What has not the length of its
 * type is written as hexadecimal bytes, with *altered set; ends of texts that
 * are NUL are dropped, as Windows does; items of an array stand on lines of
 * their own.  Past the arena's ceiling: SPAN_NONE, and *full set. */
struct span value_text(struct arena *a, struct value v, bool *altered, bool *full);

/* Two texts as one: without copying where the arena has them side by side. */
struct span value_join(struct arena *a, struct span left, struct span right, bool *full);

#endif
