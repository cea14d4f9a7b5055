/* The pipeline: what comes out of it, in which order, whatever the threads. */
#include "core/fault.h"
#include "ingest/ingest.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define EVENT "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>" \
    "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>%d</EventID><EventRecordID>%d" \
    "</EventRecordID><Computer>WS01</Computer></System><EventData><Data Name='ImageLoaded'>" \
    "C:\\%s\\%d.dll</Data></EventData></Event>\r\n"

#define MANY 10000 /* several pieces */
#define MANY_LOADS 6666

/* ---- a folder of made evidence ---- */

struct place {
    char root[64];
};

static char *path_in(const struct place *p, const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", p->root, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void write_events(const char *path, const char *word, int from, int to)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    for (int i = from; i < to; i++)
        fprintf(f, EVENT, i % 3 ? 7 : 3, i, word, i);
    fclose(f);
}

static int open_place(void **state)
{
    struct place *p = memory_zero(1, sizeof *p);
    uint8_t case_head[100] = "SQLite format 3";

    memcpy(case_head + 68, "MHNT", 4);
    snprintf(p->root, sizeof p->root, "/tmp/modhunt-ingest-XXXXXX");
    assert_non_null(mkdtemp(p->root));
    assert_int_equal(mkdir(path_in(p, "c"), 0700), 0);
    assert_int_equal(mkdir(path_in(p, "c/deep"), 0700), 0);
    write_events(path_in(p, "b.xml"), "b", 0, MANY);
    write_events(path_in(p, "c/deep/a.log"), "a", 0, 10);
    write_events(path_in(p, "c/copy-of-b"), "b", 0, MANY);
    write_events(path_in(p, "c.xml"), "c", 0, 5);
    write_file(path_in(p, "B-empty"), "", 0);
    write_file(path_in(p, "a-unknown.evtx"), "no evidence", 11);
    write_file(path_in(p, "case.modhunt"), case_head, sizeof case_head);
    assert_int_equal(mkfifo(path_in(p, "pipe.xml"), 0600), 0);
    assert_int_equal(symlink("..", path_in(p, "c/loop")), 0);
    assert_int_equal(symlink("b.xml", path_in(p, "link.xml")), 0);
    *state = p;
    return 0;
}

