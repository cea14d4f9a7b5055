/* The values of binary XML as text.
 *
 * Never fails on what a value holds: odd bytes become hexadecimal.  The
 * surprise: a 64-bit hexadecimal is written without leading zeros (0x3e7), as
 * Windows does; libevtx pads it to sixteen digits. */
#include "ingest/binxml_value.h"

#include "core/moment.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SID_PARTS_MAX 15
#define TEXT_MAX 256 /* longest text of anything but strings and binaries */
#define FILETIME_SECOND UINT64_C(10000000)

#define VARIABLE 0xff
#define NONE 0xfe

/* Length of each type's values; size_t and others are told apart below. */
static const uint8_t lengths[] = {
    [VALUE_NULL] = VARIABLE, [VALUE_WSTRING] = VARIABLE, [VALUE_STRING] = VARIABLE,
    [VALUE_INT8] = 1, [VALUE_UINT8] = 1, [VALUE_INT16] = 2, [VALUE_UINT16] = 2,
    [VALUE_INT32] = 4, [VALUE_UINT32] = 4, [VALUE_INT64] = 8, [VALUE_UINT64] = 8,
    [VALUE_FLOAT] = 4, [VALUE_DOUBLE] = 8, [VALUE_BOOL] = 4, [VALUE_BINARY] = VARIABLE,
    [VALUE_GUID] = 16, [VALUE_SIZE] = VARIABLE, [VALUE_FILETIME] = 8, [VALUE_SYSTEMTIME] = 16,
    [VALUE_SID] = VARIABLE, [VALUE_HEX32] = 4, [VALUE_HEX64] = 8,
};

static uint8_t length_of(uint8_t type)
{
    return type < sizeof lengths ? lengths[type] : NONE;
}

static uint64_t number_of(const uint8_t *at, size_t len)
{
    uint64_t n = 0;

    memcpy(&n, at, len < 8 ? len : 8);
    return n;
}

static bool sid_fits(struct value v)
{
    return v.len >= 8 && v.at[1] <= SID_PARTS_MAX && v.len == 8 + 4u * v.at[1];
}

static bool string_fits(struct value v)
{
    return v.type != VALUE_WSTRING || v.len % 2 == 0;
}

bool value_fits(struct value v)
{
    uint8_t len;

    if (v.type == VALUE_BINXML)
        return true;
    if (v.type & VALUE_ARRAY) {
        v.type = (uint8_t)(v.type & ~VALUE_ARRAY);
        len = length_of(v.type);
        return v.type != VALUE_NULL && len != NONE && string_fits(v)
            && (len == VARIABLE || v.len % len == 0);
    }
    len = length_of(v.type);
    if (len == NONE)
        return false;
    if (v.type == VALUE_SID)
        return sid_fits(v);
    if (v.type == VALUE_SIZE)
        return v.len == 4 || v.len == 8;
    return (len == VARIABLE && string_fits(v)) || len == v.len;
}

size_t value_literal_bytes(uint8_t type)
{
    uint8_t len = length_of(type);

    return len == VARIABLE || len == NONE ? 0 : len;
}

bool value_number(struct value v, uint64_t *out)
{
    bool negative = false;

    switch (v.type) {
    case VALUE_INT8: case VALUE_INT16: case VALUE_INT32: case VALUE_INT64:
        negative = v.len > 0 && v.at[v.len - 1] >= 0x80;
        break;
    case VALUE_UINT8: case VALUE_UINT16: case VALUE_UINT32: case VALUE_UINT64:
    case VALUE_SIZE: case VALUE_HEX32: case VALUE_HEX64:
        break;
    default:
        return false;
    }
    if (negative || v.len == 0 || v.len > 8)
        return false;
    *out = number_of(v.at, v.len);
    return true;
}

int64_t value_moment(struct value v)
{
    if (v.type == VALUE_FILETIME && v.len == 8)
        return moment_from_filetime(number_of(v.at, 8));
    if (v.type == VALUE_SYSTEMTIME)
        return moment_from_systemtime(span_of(v.at, v.len));
    return MOMENT_NONE;
}

