/* Back to evidence: members are found by digest in every kind of archive, records
 * are cut where their decoders cut them, and what was mended is found again. */
#include "cli/record_text.h"
#include "core/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define LINES 6000 /* more than a frame of the child holds */
#define FROM 70000 /* of the stretch that is asked for */
#define TO 90000

static char folder[64], path[128];
static struct span evidence; /* what is to be found */

static int open_place(void **state)
{
    char *text = memory_get(LINES * 64);
    size_t len = 0;

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/modhunt-record-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/evidence", folder);
    for (int i = 0; i < LINES; i++)
        len += (size_t)snprintf(text + len, 64, "{\"EventID\": 7, \"line\": %d}\n", i);
    evidence = span_of(text, len);
    assert_true(len > TO);
    return 0;
}

static int close_place(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    free((void *)(uintptr_t)evidence.at);
    return 0;
}

static void put_file(struct span bytes)
{
    FILE *to = fopen(path, "wb");

    assert_non_null(to);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, to), bytes.len);
    fclose(to);
}

/* ---- finding ---- */

static struct find wanted(const struct bundle_options *bundles)
{
    struct find w = { .path = path, .size = evidence.len, .from = FROM, .to = TO,
                      .bundles = bundles };

    digest_of(evidence, w.sha256);
    return w;
}

static void assert_found(const struct find *w)
{
    struct found_bytes b;
    struct fault f;

    if (!find_bytes(w, &b, &f))
        fail_msg("%s", f.text);
    assert_int_equal(b.len, TO - FROM);
    assert_memory_equal(b.stretch, evidence.at + FROM, b.len);
    assert_int_equal(b.head_len, FIND_HEAD_BYTES);
    assert_memory_equal(b.head, evidence.at, b.head_len);
    assert_string_equal(b.path, path);
    found_bytes_clear(&b);
}

static void assert_refused(const struct find *w, const char *words)
{
    struct found_bytes b;
    struct fault f;

    assert_false(find_bytes(w, &b, &f));
    if (!strstr(f.text, words))
        fail_msg("no \"%s\" in: %s", words, f.text);
    assert_null(b.stretch);
}

/* The evidence between two other members, both of its own name. */
static void put_archive(int (*format)(struct archive *), int (*filter)(struct archive *),
                        const char *options, const char *password)
{
    const struct span members[] = { SPAN("{\"other\": 1}\n"), evidence, SPAN("behind\n") };
    struct archive *a = archive_write_new();

    assert_int_equal(format(a), ARCHIVE_OK);
    if (filter)
        assert_int_equal(filter(a), ARCHIVE_OK);
    if (options)
        assert_int_equal(archive_write_set_options(a, options), ARCHIVE_OK);
    if (password)
        assert_int_equal(archive_write_set_passphrase(a, password), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (size_t i = format == archive_write_set_format_raw; i < 3; i++) {
        struct archive_entry *e = archive_entry_new();

        archive_entry_set_pathname(e, "x.json");
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0600);
        archive_entry_set_size(e, (la_int64_t)members[i].len);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, members[i].at, members[i].len), members[i].len);
        archive_entry_free(e);
        if (format == archive_write_set_format_raw)
            break;
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static void a_member_is_found_in_every_archive(void **state)
{
    static const struct {
        int (*format)(struct archive *);
        int (*filter)(struct archive *);
        const char *options;
    } table[] = {
        { archive_write_set_format_zip, NULL, NULL },
        { archive_write_set_format_zip, NULL, "zip:compression=store" },
        { archive_write_set_format_7zip, NULL, NULL },
        { archive_write_set_format_pax_restricted, NULL, NULL },
        { archive_write_set_format_pax_restricted, archive_write_add_filter_zstd, NULL },
        { archive_write_set_format_raw, archive_write_add_filter_gzip, NULL },
        { archive_write_set_format_raw, archive_write_add_filter_bzip2, NULL },
        { archive_write_set_format_raw, archive_write_add_filter_xz, NULL },
        { archive_write_set_format_raw, archive_write_add_filter_zstd, NULL },
    };
    struct bundle_options none = { 0 };
    struct find w = wanted(&none);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        put_archive(table[i].format, table[i].filter, table[i].options, NULL);
        w.in_bundle = true;
        w.search = false;
        assert_found(&w);
        w.search = true; /* as it is said by --evidence */
        w.in_bundle = false;
        assert_found(&w);
    }
    w.sha256[0] ^= 1;
    assert_refused(&w, "holds no file whose SHA-256 begins with");
}

