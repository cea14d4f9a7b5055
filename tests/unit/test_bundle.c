/* Archives and compressed streams: made here with libarchive's writer, read by
 * the child, and told from the batches that come out. */
#include "ingest/ingest.h"
#include "ingest/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define EVENT "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>" \
    "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>7</EventID><EventRecordID>%d" \
    "</EventRecordID><Computer>WS01</Computer></System><EventData><Data Name='ImageLoaded'>" \
    "C:\\%d.dll</Data></EventData></Event>\r\n"
#define EVENT_MAX 400
#define FILE_MAX (64u << 20)

struct bytes {
    uint8_t *at;
    size_t len;
};

/* Events from..to as a file of XML. */
static struct bytes events(int from, int to)
{
    size_t room = (size_t)(to - from) * EVENT_MAX + 1;
    struct bytes b = { memory_get(room), 0 };

    for (int i = from; i < to; i++)
        b.len += (size_t)snprintf((char *)b.at + b.len, room - b.len, EVENT, i, i);
    return b;
}

static struct bytes text(const char *words)
{
    struct bytes b = { (uint8_t *)memory_text(words), strlen(words) };

    return b;
}

/* ---- making archives ---- */

struct made {
    struct archive *a;
    uint8_t *out;
    size_t *used; /* libarchive writes to it until the end */
};

static struct made make(int (*format)(struct archive *), int (*filter)(struct archive *),
                        const char *options, const char *password)
{
    struct made m = { archive_write_new(), memory_get(FILE_MAX), memory_zero(1, sizeof(size_t)) };

    assert_int_equal(format(m.a), ARCHIVE_OK);
    if (filter)
        assert_int_equal(filter(m.a), ARCHIVE_OK);
    if (options)
        assert_int_equal(archive_write_set_options(m.a, options), ARCHIVE_OK);
    if (password)
        assert_int_equal(archive_write_set_passphrase(m.a, password), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(m.a, 1);
    assert_int_equal(archive_write_open_memory(m.a, m.out, FILE_MAX, m.used), ARCHIVE_OK);
    return m;
}

static void add_entry(struct made *m, struct archive_entry *e, struct bytes b)
{
    assert_int_equal(archive_write_header(m->a, e), ARCHIVE_OK);
    for (size_t at = 0; at < b.len;) {
        la_ssize_t n = archive_write_data(m->a, b.at + at, b.len - at);

        assert_true(n > 0);
        at += (size_t)n;
    }
    assert_int_equal(archive_write_finish_entry(m->a), ARCHIVE_OK);
    archive_entry_free(e);
    free(b.at);
}

static struct archive_entry *entry(const char *name, mode_t type, size_t size)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0600);
    archive_entry_set_size(e, (la_int64_t)size);
    return e;
}

static void add(struct made *m, const char *name, struct bytes b)
{
    add_entry(m, entry(name, AE_IFREG, b.len), b);
}

static struct bytes done(struct made *m)
{
    assert_int_equal(archive_write_close(m->a), ARCHIVE_OK);
    archive_write_free(m->a);
    struct bytes b = { m->out, *m->used };
    free(m->used);
    return b;
}

static struct bytes zip_of(const char *name, struct bytes b)
{
    struct made m = make(archive_write_set_format_zip, NULL, NULL, NULL);

    add(&m, name, b);
    return done(&m);
}

/* ---- reading them ---- */

struct place {
    char root[64], file[96], told[1 << 16];
    size_t len;
    struct known known[64];
    size_t known_count;
    uint64_t records;
};

static int open_place(void **state)
{
    struct place *p = memory_zero(1, sizeof *p);

    snprintf(p->root, sizeof p->root, "/tmp/modhunt-bundle-XXXXXX");
    assert_non_null(mkdtemp(p->root));
    snprintf(p->file, sizeof p->file, "%s/b", p->root);
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    struct place *p = *state;

    unlink(p->file);
    rmdir(p->root);
    free(p);
    return 0;
}

static void put_file(struct place *p, struct bytes b)
{
    FILE *f = fopen(p->file, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(b.at, 1, b.len, f), b.len);
    fclose(f);
    free(b.at);
}

static void tell(struct place *p, const char *format, ...) PRINTF_LIKE(2, 3);

