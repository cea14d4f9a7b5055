/* The grid: nothing that may not be drawn gets into a cell, whatever comes. */
#include "core/fault.h"
#include "core/text.h"
#include "tui/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROW_MAX 2048

/* A row as text, without the blanks at its end; what is hidden in STYLE_HIDDEN
 * stands between the marks of `hidden` where that is asked for. */
static const char *row_text(const struct grid *g, int row, char out[static ROW_MAX])
{
    size_t n = 0, end = 0;

    for (int x = 0; x < g->columns; x++) {
        const struct glyph *c = grid_cell(g, row, x);

        memcpy(out + n, c->text, c->len);
        n += c->len;
        if (c->len != 1 || c->text[0] != ' ')
            end = c->len ? n : end;
    }
    out[end] = '\0';
    return out;
}

static void only_what_may_be_drawn(const struct grid *g)
{
    for (int i = 0; i < g->rows * g->columns; i++) {
        const struct glyph *c = &g->cells[i];
        struct span rest = span_of(c->text, c->len);
        int width = 0;

        assert_true(text_is_utf8(rest));
        assert_true(c->len > 0 || c->tail);
        while (rest.len) {
            uint32_t code = text_next(&rest);

            assert_false(text_hidden(code));
            assert_false(g->ascii && code >= 0x80);
            width += text_width(code);
        }
        if (!c->tail)
            assert_int_equal(width, (i + 1) % g->columns && c[1].tail ? 2 : 1);
    }
}

static void every_code_point_is_drawn_or_written_out(void **state)
{
    struct grid g = { 0 };
    (void)state;

    grid_resize(&g, 2, 40);
    for (int ascii = 0; ascii <= 1; ascii++)
        for (uint32_t c = 0; c <= 0x10FFFF; c++) {
            uint8_t text[16] = { 'a' };
            size_t n = 1;
            char line[ROW_MAX], number[16];

            if (c >= 0xD800 && c <= 0xDFFF)
                continue;
            g.ascii = ascii;
            n += text_put(text + n, c);
            text[n++] = 'b';
            grid_clear(&g);
            grid_text(&g, 0, 0, 40, STYLE_PLAIN, span_of(text, n));
            only_what_may_be_drawn(&g);
            if (text_hidden(c) || (ascii && c >= 0x80)) {
                snprintf(number, sizeof number, "a<U+%04X>b", (unsigned)c);
                assert_string_equal(row_text(&g, 0, line), number);
                assert_int_equal(grid_cell(&g, 0, 1)->style, STYLE_HIDDEN);
            }
        }
    grid_free(&g);
}

static void every_pair_of_bytes_is_harmless(void **state)
{
    struct grid g = { 0 };
    (void)state;

    grid_resize(&g, 1, 24);
    for (unsigned i = 0; i < 65536; i++) {
        uint8_t text[] = { (uint8_t)(i >> 8), (uint8_t)i };

        grid_clear(&g);
        grid_text(&g, 0, 0, 24, STYLE_PLAIN, span_of(text, 2));
        only_what_may_be_drawn(&g);
        grid_clear(&g);
        grid_path(&g, 0, 0, 7, STYLE_PLAIN, span_of(text, 2));
        only_what_may_be_drawn(&g);
    }
    grid_free(&g);
}

static void text_is_cut_on_columns(void **state)
{
    static const struct { const char *in; int width; const char *want; int used; } table[] = {
        { "rundll32.exe", 12, "rundll32.exe", 12 },
        { "rundll32.exe", 11, "rundll32.e\xE2\x80\xA6", 11 },
        { "rundll32.exe", 1, "\xE2\x80\xA6", 1 },
        { "rundll32.exe", 0, "", 0 },
        { "", 5, "", 0 },
        { "A\nB\tC\rD\bE", 60, "A<U+000A>B<U+0009>C<U+000D>D<U+0008>E", 37 },
        { "\x1b[31mred", 60, "<U+001B>[31mred", 15 },
        { "\xC2\x9B" "31m", 60, "<U+009B>31m", 11 },
        { "a\x9B" "b", 60, "a<U+009B>b", 10 },
        { "\xE2\x80\xAE" "fdp.exe", 60, "<U+202E>fdp.exe", 15 },
        { "\xF3\xA0\x80\x81", 60, "<U+E0001>", 9 },
        { "\\\\host\\share", 60, "\\\\host\\share", 12 },
        /* an escape is cut like any text, and stays told apart */
        { "ab\x1b" "cdefgh", 6, "ab<U+\xE2\x80\xA6", 6 },
        /* a wide character stays whole */
        { "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 6, "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 6 },
        { "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 5, "\xE6\x97\xA5\xE6\x9C\xAC\xE2\x80\xA6", 5 },
        { "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 4, "\xE6\x97\xA5\xE2\x80\xA6", 3 },
        /* two combining marks are drawn, the third and an orphan are written out */
        { "e\xCC\x81\xCC\x80x", 60, "e\xCC\x81\xCC\x80x", 2 },
        { "e\xCC\x81\xCC\x80\xCC\x82", 60, "e\xCC\x81\xCC\x80<U+0302>", 9 },
        { "\xCC\x81" "a", 60, "<U+0301>a", 9 },
    };
    struct grid g = { 0 };
    char line[ROW_MAX];
    (void)state;

    grid_resize(&g, 1, 80);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        grid_clear(&g);
        int used = grid_say(&g, 0, 3, table[i].width, STYLE_PLAIN, table[i].in);
        assert_string_equal(row_text(&g, 0, line) + (table[i].used ? 3 : 0), table[i].want);
        assert_int_equal(used, table[i].used);
        only_what_may_be_drawn(&g);
    }
    grid_free(&g);
}

static void a_path_keeps_its_file_name(void **state)
{
    static const struct { const char *in; int width; const char *want; } table[] = {
        { "C:\\Windows\\System32\\x.dll", 25, "C:\\Windows\\System32\\x.dll" },
        { "C:\\Windows\\System32\\x.dll", 20, "C:\\Windows\\Sy~\\x.dll" },
        { "C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll", 24, "C:\\Users~\\Temp\\T1129.dll" },
        { "C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll", 18, "C:\\User~\\T1129.dll" },
        { "C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll", 10, "T1129.dll" },
        { "C:\\Temp\\averyveryverylongname.dll", 16, "averyveryv~e.dll" },
        { "/tmp/.hidden/libevil.so.1", 20, "/tmp/.~/libevil.so.1" },
        { "\\\\10.0.0.5\\share\\dir\\x.dll", 17, "\\\\10.0~\\dir\\x.dll" },
        { "C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll", 34, "C:\\Users\\bob~\\Local\\Temp\\T1129.dll" },
        { "C:\\a\\", 4, "C:\\~" },
        { "name-without-any-folder.dll", 14, "name-with~.dll" },
    };
    struct grid g = { 0 };
    char line[ROW_MAX];
    (void)state;

    grid_resize(&g, 1, 80);
    g.ascii = true;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int used;

        grid_clear(&g);
        used = grid_path(&g, 0, 0, table[i].width, STYLE_PLAIN, span_text(table[i].in));
        row_text(&g, 0, line);
        assert_true(used <= table[i].width);
        assert_int_equal(strlen(line), used);
        assert_string_equal(line, table[i].want);
    }
    grid_free(&g);
}