static void an_encrypted_member_needs_its_password(void **state)
{
    static const char *const kinds[] = { "zip:encryption=zipcrypt", "zip:encryption=aes256" };
    struct bundle_options none = { 0 }, right = { .passwords = "secret" };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct find w = wanted(&none);

        put_archive(archive_write_set_format_zip, NULL, kinds[i], "secret");
        w.in_bundle = true;
        assert_refused(&w, "give the password with --password-file");
        w.bundles = &right;
        assert_found(&w);
    }
}

static void only_the_very_bytes_are_shown(void **state)
{
    struct bundle_options none = { 0 };
    struct find w = wanted(&none);
    uint8_t *copy = memory_get(evidence.len + 1);

    (void)state;
    put_file(evidence);
    assert_found(&w);
    memcpy(copy, evidence.at, evidence.len);
    copy[evidence.len] = '\n';
    put_file(span_of(copy, evidence.len + 1)); /* it has grown */
    assert_found(&w);
    put_file(span_of(copy, evidence.len - 1));
    assert_refused(&w, "is not as it was read: it has");
    copy[1] ^= 1;
    put_file(span_of(copy, evidence.len));
    assert_refused(&w, "is not as it was read: its SHA-256 begins with");
    unlink(path);
    assert_refused(&w, "No such file");
    w.search = true;
    assert_refused(&w, "No such file");
    w.path = folder;
    assert_refused(&w, "no file there has the SHA-256");
    w.search = false;
    put_file(evidence);
    assert_refused(&w, "is a folder by now");
    free(copy);
}

static void the_live_case_is_never_opened(void **state)
{
    struct bundle_options none = { 0 };
    struct find w = wanted(&none);
    struct file_id live;
    struct stat st;

    (void)state;
    put_file(evidence);
    assert_int_equal(stat(path, &st), 0);
    live = (struct file_id){ st.st_dev, st.st_ino };
    w.avoid = &live;
    w.avoid_count = 1;
    assert_refused(&w, "no file there");
}

/* ---- cutting ---- */

struct cut_case {
    const char *format;
    struct span bytes;
    uint64_t place;
    size_t start, len; /* of the record; len 0: there is none */
};

static bool cut(struct record *r, const struct cut_case *c, bool altered)
{
    struct record_wanted w = { .format = c->format, .place = c->place, .altered = altered };
    struct fault f;

    *r = (struct record){ 0 };
    arena_init(&r->arena, 64u << 20);
    r->found.stretch = memory_get(c->bytes.len + 1);
    r->found.head = memory_get(c->bytes.len + 1);
    r->found.path = memory_text("p");
    memcpy(r->found.stretch, c->bytes.at, c->bytes.len);
    memcpy(r->found.head, c->bytes.at, c->bytes.len);
    r->found.len = r->found.head_len = c->bytes.len;
    return record_cut(r, &w, span_of(r->found.stretch, r->found.len), 0, &f);
}

#define EVENT "<Event xmlns='x'><System/></Event>"