/* Hexadecimal digits of the bytes as they stand. */
static struct span hex_bytes(struct arena *a, struct value v, bool *full)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t *out = arena_bytes(a, 2 * (size_t)v.len + 1);

    if (!out) {
        *full = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < v.len; i++) {
        out[2 * i] = (uint8_t)digits[v.at[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[v.at[i] & 15];
    }
    arena_trim(a, out, 2 * (size_t)v.len);
    return span_of(out, 2 * (size_t)v.len);
}

static size_t decimal(char *out, uint64_t n, bool negative)
{
    char back[24];
    size_t len = 0, i = 0;

    do
        back[len++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    if (negative)
        out[i++] = '-';
    while (len)
        out[i++] = back[--len];
    return i;
}

static size_t signed_decimal(char *out, struct value v)
{
    unsigned shift = 64 - 8 * (unsigned)v.len;
    int64_t n = (int64_t)(number_of(v.at, v.len) << shift) >> shift;

    return decimal(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, n < 0);
}

static size_t guid(char *out, const uint8_t *b)
{
    /* Where each digit pair's byte stands; -1 is a dash. */
    static const int8_t order[] = { 3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1,
                                    10, 11, 12, 13, 14, 15 };
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    out[n++] = '{';
    for (size_t i = 0; i < sizeof order; i++) {
        if (order[i] < 0) {
            out[n++] = '-';
            continue;
        }
        out[n++] = digits[b[order[i]] >> 4];
        out[n++] = digits[b[order[i]] & 15];
    }
    out[n++] = '}';
    return n;
}

/* `2022-08-31T20:39:07.5633124Z`: all seven decimals of a FILETIME. */
static size_t filetime(char *out, uint64_t t)
{
    char text[MOMENT_TEXT_MAX];
    uint64_t rest = t % FILETIME_SECOND;

    if (t == 0) /* moment knows no 1601 */
        return (size_t)snprintf(out, TEXT_MAX, "1601-01-01T00:00:00.0000000Z");
    moment_format(moment_from_filetime(t - rest ? t - rest : 1), text);
    char *dot = strchr(text, '.');
    if (dot)
        *dot = '\0';
    return (size_t)snprintf(out, TEXT_MAX, "%s.%07uZ", text, (unsigned)rest);
}

static size_t systemtime(char *out, const uint8_t *b)
{
    struct cursor c = cursor_of(span_of(b, 16));
    unsigned w[8];

    for (size_t i = 0; i < 8; i++)
        w[i] = cursor_u16(&c);
    return (size_t)snprintf(out, TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", w[0], w[1],
                            w[3], w[4], w[5], w[6], w[7]);
}

static size_t sid(char *out, struct value v)
{
    uint64_t authority = 0;
    size_t n;

    for (size_t i = 2; i < 8; i++)
        authority = authority << 8 | v.at[i];
    n = (size_t)snprintf(out, TEXT_MAX, "S-%u-%llu", v.at[0], (unsigned long long)authority);
    for (size_t i = 0; i < v.at[1]; i++) {
        out[n++] = '-';
        n += decimal(out + n, number_of(v.at + 8 + 4 * i, 4), false);
    }
    return n;
}

/* The shortest decimal that reads back as the same number. */
static size_t real(char *out, struct value v)
{
    int digits = v.len == 4 ? 6 : 15, most = v.len == 4 ? 9 : 17;
    size_t n = 0;

    for (; digits <= most; digits++) {
        float f = 0;
        double d;

        memcpy(&f, v.at, 4);
        if (v.len == 4)
            d = (double)f;
        else
            memcpy(&d, v.at, 8);
        n = (size_t)snprintf(out, TEXT_MAX, "%.*g", digits, d);
        if (v.len == 4 ? strtof(out, NULL) == f : strtod(out, NULL) == d)
            break;
    }
    return n;
}

/* A value of fixed length, which fits its type. */
static size_t fixed_text(char *out, struct value v)
{
    uint64_t n = number_of(v.at, v.len);

    switch (v.type) {
    case VALUE_INT8: case VALUE_INT16: case VALUE_INT32: case VALUE_INT64:
        return signed_decimal(out, v);
    case VALUE_UINT8: case VALUE_UINT16: case VALUE_UINT32: case VALUE_UINT64:
        return decimal(out, n, false);
    case VALUE_FLOAT: case VALUE_DOUBLE:
        return real(out, v);
    case VALUE_BOOL:
        return (size_t)snprintf(out, TEXT_MAX, "%s", n ? "true" : "false");
    case VALUE_GUID:
        return guid(out, v.at);
    case VALUE_FILETIME:
        return filetime(out, n);
    case VALUE_SYSTEMTIME:
        return systemtime(out, v.at);
    case VALUE_SID:
        return sid(out, v);
    default: /* the hexadecimal ones */
        return (size_t)snprintf(out, TEXT_MAX, "0x%llx", (unsigned long long)n);
    }
}

static struct value trimmed(struct value v)
{
    size_t unit = v.type == VALUE_WSTRING ? 2 : 1;

    while (v.len >= unit && v.at[v.len - 1] == 0 && v.at[v.len - unit] == 0)
        v.len -= (uint32_t)unit;
    return v;
}

static struct span one_text(struct arena *a, struct value v, bool *altered, bool *full)
{
    char text[TEXT_MAX];
    bool integer = v.type >= VALUE_INT8 && v.type <= VALUE_UINT64;

    if (v.type == VALUE_NULL)
        return SPAN_EMPTY;
    if (v.type == VALUE_WSTRING) {
        v = trimmed(v);
        return text_from_utf16le(a, span_of(v.at, v.len), altered, full);
    }
    if (v.type == VALUE_STRING) {
        v = trimmed(v);
        return text_from_cp1252(a, span_of(v.at, v.len), altered, full);
    }
    if (v.type == VALUE_BINARY)
        return hex_bytes(a, v, full);
    if (!value_fits(v) && !(integer && v.len >= 1 && v.len <= 8)) {
        *altered = true;
        return hex_bytes(a, v, full);
    }
    return arena_copy(a, span_of(text, fixed_text(text, v)), full);
}

/* The bytes of the next item: up to a NUL for texts, else by the type's length. */
static size_t item_bytes(struct value rest)
{
    size_t unit = rest.type == VALUE_WSTRING ? 2 : 1, n = 0;
    uint8_t len = length_of(rest.type);

    if (rest.type == VALUE_WSTRING || rest.type == VALUE_STRING) {
        while (n + unit <= rest.len && (rest.at[n] || rest.at[n + unit - 1]))
            n += unit;
        return n + unit <= rest.len ? n + unit : rest.len;
    }
    if (rest.type == VALUE_SID && rest.len >= 8)
        return 8 + 4u * rest.at[1] <= rest.len ? 8 + 4u * rest.at[1] : rest.len;
    return len == VARIABLE || len == NONE || len > rest.len ? rest.len : len;
}

struct span value_join(struct arena *a, struct span left, struct span right, bool *full)
{
    uint8_t *both;

    if (left.len == 0 || right.len == 0)
        return left.len ? left : right;
    if (right.at == left.at + left.len)
        return span_of(left.at, left.len + right.len);
    both = arena_bytes(a, left.len + right.len);
    if (!both) {
        *full = true;
        return SPAN_NONE;
    }
    memcpy(both, left.at, left.len);
    memcpy(both + left.len, right.at, right.len);
    return span_of(both, left.len + right.len);
}

static struct span array_text(struct arena *a, struct value v, bool *altered, bool *full)
{
    struct value rest = { v.at, v.len, (uint8_t)(v.type & ~VALUE_ARRAY) };
    struct span all = SPAN_EMPTY;

    if (rest.type == VALUE_WSTRING || rest.type == VALUE_STRING)
        rest = trimmed(rest);
    for (bool first = true; rest.len && !*full; first = false) {
        struct value item = { rest.at, (uint32_t)item_bytes(rest), rest.type };

        rest.at += item.len;
        rest.len -= item.len;
        if (!first)
            all = value_join(a, all, arena_copy(a, SPAN("\n"), full), full);
        all = value_join(a, all, one_text(a, item, altered, full), full);
    }
    return all;
}

struct span value_text(struct arena *a, struct value v, bool *altered, bool *full)
{
    return v.type & VALUE_ARRAY ? array_text(a, v, altered, full) : one_text(a, v, altered, full);
}
