/* Starting the console on a case, as most tests do. */
#ifndef TESTS_CONSOLE_START_H
#define TESTS_CONSOLE_START_H

#include "tests/console/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static inline struct screen *start_env(const char *path, const char *const *env, int rows,
                                       int columns)
{
    const char *const argv[] = { getenv("MODHUNT"), path, NULL };

    assert_non_null(argv[0]);
    return screen_start(argv, env, rows, columns, false);
}

static inline struct screen *start(const char *path, int rows, int columns)
{
    static const char *const env[] = { "TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=", NULL };

    return start_env(path, env, rows, columns);
}

/* Quits and checks that the program ended well and the terminal is as it was. */
static inline void quit(struct screen *s)
{
    screen_type(s, "q");
    assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 0);
    assert_true(screen_restored(s));
    screen_free(s);
}

#endif