static void remove_tree(const char *root)
{
    DIR *d = opendir(root);
    const struct dirent *e;

    while (d && (e = readdir(d)) != NULL) {
        char path[512];
        struct stat s;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", root, e->d_name);
        if (lstat(path, &s) == 0 && S_ISDIR(s.st_mode))
            remove_tree(path);
        else
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(root);
}

static int close_place(void **state)
{
    struct place *p = *state;

    remove_tree(p->root);
    free(p);
    return 0;
}

/* ---- running, and telling what came as one text ---- */

struct told {
    char *text;
    size_t len, room;
    uint64_t loads, batches;
};

static void tell(struct told *t, const char *format, ...) PRINTF_LIKE(2, 3);

static void tell(struct told *t, const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_true(n >= 0 && n < (int)sizeof line);
    if (t->len + (size_t)n + 1 > t->room) {
        t->room = 2 * t->room + sizeof line;
        t->text = memory_grow(t->text, t->room, 1);
    }
    memcpy(t->text + t->len, line, (size_t)n + 1);
    t->len += (size_t)n;
}

static void tell_batch(struct told *t, const struct batch *b, const char *root)
{
    t->batches++;
    if (b->opens)
        tell(t, "%u %.*s %lu %s %ld\n", b->source,
             (int)(b->opens->path.len - strlen(root)), b->opens->path.at + strlen(root),
             b->opens->size, b->opens->format, b->opens->resumes);
    if (b->counts.records)
        tell(t, "  %lu-%lu %lu records\n", b->begin, b->end, b->counts.records);
    for (const struct load *l = b->loads; l; l = l->next) {
        t->loads++;
        assert_true(l->origin.place >= b->begin && l->origin.place < b->end);
        tell(t, "    %lu %.*s\n", l->origin.place, (int)l->ImageLoaded.len, l->ImageLoaded.at);
    }
    if (b->closes) {
        char hex[SHA256_TEXT] = "-";

        if (b->closes->hashed)
            hex_text(hex, span_of(b->closes->sha256, SHA256_BYTES));
        tell(t, "%u %s %lu %s %.*s\n", b->source, source_state_name(b->closes->state),
             b->closes->size, hex, (int)b->closes->reason.len,
             b->closes->reason.at ? (const char *)b->closes->reason.at : "");
    }
}

static struct told run(struct ingest_options *o, const char *root)
{
    struct told t = { 0 };
    struct fault f = { 0 };
    struct queue *q = queue_open(4, &f);
    struct ingest_progress p;
    struct batch *b;

    assert_non_null(q);
    struct ingest *in = ingest_start(o, q, &f);
    if (!in)
        fail_msg("%s", f.text);
    while ((b = queue_take(q)) != NULL) {
        tell_batch(&t, b, root);
        batch_close(b);
    }
    ingest_progress(in, &p);
    assert_true(p.done);
    ingest_finish(in);
    queue_free(q, NULL);
    return t;
}

static struct told run_path(const char *path, const char *root, unsigned workers)
{
    return run(&(struct ingest_options){ .paths = &path, .path_count = 1, .workers = workers },
               root);
}

/* Everything but the lines of loads and pieces. */
static void assert_outline(const struct told *t, const char *want)
{
    char *outline = memory_zero(t->len + 1, 1), *out = outline;

    for (const char *line = t->text; line && *line;) {
        size_t len = strcspn(line, "\n") + 1;

        if (*line != ' ') {
            memcpy(out, line, len);
            out += len;
        }
        line += len;
    }
    assert_string_equal(outline, want);
    free(outline);
}

/* ---- the tests ---- */

static void a_folder_comes_in_the_order_of_its_names_but_loads_first(void **state)
{
    struct place *p = *state;
    struct told t = run_path(p->root, p->root, 2);
    char want[2048], sum[3][SHA256_TEXT] = { "", "", "" };
    static const char *const names[] = { "b.xml", "c.xml", "c/deep/a.log" };
    uint64_t size[3];

    for (int i = 0; i < 3; i++) {
        FILE *f = fopen(path_in(p, names[i]), "rb");
        struct stat s;
        uint8_t hash[SHA256_BYTES];

        assert_int_equal(fstat(fileno(f), &s), 0);
        uint8_t *bytes = memory_get((size_t)s.st_size);
        assert_int_equal(fread(bytes, 1, (size_t)s.st_size, f), s.st_size);
        digest_of(span_of(bytes, (size_t)s.st_size), hash);
        hex_text(sum[i], span_of(hash, sizeof hash));
        size[i] = (uint64_t)s.st_size;
        free(bytes);
        fclose(f);
    }
    snprintf(want, sizeof want,
             "1 /b.xml %lu xml 0\n1 complete %lu %s \n"
             "2 /c/copy-of-b %lu xml 0\n2 duplicate %lu %s \n"
             "3 /c/deep/a.log %lu xml 0\n3 complete %lu %s \n"
             "4 /c.xml %lu xml 0\n4 complete %lu %s \n"
             "5 /B-empty 0 unknown 0\n5 empty 0 - \n"
             "6 /a-unknown.evtx 11 unknown 0\n6 unknown 11 - \n"
             "7 /c/loop 0 link 0\n7 skipped 0 - a link, not followed\n"
             "8 /case.modhunt 100 case 0\n8 skipped 100 - a case of modhunt, not read\n"
             "9 /link.xml 0 link 0\n9 skipped 0 - a link, not followed\n"
             "10 /pipe.xml 0 special 0\n10 skipped 0 - a pipe, not read\n",
             size[0], size[0], sum[0], size[0], size[0], sum[0], size[2], size[2], sum[2],
             size[1], size[1], sum[1]);
    assert_outline(&t, want);
    assert_int_equal(t.loads, MANY_LOADS + 6 + 3);
    free(t.text);
}

#define OTHERS 300

static void write_other(const char *path, int i)
{
    static const char *const text[] = {
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
        "Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID><EventRecordID>1"
        "</EventRecordID><Computer>WS01</Computer></System><EventData><Data Name='NewProcessName'>"
        "C:\\a.exe</Data></EventData></Event>", "regf\0\0\0\0", "\x89PNG\x0d\x0a\x1a\x0a",
        "Nov 24 11:00:00 host sshd[1]: a line of some log\nNov 24 11:00:01 host sshd[1]: x\n",
    };

    write_file(path, text[i % 4], i % 4 == 1 ? 8 : strlen(text[i % 4]));
}

/* What only its first records, only its name, or neither tells. */
static void a_log_of_loads_that_is_last_by_name_comes_first(void **state)
{
    static const struct { const char *name; bool sysmon; } last[] = {
        { "zz/zz.xml", true }, { "zz/a-Sysmon.xml", true }, { "zz/Sysmon-not.xml", false },
    };
    struct place *p = *state;

    for (size_t k = 0; k < 3; k++) {
        struct place many = { 0 };
        char want[64];

        snprintf(many.root, sizeof many.root, "%.48s/many%zu", p->root, k);
        assert_int_equal(mkdir(many.root, 0700), 0);
        assert_int_equal(mkdir(path_in(&many, "zz"), 0700), 0);
        for (int i = 0; i < OTHERS; i++) {
            char name[32];

            snprintf(name, sizeof name, "%03d", i);
            write_other(path_in(&many, name), i);
        }
        if (last[k].sysmon)
            write_events(path_in(&many, last[k].name), "first", 0, 10);
        else
            write_other(path_in(&many, last[k].name), 0);
        struct told t = run_path(many.root, many.root, 2);

        snprintf(want, sizeof want, "1 /%s ", last[k].name);
        assert_int_equal(strncmp(t.text, want, strlen(want)) == 0, last[k].sysmon);
        assert_int_equal(t.loads, last[k].sysmon ? 6 : 0);
        snprintf(want, sizeof want, "\n%d /", OTHERS + 1);
        assert_non_null(strstr(t.text, want)); /* each once: no more, no fewer */
        snprintf(want, sizeof want, "\n%d /", OTHERS + 2);
        assert_null(strstr(t.text, want));
        free(t.text);
    }
}

static void a_path_that_is_given_twice_is_told_twice(void **state)
{
    struct place *p = *state;
    char path[512];
    const char *paths[] = { path, path };

    snprintf(path, sizeof path, "%s", path_in(p, "c.xml"));
    struct told t = run(&(struct ingest_options){ .paths = paths, .path_count = 2 }, p->root);
    assert_non_null(strstr(t.text, "1 complete"));
    assert_non_null(strstr(t.text, "2 duplicate"));
    free(t.text);
}

static void the_batches_are_the_same_whatever_the_number_of_workers(void **state)
{
    struct place *p = *state;
    struct told one = run_path(p->root, p->root, 1);

    assert_true(one.batches > 22); /* b.xml has several pieces */
    for (unsigned workers = 2; workers <= 4; workers += 2) {
        struct told more = run_path(p->root, p->root, workers);

        assert_int_equal(more.batches, one.batches);
        assert_string_equal(more.text, one.text);
        free(more.text);
    }
    free(one.text);
}

static void a_link_that_is_named_is_followed(void **state)
{
    struct place *p = *state;
    struct told t = run_path(path_in(p, "link.xml"), p->root, 2);

    assert_int_equal(t.loads, MANY_LOADS);
    free(t.text);
}

static void a_missing_path_starts_nothing_and_is_named(void **state)
{
    struct place *p = *state;
    char missing[512];
    const char *paths[] = { p->root, missing };
    struct ingest_options o = { .paths = paths, .path_count = 2 };
    struct fault f = { 0 };
    struct queue *q = queue_open(4, &f);

    snprintf(missing, sizeof missing, "%s/nowhere", p->root);
    assert_null(ingest_start(&o, q, &f));
    assert_int_equal(f.kind, FAULT_SYSTEM);
    assert_non_null(strstr(f.text, "/nowhere"));
    queue_free(q, NULL);
}

static void the_live_case_is_passed_over(void **state)
{
    struct place *p = *state;
    const char *paths[] = { p->root };
    struct stat s;

    assert_int_equal(stat(path_in(p, "b.xml"), &s), 0);
    struct file_id live = { s.st_dev, s.st_ino };
    struct ingest_options o = {
        .paths = paths, .path_count = 1, .avoid = &live, .avoid_count = 1, .workers = 2,
    };
    struct told t = run(&o, p->root);
    assert_null(strstr(t.text, "/b.xml"));
    assert_int_equal(t.loads, MANY_LOADS + 6 + 3); /* the copy is now the first */
    free(t.text);
}

static void a_file_that_may_not_be_read_is_listed_and_the_rest_goes_on(void **state)
{
    struct place *p = *state;

    if (geteuid() == 0)
        skip();
    assert_int_equal(chmod(path_in(p, "c.xml"), 0), 0);
    struct told t = run_path(p->root, p->root, 2);
    assert_non_null(strstr(t.text, "- Permission denied"));
    assert_int_equal(t.loads, MANY_LOADS + 6);
    free(t.text);
}

/* Far larger than what can be under way while nobody takes the batches. */
static void write_large(const char *path)
{
    FILE *f = fopen(path, "wb");
    static char blanks[1 << 20];

    assert_non_null(f);
    memset(blanks, ' ', sizeof blanks);
    fprintf(f, EVENT, 7, 1, "large", 1);
    for (int i = 0; i < 16; i++)
        assert_int_equal(fwrite(blanks, 1, sizeof blanks, f), sizeof blanks);
    fclose(f);
}

static void a_stop_ends_it_soon_and_sends_no_half_closed_source(void **state)
{
    struct place *p = *state;
    const char *paths[] = { p->root };
    struct fault f = { 0 };
    struct queue *q = queue_open(1, &f);
    struct ingest_options o = { .paths = paths, .path_count = 1, .workers = 2 };
    write_large(path_in(p, "a.xml"));
    struct ingest *in = ingest_start(&o, q, &f);
    uint32_t open = 0;
    uint64_t end = 0;
    int batches = 0;
    struct batch *b;

    assert_non_null(in);
    while ((b = queue_take(q)) != NULL) {
        if (++batches == 6) {
            ingest_stop(in);
            ingest_stop(in);
        }
        if (b->opens) {
            assert_int_equal(open, 0);
            open = b->source;
            end = 0;
        }
        assert_int_equal(b->source, open);
        assert_int_equal(b->begin, end); /* no hole */
        end = b->end;
        if (b->closes)
            open = 0;
        batch_close(b);
    }
    assert_int_equal(open, 1); /* the large one: cut short, not closed */
    ingest_finish(in);
    queue_free(q, NULL);
}

static void drop_batch(void *thing)
{
    batch_close(thing);
}

static void a_queue_that_its_reader_closes_ends_it(void **state)
{
    struct place *p = *state;
    const char *paths[] = { p->root };
    struct fault f = { 0 };
    struct queue *q = queue_open(1, &f);
    struct ingest_options o = { .paths = paths, .path_count = 1, .workers = 2 };
    struct ingest *in = ingest_start(&o, q, &f);

    assert_non_null(in);
    batch_close(queue_take(q));
    queue_close(q);
    ingest_finish(in);
    queue_free(q, drop_batch);
}

/* What the case would know of b.xml: the fingerprint from a first run. */
static struct known known_of(const struct place *p, const char *name, uint64_t *cut)
{
    const char *path = path_in(p, name);
    struct fault f = { 0 };
    struct queue *q = queue_open(4, &f);
    struct ingest_options o = { .paths = &path, .path_count = 1, .workers = 1 };
    struct ingest *in = ingest_start(&o, q, &f);
    struct known k = { .evidence = 77 };
    struct batch *b;

    assert_non_null(in);
    while ((b = queue_take(q)) != NULL) {
        if (b->opens) {
            k.size = b->opens->size;
            memcpy(k.fingerprint, b->opens->fingerprint, FINGERPRINT_BYTES);
        }
        if (b->counts.records && *cut == 0)
            *cut = b->end;
        if (b->closes)
            memcpy(k.sha256, b->closes->sha256, SHA256_BYTES);
        batch_close(b);
    }
    ingest_finish(in);
    queue_free(q, NULL);
    return k;
}

static struct told run_knowing(const struct place *p, const char *name, struct known *k)
{
    const char *path = path_in(p, name);
    struct ingest_options o = {
        .paths = &path, .path_count = 1, .known = k, .known_count = 1, .workers = 2,
    };

    return run(&o, p->root);
}

static void bytes_that_the_case_has_add_nothing(void **state)
{
    struct place *p = *state;
    uint64_t cut = 0;
    struct known k = known_of(p, "b.xml", &cut);

    k.hashed = true;
    k.state = SOURCE_COMPLETE;
    struct told t = run_knowing(p, "b.xml", &k);
    assert_non_null(strstr(t.text, "1 duplicate"));
    assert_int_equal(t.batches, 3); /* opens, closes, and the end of all */
    free(t.text);

    k.sha256[0] ^= 1; /* same size and edges, other bytes */
    t = run_knowing(p, "b.xml", &k);
    assert_non_null(strstr(t.text, "1 complete"));
    assert_int_equal(t.loads, MANY_LOADS);
    free(t.text);
}

static void an_interrupted_file_goes_on_at_its_place(void **state)
{
    struct place *p = *state;
    uint64_t cut = 0;
    struct known k = known_of(p, "b.xml", &cut);
    struct told whole = run_path(path_in(p, "b.xml"), p->root, 2);
    char piece[64];

    k.state = SOURCE_READING;
    k.place = cut;
    struct told rest = run_knowing(p, "b.xml", &k);
    assert_non_null(strstr(rest.text, " xml 77\n"));
    assert_non_null(strstr(rest.text, "1 complete"));
    snprintf(piece, sizeof piece, "\n  %lu-", cut);
    const char *from = strstr(whole.text, piece);
    assert_non_null(from);
    assert_string_equal(strchr(rest.text, '\n'), from); /* the same, without the first piece */
    assert_int_equal(rest.batches, whole.batches - 1);
    free(whole.text);
    free(rest.text);

    k.place = 0; /* killed before its first commit */
    rest = run_knowing(p, "b.xml", &k);
    assert_int_equal(rest.loads, MANY_LOADS);
    free(rest.text);

    k.place = k.size; /* all of it was committed, but for its end */
    rest = run_knowing(p, "b.xml", &k);
    assert_int_equal(rest.loads, 0);
    assert_non_null(strstr(rest.text, "1 complete"));
    free(rest.text);
}

static void a_place_that_no_piece_ends_at_starts_the_file_afresh(void **state)
{
    struct place *p = *state;
    uint64_t cut = 0;
    struct known k = known_of(p, "b.xml", &cut);

    k.state = SOURCE_READING;
    k.place = cut - 1;
    struct told t = run_knowing(p, "b.xml", &k);
    assert_non_null(strstr(t.text, " xml 77\n1 partial"));
    assert_non_null(strstr(t.text, " xml 0\n"));
    assert_non_null(strstr(t.text, "2 complete"));
    assert_int_equal(t.loads, MANY_LOADS);
    free(t.text);
}

static void a_file_that_changes_while_it_is_read_is_partial(void **state)
{
    struct place *p = *state;
    const char *path = path_in(p, "large.xml");

    for (int shorter = 0; shorter < 2; shorter++) {
        struct fault f = { 0 };
        struct queue *q = queue_open(1, &f);
        struct ingest_options o = { .paths = &path, .path_count = 1, .workers = 1 };
        enum source_state became = SOURCE_READING;
        uint64_t loads = 0;
        struct batch *b;

        write_large(path);
        struct ingest *in = ingest_start(&o, q, &f);
        assert_non_null(in);
        while ((b = queue_take(q)) != NULL) {
            if (b->opens)
                assert_int_equal(truncate(path, shorter ? 1 << 20 : 20 << 20), 0);
            loads += b->counts.loads;
            if (b->closes) {
                became = b->closes->state;
                assert_int_equal(b->closes->reason.len, strlen("changed while it was read"));
            }
            batch_close(b);
        }
        ingest_finish(in);
        queue_free(q, NULL);
        assert_int_equal(became, SOURCE_PARTIAL);
        assert_int_equal(loads, 1);
    }
}

static void reading_leaves_no_trace_on_the_evidence(void **state)
{
    struct place *p = *state;
    struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    struct stat before, after;

    assert_int_equal(utimensat(AT_FDCWD, path_in(p, "b.xml"), old, 0), 0);
    assert_int_equal(stat(path_in(p, "b.xml"), &before), 0);
    struct told t = run_path(p->root, p->root, 2);
    assert_int_equal(stat(path_in(p, "b.xml"), &after), 0);
    assert_int_equal(before.st_atim.tv_sec, after.st_atim.tv_sec);
    assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
    assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
    free(t.text);
}

static void folders_nested_too_deep_are_listed(void **state)
{
    struct place *p = *state;
    char path[512];
    size_t len = (size_t)snprintf(path, sizeof path, "%s/deep", p->root);

    for (int i = 0; i < 70; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        len += (size_t)snprintf(path + len, sizeof path - len, "/d");
    }
    struct told t = run_path(path_in(p, "deep"), p->root, 1);
    assert_non_null(strstr(t.text, "skipped 0 - folders are nested too deep"));
    free(t.text);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_folder_comes_in_the_order_of_its_names_but_loads_first),
        IN_PLACE(a_log_of_loads_that_is_last_by_name_comes_first),
        IN_PLACE(a_path_that_is_given_twice_is_told_twice),
        IN_PLACE(the_batches_are_the_same_whatever_the_number_of_workers),
        IN_PLACE(a_link_that_is_named_is_followed),
        IN_PLACE(a_missing_path_starts_nothing_and_is_named),
        IN_PLACE(the_live_case_is_passed_over),
        IN_PLACE(a_file_that_may_not_be_read_is_listed_and_the_rest_goes_on),
        IN_PLACE(a_stop_ends_it_soon_and_sends_no_half_closed_source),
        IN_PLACE(a_queue_that_its_reader_closes_ends_it),
        IN_PLACE(bytes_that_the_case_has_add_nothing),
        IN_PLACE(an_interrupted_file_goes_on_at_its_place),
        IN_PLACE(a_place_that_no_piece_ends_at_starts_the_file_afresh),
        IN_PLACE(a_file_that_changes_while_it_is_read_is_partial),
        IN_PLACE(reading_leaves_no_trace_on_the_evidence),
        IN_PLACE(folders_nested_too_deep_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