static void a_record_ends_where_its_decoder_says(void **state)
{
    static const struct cut_case table[] = {
        { "jsonl", SPAN_INIT("{\"a\":{\"b\":\"}\"}}\r\n{}"), 0, 0, 15 },
        { "json", SPAN_INIT("[{\"a\":1},\n {\"b\":[{}]}]"), 11, 11, 10 },
        { "json", SPAN_INIT("[{\"a\":1},{\"b\":1"), 9, 0, 0 },
        { "json", SPAN_INIT("[{\"a\":1}]"), 0, 0, 0 },
        { "jsonl", SPAN_INIT("{\0\"\0a\0\"\0:\0\"\0\x3d\xd8\x00\xde\"\0}\0\n\0"), 0, 0, 20 },
        { "jsonl", SPAN_INIT("\0{\0\"\0a\0\"\0:\0" "1\0}\0\n"), 0, 0, 14 },
        { "xml", SPAN_INIT("<?xml?><Events>" EVENT EVENT), 15, 15, sizeof EVENT - 1 },
        { "xml", SPAN_INIT("<Events>" EVENT), 0, 0, 0 },
        { "xml", SPAN_INIT("<Events>" EVENT), 9, 0, 0 },
        { "csv", SPAN_INIT("ImageLoaded;Image\r\n\"a\n\"\"b;\";c\r\nd;e"), 19, 19, 10 },
        { "csv", SPAN_INIT("ImageLoaded;Image\r\na;b;c\n"), 19, 0, 0 },
        { "csv", SPAN_INIT("no;header\r\na;b\n"), 11, 0, 0 },
        { "syslog", SPAN_INIT("one\ntwo " EVENT " end\r\nthree"), 8, 4, 4 + sizeof EVENT - 1 + 4 },
        { "syslog", SPAN_INIT("one\ntwo"), 5, 4, 3 },
        { "auditd", SPAN_INIT("type=A\ntype=B\n"), 7, 7, 6 },
        { "eslogger", SPAN_INIT("{\"a\":1}\n{\"b\":2}\n"), 8, 8, 7 },
        { "evtx", SPAN_INIT("**\0\0\xff\xff\0\0 0123456789012345678901234567890123456789"), 0, 0, 0 },
        { "evtx", SPAN_INIT("**\0\0\x1b\0\0\0 0123456789012345678901234567890123456789"), 0, 0, 0 },
        { "evtx", SPAN_INIT("**"), 0, 0, 0 },
        { "jsonl", SPAN_INIT("{}"), 2, 0, 0 },
        { "jsonl", SPAN_INIT("{}"), INT64_MAX, 0, 0 },
    };
    struct record r;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct cut_case *c = &table[i];
        bool ok = cut(&r, c, false);

        if (ok != (c->len > 0) || (ok && (r.place != c->start || r.bytes.len != c->len
                   || memcmp(r.bytes.at, c->bytes.at + c->start, c->len) != 0)))
            fail_msg("row %zu: %d, place %" PRIu64 ", %zu bytes", i, ok, r.place, r.bytes.len);
        assert_true(!ok || text_is_utf8(r.text));
        record_clear(&r);
    }
}

static void an_audit_event_has_all_its_lines(void **state)
{
    static const char text[] = "node=a type=X msg=audit(1.0:6): before\n"
        "node=a type=SYSCALL msg=audit(1.0:7): syscall=9\n"
        "node=a type=SYSCALL msg=audit(1.0:77): other\n"
        "node=a type=MMAP msg=audit(1.0:7): fd=3\ntype=EOE msg=audit(1.0:8):\n";
    struct cut_case c = { "auditd", span_of(text, sizeof text - 1), 39, 0, 0 };
    struct record r;

    (void)state;
    assert_true(cut(&r, &c, false));
    assert_int_equal(r.place, 39);
    assert_true(span_equal(r.text, SPAN("node=a type=SYSCALL msg=audit(1.0:7): syscall=9\n"
                                        "node=a type=MMAP msg=audit(1.0:7): fd=3\n")));
    record_clear(&r);
}

static void a_csv_has_its_names_beside_its_values(void **state)
{
    static const struct cut_case c = {
        "csv", SPAN_INIT("ImageLoaded,\"Im\"\"age\"\n\"C:\\\"\"x\"\"\",\n"), 22, 22, 13
    };
    struct record_place p = { .format = "csv", .what = "load", .sources = 1,
                              .source = { { .name = "p", .path = "p" } } };
    struct record r;
    size_t len;
    char *text;

    (void)state;
    assert_true(cut(&r, &c, false));
    assert_int_equal(r.fields, 2);
    text = record_text(&p, &r, &len);
    assert_non_null(strstr(text, "\nImageLoaded:         C:\\\"x\"\nIm\"age:"));
    free(text);
    record_clear(&r);
}