static void tell(struct place *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    p->len += (size_t)vsnprintf(p->told + p->len, sizeof p->told - p->len, format, args);
    va_end(args);
    assert_true(p->len < sizeof p->told);
}

#define WORDS(s) (int)(s).len, (s).at ? (const char *)(s).at : ""

/* A source under way: bundles stay open while their members are read. */
struct row {
    char path[256], bundle[256], format[32];
    uint64_t records, size;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    uint64_t place;
    int64_t evidence;
};

static void remember(struct place *p, const struct row *r, const struct source_closes *c)
{
    struct known *k = &p->known[p->known_count++];

    assert_true(p->known_count < 64);
    *k = (struct known){ .evidence = r->evidence, .size = c ? c->size : r->size,
                         .state = c ? c->state : SOURCE_READING, .place = r->place };
    memcpy(k->fingerprint, r->fingerprint, FINGERPRINT_BYTES);
    if (c && c->hashed) {
        k->hashed = true;
        memcpy(k->sha256, c->sha256, SHA256_BYTES);
    }
}

/* Ingests the file; tells each source in the order of its end.  Past `until`
 * batches it stops, as if killed: what came until then is in p->known. */
static void run(struct place *p, struct bundle_options bundles, size_t until)
{
    static struct row rows[64];
    const char *path = p->file;
    struct known before[64];
    struct ingest_options o = { .paths = &path, .path_count = 1, .workers = 1,
                                .bundles = bundles, .known = before,
                                .known_count = p->known_count };
    struct fault f = { 0 };
    struct queue *q = queue_open(1, &f);
    struct batch *b;
    size_t sources = 0, root = strlen(p->root) + 1;
    bool open[64] = { false };

    memcpy(before, p->known, sizeof before);
    memset(rows, 0, sizeof rows);
    p->len = 0;
    p->records = 0;
    p->told[0] = 0;
    if (until)
        p->known_count = 0;
    struct ingest *in = ingest_start(&o, q, &f);
    if (!in)
        fail_msg("%s", f.text);
    for (size_t n = 0; (b = queue_take(q)) != NULL; n++) {
        struct row *r = &rows[b->source];

        assert_true(b->source < 64);
        if (until && n >= until) {
            ingest_stop(in);
            batch_close(b);
            continue;
        }
        if (b->opens) {
            snprintf(r->path, sizeof r->path, "%.*s", WORDS(b->opens->path));
            snprintf(r->bundle, sizeof r->bundle, "%.*s", WORDS(b->opens->bundle));
            snprintf(r->format, sizeof r->format, "%s", b->opens->format);
            memcpy(r->fingerprint, b->opens->fingerprint, FINGERPRINT_BYTES);
            r->size = b->opens->size;
            r->evidence = b->opens->resumes ? b->opens->resumes : 100 + b->source;
            open[b->source] = true;
            sources = b->source > sources ? b->source : sources;
        }
        r->records += b->counts.records;
        p->records += b->counts.records;
        r->place = b->end;
        if (b->closes) {
            tell(p, "%s%s%s %s %s %lu", r->bundle[0] ? r->bundle + root : "",
                 r->bundle[0] ? "!" : "", r->bundle[0] ? r->path : r->path + root, r->format,
                 source_state_name(b->closes->state), r->records);
            if (b->closes->reason.len)
                tell(p, " (%.*s)", WORDS(b->closes->reason));
            tell(p, "\n");
            open[b->source] = false;
            if (until)
                remember(p, r, b->closes);
        }
        batch_close(b);
    }
    for (size_t i = 1; until && i <= sources; i++)
        if (open[i])
            remember(p, &rows[i], NULL);
    ingest_finish(in);
    queue_free(q, NULL);
}

static void reads(struct place *p, struct bytes b, const char *want)
{
    put_file(p, b);
    run(p, (struct bundle_options){ 0 }, 0);
    assert_string_equal(p->told, want);
}

/* ---- what is read ---- */

