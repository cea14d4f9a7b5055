/* Handing over between threads. */
#include "core/queue.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define THINGS 20000

static bool readable(struct queue *q)
{
    struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };

    return poll(&p, 1, 0) == 1;
}

static void a_queue_is_first_in_first_out_and_bounded(void **state)
{
    struct queue *q = queue_open(2, NULL);
    int a, b, c;

    (void)state;
    assert_non_null(q);
    assert_false(readable(q));
    assert_true(queue_try_send(q, &a));
    assert_true(readable(q));
    assert_true(queue_try_send(q, &b));
    assert_false(queue_try_send(q, &c));
    assert_ptr_equal(queue_take(q), &a);
    assert_ptr_equal(queue_try_take(q), &b);
    assert_null(queue_try_take(q));
    assert_null(queue_take_wait(q, 1));
    assert_false(readable(q));
    queue_free(q, NULL);
}

static void a_closed_queue_gives_what_lies_in_it_and_then_nothing(void **state)
{
    struct queue *q = queue_open(4, NULL);
    int a, b;

    (void)state;
    assert_true(queue_send(q, &a));
    queue_close(q);
    queue_close(q);
    assert_false(queue_send(q, &b));
    assert_false(queue_ended(q));
    assert_ptr_equal(queue_take(q), &a);
    assert_null(queue_take(q));
    assert_true(queue_ended(q));
    assert_true(readable(q));
    queue_free(q, NULL);
}

static void *sender(void *queue)
{
    for (uintptr_t i = 1; i <= THINGS; i++)
        if (!queue_send(queue, (void *)i))
            break;
    return NULL;
}

static void nothing_is_lost_between_threads(void **state)
{
    struct queue *q = queue_open(3, NULL);
    pthread_t senders[2];
    uint64_t sum = 0, count = 0;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&senders[i], NULL, sender, q), 0);
    while (count < 2 * THINGS) {
        uintptr_t thing = (uintptr_t)queue_take(q);

        sum += thing;
        count++;
    }
    for (int i = 0; i < 2; i++)
        pthread_join(senders[i], NULL);
    assert_int_equal(sum, (uint64_t)THINGS * (THINGS + 1));
    queue_free(q, NULL);
}

static int dropped;

static void drop(void *thing)
{
    (void)thing;
    dropped++;
}

static void what_is_left_is_dropped_at_the_end(void **state)
{
    struct queue *q = queue_open(2, NULL);
    int a;

    (void)state;
    dropped = 0;
    assert_true(queue_send(q, &a));
    assert_int_equal(queue_length(q), 1);
    queue_free(q, drop);
    assert_int_equal(dropped, 1);
    queue_free(NULL, drop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_is_first_in_first_out_and_bounded),
        cmocka_unit_test(a_closed_queue_gives_what_lies_in_it_and_then_nothing),
        cmocka_unit_test(nothing_is_lost_between_threads),
        cmocka_unit_test(what_is_left_is_dropped_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
