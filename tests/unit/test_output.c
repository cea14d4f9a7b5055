/* Rows in four forms: escaping, spreadsheets, secrets, tables that fit. */
#include "cli/output.h"
#include "cli/redact.h"
#include "cli/fit.h"
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT(literal) { CELL_TEXT, 0, SPAN_INIT(literal) }
#define NUMBER(n) { CELL_NUMBER, (n), { NULL, 0 } }
#define MISSING { CELL_NULL, 0, { NULL, 0 } }

/* The rows as the form writes them; the caller frees. */
static char *written(enum output_form form, const struct output_column *columns, size_t count,
                     const struct cell *cells, size_t rows, struct output_place place)
{
    char *text = NULL;
    size_t size = 0;
    struct fault f;

    place.to = open_memstream(&text, &size);
    struct output *o = output_open(form, columns, count, &place);
    for (size_t r = 0; r < rows; r++)
        assert_true(output_row(o, &cells[r * count]));
    assert_true(output_close(o, NULL, &f));
    fclose(place.to);
    return text;
}

static const struct output_column one[] = { { .name = "v" } };

static void every_form_escapes_in_its_own_way(void **state)
{
    static const struct {
        struct cell cell;
        const char *tsv, *csv, *json;
    } table[] = {
        { TEXT("plain"), "plain", "plain", "\"plain\"" },
        { TEXT("C:\\Temp\\x.dll"), "C:\\Temp\\x.dll", "C:\\Temp\\x.dll",
          "\"C:\\\\Temp\\\\x.dll\"" },
        { TEXT("a\tb\nc\rd"), "a\u2409b\u240ac\u240dd", "\"a\tb\nc\rd\"", "\"a\\tb\\nc\\rd\"" },
        { TEXT("say \"x\""), "say \"x\"", "\"say \"\"x\"\"\"", "\"say \\\"x\\\"\"" },
        { TEXT("a,b;c"), "a,b;c", "\"a,b;c\"", "\"a,b;c\"" },
        { TEXT(" a"), " a", "\" a\"", "\" a\"" },
        { TEXT(""), "", "", "\"\"" },
        { MISSING, "", "", "null" },
        { NUMBER(-5), "-5", "-5", "-5" },
        { TEXT("\x1b[2J"), "\x1b[2J", "\x1b[2J", "\"\\u001b[2J\"" },
        { TEXT("\u202e"), "\u202e", "\u202e", "\"\\u202e\"" },
        { TEXT("\U000e0041"), "\U000e0041", "\U000e0041", "\"\\udb40\\udc41\"" },
        { TEXT("\u00e9\U0001f600"), "\u00e9\U0001f600", "\u00e9\U0001f600",
          "\"\u00e9\U0001f600\"" },
        { TEXT("\xff"), "\xff", "\xff", "\"\\ufffd\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        static const enum output_form forms[] = { OUTPUT_TSV, OUTPUT_CSV, OUTPUT_JSONL };
        const char *wants[] = { table[i].tsv, table[i].csv, table[i].json };

        for (size_t k = 0; k < 3; k++) {
            char want[128];
            char *got = written(forms[k], one, 1, &table[i].cell, 1, (struct output_place){ 0 });

            snprintf(want, sizeof want, forms[k] == OUTPUT_TSV ? "v\n%s\n"
                     : forms[k] == OUTPUT_CSV ? "v\r\n%s\r\n" : "{\"v\":%s}\n", wants[k]);
            assert_string_equal(got, want);
            free(got);
        }
    }
}

/* A case holds none; an answer of `modhunt sql` might. */
static void a_nul_never_ends_a_value(void **state)
{
    static const struct cell cell = TEXT("a\0b");
    char *tsv = written(OUTPUT_TSV, one, 1, &cell, 1, (struct output_place){ 0 });
    char *csv = written(OUTPUT_CSV, one, 1, &cell, 1, (struct output_place){ 0 });
    char *json = written(OUTPUT_JSONL, one, 1, &cell, 1, (struct output_place){ 0 });

    (void)state;
    assert_string_equal(tsv, "v\na\u2400b\n");
    assert_memory_equal(csv, "v\r\n\"a\0b\"\r\n", 10);
    assert_string_equal(json, "{\"v\":\"a\\u0000b\"}\n");
    free(tsv);
    free(csv);
    free(json);
}

static void a_terminal_never_gets_what_may_not_be_drawn(void **state)
{
    static const struct cell cell = TEXT("a\x1b[2J\u202e\xc2\x9b\xff.");

    (void)state;
    for (enum output_form form = OUTPUT_TABLE; form <= OUTPUT_JSONL; form++) {
        struct output_place place = { .terminal = true, .width = 80 };
        char *got = written(form, one, 1, &cell, 1, place);
        struct span rest = span_text(got);

        assert_true(text_is_utf8(rest));
        while (rest.len) {
            uint32_t c = text_next(&rest);
            if (c != '\n' && c != '\r')
                assert_false(text_hidden(c));
        }
        if (form != OUTPUT_JSONL)
            assert_non_null(strstr(got, "a<U+001B>[2J<U+202E><U+009B><U+00FF>."));
        free(got);
    }
}

static void long_text_is_shown_whole_on_a_terminal(void **state)
{
    char *long_text = memory_zero(1, 5001);
    struct cell cell = { .type = CELL_TEXT };

    (void)state;
    memset(long_text, '\x1b', 5000);
    cell.text = span_text(long_text);
    char *got = written(OUTPUT_TSV, one, 1, &cell, 1, (struct output_place){ .terminal = true });
    assert_int_equal(strlen(got), strlen("v\n\n") + 5000 * strlen("<U+001B>"));
    free(got);
    free(long_text);
}

/* OWASP ASVS 1.2.10: each lead, wherever a value may begin. */
static void a_spreadsheet_never_meets_a_formula(void **state)
{
    static const struct { const char *lead; size_t len; } leads[] = {
        { "=", 1 }, { "+", 1 }, { "-", 1 }, { "@", 1 }, { "\t", 1 }, { "\r", 1 }, { "\n", 1 },
        { "\0", 1 }, { "\u2400", 3 }, { "\uff1d", 3 }, { "\uff20", 3 },
    };
    static const struct { const char *before, *behind; bool formula; } positions[] = {
        { "", "cmd|' /C calc'!A0", true },
        { "", "1+1,\"x\"", true },
        { "  ", "1", true },
        { "x\",", "1", false },
        { "x\r\n", "1", false },
    };

    (void)state;
    for (size_t l = 0; l < sizeof leads / sizeof *leads; l++) {
        for (size_t p = 0; p < sizeof positions / sizeof *positions; p++) {
            char value[64], whole[64];
            size_t n = strlen(positions[p].before);
            struct cell cell = { .type = CELL_TEXT };

            memcpy(value, positions[p].before, n);
            memcpy(value + n, leads[l].lead, leads[l].len);
            n += leads[l].len;
            memcpy(value + n, positions[p].behind, strlen(positions[p].behind));
            n += strlen(positions[p].behind);
            cell.text = span_of(value, n);
            char *got = written(OUTPUT_CSV, one, 1, &cell, 1, (struct output_place){ 0 });
            /* quoted as a whole: what stands inside can't begin a cell of its own */
            assert_int_equal(got[3], '"');
            assert_int_equal(got[4] == '\'', positions[p].formula);
            n = 0;
            for (const char *at = got + 4 + positions[p].formula; n < cell.text.len; at++, n++) {
                whole[n] = *at;
                if (*at == '"') {
                    assert_int_equal(at[1], '"');
                    at++;
                }
            }
            assert_memory_equal(whole, value, cell.text.len);
            free(got);
        }
    }
}

static void secrets_leave_no_trace_in_csv(void **state)
{
    static const struct { const char *in, *want; } table[] = {
        { "app --password=S3cr3t!x -v", "app --password=<redacted> -v" },
        { "app --password S3cr3t -v", "app --password <redacted> -v" },
        { "app /Password:\"a b\" x", "app /Password:<redacted> x" },
        { "PGPASSWORD=hunter2 psql", "PGPASSWORD=<redacted> psql" },
        { "psexec \\\\h -u adm -p hunter2 cmd", "psexec \\\\h -u adm -p <redacted> cmd" },
        { "plink -pw hunter2 host", "plink -pw <redacted> host" },
        { "mysql.exe -uroot -phunter2 db", "mysql.exe -uroot -p<redacted> db" },
        { "schtasks /create /ru x /rp hunter2", "schtasks /create /ru x /rp <redacted>" },
        { "net use Z: \\\\fs\\x hunter2 /user:bob", "net use Z: \\\\fs\\x <redacted> /user:bob" },
        { "net user bob hunter2 /add", "net user bob <redacted> /add" },
        { "curl -u bob:hunter2 https://h", "curl -u bob:<redacted> https://h" },
        { "curl https://bob:hunter2@h/x", "curl https://bob:<redacted>@h/x" },
        { "curl -H \"Authorization: Bearer abc.def\" u",
          "curl -H \"Authorization: Bearer <redacted>\" u" },
        { "curl -H 'Authorization: Basic Ym9iOng='", "curl -H 'Authorization: Basic <redacted>'" },
        { "x --token ghp_0123456789abcdefghij", "x --token <redacted>" },
        { "set K=AKIAIOSFODNN7EXAMPLE", "set K=<redacted>" },
        { "j eyJhbGciOiJI.eyJzdWIiOiIx.abc", "j <redacted>" },
        { "{\"password\": \"hunter2\"}", "{\"password\": <redacted>}" },
        { "rundll32.exe C:\\Users\\Public\\x.dll,Start", NULL },
        { "x -path C:\\y -profile z -port", NULL },
        { "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct redacted r = redact(span_text(table[i].in));
        const char *want = table[i].want ? table[i].want : table[i].in;

        if (!span_is(r.text, want))
            fail_msg("%s: %.*s", table[i].in, (int)r.text.len, (const char *)r.text.at);
        assert_int_equal(r.count, table[i].want ? 1 : 0);
        redact_clear(&r);
    }
}

static void only_csv_and_only_secret_columns_are_redacted(void **state)
{
    static const struct output_column columns[] = {
        { .name = "c", .secret = true }, { .name = "d" },
    };
    static const struct cell cells[] = { TEXT("x password=hunter2"), TEXT("x password=hunter3") };

    (void)state;
    for (enum output_form form = OUTPUT_TABLE; form <= OUTPUT_JSONL; form++) {
        struct output_place place = { .redact = true };
        char *got = written(form, columns, 2, cells, 1, place);
        assert_int_equal(strstr(got, "hunter2") == NULL, form == OUTPUT_CSV);
        assert_non_null(strstr(got, "hunter3"));
        free(got);
        place.redact = false;
        got = written(form, columns, 2, cells, 1, place);
        assert_non_null(strstr(got, "hunter2"));
        free(got);
    }
}

static void what_is_not_known_prints_as_such(void **state)
{
    static const struct output_column columns[] = {
        { .name = "t", .kind = OUTPUT_TIME },
        { .name = "u", .kind = OUTPUT_NUMBER, .missing = "?" },
        { .name = "only", .json_only = true },
    };
    static const struct cell cells[] = {
        NUMBER(1661978347561000), NUMBER(1), TEXT("x"),
        NUMBER(MOMENT_NONE), MISSING, MISSING,
    };
    static const char *const wants[] = {
        [OUTPUT_TABLE] = "t                    u\n2022-08-31 20:39:07Z 1\n                     ?\n",
        [OUTPUT_CSV] = "t,u\r\n2022-08-31T20:39:07.561000Z,1\r\n,?\r\n",
        [OUTPUT_TSV] = "t\tu\n2022-08-31T20:39:07.561000Z\t1\n\t?\n",
        [OUTPUT_JSONL] = ("{\"t\":\"2022-08-31T20:39:07.561000Z\",\"u\":1,\"only\":\"x\"}\n"
                          "{\"t\":null,\"u\":null,\"only\":null}\n"),
    };

    (void)state;
    for (enum output_form form = OUTPUT_TABLE; form <= OUTPUT_JSONL; form++) {
        char *got = written(form, columns, 3, cells, 2, (struct output_place){ 0 });
        assert_string_equal(got, wants[form]);
        free(got);
    }
}

static void an_answer_without_rows_still_has_its_heading(void **state)
{
    static const char *const wants[] = {
        [OUTPUT_TABLE] = "v\n", [OUTPUT_CSV] = "v\r\n", [OUTPUT_TSV] = "v\n", [OUTPUT_JSONL] = "",
    };

    (void)state;
    for (enum output_form form = OUTPUT_TABLE; form <= OUTPUT_JSONL; form++) {
        char *got = written(form, one, 1, NULL, 0, (struct output_place){ .width = 80 });
        assert_string_equal(got, wants[form]);
        free(got);
    }
}

static void a_table_leaves_out_and_squeezes_until_it_fits(void **state)
{
    /* natural, least, floor, rank */
    static const struct {
        int available;
        struct fit in[4];
        int want[4];
    } table[] = {
        { 0, { { 50, 5, 2, 0, 0 }, { 500, 5, 2, 9, 0 } }, { 50, 500 } },
        { 26, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 9, 0 } }, { 10, 15 } },
        { 25, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 9, 0 } }, { 10, 14 } },
        { 11, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 9, 0 } }, { 5, 5 } },
        { 10, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 9, 0 } }, { 10, 0 } },
        { 10, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 4, 0 } }, { 5, 4 } },
        { 4, { { 10, 5, 2, 0, 0 }, { 15, 5, 2, 4, 0 } }, { 4, 0 } },
        { 20, { { 10, 5, 5, 0, 0 }, { 15, 5, 5, 6, 0 }, { 9, 9, 9, 5, 0 } }, { 10, 0, 9 } },
        { 3, { { 10, 5, 4, 0, 0 }, { 15, 5, 4, 1, 0 } }, { 4, 0 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fit c[4];
        size_t count = table[i].in[2].natural ? 3 : 2;

        memcpy(c, table[i].in, sizeof c);
        fit_columns(c, count, table[i].available);
        for (size_t k = 0; k < count; k++)
            if (c[k].width != table[i].want[k])
                fail_msg("row %zu, column %zu: %d", i, k, c[k].width);
    }
}