static void each_form_gives_its_members(void **state)
{
    static const struct {
        int (*format)(struct archive *);
        int (*filter)(struct archive *);
        const char *name;
    } table[] = {
        { archive_write_set_format_zip, NULL, "zip" },
        { archive_write_set_format_7zip, NULL, "7z" },
        { archive_write_set_format_pax, NULL, "tar" },
        { archive_write_set_format_gnutar, NULL, "tar" },
        { archive_write_set_format_v7tar, NULL, "tar" },
        { archive_write_set_format_ustar, archive_write_add_filter_gzip, "gzip" },
        { archive_write_set_format_gnutar, archive_write_add_filter_bzip2, "bzip2" },
        { archive_write_set_format_pax, archive_write_add_filter_xz, "xz" },
        { archive_write_set_format_pax, archive_write_add_filter_zstd, "zstd" },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct made m = make(table[i].format, table[i].filter, NULL, NULL);
        char want[512];

        add(&m, "logs/a.evtx", events(0, 3));
        add(&m, "note", text("no evidence"));
        add(&m, "again", events(0, 3));
        add(&m, "z", events(7, 20));
        add(&m, "empty", text(""));
        snprintf(want, sizeof want,
                 "b!logs/a.evtx xml complete 3\nb!note unknown unknown 0\n"
                 "b!again xml duplicate 0\nb!z xml complete 13\nb!empty unknown empty 0\n"
                 "b %s complete 0\n", table[i].name);
        reads(*state, done(&m), want);
    }
}

static void a_compressed_file_is_a_bundle_of_one(void **state)
{
    int (*const filters[])(struct archive *) = {
        archive_write_add_filter_gzip, archive_write_add_filter_bzip2,
        archive_write_add_filter_xz, archive_write_add_filter_zstd,
    };
    static const char *const names[] = { "gzip", "bzip2", "xz", "zstd" };

    for (size_t i = 0; i < 4; i++) {
        struct made m = make(archive_write_set_format_raw, filters[i], NULL, NULL);
        char want[128];

        add(&m, "x", events(0, 9));
        snprintf(want, sizeof want, "b!b xml complete 9\nb %s complete 0\n", names[i]);
        reads(*state, done(&m), want);
    }
}

/* As a plain file of the same bytes; libarchive would call each an empty tar. */
static void zeros_that_were_compressed_are_no_tar(void **state)
{
    static const struct { size_t len, magic_at; const char *magic, *want; } table[] = {
        { 0, 0, "", "b gzip empty 0 (nothing is in it)\n" },
        { 4096, 0, "", "b!b unknown unknown 0\nb gzip complete 0\n" },
        { 40000, 32769, "CD001", "b!b ISO unreadable 0 (an ISO image: unpack it with "
                                 "`bsdtar -xf`, then give modhunt the folder)\n"
                                 "b gzip complete 0\n" },
        { 100000, 0, "", "b!b unknown unknown 0\nb gzip complete 0\n" },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct made m = make(archive_write_set_format_raw, archive_write_add_filter_gzip,
                             NULL, NULL);
        struct bytes b = { memory_zero(table[i].len, 1), table[i].len };

        memcpy(b.at + table[i].magic_at, table[i].magic, strlen(table[i].magic));
        add(&m, "x", b);
        reads(*state, done(&m), table[i].want);
    }
}

static void compressors_on_compressors_count_as_bundles_in_bundles(void **state)
{
    static const struct { int times; const char *want; } table[] = {
        { 4, "b!b xml complete 2\nb gzip complete 0\n" },
        { 5, "b gzip partial 0 (bundles in bundles nested too deep (--max-depth))\n" },
    };

    for (size_t i = 0; i < 2; i++) {
        struct bytes b = events(0, 2);

        for (int n = 0; n < table[i].times; n++) {
            struct made m = make(archive_write_set_format_raw, archive_write_add_filter_gzip,
                                 NULL, NULL);

            add(&m, "x", b);
            b = done(&m);
        }
        reads(*state, b, table[i].want);
    }
}

static void bundles_in_bundles_are_opened_to_a_depth(void **state)
{
    struct bytes b = zip_of("3.zip", zip_of("4.zip", events(0, 2)));

    reads(*state, zip_of("1.zip", zip_of("2.zip", b)),
          "b!1.zip!2.zip!3.zip!4.zip xml complete 2\n"
          "b!1.zip!2.zip!3.zip zip complete 0\nb!1.zip!2.zip zip complete 0\n"
          "b!1.zip zip complete 0\nb zip complete 0\n");
    b = zip_of("4.zip", zip_of("5.zip", events(0, 2)));
    reads(*state, zip_of("1.zip", zip_of("2.zip", zip_of("3.zip", b))),
          "b!1.zip!2.zip!3.zip!4.zip zip unreadable 0 "
          "(bundles in bundles nested too deep (--max-depth))\n"
          "b!1.zip!2.zip!3.zip zip partial 0 (members were cut by a limit)\n"
          "b!1.zip!2.zip zip partial 0 (members were cut by a limit)\n"
          "b!1.zip zip partial 0 (members were cut by a limit)\n"
          "b zip partial 0 (members were cut by a limit)\n");
}

