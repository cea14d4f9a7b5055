/* Values of binary XML as text: every type, and lengths that no type has. */
#include "ingest/binxml_value.h"

#include "core/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

static const struct {
    unsigned type;
    const uint8_t *at;
    size_t len;
    const char *want;
    bool altered;
} table[] = {
    { VALUE_NULL, BYTES(""), "", false },
    { VALUE_WSTRING, BYTES("a\0b\0"), "ab", false },
    { VALUE_WSTRING, BYTES("a\0b\0\0\0"), "ab", false },
    { VALUE_WSTRING, BYTES("a\0\0\0b\0"), "a\xe2\x90\x80" "b", true },
    { VALUE_WSTRING, BYTES("\x3d\xd8\x00\xde"), "\xf0\x9f\x98\x80", false },
    { VALUE_WSTRING, BYTES("\x3d\xd8"), "\xef\xbf\xbd", true },
    { VALUE_WSTRING, BYTES("a\0b"), "a\xef\xbf\xbd", true },
    { VALUE_STRING, BYTES("caf\xe9\x80\0"), "caf\xc3\xa9\xe2\x82\xac", false },
    { VALUE_INT8, BYTES("\xff"), "-1", false },
    { VALUE_UINT8, BYTES("\xff"), "255", false },
    { VALUE_INT16, BYTES("\x00\x80"), "-32768", false },
    { VALUE_UINT16, BYTES("\x00\x80"), "32768", false },
    { VALUE_INT32, BYTES("\xfe\xff\xff\xff"), "-2", false },
    { VALUE_UINT32, BYTES("\xfe\xff\xff\xff"), "4294967294", false },
    { VALUE_INT64, BYTES("\0\0\0\0\0\0\0\x80"), "-9223372036854775808", false },
    { VALUE_UINT64, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615", false },
    { VALUE_UINT32, BYTES("\x05\x00"), "5", false },
    { VALUE_FLOAT, BYTES("\0\0\xc0\x3f"), "1.5", false },
    { VALUE_FLOAT, BYTES("\xcd\xcc\xcc\x3d"), "0.1", false },
    { VALUE_DOUBLE, BYTES("\x9a\x99\x99\x99\x99\x99\xb9\x3f"), "0.1", false },
    { VALUE_BOOL, BYTES("\1\0\0\0"), "true", false },
    { VALUE_BOOL, BYTES("\0\0\0\0"), "false", false },
    { VALUE_BINARY, BYTES("\x01\xab"), "01AB", false },
    { VALUE_GUID, BYTES("\x5f\x38\x70\x57\x2a\xc2\xe0\x43\xbf\x4c\x06\xf5\x69\x8f\xfb\xd9"),
      "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", false },
    { VALUE_SIZE, BYTES("\x10\0\0\0"), "0x10", false },
    { VALUE_SIZE, BYTES("\x10\0\0\0\1\0\0\0"), "0x100000010", false },
    { VALUE_FILETIME, BYTES("\xe4\x9b\x8d\xb7\x79\xbd\xd8\x01"),
      "2022-08-31T20:39:07.5633124Z", false },
    { VALUE_FILETIME, BYTES("\0\0\0\0\0\0\0\0"), "1601-01-01T00:00:00.0000000Z", false },
    { VALUE_SYSTEMTIME, BYTES("\xe6\x07\x08\0\3\0\x1f\0\x14\0\x27\0\7\0\x33\2"),
      "2022-08-31T20:39:07.563Z", false },
    { VALUE_SID, BYTES("\1\1\0\0\0\0\0\5\x12\0\0\0"), "S-1-5-18", false },
    { VALUE_SID, BYTES("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"), "S-1-5-32-544", false },
    { VALUE_HEX32, BYTES("\xe7\3\0\0"), "0x3e7", false },
    { VALUE_HEX64, BYTES("\xe7\3\0\0\0\0\0\0"), "0x3e7", false },
    { VALUE_HEX64, BYTES("\0\0\0\0\0\0\0\x80"), "0x8000000000000000", false },
    { VALUE_ARRAY | VALUE_WSTRING, BYTES("a\0\0\0b\0c\0\0\0"), "a\nbc", false },
    { VALUE_ARRAY | VALUE_STRING, BYTES("a\0bc\0"), "a\nbc", false },
    { VALUE_ARRAY | VALUE_UINT16, BYTES("\1\0\2\0"), "1\n2", false },
    { VALUE_ARRAY | VALUE_GUID, BYTES("\1"), "01", true },
    /* What can't be: shown as bytes, and flagged. */
    { VALUE_FLOAT, BYTES("\1"), "01", true },
    { VALUE_GUID, BYTES("\1\2\3"), "010203", true },
    { VALUE_FILETIME, BYTES("\1\2"), "0102", true },
    { VALUE_SID, BYTES("\1\x0f\0\0\0\0\0\5"), "010F000000000005", true },
    { VALUE_SID, BYTES("\1"), "01", true },
    { 0x6e, BYTES("\1"), "01", true },
};

static void every_type_is_written_as_windows_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct value v = { table[i].at, (uint32_t)table[i].len, (uint8_t)table[i].type };
        struct arena a;
        bool altered = false, full = false;
        struct span got;

        arena_init(&a, 1 << 20);
        got = value_text(&a, v, &altered, &full);
        if (!span_equal(got, span_text(table[i].want)))
            fail_msg("type 0x%02x: got %.*s, want %s", table[i].type, (int)got.len,
                     (const char *)got.at, table[i].want);
        assert_int_equal(altered, table[i].altered);
        assert_false(full);
        arena_clear(&a);
    }
}

