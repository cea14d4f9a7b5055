/* The words of a command: options, values, near misses, filters, case names. */
#include "cli/case_file.h"
#include "cli/filter_words.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/tell.h"
#include "core/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct option_fact facts[] = {
    { "case", 'c', "CASE", "" },
    { "format", 0, "FORM", "" },
    { "all", 'a', NULL, "" },
    { "allowed", 0, NULL, "" },
    { NULL, 0, NULL, NULL },
};

#define WORDS 8

static void options_are_read_wherever_they_stand(void **state)
{
    static const struct {
        char *argv[WORDS];
        const char *the_case, *format, *words; /* words joined by | */
        bool all, help;
    } table[] = {
        { { "x", "-c", "k", "w" }, "k", NULL, "w", false, false },
        { { "x", "w", "-ck" }, "k", NULL, "w", false, false },
        { { "x", "--case=k", "--all", "v", "w" }, "k", NULL, "v|w", true, false },
        { { "x", "--case", "k", "--", "--all", "-" }, "k", NULL, "--all|-", false, false },
        { { "x", "-ac", "k" }, "k", NULL, "", true, false },
        { { "x", "--form", "csv", "-" }, NULL, "csv", "-", false, false },
        { { "x", "--format=" }, NULL, "", "", false, false },
        { { "x", "-c", "a", "-c", "b" }, "b", NULL, "", false, false },
        { { "x", "w", "--help" }, NULL, NULL, "w", false, true },
        { { "x", "-h" }, NULL, NULL, "", false, true },
        { { "x", "-c", "--all" }, "--all", NULL, "", false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct options o;
        struct fault f;
        char words[64] = "";
        int argc = 0;

        while (table[i].argv[argc])
            argc++;
        assert_true(options_parse(&o, facts, argc, (char **)table[i].argv, &f));
        for (size_t w = 0; w < o.word_count; w++)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", w ? "|" : "",
                     o.words[w]);
        assert_string_equal(words, table[i].words);
        if (table[i].the_case)
            assert_string_equal(options_value(&o, "case"), table[i].the_case);
        else
            assert_null(options_value(&o, "case"));
        if (table[i].format)
            assert_string_equal(options_value(&o, "format"), table[i].format);
        assert_int_equal(options_given(&o, "all"), table[i].all);
        assert_int_equal(o.help, table[i].help);
        options_clear(&o);
    }
}

static void a_wrong_option_is_refused_and_the_nearest_named(void **state)
{
    static const struct {
        char *argv[WORDS];
        const char *part;
    } table[] = {
        { { "x", "--fromat", "csv" }, "did you mean --format?" },
        { { "x", "--csae=k" }, "did you mean --case?" },
        { { "x", "--hlep" }, "did you mean --help?" },
        { { "x", "--zzzzzz" }, "there is no option --zzzzzz here" },
        { { "x", "-z" }, "there is no option -z here" },
        { { "x", "-format", "csv" }, "did you mean --format?" },
        { { "x", "--case" }, "--case needs a value (CASE)" },
        { { "x", "-c" }, "--case needs a value (CASE)" },
        { { "x", "--all=1" }, "--all takes no value" },
        { { "x", "--al" }, "there is no option --al here" }, /* all or allowed? */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct options o;
        struct fault f;
        int argc = 0;

        while (table[i].argv[argc])
            argc++;
        assert_false(options_parse(&o, facts, argc, (char **)table[i].argv, &f));
        assert_int_equal(f.kind, FAULT_USAGE);
        if (!strstr(f.text, table[i].part))
            fail_msg("row %zu: %s", i, f.text);
    }
}