static void what_was_mended_is_found_again(void **state)
{
    static const struct { struct cut_case c; struct { uint64_t at, len; } is[4]; } table[] = {
        { { "jsonl", SPAN_INIT("{\"\xc3\xa4\":\"\xff\xfe\"}"), 0, 0, 0 }, { { 7, 2 } } },
        { { "jsonl", SPAN_INIT("{\"a\":\"\\ud800 \\ud83d\\ude00 \\\\u0000 \\u0000\"}"), 0, 0, 0 },
          { { 6, 6 }, { 34, 6 } } },
        { { "jsonl", SPAN_INIT("{\t\"a\":\"\t\x1b\"}"), 0, 0, 0 }, { { 7, 2 } } },
        { { "jsonl", SPAN_INIT("{\0\"\0a\0\"\0:\0\"\0\x00\xd8\"\0}\0"), 0, 0, 0 }, { { 12, 2 } } },
        { { "xml", SPAN_INIT("<Event a='&#27;&amp;&#x10;&b; \x1b\t'></Event>"), 0, 0, 0 },
          { { 10, 5 }, { 20, 6 }, { 26, 1 }, { 30, 1 } } },
        { { "csv", SPAN_INIT("ImageLoaded\na\xff\x1b&#0;\n"), 12, 0, 0 }, { { 13, 1 } } },
        { { "syslog", SPAN_INIT("x <Event>&#0;</Event>"), 2, 0, 0 }, { { 9, 4 } } },
    };
    struct record r;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t n = 0;

        assert_true(cut(&r, &table[i].c, true));
        for (; n < 4 && table[i].is[n].len; n++)
            if (n >= r.mends || r.mend[n].place != table[i].is[n].at
                || r.mend[n].len != table[i].is[n].len)
                fail_msg("row %zu: place %zu is %" PRIu64 "+%" PRIu64, i, n, r.mend[n].place,
                         r.mend[n].len);
        assert_int_equal(r.mends, n);
        record_clear(&r);
    }
}

static void nothing_reaches_the_terminal_as_it_is(void **state)
{
    static const struct cut_case c = {
        "jsonl", SPAN_INIT("{\"a\":\"\x1b[2J\xe2\x80\xae\xff\",\r\n\t\t\"b\":1}"), 0, 0, 0
    };
    struct record_place p = {
        .format = "json\x1b", .what = "load", .flags = RECORD_ALTERED, .sources = 1,
        .source = { { .name = "n\x1b]0;", .path = "x", .bundle = "b\n\r" } },
    };
    struct record r;
    size_t len;
    char *text;

    (void)state;
    assert_true(cut(&r, &c, true));
    text = record_text(&p, &r, &len);
    assert_non_null(strstr(text, "{\"a\":\"<U+001B>[2J<U+202E><U+00FF>\",\n        \"b\":1}\n"));
    assert_non_null(strstr(text, "n<U+001B>]0;"));
    assert_non_null(strstr(text, "at 6 (0x6), 1 byte: a control character"));
    assert_non_null(strstr(text, "\n  0000000000  7b 22 61 22 3a 22 1b 5b 32 4a e2 80 ae ff 22 2c"));
    for (struct span rest = span_of(text, len); rest.len;) {
        uint32_t ch = text_next(&rest);

        assert_true(ch == '\n' || !text_hidden(ch));
    }
    free(text);
    record_clear(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)
        WITH_PLACE(a_member_is_found_in_every_archive),
        WITH_PLACE(an_encrypted_member_needs_its_password),
        WITH_PLACE(only_the_very_bytes_are_shown),
        WITH_PLACE(the_live_case_is_never_opened),
        cmocka_unit_test(a_record_ends_where_its_decoder_says),
        cmocka_unit_test(an_audit_event_has_all_its_lines),
        cmocka_unit_test(a_csv_has_its_names_beside_its_values),
        cmocka_unit_test(what_was_mended_is_found_again),
        cmocka_unit_test(nothing_reaches_the_terminal_as_it_is),
    };

    bundle_program(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