static void names_and_links_are_told_and_never_followed(void **state)
{
    struct made m = make(archive_write_set_format_gnutar, NULL, NULL, NULL);
    struct archive_entry *e;

    add(&m, "../../etc/passwd", events(0, 1));
    add(&m, "/abs", events(1, 2));
    add(&m, "line\nend\x1b[0m", events(2, 3));
    add(&m, "bad\xff\xfe", events(3, 4));
    add(&m, "twice", events(4, 5));
    add(&m, "twice", events(5, 6));
    e = entry("link", AE_IFLNK, 0);
    archive_entry_set_symlink(e, "/etc/passwd");
    add_entry(&m, e, text(""));
    e = entry("hard", AE_IFREG, 0);
    archive_entry_set_hardlink(e, "../../etc/passwd");
    add_entry(&m, e, text(""));
    add_entry(&m, entry("fifo", AE_IFIFO, 0), text(""));
    add_entry(&m, entry("dev", AE_IFBLK, 0), text(""));
    add_entry(&m, entry("folder", AE_IFDIR, 0), text(""));
    reads(*state, done(&m),
          "b!../../etc/passwd xml complete 1\nb!/abs xml complete 1\n"
          "b!line\nend\x1b[0m xml complete 1\nb!bad\xff\xfe xml complete 1\n"
          "b!twice xml complete 1\nb!twice xml complete 1\n"
          "b!link link skipped 0 (a link, not followed)\n"
          "b!hard link skipped 0 (a link, not followed)\n"
          "b!fifo special skipped 0 (a device or a pipe, not read)\n"
          "b!dev special skipped 0 (a device or a pipe, not read)\nb tar complete 0\n");
}

static void encrypted_members_need_the_password(void **state)
{
    static const char *const kinds[] = { "zip:encryption=zipcrypt", "zip:encryption=aes256" };
    struct place *p = *state;

    for (size_t i = 0; i < 2; i++) {
        struct made m = make(archive_write_set_format_zip, NULL, kinds[i], "infected");

        add(&m, "a", events(0, 5));
        put_file(p, done(&m));
        run(p, (struct bundle_options){ 0 }, 0);
        assert_string_equal(p->told,
            "b!a unknown unreadable 0 (encrypted: give the password with --password-file)\n"
            "b zip partial 0 (members are encrypted: give the password with --password-file)\n");
        run(p, (struct bundle_options){ .passwords = "infected" }, 0);
        assert_string_equal(p->told, "b!a xml complete 5\nb zip complete 0\n");
        run(p, (struct bundle_options){ .passwords = "wrong" }, 0);
        assert_non_null(strstr(p->told, "b!a unknown unreadable 0 (encrypted: the password does"));
        assert_non_null(strstr(p->told, "b zip partial 0 (members are encrypted: the password "
                                        "does not open them)\n"));
    }
}

