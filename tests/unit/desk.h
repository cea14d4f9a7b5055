/* A console on a desk: the model, a grid and a case in memory, without a
 * terminal.  Keys in, screen out. */
#ifndef TESTS_UNIT_DESK_H
#define TESTS_UNIT_DESK_H

#include "tests/unit/fake_case.h"
#include "tui/draw.h"
#include "tui/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINE_BYTES 4096
#define HASH "3fa8c1d2e4f05a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
#define RUNDLL "C:\\Windows\\System32\\rundll32.exe"
#define SVCHOST "C:\\Windows\\System32\\svchost.exe"
#define TEMP "C:\\Users\\bob\\AppData\\Local\\Temp\\"

struct desk {
    struct fake_case *c;
    struct tui_doors doors;
    struct model *m;
    struct grid g;
    int64_t now;
};

/* Lets everything come home, as the loop does. */
static inline void settle(struct desk *d)
{
    for (int i = 0; i < 60; i++) {
        void *thing;

        d->now += 400000;
        while ((thing = queue_try_take(d->c->pages)))
            model_page(d->m, thing);
        while ((thing = queue_try_take(d->c->notices)))
            model_notice(d->m, thing);
        model_run(d->m, d->now);
    }
    draw(d->m, &d->g);
}

static inline void open_desk(struct desk *d, int rows, int columns)
{
    d->m = memory_zero(1, sizeof *d->m);
    d->now = 1;
    model_open(d->m, &d->doors, "alice");
    grid_resize(&d->g, rows, columns);
    model_resize(d->m, rows, columns);
    settle(d);
}

/* Two hits, one of whose hashes is a non-hit elsewhere, and `more` ordinary loads. */
static inline struct desk *demo(int more)
{
    struct desk *d = memory_zero(1, sizeof *d);

    d->c = fake_open(&d->doors);
    fake_add(d->c, "WS01", RUNDLL, TEMP "T1129.dll", "false", HASH, 1661978347, 2)->CommandLine =
        "rundll32.exe T1129.dll,StartW";
    fake_add(d->c, "WS01", SVCHOST, "C:\\Users\\Public\\quiet.dll", "true", "ab12", 1661978400, 1);
    fake_add(d->c, "WS02", "C:\\Windows\\explorer.exe", "C:\\Windows\\System32\\shellhelper.dll",
             "false", HASH, 1661978500, 1);
    for (int i = 0; i < more; i++)
        fake_add(d->c, i % 2 ? "WS02" : "WS03", SVCHOST, "C:\\Windows\\System32\\kernel32.dll", "true",
                 "ff00", 1661900000 + i, 1 + i);
    return d;
}

/* Hits of one host, the newest first, so that a row's id is its place. */
static inline struct desk *long_list(int n)
{
    struct desk *d = memory_zero(1, sizeof *d);

    d->c = fake_open(&d->doors);
    for (int i = 0; i < n; i++)
        fake_add(d->c, "WS01", SVCHOST, TEMP "a.dll", "true", "aa", 2000000000 - i, 1);
    return d;
}

static inline void close_desk(struct desk *d)
{
    model_close(d->m);
    free(d->m);
    grid_free(&d->g);
    fake_close(d->c);
    free(d);
}

static inline void press(struct desk *d, uint32_t key)
{
    model_press(d->m, (struct press){ .key = key });
}

/* Types a script at once: a character is itself, \r Enter, \x1b Esc, \b Backspace. */
static inline void type(struct desk *d, const char *script)
{
    for (; *script; script++)
        press(d, *script == '\b' ? PRESS_BACKSPACE : (uint32_t)(unsigned char)*script);
    settle(d);
}

static inline const char *line(const struct desk *d, int row)
{
    static char out[LINE_BYTES];
    size_t n = 0, end = 0;

    for (int x = 0; x < d->g.columns; x++) {
        const struct glyph *c = grid_cell(&d->g, row, x);

        memcpy(out + n, c->text, c->len);
        n += c->len;
        if (c->len != 1 || c->text[0] != ' ')
            end = n;
    }
    out[end] = '\0';
    return out;
}

static inline int row_with(const struct desk *d, const char *text)
{
    for (int y = 0; y < d->g.rows; y++)
        if (strstr(line(d, y), text))
            return y;
    return -1;
}

#define SHOWS(d, text) \
    do { \
        if (row_with(d, text) < 0) { \
            for (int y_ = 0; y_ < (d)->g.rows; y_++) \
                print_error("|%s\n", line(d, y_)); \
            fail_msg("the screen does not show: %s", text); \
        } \
    } while (0)
#define HIDES(d, text) assert_int_equal(row_with(d, text), -1)

static inline int64_t cursor_id(const struct desk *d)
{
    const struct rows *r = &model_place(d->m)->rows;

    return rows_id(r, r->cursor);
}

#endif
