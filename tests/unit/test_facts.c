/* Facts: what is read of what tools print, and what it settles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/fact.h"
#include "core/factor.h"
#include "ingest/facts.h"
#include "tests/unit/batches.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define MD5_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ---- reading ---- */

static bool write_fact(void *ctx, const struct fact *f)
{
    FILE *out = ctx;

    fprintf(out, "%s|%.*s|%.*s|%.*s\n", fact_name(f->says), (int)f->path.len,
            (const char *)f->path.at, (int)f->hash.len, (const char *)f->hash.at,
            (int)f->detail.len, (const char *)f->detail.at);
    return true;
}

static void assert_read(const char *text, const char *want, const char *form, uint64_t unread)
{
    struct facts_told told;
    char *have = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&have, &size);

    assert_true(facts_read(span_text(text), write_fact, out, &told));
    fclose(out);
    assert_string_equal(have, want);
    assert_string_equal(told.form, form);
    assert_int_equal(told.unread, unread);
    free(have);
}

static void each_tool_is_told_by_what_it_prints(void **state)
{
    static const struct { const char *text, *want, *form; uint64_t unread; } table[] = {
        { "??5?????? c /etc/ssh/sshd_config\n??5??????   /usr/lib/x y.so\n?M???????   /usr/bin/z\n",
          "differs|/etc/ssh/sshd_config||\ndiffers|/usr/lib/x y.so||\nchanged|/usr/bin/z||\n", "dpkg -V", 0 },
        { "S.5....T.  c /etc/a\n.M.......    /usr/lib64/b.so\n..?......    /usr/bin/c\n"
          "missing     /usr/lib64/d.so\nmissing   c /etc/e\n",
          "differs|/etc/a||\nsame|/usr/lib64/b.so||\nchanged|/usr/bin/c||\nmissing|/usr/lib64/d.so||\n"
          "missing|/etc/e||\n", "dpkg -V, rpm -V", 0 },
        { "/usr/lib/a b.so                          OK\n/usr/lib/c.so    FAILED\n"
          "debsums: changed file /usr/lib/d.so (from libd1:amd64 package)\n"
          "debsums: missing file /usr/lib/(from x.so (from libe package)\n",
          "same|/usr/lib/a b.so||\ndiffers|/usr/lib/c.so||\ndiffers|/usr/lib/d.so||libd1:amd64\n"
          "missing|/usr/lib/(from x.so||libe\n", "debsums", 0 },
        { "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6\na, b:i386: /usr/share/doc/x\n"
          "dpkg-query: no path found matching pattern /tmp/x.so\n"
          "dpkg-query: no path found matching pattern *x*\n"
          "diversion by dash from: /bin/sh\n",
          "owned|/lib/x86_64-linux-gnu/libc.so.6||libc6:amd64\nowned|/usr/share/doc/x||a, b:i386\n"
          "no owner|/tmp/x.so||/tmp/x.so\n", "dpkg -S", 0 },
        { "file /opt/x.so is not owned by any package\n", "no owner|/opt/x.so||\n", "rpm -qf", 0 },
        { MD5_A "  usr/lib/a.so\n" SHA_A "  /usr/lib/b.so\n" SHA_A " *./c.so\n" SHA_B "\n"
          "SHA256 (/usr/lib/d.so) = " SHA_B "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  x\n",
          "hash|/usr/lib/a.so|" MD5_A "|\nhash|/usr/lib/b.so|" SHA_A "|\nhash||" SHA_A "|\nhash||" SHA_B
          "|\nhash|/usr/lib/d.so|" SHA_B "|\nhash||" MD5_A "|\n", "hashes", 0 },
        { "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
          "50 22 0:40 / /mnt/a\\040b rw - fuse.sshfs u@h:/ rw\n",
          "mount|/||ext4\nmount|/mnt/a b||fuse.sshfs\n", "mountinfo", 0 },
        { "Executable=/opt/homebrew/lib/a.dylib\nIdentifier=a\nFormat=Mach-O thin (arm64)\n"
          "Signature=adhoc\nTeamIdentifier=not set\n"
          "Executable=/Library/b.dylib\nAuthority=Developer ID Application: B (T1)\nAuthority=Apple Root CA\n"
          "TeamIdentifier=T1\nSealed Resources=none\n"
          "/tmp/c.dylib: code object is not signed at all\nIn architecture: x86_64\n"
          "Executable=/tmp/d.dylib\nIdentifier=d\n\n/tmp/e: valid on disk\n"
          "/tmp/f: invalid signature (code or signature have been modified)\n",
          "signed ad hoc|/opt/homebrew/lib/a.dylib||\n"
          "signed|/Library/b.dylib||Developer ID Application: B (T1)\nnot signed|/tmp/c.dylib||\n"
          "broken signature|/tmp/f||\n", "codesign", 0 },
        { "root:x:0:0:root:/root:/bin/bash\nhello\n\n# a comment\n??5??????   relative\n5\n", "", "", 4 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        assert_read(table[i].text, table[i].want, table[i].form, table[i].unread);
}

static void hostile_lines_are_counted_and_harm_nothing(void **state)
{
    static const char *const pieces[] = {
        "??5??????", "missing", " ", "   ", "/", "/x", ":", ": /", "(", ") = ", "SHA256 (", "\\",
        "dpkg-query: no path found matching pattern ", "file ", " is not owned by any package",
        "debsums: changed file ", " (from ", " package)", "Executable=", "Authority=", "1 1 0:1 / / - ",
        SHA_A, "\\040", "\xff\xfe", "OK", "\r",
    };
    struct facts_told told;
    char line[256];
    unsigned random = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        size_t len = 0;

        for (int n = 0; n < 6; n++) {
            random = random * 1103515245 + 12345;
            const char *piece = pieces[(random >> 16) % COUNT(pieces)];
            size_t more = strlen(piece);

            if (len + more >= sizeof line)
                break;
            memcpy(line + len, piece, more);
            len += more;
        }
        uint8_t *exact = memory_get(len + 1); /* so that a sanitizer sees its end */
        memcpy(exact, line, len);
        exact = memory_grow(exact, len ? len : 1, 1);
        facts_read(span_of(exact, len), NULL, NULL, &told);
        assert_true(told.read + told.unread <= 1);
        free(exact);
    }
    /* One that is too long says nothing. */
    uint8_t *endless = memory_get(FACT_LINE_MAX + 20);
    memset(endless, 'x', FACT_LINE_MAX + 20);
    memcpy(endless, "??5??????   /", 13);
    facts_read(span_of(endless, FACT_LINE_MAX + 20), NULL, NULL, &told);
    assert_int_equal(told.unread, 1);
    assert_int_equal(told.facts, 0);
    free(endless);
}

/* ---- settling ---- */

static char case_path[64];
static struct store *store;

struct seen {
    enum platform platform;
    const char *host, *ImageLoaded, *sha256, *Signed;
};

/* One load of each module, by /usr/bin/id. */
static void load_all(const struct seen *seen, size_t count, uint32_t number)
{
    struct batch *b = batch_open(number, 0, 100);
    struct source_opens *o = arena_get(&b->arena, sizeof *o);
    struct source_closes *c = arena_get(&b->arena, sizeof *c);
    struct fault f = { 0 };

    *o = (struct source_opens){ .path = SPAN("x"), .format = "auditd", .size = 100,
                                .fingerprint = { (uint8_t)number } };
    *c = (struct source_closes){ .state = SOURCE_COMPLETE, .size = 100 };
    b->opens = o;
    b->closes = c;
    for (size_t i = 0; i < count; i++) {
        struct load *l = batch_load(b);

        l->platform = seen[i].platform;
        l->Computer = span_text(seen[i].host);
        l->Image = SPAN("/usr/bin/id");
        l->ImageLoaded = span_text(seen[i].ImageLoaded);
        l->sha256 = span_text(seen[i].sha256);
        l->Signed = span_text(seen[i].Signed);
        l->origin.place = i;
        b->counts.records++;
        b->counts.loads++;
    }
    assert_true(store_take(store, b, &f));
    assert_true(store_settle(store, &f));
    batch_close(b);
}

static bool add_fact(void *ctx, const struct fact *fact)
{
    struct fault f = { 0 };

    (void)ctx;
    return store_facts_add(store, fact, &f);
}

static bool try_import(const char *host, bool complete, const char *text, struct fault *f)
{
    struct fact_import i = { .host = host, .every_host = host == NULL, .complete = complete,
                             .author = "me", .reason = "" };
    uint8_t sha256[SHA256_BYTES];
    char said[FACTS_TEXT];
    struct facts_told told;

    facts_read(span_text(text), NULL, NULL, &told);
    i.platform = told.platform;
    digest_of(span_text(text), sha256);
    if (!store_facts_begin(store, &i, f))
        return false;
    if (store_facts_file(store, &(struct fact_file){ SPAN("f"), sha256, strlen(text) }, f)
        && facts_read(span_text(text), add_fact, NULL, &told)
        && store_facts_said(store, &(struct fact_file_said){ told.form, told.facts, 0, 0 }, f)
        && store_facts_end(store, said, f))
        return true;
    store_facts_cancel(store);
    return false;
}

static void import(const char *host, bool complete, const char *text)
{
    struct fault f = { 0 };

    if (!try_import(host, complete, text, &f))
        fail_msg("%s", f.text);
}

/* `letters score` of the module on the host. */
static void assert_judged(const char *host, const char *ImageLoaded, const char *want)
{
    char sql[512], have[32], letters[FACTOR_COUNT + 1];
    char *text;
    unsigned long factors;
    char *end;

    snprintf(sql, sizeof sql, "SELECT s.factors, s.SuspicionScore, s.hit FROM sighting s JOIN pair p"
             " ON p.id = s.pair JOIN module m ON m.id = p.module JOIN host h ON h.id = s.host"
             " WHERE h.name = '%s' AND m.ImageLoaded = '%s'", host, ImageLoaded);
    text = case_text(store, sql);
    factors = strtoul(text, &end, 10);
    factor_letters((uint32_t)factors, letters);
    snprintf(have, sizeof have, "%s%.*s", letters, (int)strcspn(end, "\n"), end);
    if (strcmp(have, want) != 0)
        fail_msg("%s on %s: %s, not %s", ImageLoaded, host, have, want);
    free(text);
}

static const struct seen hosts[] = {
    { PLATFORM_LINUX, "a", "/tmp/x.so", NULL, NULL },
    { PLATFORM_LINUX, "a", "/lib/l.so", NULL, NULL },
    { PLATFORM_LINUX, "a", "/usr/lib/m.so", SHA_A, NULL },
    { PLATFORM_LINUX, "a", "/opt/o.so", SHA_B, NULL },
    { PLATFORM_LINUX, "a", "/srv/s.so", NULL, NULL },
    { PLATFORM_LINUX, "a", "/usr/lib/n.so", NULL, NULL },
    { PLATFORM_LINUX, "b", "/tmp/x.so", NULL, NULL },
    { PLATFORM_LINUX, "b", "/opt/o.so", SHA_B, NULL },
    { PLATFORM_MACOS, "m", "/private/tmp/d.dylib", NULL, NULL },
    { PLATFORM_MACOS, "m", "/opt/e.dylib", NULL, "true" },
    { PLATFORM_WINDOWS, "w", "C:\\x\\w.dll", SHA_A, NULL },
};

static int set_up(void **state)
{
    struct fault f = { 0 };

    (void)state;
    store = case_new(case_path, &f);
    assert_non_null(store);
    case_hasty(store);
    load_all(hosts, COUNT(hosts), 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    case_remove(case_path);
    return 0;
}

static void what_speaks_for_itself_settles_a_module(void **state)
{
    (void)state;
    assert_judged("a", "/tmp/x.so", "T...?|1|1");
    import("a", false, "file /tmp/x.so is not owned by any package\n??5??????   /usr/lib/l.so\n");
    assert_judged("a", "/tmp/x.so", "T...N|2|1");
    assert_judged("a", "/lib/l.so", "...GN|1|0"); /* the other name of the same file */
    assert_judged("b", "/tmp/x.so", "T...?|1|1"); /* another host's */
    assert_judged("a", "/usr/lib/m.so", "...G?|0|0");
    import("a", false, SHA_A "  /usr/lib/m.so\n" SHA_A "  /opt/o.so\n");
    assert_judged("a", "/usr/lib/m.so", "...G.|0|0"); /* its bytes are a package's */
    assert_judged("a", "/opt/o.so", "....N|1|1");     /* the package has others there */
    import(NULL, false, SHA_B "\n");
    assert_judged("a", "/opt/o.so", ".....|0|0"); /* bytes that are a package's, whatever the path */
    assert_judged("b", "/opt/o.so", ".....|0|0");
    assert_judged("w", "C:\\x\\w.dll", "....?|1|1"); /* Windows: the seed's formula */
}

static void what_is_not_said_stays_unknown(void **state)
{
    (void)state;
    /* dpkg -V names differences alone, and a list alone says nothing of the disk. */
    import("a", false, "??5??????   /usr/lib/other.so\n");
    assert_judged("a", "/usr/lib/n.so", "...G?|0|0");
    import("a", false, MD5_A "  usr/lib/n.so\n");
    assert_judged("a", "/usr/lib/n.so", "...G?|0|0");
    /* Together, where all packages were asked, they say it. */
    import("a", true, "??5??????   /usr/lib/another.so\n");
    assert_judged("a", "/usr/lib/n.so", "...G.|0|0");
    assert_judged("a", "/srv/s.so", "....?|0|0"); /* no list names it: links are in none */
    /* dpkg does not follow /lib: one name without an owner is no proof. */
    import("a", false, "dpkg-query: no path found matching pattern /usr/lib/l.so\n");
    assert_judged("a", "/lib/l.so", "...G?|0|0");
    import("a", false, "dpkg-query: no path found matching pattern /lib/l.so\n");
    assert_judged("a", "/lib/l.so", "...GN|1|0");
    import("a", false, "l1: /lib/l.so\n");
    assert_judged("a", "/lib/l.so", "...G?|0|0"); /* owned, and nobody compared it */
    import("a", false, "missing     /srv/s.so\n");
    assert_judged("a", "/srv/s.so", "....?|0|0");
}

static void signatures_and_mounts_settle_too(void **state)
{
    struct fault f = { 0 };

    (void)state;
    import("m", false, "/private/tmp/d.dylib: code object is not signed at all\n"
                       "/opt/e.dylib: code object is not signed at all\n");
    assert_judged("m", "/private/tmp/d.dylib", "T...N|2|1");
    assert_judged("m", "/opt/e.dylib", ".....|0|0"); /* its record said it */
    import("a", false, "1 0 8:1 / / rw - ext4 d rw\n2 1 0:4 / /srv rw - nfs4 h:/ rw\n"
                       "3 1 0:5 / /opt rw - nfs4 h:/ rw\n4 1 8:2 / /opt rw - ext4 e rw\n");
    assert_judged("a", "/srv/s.so", ".U..?|1|1");
    assert_judged("a", "/opt/o.so", "....?|0|0"); /* mounted over */
    assert_false(try_import("w", false, "1 0 8:1 / / rw - ext4 d rw\n", &f));
    assert_non_null(strstr(f.text, "w is a host of Windows"));
    assert_false(try_import("m", false, "1 0 8:1 / /z rw - ext4 d rw\n", &f));
    assert_non_null(strstr(f.text, "facts of Linux, and m is a host of macOS"));
    assert_false(try_import("a", false, "1 0 8:1 / / rw - ext4 d rw\n2 1 0:4 / /srv rw - nfs4 h:/ rw\n"
                            "3 1 0:5 / /opt rw - nfs4 h:/ rw\n4 1 8:2 / /opt rw - ext4 e rw\n", &f));
    assert_non_null(strstr(f.text, "imported already, as import 2"));
}

static void facts_hold_for_what_comes_later_and_go_when_removed(void **state)
{
    static const struct seen later[] = { { PLATFORM_LINUX, "a", "/var/tmp/late.so", NULL, NULL } };
    struct fault f = { 0 };
    char said[FACTS_TEXT], *left;

    (void)state;
    import("a", false, "file /var/tmp/late.so is not owned by any package\n"
                       "file /tmp/x.so is not owned by any package\n");
    load_all(later, 1, 2);
    assert_judged("a", "/var/tmp/late.so", "T...N|2|1");
    assert_true(store_facts_remove(store, 1, true, "me", "wrong host", said, &f));
    assert_string_equal(said, "removed: import 1: 2 sightings are judged otherwise; 2 not known any more");
    left = case_text(store, "SELECT count(*) FROM sighting s JOIN pair p ON p.id = s.pair WHERE"
                            " s.factors <> p.factors OR s.hit <> p.hit"
                            " OR s.SuspicionScore <> p.SuspicionScore");
    assert_string_equal(left, "0\n");
    free(left);
    assert_false(store_facts_remove(store, 1, true, "me", "", said, &f));
    assert_true(store_facts_remove(store, 1, false, "me", "", said, &f));
    assert_judged("a", "/tmp/x.so", "T...N|2|1");
    assert_false(store_facts_remove(store, 9, true, "me", "", said, &f));
    left = case_text(store, "SELECT action, import, sightings, reason FROM fact_history");
    assert_string_equal(left, "import|1|1|\nremove|1|2|wrong host\nrestore|1|2|\n");
    free(left);
    assert_true(store_check(store, &f));
    assert_int_equal(sqlite3_exec(store->db, "UPDATE fact_history SET reason = 'none' WHERE id = 2", NULL,
                                  NULL, NULL), SQLITE_OK);
    assert_false(store_check(store, &f));
    assert_non_null(strstr(f.text, "line 2 of the history of facts was changed"));
}

static void a_merge_carries_facts_and_its_undo_takes_them_back(void **state)
{
    struct fault f = { 0 };
    char said[HOST_CHANGE_TEXT];

    (void)state;
    import("b", false, "file /tmp/x.so is not owned by any package\n");
    assert_true(store_host(store, &(struct host_change){ .kind = HOST_MERGE, .host = "b", .to = "a",
                           .author = "me" }, said, &f));
    assert_judged("a", "/tmp/x.so", "T...N|2|1");
    import("a", false, "file /opt/o.so is not owned by any package\n");
    assert_true(store_host(store, &(struct host_change){ .kind = HOST_UNDO, .author = "me" }, said, &f));
    assert_judged("a", "/tmp/x.so", "T...?|1|1");
    assert_judged("b", "/tmp/x.so", "T...N|2|1");
    assert_judged("a", "/opt/o.so", "....N|1|1");
    assert_judged("b", "/opt/o.so", "....?|0|0");
}

static void the_files_behind_a_path_are_kept_apart(void **state)
{
    struct fault f = { 0 };
    char *have;

    (void)state;
    struct batch *b = batch_open(3, 0, 100);
    struct source_opens *o = arena_get(&b->arena, sizeof *o);
    struct source_closes *c = arena_get(&b->arena, sizeof *c);
    *o = (struct source_opens){ .path = SPAN("y"), .format = "auditd", .size = 100, .fingerprint = { 9 } };
    *c = (struct source_closes){ .state = SOURCE_COMPLETE, .size = 100 };
    b->opens = o;
    b->closes = c;
    for (int i = 0; i < 40; i++) {
        static const char *const inodes[] = { "1", "2", "1", "1" };
        struct load *l = batch_load(b);
        char *many = arena_get(&b->arena, 16);

        snprintf(many, 16, "%d", i);
        l->platform = PLATFORM_LINUX;
        l->Computer = SPAN("a");
        l->Image = SPAN("/usr/bin/id");
        l->ImageLoaded = i < 4 ? SPAN("/opt/o.so") : SPAN("/opt/many.so");
        l->inode = span_text(i < 4 ? inodes[i] : many);
        l->mode = SPAN("0100755");
        b->counts.records++;
        b->counts.loads++;
    }
    assert_true(store_take(store, b, &f));
    assert_true(store_settle(store, &f));
    batch_close(b);
    have = case_text(store, "SELECT m.ImageLoaded, count(DISTINCT s.id), sum(s.loads) / count(*), count(*)"
                            " FROM sighting_file x"
                            " JOIN sighting s ON s.id = x.sighting JOIN pair p ON p.id = s.pair"
                            " JOIN module m ON m.id = p.module GROUP BY 1 ORDER BY 1");
    assert_string_equal(have, "/opt/many.so|1|36|16\n/opt/o.so|1|4|2\n");
    free(have);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tool_is_told_by_what_it_prints),
        cmocka_unit_test(hostile_lines_are_counted_and_harm_nothing),
        cmocka_unit_test_setup_teardown(what_speaks_for_itself_settles_a_module, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_said_stays_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signatures_and_mounts_settle_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_hold_for_what_comes_later_and_go_when_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_merge_carries_facts_and_its_undo_takes_them_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_files_behind_a_path_are_kept_apart, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