static void what_can_not_be_opened_is_named_with_what_opens_it(void **state)
{
    static const struct { const char *bytes; size_t len; const char *want; } table[] = {
#define HEAD(bytes, want) { bytes, sizeof bytes - 1, want }
        HEAD("Rar!\x1a\x07\x01\0rest", "b RAR unreadable 0 (a RAR archive: unpack it with `unrar"),
        HEAD("MSCF\0\0\0\0rest", "b CAB unreadable 0 (a cabinet: unpack it with `cabextract`"),
        HEAD("vhdxfile rest", "b VHDX unreadable 0 (a disc image"),
        HEAD("conectix rest", "b VHD unreadable 0 (a disc image"),
        HEAD("EVF\x09\x0d\x0a\xff\0rest", "b E01 unreadable 0 (a disc image: mount it with `ewf"),
        HEAD("regf rest", "b registry hive unknown 0\n"),
        HEAD("FILE0\0rest", "b $MFT unknown 0\n"),
        HEAD("MAM\x04rest", "b prefetch file unknown 0\n"),
        HEAD("\x89PNG\x0d\x0a\x1a\x0a", "b PNG picture unknown 0\n"),
        HEAD("SQLite format 3\0rest", "b SQLite database unknown 0\n"),
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct bytes b = { memory_get(table[i].len), table[i].len };
        struct place *p = *state;
        struct bytes c = { memory_get(b.len), b.len };

        memcpy(b.at, table[i].bytes, b.len);
        memcpy(c.at, table[i].bytes, b.len);
        put_file(p, b);
        run(p, (struct bundle_options){ 0 }, 0);
        assert_memory_equal(p->told, table[i].want, strlen(table[i].want));
        put_file(p, zip_of("in", c));
        run(p, (struct bundle_options){ 0 }, 0);
        assert_memory_equal(p->told, "b!in ", 5);
        assert_memory_equal(p->told + 5, table[i].want + 2, strlen(table[i].want) - 2);
    }
}

/* ---- limits and damage ---- */

static void limits_end_what_passes_them(void **state)
{
    struct place *p = *state;
    struct bundle_options few = { .limits = BUNDLE_LIMITS_USUAL }, small = few, little = few;
    struct made m = make(archive_write_set_format_zip, NULL, NULL, NULL);

    few.limits.members = 2;
    small.limits.member_bytes = 1u << 20;
    little.limits.bundle_bytes = 1u << 20;
    add(&m, "a", events(0, 10));
    add(&m, "large", events(10, 20000));
    add(&m, "c", events(20000, 20010));
    put_file(p, done(&m));
    run(p, few, 0);
    assert_string_equal(p->told, "b!a xml complete 10\nb!large xml complete 19990\n"
                                 "b zip partial 0 (more members than may be read "
                                 "(--max-members))\n");
    run(p, small, 0);
    assert_non_null(strstr(p->told, "(larger than a member may be (--max-member))"));
    assert_non_null(strstr(p->told, "b!c xml complete 10\n"));
    run(p, little, 0);
    assert_non_null(strstr(p->told, "(the bundle is larger than one may be (--max-bundle))"));
    assert_null(strstr(p->told, "b!c xml complete"));
}

/* Some kilobytes of tar that claim 8 GiB of zeros behind one event. */
static void a_sparse_bomb_ends_at_the_ratio(void **state)
{
    struct place *p = *state;
    struct made m = make(archive_write_set_format_pax, NULL, NULL, NULL);
    struct archive_entry *e = entry("bomb", AE_IFREG, 8ull << 30);
    struct bytes b = events(0, 1);

    archive_entry_sparse_add_entry(e, 0, (la_int64_t)b.len);
    assert_int_equal(archive_write_header(m.a, e), ARCHIVE_OK);
    assert_int_equal(archive_write_data(m.a, b.at, b.len), b.len);
    archive_entry_free(e);
    free(b.at);
    put_file(p, done(&m));
    run(p, (struct bundle_options){ 0 }, 0);
    assert_non_null(strstr(p->told, "b!bomb xml partial"));
    assert_non_null(strstr(p->told, "(it unpacks to more than evidence does (--max-ratio))"));
}

/* Of a zip the members can be listed first; a tar is a stream. */
static void what_is_named_after_sysmon_comes_first_out_of_a_zip(void **state)
{
    struct place *p = *state;
    struct made m = make(archive_write_set_format_zip, NULL, NULL, NULL);

    add(&m, "a.xml", events(0, 1));
    add(&m, "z/SYSMON%4Operational.xml", events(1, 3));
    add(&m, "b.xml", events(3, 7));
    add(&m, "z/SYSMON%4Operational.xml", events(7, 15)); /* the same name again */
    put_file(p, done(&m));
    run(p, (struct bundle_options){ 0 }, 0);
    assert_string_equal(p->told, "b!z/SYSMON%4Operational.xml xml complete 2\n"
                                 "b!z/SYSMON%4Operational.xml xml complete 8\n"
                                 "b!a.xml xml complete 1\nb!b.xml xml complete 4\nb zip complete 0\n");

    m = make(archive_write_set_format_gnutar, NULL, NULL, NULL);
    add(&m, "a.xml", events(0, 1));
    add(&m, "sysmon.xml", events(1, 3));
    put_file(p, done(&m));
    run(p, (struct bundle_options){ 0 }, 0);
    assert_string_equal(p->told, "b!a.xml xml complete 1\nb!sysmon.xml xml complete 2\n"
                                 "b tar complete 0\n");
}