static void the_middle_goes_where_folders_tell(void **state)
{
    static const char path[] = "ev/WS-FINANCE/Microsoft-Windows-Sysmon%4Operational.evtx";
    struct grid g = { 0 };
    char line[ROW_MAX];
    (void)state;

    grid_resize(&g, 1, 80);
    g.ascii = true;
    for (int width = 0; width < 70; width++) {
        grid_clear(&g);
        int used = grid_middle(&g, 0, 0, width, STYLE_PLAIN, span_text(path));
        assert_true(used <= width);
        assert_int_equal(strlen(row_text(&g, 0, line)), used);
    }
    grid_clear(&g);
    grid_middle(&g, 0, 0, 40, STYLE_PLAIN, span_text(path));
    assert_string_equal(row_text(&g, 0, line), "ev/WS-FINANCE/Micros~n%4Operational.evtx");
    grid_free(&g);
}

static void a_wide_glyph_leaves_no_half_behind(void **state)
{
    struct grid g = { 0 };
    char line[ROW_MAX];
    (void)state;

    grid_resize(&g, 1, 10);
    grid_say(&g, 0, 0, 10, STYLE_PLAIN, "\xE6\x97\xA5\xE6\x9C\xAC");
    grid_say(&g, 0, 1, 2, STYLE_PLAIN, "xy");
    assert_string_equal(row_text(&g, 0, line), " xy");
    only_what_may_be_drawn(&g);
    /* nor does one stick out of the grid */
    grid_clear(&g);
    grid_say(&g, 0, 9, 10, STYLE_PLAIN, "\xE6\x97\xA5");
    only_what_may_be_drawn(&g);
    grid_free(&g);
}

static void outside_the_grid_nothing_is_drawn(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 1, 500 }, { 500, 1 }, { 0, 0 }, { -3, 9000 } };
    struct grid g = { 0 };
    (void)state;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        grid_resize(&g, sizes[i][0], sizes[i][1]);
        for (int y = -2; y < g.rows + 2; y++) {
            grid_say(&g, y, -1, 9, STYLE_PLAIN, "left of it");
            grid_say(&g, y, g.columns - 1, 9, STYLE_PLAIN, "right of it");
            grid_path(&g, y, 0, 9000, STYLE_PLAIN, SPAN("C:\\a\\b"));
            grid_right(&g, y, 0, g.columns, STYLE_PLAIN, SPAN("12"));
            grid_line(&g, y, 0, 9000, STYLE_RULE);
            grid_fill(&g, y, -5, 9000, STYLE_BAR);
            grid_select(&g, y, 0, 9000);
            grid_fade(&g, y, 0, 9000);
            grid_sign(&g, y, g.columns, STYLE_PLAIN, SIGN_TRAIL);
        }
        only_what_may_be_drawn(&g);
    }
    grid_free(&g);
}

static void fading_keeps_what_is_hidden_apart(void **state)
{
    struct grid g = { 0 };
    (void)state;

    grid_resize(&g, 1, 20);
    grid_say(&g, 0, 0, 20, STYLE_PLAIN, "a\x1b");
    grid_fade(&g, 0, 0, 20);
    assert_int_equal(grid_cell(&g, 0, 0)->style, STYLE_DIM);
    assert_int_equal(grid_cell(&g, 0, 1)->style, STYLE_HIDDEN);
    grid_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_drawn_or_written_out),
        cmocka_unit_test(every_pair_of_bytes_is_harmless),
        cmocka_unit_test(text_is_cut_on_columns),
        cmocka_unit_test(a_path_keeps_its_file_name),
        cmocka_unit_test(the_middle_goes_where_folders_tell),
        cmocka_unit_test(a_wide_glyph_leaves_no_half_behind),
        cmocka_unit_test(outside_the_grid_nothing_is_drawn),
        cmocka_unit_test(fading_keeps_what_is_hidden_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
