/* CRC-32: the known answer, and the fast way against the plain one. */
#include "ingest/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void the_known_answer_comes_out(void **state)
{
    (void)state;
    assert_int_equal(crc32_add(0, SPAN("123456789")), 0xcbf43926);
    assert_int_equal(crc32_add_portable(0, SPAN("123456789")), 0xcbf43926);
    assert_int_equal(crc32_add(0, SPAN_EMPTY), 0);
}

static void both_ways_agree_at_every_length_and_place(void **state)
{
    uint8_t bytes[700];
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    for (size_t from = 0; from < 20; from++)
        for (size_t len = 0; from + len <= sizeof bytes; len++) {
            struct span s = span_of(bytes + from, len);

            assert_int_equal(crc32_add(0, s), crc32_add_portable(0, s));
        }
}

static void parts_add_up(void **state)
{
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t at = 0; at <= sizeof bytes; at++)
        assert_int_equal(crc32_add(crc32_add(0, span_of(bytes, at)),
                                   span_of(bytes + at, sizeof bytes - at)),
                         crc32_add(0, span_of(bytes, sizeof bytes)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_answer_comes_out),
        cmocka_unit_test(both_ways_agree_at_every_length_and_place),
        cmocka_unit_test(parts_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