static void an_archive_cut_anywhere_keeps_what_came_before(void **state)
{
    struct place *p = *state;
    int (*const formats[])(struct archive *) = {
        archive_write_set_format_zip, archive_write_set_format_pax,
        archive_write_set_format_7zip,
    };

    for (size_t i = 0; i < 3; i++) {
        struct made m = make(formats[i], i == 1 ? archive_write_add_filter_gzip : NULL, NULL, NULL);

        for (int k = 0; k < 8; k++) {
            char name[16];

            snprintf(name, sizeof name, "%d", k);
            add(&m, name, events(40 * k, 40 * k + 40));
        }
        struct bytes whole = done(&m);
        uint64_t last = 0;

        for (size_t cut = 600; cut < whole.len; cut += 97 + whole.len / 15) {
            struct bytes part = { memory_get(cut), cut };

            memcpy(part.at, whole.at, cut);
            put_file(p, part);
            run(p, (struct bundle_options){ 0 }, 0);
            assert_null(strstr(p->told, "b complete"));
            assert_true(strstr(p->told, "partial") || strstr(p->told, "unreadable"));
            assert_true(p->records >= last);
            last = p->records;
        }
        if (i < 2)
            assert_true(last >= 200);
        free(whole.at);
    }
}

static void flipped_bytes_break_nothing(void **state)
{
    struct place *p = *state;
    int (*const formats[])(struct archive *) = {
        archive_write_set_format_zip, archive_write_set_format_gnutar,
        archive_write_set_format_7zip,
    };
    uint32_t chance = 1;

    for (size_t i = 0; i < 3; i++) {
        struct made m = make(formats[i], NULL, NULL, NULL);

        add(&m, "a", events(0, 30));
        add(&m, "b", events(30, 60));
        struct bytes whole = done(&m);

        for (int n = 0; n < 12; n++) {
            struct bytes b = { memory_get(whole.len), whole.len };

            memcpy(b.at, whole.at, b.len);
            for (int k = 0; k < 4; k++) {
                chance = chance * 1664525u + 1013904223u;
                b.at[4 + (chance >> 8) % (b.len - 4)] ^= (uint8_t)(1 + (chance >> 4) % 255);
            }
            put_file(p, b);
            run(p, (struct bundle_options){ 0 }, 0);
            assert_true(strstr(p->told, "b ") != NULL);
        }
        free(whole.at);
    }
}

/* ---- the child ---- */

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

static struct bundle *open_bundle(const struct place *p, int *fd)
{
    struct fault f = { 0 };
    struct bundle_options o = { 0 };

    *fd = open(p->file, O_RDONLY | O_CLOEXEC);
    assert_true(*fd >= 0);
    struct bundle_input in = { .fd = *fd, .name = SPAN("b"), .stopping = never };
    struct bundle *b = bundle_open(&in, &o, &f);
    if (!b)
        fail_msg("%s", f.text);
    return b;
}

static void a_child_that_dies_costs_the_rest_of_its_bundle(void **state)
{
    struct place *p = *state;
    static uint8_t some[1000];
    struct frame f;
    int fd;

    put_file(p, zip_of("a", events(0, 30000)));
    struct bundle *b = open_bundle(p, &fd);
    assert_true(bundle_next(b, &f) && f.kind == FRAME_ENTER);
    assert_true(bundle_next(b, &f) && f.kind == FRAME_MEMBER);
    assert_int_equal(bundle_read(b, some, sizeof some), sizeof some);
    assert_int_equal(kill(bundle_pid(b), SIGKILL), 0);
    while (bundle_read(b, some, sizeof some) == sizeof some)
        ;
    assert_false(bundle_next(b, &f));
    assert_string_equal(bundle_why(b), "the archive's reader was ended by signal 9 (Killed)");
    bundle_close(b);
    close(fd);
}

