/* Whose host nameless records are of: names of collectors, what lies where, and
 * keys that keep collections apart. */
#include "ingest/collection.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH_ROOM 256

static void expect_span(struct span s, const char *want)
{
    if (s.len != strlen(want) || (s.len && memcmp(s.at, want, s.len) != 0))
        fail_msg("`%.*s`, not `%s`", (int)s.len, s.len ? (const char *)s.at : "", want);
}

static void collectors_name_the_host(void **state)
{
    static const struct { const char *name, *want; } table[] = {
        { "uac-web01-linux-20240501101010.tar.gz", "web01" },
        { "uac-my-linux-host-linux-20240501101010", "my-linux-host" },
        { "uac-web01-linux", "web01" },
        { "uac-mac.local-macos-20240501101010.zip", "mac.local" },
        { "uac-linux", "" }, { "uac-web01", "" }, { "uac-web01-linuxes-1", "" }, { "uac--linux", "" },
        { "Collection-WS01-2024-05-01T10_10_10Z.zip", "WS01" },
        { "Collection-ws-01.corp.example-2024-05-01T10_10_10_0000_UTC.zip", "ws-01.corp.example" },
        { "Collection-WS01.zip", "" },
        { "WS01-C.0123456789abcdef-F.C1A2B3.zip", "WS01" },
        { "2024-05-01T101010_WS01.zip", "WS01" }, { "20240501T101010WS01", "WS01" },
        { "2024-05-01T101010.zip", "" }, { "2024-05-01", "" }, { "evidence.zip", "" }, { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_span(collection_host_named(span_text(table[i].name)), table[i].want);
}

static void velociraptor_says_it_in_two_shapes(void **state)
{
    static const struct { const char *json, *want; } table[] = {
        { "{\"client_id\":\"C.1\",\"hostname\":\"WS01\"}", "WS01" },
        { "\xEF\xBB\xBF{\"os_info\": {\"fqdn\": \"ws1.corp\", \"hostname\": \"WS\\u00301\"}}", "WS01" },
        { "{\"Fqdn\":\"ws1.corp\"}", "ws1.corp" },
        { "[{\"Name\":\"velociraptor\",\"Hostname\":\"DESKTOP\",\"OS\":\"windows\"}]", "DESKTOP" },
        { "{\"hostname\":7}", "" }, { "{\"hostname\":\"\"}", "" }, { "{\"host", "" }, { "", "" },
        { "{\"a\":{\"b\":{\"c\":{\"d\":{\"hostname\":\"deep\"}}}}}", "" },
        { "{\"hostname\":\"a\\u0000b\"}", "" },
    };
    uint8_t out[ASSUMED_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_span(span_of(out, collection_facts(span_text(table[i].json), out)), table[i].want);
}

/* A source in archives; each `!` is one more. */
static struct collection in_archives(const char *const *archives, size_t depth, const char *path,
                                     bool compressed)
{
    static uint8_t prints[4][FINGERPRINT_BYTES];
    struct around around[4];
    struct collection c;

    for (size_t i = 0; i < depth; i++) {
        memset(prints[i], 0, sizeof prints[i]);
        memcpy(prints[i], archives[i], strlen(archives[i]) < 32 ? strlen(archives[i]) : 32);
        around[i] = (struct around){ span_text(archives[i]), prints[i],
                                     compressed && i + 1 == depth };
    }
    collection_find(&c, &(struct lying){ .given = "/nowhere/x", .around = around, .depth = depth,
                                         .path = span_text(path), .head = SPAN_EMPTY });
    return c;
}

static void an_archive_is_a_collection(void **state)
{
    static const struct {
        const char *archives[3], *path;
        bool compressed;
        const char *want;
        enum host_trust trust;
    } table[] = {
        { { "/x/a.zip" }, "logs/l.json", false, "a", HOST_OF_FOLDER },
        { { "/x/a.tar.gz" }, "a.log", true, "a", HOST_OF_FOLDER },
        { { "/x/uac-w1-linux-2024.tar.gz" }, "var/log/x", true, "w1", HOST_OF_NAME },
        { { "/x/a.zip" }, "uac-w1-linux/var/log/x", false, "w1", HOST_OF_NAME },
        { { "/x/Collection-W2-2024-05-01T1.zip", "more/inner.zip" }, "x.json", false, "W2", HOST_OF_NAME },
        { { "/x/all.zip", "hostA.zip" }, "x.json", false, "hostA", HOST_OF_FOLDER },
        { { "/x/all.zip" }, "WS01/C/Windows/x.json", false, "WS01", HOST_OF_FOLDER },
        { { "/x/all.zip" }, "C\\Windows\\x.json", false, "all", HOST_OF_FOLDER },
        { { "/x/all.zip", "logs/l.json.gz" }, "l.json", true, "all", HOST_OF_FOLDER },
        { { "/x/2024-05-01T101010_KHOST.zip" }, "C/x.json", false, "KHOST", HOST_OF_NAME },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t depth = 1 + (table[i].archives[1] != NULL);
        struct collection c = in_archives(table[i].archives, depth, table[i].path,
                                          table[i].compressed);

        expect_span(collection_host(&c), table[i].want);
        assert_int_equal(c.trust, table[i].trust);
        assert_int_equal(c.unnamed[0], UNNAMED_MARK);
        assert_int_equal(c.unnamed_len, UNNAMED_HEAD + COLLECTION_KEY_BYTES);
    }
}

static bool same(struct collection a, struct collection b)
{
    return span_equal(collection_unnamed(&a), collection_unnamed(&b));
}

static void keys_tell_collections_apart_and_names_do_not(void **state)
{
    static const char *const a[] = { "/x/a.zip" }, *const b[] = { "/y/b.zip" };

    (void)state;
    assert_true(same(in_archives(a, 1, "x/l.json", false), in_archives(a, 1, "l2.json", false)));
    assert_false(same(in_archives(a, 1, "l.json", false), in_archives(b, 1, "l.json", false)));
    assert_false(same(in_archives(a, 1, "w1/C/l", false), in_archives(a, 1, "w2/C/l", false)));
}

/* Makes the file and the folders that lead to it, below the root. */
static void place(char out[static PATH_ROOM], const char *root, const char *path)
{
    int fd, len = snprintf(out, PATH_ROOM, "%s/", root);

    for (const char *at = path; (at = strchr(at, '/')); at++) {
        snprintf(out + len, PATH_ROOM - (size_t)len, "%.*s", (int)(at - path), path);
        (void)mkdir(out, 0700);
    }
    snprintf(out + len, PATH_ROOM - (size_t)len, "%s", path);
    fd = open(out, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int forget(const char *path, const struct stat *s, int what, struct FTW *w)
{
    (void)s, (void)what, (void)w;
    return remove(path);
}

static struct collection on_disk(const char *given, const char *path, const char *head)
{
    struct collection c;

    collection_find(&c, &(struct lying){ .given = given, .path = span_text(path),
                                         .head = span_text(head) });
    return c;
}

static void a_folder_is_a_collection_and_what_it_was_reached_by_is_not(void **state)
{
    static const struct { const char *given, *path, *want; } table[] = {
        { "case", "case/l.json", "case" },
        { "case", "case/w1/l.json", "w1" },
        { "case", "case/w1/deep/l.json", "w1" },
        { "case/w1", "case/w1/l.json", "w1" },
        { "case/w1/l.json", "case/w1/l.json", "w1" },
        { "case", "case/sub/w3/var/log/l.json", "w3" },
        { "case/w4", "case/w4/C/Windows/l.json", "w4" },
        { "case/w4/C", "case/w4/C/Windows/l.json", "w4" },
        { "case", "case/uac-w5-linux-1/live/l.json", "w5" },
        { "case/w6", "case/w6/results/l.json", "w6" }, /* client_info.json lies there */
    };
    char root[] = "/tmp/modhunt-collection-XXXXXX", path[PATH_ROOM], facts[PATH_ROOM], given[PATH_ROOM];
    struct collection c;

    (void)state;
    assert_non_null(mkdtemp(root));
    place(facts, root, "case/w6/client_info.json");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        place(path, root, table[i].path);
        snprintf(given, sizeof given, "%s/%s", root, table[i].given);
        c = on_disk(given, path, "");
        expect_span(collection_host(&c), table[i].want);
    }
    place(path, root, "case/w1/l.json");
    snprintf(given, sizeof given, "%s/case", root);
    assert_true(same(on_disk(given, path, ""), on_disk(path, path, "")));
    place(path, root, "case/w6/results/l.json");
    snprintf(given, sizeof given, "%s/case/w6", root);
    c = on_disk(given, facts, "{\"Hostname\":\"SIX\"}");
    assert_true(same(c, on_disk(given, path, "")));
    expect_span(collection_host(&c), "SIX");
    assert_int_equal(c.trust, HOST_OF_FACTS);
    assert_int_equal(nftw(root, forget, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void what_is_given_counts_before_everything(void **state)
{
    struct collection c;

    (void)state;
    collection_find(&c, &(struct lying){ .host = "WS9", .given = "-", .path = SPAN("-"),
                                         .head = SPAN_EMPTY });
    expect_span(collection_host(&c), "WS9");
    assert_int_equal(c.trust, HOST_GIVEN);
    assert_int_equal(c.unnamed[1], UNNAMED_GIVEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collectors_name_the_host),
        cmocka_unit_test(velociraptor_says_it_in_two_shapes),
        cmocka_unit_test(an_archive_is_a_collection),
        cmocka_unit_test(keys_tell_collections_apart_and_names_do_not),
        cmocka_unit_test(a_folder_is_a_collection_and_what_it_was_reached_by_is_not),
        cmocka_unit_test(what_is_given_counts_before_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
