/* Borrowed bytes, cursors, arenas, faults and digests. */
#include "core/arena.h"
#include "core/digest.h"
#include "core/fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_short_cursor_gives_zero_and_says_so(void **state)
{
    static const struct {
        struct span in;
        uint32_t want;
        bool broken;
    } table[] = {
        { SPAN_INIT("\x01\x00\x00\x80"), 0x80000001, false },
        { SPAN_INIT("\x01\x00\x00"), 0, true },
        { { NULL, 0 }, 0, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct cursor c = cursor_of(table[i].in);

        assert_int_equal(cursor_u32(&c), table[i].want);
        assert_int_equal(c.broken, table[i].broken);
        cursor_u64(&c);
        assert_true(c.broken);
        assert_int_equal(cursor_u8(&c), 0);
    }
}

static void missing_and_empty_are_not_the_same(void **state)
{
    (void)state;
    assert_false(span_equal(SPAN_NONE, SPAN_EMPTY));
    assert_true(span_equal(SPAN_NONE, SPAN_NONE));
    assert_false(span_equal_nocase(SPAN_NONE, SPAN_EMPTY));
    assert_true(span_equal_nocase(SPAN("Host-1\u00c9"), SPAN("hOST-1\u00c9")));
    assert_false(span_equal_nocase(SPAN("\u00c9"), SPAN("\u00e9")));
}

static void numbers_are_whole_or_nothing(void **state)
{
    static const struct {
        const char *in;
        bool good;
        uint64_t want;
    } table[] = {
        { "0", true, 0 }, { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 }, { "0x1aF", true, 0x1af }, { "", false, 0 },
        { "0x", false, 0 }, { "12a", false, 0 }, { "-1", false, 0 }, { " 1", false, 0 },
        { "0x10000000000000000", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t out = 7;

        assert_int_equal(span_number(span_text(table[i].in), &out), table[i].good);
        assert_int_equal(out, table[i].good ? table[i].want : 7);
    }
}

static void file_names_end_paths(void **state)
{
    (void)state;
    assert_true(span_is(span_file_name(SPAN("C:\\a\\b.dll")), "b.dll"));
    assert_true(span_is(span_file_name(SPAN("/tmp/x.so")), "x.so"));
    assert_true(span_is(span_file_name(SPAN("x.so")), "x.so"));
    assert_int_equal(span_file_name(SPAN("C:\\a\\")).len, 0);
}

static void an_arena_keeps_its_ceiling_and_goes_back(void **state)
{
    struct arena a;
    struct arena_mark mark;
    uint8_t *first;

    (void)state;
    arena_init(&a, 1 << 20);
    first = arena_bytes(&a, 100);
    assert_non_null(first);
    memset(first, 'x', 100);
    mark = arena_mark(&a);
    assert_non_null(arena_bytes(&a, 700000));
    assert_null(arena_bytes(&a, 700000));
    arena_rewind(&a, mark);
    assert_int_equal(first[99], 'x');
    assert_non_null(arena_get(&a, 700000));
    assert_int_equal((uintptr_t)arena_get(&a, 24) % _Alignof(max_align_t), 0);
    arena_clear(&a);
    assert_int_equal(a.total, 0);
    assert_non_null(arena_get(&a, 8));
    arena_clear(&a);
}

static void an_empty_arena_gives_nothing(void **state)
{
    struct arena a = { 0 };
    bool full = false;

    (void)state;
    assert_null(arena_get(&a, 1));
    assert_null(arena_copy(&a, SPAN("x"), &full).at);
    assert_true(full);
    arena_clear(&a);
}

static void faults_gather_their_places(void **state)
{
    struct fault f = { 0 };
    char far[600];

    (void)state;
    assert_false(fault(&f, FAULT_FORMAT, "chunk %u: too short", 3u));
    assert_false(fault_while(&f, "reading %s", "x.evtx"));
    assert_string_equal(f.text, "reading x.evtx: chunk 3: too short");
    assert_int_equal(f.kind, FAULT_FORMAT);
    memset(far, 'p', sizeof far - 1);
    far[sizeof far - 1] = 0;
    fault_while(&f, "%s", far);
    assert_non_null(strstr(f.text, "chunk 3: too short"));
    errno = ENOSPC;
    assert_false(fault_errno(&f, "writing"));
    assert_int_equal(f.kind, FAULT_FULL);
    assert_false(fault(NULL, FAULT_USAGE, "nobody listens"));
}

static void digests_are_sha256_and_hashes_tell_lists_apart(void **state)
{
    static const struct span lists[][3] = {
        { SPAN_INIT("ab"), SPAN_INIT("c"), SPAN_INIT("") },
        { SPAN_INIT("a"), SPAN_INIT("bc"), SPAN_INIT("") },
        { { NULL, 0 }, SPAN_INIT("abc"), SPAN_INIT("") },
        { SPAN_INIT(""), SPAN_INIT("abc"), SPAN_INIT("") },
        { SPAN_INIT("abc"), SPAN_INIT(""), { NULL, 0 } },
    };
    uint8_t sum[SHA256_BYTES], running[SHA256_BYTES];
    char text[SHA256_TEXT];
    struct digest *d = digest_open();

    (void)state;
    digest_of(SPAN("abc"), sum);
    hex_text(text, span_of(sum, sizeof sum));
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_add(d, SPAN("a"));
    digest_take(d, running);
    digest_add(d, SPAN("bc"));
    digest_take(d, running);
    assert_memory_equal(running, sum, sizeof sum);
    digest_close(d);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++)
            assert_int_equal(hash_equal(hash_spans(lists[i], 3), hash_spans(lists[k], 3)), i == k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_cursor_gives_zero_and_says_so),
        cmocka_unit_test(missing_and_empty_are_not_the_same),
        cmocka_unit_test(numbers_are_whole_or_nothing),
        cmocka_unit_test(file_names_end_paths),
        cmocka_unit_test(an_arena_keeps_its_ceiling_and_goes_back),
        cmocka_unit_test(an_empty_arena_gives_nothing),
        cmocka_unit_test(faults_gather_their_places),
        cmocka_unit_test(digests_are_sha256_and_hashes_tell_lists_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