static void the_nearest_name_is_one_that_could_be_meant(void **state)
{
    static const char *const names[] = { "hunt", "evidence", "ingest", "Signature", NULL };
    static const struct { const char *word, *near; } table[] = {
        { "hnut", "hunt" }, { "hunts", "hunt" }, { "HUNT", "hunt" }, { "evidnce", "evidence" },
        { "ing", "ingest" }, { "signature", "Signature" }, { "xyzzy", NULL }, { "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *near = nearest_name(table[i].word, names);
        if (table[i].near)
            assert_string_equal(near, table[i].near);
        else
            assert_null(near);
    }
}

static void the_words_of_a_filter_are_joined(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *filter;
    } table[] = {
        { { "rundll32" }, "rundll32" },
        { { "program", "files" }, "program files" },
        { { "C:\\Windows\\x.dll" }, "C:\\Windows\\x.dll" },
        { { "HOST:WS01", "tmp" }, "HOST:WS01 tmp" },
        { { "score>=2 -signer:\"a b\"" }, "score>=2 -signer:\"a b\"" },
        { { "\"nofield: 3\"" }, "\"nofield: 3\"" },
        { { " " }, NULL },
        { { NULL }, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question *q = question_open(QUESTION_HUNT);
        struct fault f;
        size_t count = 0;

        while (table[i].words[count])
            count++;
        assert_true(filter_words(q, table[i].words, count, &f));
        assert_int_equal(!q->filter, !table[i].filter);
        if (q->filter)
            assert_string_equal(q->filter, table[i].filter);
        question_close(q);
    }
}

static void a_filter_that_is_not_understood_is_refused(void **state)
{
    static const struct { const char *word, *say; } table[] = {
        { "hash:xyz1", "the filter: column 6: xyz1: a hash is written in hexadecimal digits" },
        { "scor>=2", "the filter: column 1: there is no field scor; did you mean score?" },
        { "\xff", "the filter: column 1: the filter is not UTF-8, and all that a case holds is" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question *q = question_open(QUESTION_HUNT);
        struct fault f;

        assert_false(filter_words(q, &table[i].word, 1, &f));
        assert_int_equal(f.kind, FAULT_USAGE);
        assert_string_equal(f.text, table[i].say);
        question_close(q);
    }
}

static void a_case_is_named_after_its_evidence(void **state)
{
    static const struct { const char *evidence, *name; } table[] = {
        { "bundle.zip", "bundle.modhunt" },
        { "/a/b/Security.evtx", "Security.modhunt" },
        { "x/logs.tar.gz", "logs.modhunt" },
        { ".tar.gz", ".tar.modhunt" },
        { "noending", "noending.modhunt" },
        { ".hidden", ".hidden.modhunt" },
        { "old.modhunt", "old.modhunt.modhunt" },
        { "a.b.c", "a.b.modhunt" },
        { "/", "evidence.modhunt" },
        { "-", "evidence.modhunt" },
        { "folder.2024", "folder.2024.modhunt" },
        { "folder.2024/", "folder.2024.modhunt" },
    };
    char here[] = "/tmp/modhunt-names-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    assert_int_equal(mkdir("folder.2024", 0700), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[300];
        case_file_name(name, sizeof name, table[i].evidence);
        assert_string_equal(name, table[i].name);
    }
    rmdir("folder.2024");
    assert_int_equal(chdir("/"), 0);
    rmdir(here);
}

static void a_case_never_lies_inside_its_evidence(void **state)
{
    char here[] = "/tmp/modhunt-inside-XXXXXX", want[512], path[CASE_PATH_MAX], inner[128];
    const char *all[] = { here }, *dot[] = { "." }, *other[] = { "/etc/hostname" };
    bool elsewhere;
    struct fault f;

    (void)state;
    assert_non_null(mkdtemp(here));
    snprintf(inner, sizeof inner, "%s/inner", here);
    assert_int_equal(mkdir(inner, 0700), 0);
    setenv("XDG_DATA_HOME", inner, 1);
    assert_int_equal(chdir(inner), 0);
    assert_true(case_file_for(path, all, 1, &elsewhere, &f));
    assert_true(elsewhere);
    snprintf(want, sizeof want, "%s/modhunt/%s.modhunt", inner, here + 5);
    assert_string_equal(path, want);
    assert_true(case_file_for(path, dot, 1, &elsewhere, &f));
    assert_true(elsewhere);
    assert_true(case_file_for(path, other, 1, &elsewhere, &f));
    assert_false(elsewhere);
    assert_string_equal(path, "hostname.modhunt");
    assert_int_equal(chdir("/"), 0);
    snprintf(want, sizeof want, "%s/modhunt", inner);
    rmdir(want);
    rmdir(inner);
    rmdir(here);
}

static void a_case_is_told_by_content(void **state)
{
    static const struct { const char *bytes; size_t len; uint32_t id; enum case_kind kind; } table[] = {
        { "", 0, 0, CASE_EMPTY },
        { "SQLite format 3", 100, CASE_APPLICATION_ID, CASE_OURS },
        { "SQLite format 3", 100, 0, CASE_FOREIGN_DB },
        { "SQLite format 3", 99, CASE_APPLICATION_ID, CASE_OTHER },
        { "SQLite format 4", 100, CASE_APPLICATION_ID, CASE_OTHER },
    };
    char path[] = "/tmp/modhunt-kind-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char bytes[100] = { 0 };

        snprintf(bytes, 17, "%s", table[i].bytes);
        for (int b = 0; b < 4; b++)
            bytes[68 + b] = (char)(table[i].id >> (24 - 8 * b));
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, bytes, table[i].len, 0), table[i].len);
        assert_int_equal(case_file_kind(path), table[i].kind);
    }
    close(fd);
    unlink(path);
    assert_int_equal(case_file_kind(path), CASE_MISSING);
    assert_int_equal(case_file_kind("/tmp"), CASE_OTHER);
}