static void no_type_and_no_length_is_read_past_its_end(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++)
        for (size_t len = 0; len < 40; len++) {
            uint8_t *bytes = memset(test_malloc(len + 1), 0x0f, len + 1);
            uint8_t *exact = memcpy(test_malloc(len ? len : 1), bytes, len);
            struct value v = { exact, (uint32_t)len, (uint8_t)type };
            struct arena a;
            bool altered = false, full = false;

            arena_init(&a, 1 << 20);
            value_fits(v);
            value_number(v, &(uint64_t){ 0 });
            value_moment(v);
            assert_non_null(value_text(&a, v, &altered, &full).at);
            arena_clear(&a);
            test_free(exact);
            test_free(bytes);
        }
}

static size_t put(char *out, const char *text)
{
    memcpy(out, text, strlen(text));
    return strlen(text);
}

/* The fast ways through ASCII must agree with the slow one wherever it ends. */
static void a_strange_character_is_found_at_every_place(void **state)
{
    static const struct { uint16_t unit; const char *want; } strange[] = {
        { 0x00e9, "\xc3\xa9" }, { 0x0080, "\xc2\x80" }, { 0x0100, "\xc4\x80" },
        { 0x6100, "\xe6\x84\x80" }, { 0x0000, "\xe2\x90\x80" }, { 0xdc00, "\xef\xbf\xbd" },
    };

    (void)state;
    for (size_t len = 1; len <= 50; len++)
        for (size_t at = 0; at + 1 < len; at++)
            for (size_t k = 0; k < sizeof strange / sizeof strange[0]; k++) {
                uint8_t *wide = test_malloc(2 * len);
                char want[200];
                size_t n = 0;
                bool altered = false, full = false;
                struct arena a;
                struct span got;

                for (size_t i = 0; i < len; i++) {
                    uint16_t unit = i == at ? strange[k].unit : (uint16_t)('a' + i % 26);

                    memcpy(wide + 2 * i, &unit, 2);
                    if (i == at)
                        n += put(want + n, strange[k].want);
                    else
                        want[n++] = (char)unit;
                }
                arena_init(&a, 1 << 16);
                got = value_text(&a, (struct value){ wide, (uint32_t)(2 * len), VALUE_WSTRING },
                                 &altered, &full);
                assert_true(span_equal(got, span_of(want, n)));
                arena_clear(&a);
                test_free(wide);
            }
}

static void a_full_arena_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct value v = { table[i].at, (uint32_t)table[i].len, (uint8_t)table[i].type };
        struct arena a = { 0 };
        bool altered = false, full = false;
        struct span got = value_text(&a, v, &altered, &full);

        assert_true(full || got.len == 0);
    }
}

static void extreme_filetimes_are_no_surprise(void **state)
{
    static const uint64_t extreme[] = {
        0, 1, 9, 10, UINT64_C(116444736000000000), UINT64_C(116444735999999999),
        INT64_MAX, UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 1, UINT64_C(910670515199999999),
        UINT64_C(9105177119999999999),
    };

    (void)state;
    for (size_t i = 0; i < sizeof extreme / sizeof extreme[0]; i++) {
        struct value v = { (const uint8_t *)&extreme[i], 8, VALUE_FILETIME };
        struct arena a;
        bool altered = false, full = false;

        arena_init(&a, 1 << 16);
        assert_true(value_text(&a, v, &altered, &full).len >= 20);
        assert_true(extreme[i] == 0 || value_moment(v) != MOMENT_NONE);
        arena_clear(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_written_as_windows_writes_it),
        cmocka_unit_test(no_type_and_no_length_is_read_past_its_end),
        cmocka_unit_test(a_strange_character_is_found_at_every_place),
        cmocka_unit_test(a_full_arena_is_said),
        cmocka_unit_test(extreme_filetimes_are_no_surprise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