static void a_shortened_path_keeps_its_file_name(void **state)
{
    static const struct {
        const char *in;
        int width;
        bool path;
        const char *want;
    } table[] = {
        { "C:\\Windows\\System32\\rundll32.exe", 40, true, "C:\\Windows\\System32\\rundll32.exe" },
        { "C:\\Windows\\System32\\rundll32.exe", 20, true, "C:\\Wi..\\rundll32.exe" },
        { "C:\\Windows\\System32\\rundll32.exe", 15, true, "..\\rundll32.exe" },
        { "C:\\Windows\\System32\\rundll32.exe", 14, true, "..rundll32.exe" },
        { "C:\\Windows\\System32\\rundll32.exe", 8, true, "..32.exe" },
        { "/usr/lib/x86_64-linux-gnu/libc.so.6", 16, true, "/usr../libc.so.6" },
        { "rundll32.exe x.dll,Start", 10, false, "rundll32.." },
        { "no-separator-at-all", 8, true, "..at-all" },
        { "abc", 2, false, ".." },
        { "abc", 1, true, "." },
        { "abc", 0, true, "" },
        { "\u6f22\u5b57\u6f22\u5b57", 7, false, "\u6f22\u5b57.." },
        { "\u6f22\u5b57\u6f22\u5b57", 6, false, "\u6f22\u5b57.." },
        { "\u6f22\u5b57\u6f22\u5b57", 5, false, "\u6f22.." },
        { "ae\u0301iou", 4, false, "ae\u0301.." },
        { "", 5, true, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char out[128];
        fit_text(out, span_text(table[i].in), table[i].width, table[i].path);
        if (fit_width(span_text(out)) > table[i].width)
            fail_msg("row %zu is too wide: %s", i, out);
        assert_string_equal(out, table[i].want);
    }
}

static void a_table_fits_whatever_the_terminal(void **state)
{
    static const struct output_column columns[] = {
        { .name = "when", .kind = OUTPUT_TIME },
        { .name = "Image", .kind = OUTPUT_PATH, .least = 12 },
        { .name = "CommandLine", .least = 10, .rank = 6 },
        { .name = "SuspicionScore", .brief = "Score", .kind = OUTPUT_NUMBER },
    };
    static const struct cell cells[] = {
        NUMBER(1661978347561000), TEXT("C:\\Windows\\System32\\rundll32.exe"),
        TEXT("rundll32.exe C:\\Users\\Public\\x.dll,Start\nand a second line"), NUMBER(3),
        NUMBER(MOMENT_NONE), TEXT("C:\\\u6f22\u5b57\\\u202e.exe"), MISSING, NUMBER(1),
    };

    (void)state;
    for (int width = 40; width < 170; width++) {
        char *got = written(OUTPUT_TABLE, columns, 4, cells, 2,
                            (struct output_place){ .width = width });
        size_t lines = 0;

        for (char *line = got, *end; (end = strchr(line, '\n')); line = end + 1, lines++)
            assert_true(fit_width(span_of(line, (size_t)(end - line))) <= width);
        assert_int_equal(lines, 3);
        assert_int_equal(strstr(got, "CommandLine") != NULL, width >= 51);
        free(got);
    }
}

static void rows_beyond_the_first_stream_in_the_same_widths(void **state)
{
    struct output_place place = { .width = 30 };
    char *text = NULL;
    size_t size = 0;
    struct fault f;
    struct output_told told;

    (void)state;
    place.to = open_memstream(&text, &size);
    struct output *o = output_open(OUTPUT_TABLE, one, 1, &place);
    for (int i = 0; i < 2000; i++) {
        static const struct cell cells[] = { TEXT("short"), TEXT("a longer one that is cut") };
        assert_true(output_row(o, &cells[i == 1999]));
    }
    assert_true(output_close(o, &told, &f));
    fclose(place.to);
    assert_int_equal(told.rows, 2000);
    assert_int_equal(size, strlen("v\n") + 1999 * strlen("short\n") + strlen("a l..\n"));
    free(text);
}

static void a_full_disk_is_told(void **state)
{
    struct output_place place = { .to = fopen("/dev/full", "w") };
    static const struct cell cell = TEXT("x");
    struct fault f;

    (void)state;
    assert_non_null(place.to);
    struct output *o = output_open(OUTPUT_TSV, one, 1, &place);
    output_row(o, &cell);
    assert_false(output_close(o, NULL, &f));
    assert_int_equal(f.kind, FAULT_FULL);
    fclose(place.to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_escapes_in_its_own_way),
        cmocka_unit_test(a_nul_never_ends_a_value),
        cmocka_unit_test(a_terminal_never_gets_what_may_not_be_drawn),
        cmocka_unit_test(long_text_is_shown_whole_on_a_terminal),
        cmocka_unit_test(a_spreadsheet_never_meets_a_formula),
        cmocka_unit_test(secrets_leave_no_trace_in_csv),
        cmocka_unit_test(only_csv_and_only_secret_columns_are_redacted),
        cmocka_unit_test(what_is_not_known_prints_as_such),
        cmocka_unit_test(an_answer_without_rows_still_has_its_heading),
        cmocka_unit_test(a_table_leaves_out_and_squeezes_until_it_fits),
        cmocka_unit_test(a_shortened_path_keeps_its_file_name),
        cmocka_unit_test(a_table_fits_whatever_the_terminal),
        cmocka_unit_test(rows_beyond_the_first_stream_in_the_same_widths),
        cmocka_unit_test(a_full_disk_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