static void the_child_has_no_rights(void **state)
{
    struct place *p = *state;
    struct frame f;
    char path[64], line[256];
    unsigned found = 0;
    int fd;

    put_file(p, zip_of("a", events(0, 30000)));
    struct bundle *b = open_bundle(p, &fd);
    assert_true(bundle_next(b, &f));
    snprintf(path, sizeof path, "/proc/%d/status", bundle_pid(b));
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status))
        found += strcmp(line, "Seccomp:\t2\n") == 0 || strcmp(line, "NoNewPrivs:\t1\n") == 0
            || strcmp(line, "Threads:\t1\n") == 0;
    fclose(status);
    assert_int_equal(found, 3);
    bundle_close(b);
    close(fd);
}

static void frames_that_break_the_rules_are_refused(void **state)
{
    static const struct { uint32_t kind, len; bool want; } heads[] = {
        { FRAME_ENTER, 1, true }, { FRAME_MEMBER, 9, false }, { 0, 0, false }, { 7, 0, false },
        { FRAME_DATA, 0, false }, { FRAME_DATA, FRAME_DATA_MAX, true },
        { FRAME_DATA, FRAME_DATA_MAX + 1, false }, { FRAME_TICK, 0, true },
        { FRAME_END, FRAME_WORDS_MAX + 1, false }, { FRAME_LEAVE, 50, false },
    };
    struct frame f;

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct frame_order o = { 0 };
        uint8_t head[FRAME_HEAD_BYTES] = { 0 };

        memcpy(head, &heads[i].kind, 4);
        memcpy(head + 4, &heads[i].len, 4);
        assert_int_equal(frame_head(&o, head, &f), heads[i].want);
    }
}

/* ---- again, and after a kill ---- */

static void an_interrupted_bundle_goes_on_where_it_was(void **state)
{
    struct place *p = *state;
    struct made m = make(archive_write_set_format_pax, archive_write_add_filter_gzip, NULL, NULL);
    uint64_t all = 20 + 30000 + 5 + 10;

    add(&m, "a", events(0, 20));
    add(&m, "large", events(20, 30020));
    add(&m, "in.zip", zip_of("x", events(30020, 30025)));
    add(&m, "z", events(30025, 30035));
    put_file(p, done(&m));
    for (size_t until = 1; until < 20; until += until < 8 ? 1 : 3) {
        uint64_t before;

        p->known_count = 0;
        run(p, (struct bundle_options){ 0 }, until);
        before = p->records;
        run(p, (struct bundle_options){ 0 }, 0);
        assert_int_equal(before + p->records, all);
        assert_null(strstr(p->told, "duplicate"));
    }
}

static void the_same_bundle_twice_is_one_row(void **state)
{
    struct place *p = *state;

    put_file(p, zip_of("a", events(0, 20)));
    p->known_count = 0;
    run(p, (struct bundle_options){ 0 }, 1000);
    run(p, (struct bundle_options){ 0 }, 0);
    assert_string_equal(p->told, "b zip duplicate 0\n");
    p->known_count = 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)
        WITH_PLACE(each_form_gives_its_members),
        WITH_PLACE(a_compressed_file_is_a_bundle_of_one),
        WITH_PLACE(zeros_that_were_compressed_are_no_tar),
        WITH_PLACE(compressors_on_compressors_count_as_bundles_in_bundles),
        WITH_PLACE(bundles_in_bundles_are_opened_to_a_depth),
        WITH_PLACE(names_and_links_are_told_and_never_followed),
        WITH_PLACE(encrypted_members_need_the_password),
        WITH_PLACE(what_can_not_be_opened_is_named_with_what_opens_it),
        WITH_PLACE(limits_end_what_passes_them),
        WITH_PLACE(a_sparse_bomb_ends_at_the_ratio),
        WITH_PLACE(what_is_named_after_sysmon_comes_first_out_of_a_zip),
        WITH_PLACE(an_archive_cut_anywhere_keeps_what_came_before),
        WITH_PLACE(flipped_bytes_break_nothing),
        WITH_PLACE(a_child_that_dies_costs_the_rest_of_its_bundle),
        WITH_PLACE(the_child_has_no_rights),
        cmocka_unit_test(frames_that_break_the_rules_are_refused),
        WITH_PLACE(an_interrupted_bundle_goes_on_where_it_was),
        WITH_PLACE(the_same_bundle_twice_is_one_row),
    };

    bundle_program(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