static void numbers_read_as_people_write_them(void **state)
{
    static const struct { uint64_t n; const char *count, *bytes; } table[] = {
        { 0, "0", "0 bytes" }, { 1, "1", "1 byte" }, { 999, "999", "999 bytes" },
        { 1000, "1,000", "1000 bytes" }, { 1536, "1,536", "1.5 KiB" },
        { 1048575, "1,048,575", "1.0 MiB" },
        { UINT64_MAX, "18,446,744,073,709,551,615", "16.0 EiB" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char count[TELL_COUNT_TEXT], bytes[TELL_BYTES_TEXT];
        assert_string_equal(tell_count(table[i].n, count), table[i].count);
        assert_string_equal(tell_bytes(table[i].n, bytes), table[i].bytes);
    }
}

static void the_line_of_following_says_when_a_record_came_last(void **state)
{
    struct ingest_progress in = { .files = 1, .following = true, .records = 1200, .loads = 1000,
                                  .bytes = 10, .bytes_done = 10 };
    char line[PROGRESS_TEXT];

    (void)state;
    progress_line(line, &in, 2000000, false, 200);
    assert_string_equal(line, "following 1 file, no record yet, 1,200 records, 1,000 loads, 0 damaged");
    in.last_record = 5025000000; /* 01:23:45 */
    progress_line(line, &in, 2000000, false, 200);
    assert_non_null(strstr(line, "last record 01:23:45 UTC"));
    in.bytes = 10 + 4096;
    progress_line(line, &in, 2000000, false, 200);
    assert_non_null(strstr(line, "4.0 KiB behind"));
}

static void the_progress_line_says_what_is_left_once_it_knows(void **state)
{
    struct ingest_progress in = { .files = 4, .files_done = 1, .bytes = 4096, .bytes_done = 1024,
                                  .records = 2000, .loads = 1500, .damaged = 3 };
    char line[PROGRESS_TEXT];

    (void)state;
    progress_line(line, &in, 2000000, false, 200);
    assert_string_equal(line, "1/4+ files, 1.0 KiB of 4.0 KiB+, 1,000 records/s, 1,500 loads, "
                              "3 damaged");
    in.walked = true;
    progress_line(line, &in, 2000000, false, 200);
    assert_string_equal(line, "1/4 files, 1.0 KiB of 4.0 KiB, 1,000 records/s, 1,500 loads, "
                              "3 damaged, 0:06 left");
    progress_line(line, &in, 2000000, true, 200);
    assert_non_null(strstr(line, "building the indexes"));
    progress_line(line, &in, 2000000, false, 80); /* the time left and the damage stay */
    assert_string_equal(line, "25% of 4 files, 1,500 loads, 3 damaged, 0:06 left");
    progress_line(line, &in, 2000000, true, 80);
    assert_string_equal(line, "building the indexes; 1,500 loads, 3 damaged");
    progress_line(line, &in, 2000000, false, 20);
    assert_int_equal(strlen(line), 19);
    in = (struct ingest_progress){ 0 };
    progress_line(line, &in, 0, false, 200);
    assert_string_equal(line, "0/0+ files, 0 bytes of 0 bytes+, 0 records/s, 0 loads, 0 damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_wherever_they_stand),
        cmocka_unit_test(a_wrong_option_is_refused_and_the_nearest_named),
        cmocka_unit_test(the_nearest_name_is_one_that_could_be_meant),
        cmocka_unit_test(the_words_of_a_filter_are_joined),
        cmocka_unit_test(a_filter_that_is_not_understood_is_refused),
        cmocka_unit_test(a_case_is_named_after_its_evidence),
        cmocka_unit_test(a_case_never_lies_inside_its_evidence),
        cmocka_unit_test(a_case_is_told_by_content),
        cmocka_unit_test(numbers_read_as_people_write_them),
        cmocka_unit_test(the_progress_line_says_what_is_left_once_it_knows),
        cmocka_unit_test(the_line_of_following_says_when_a_record_came_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
