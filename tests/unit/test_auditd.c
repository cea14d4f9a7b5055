/* ingest's auditd reader: records into events, events into loads, and what it
 * never claims. */
#include "ingest/auditd.h"
#include "ingest/decoder.h"
#include "ingest/rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define BATCHES_MAX 512

/* A source is read as the line does it: opened, cut, decoded, followed. */
struct log {
    void *state;
    struct batch *batch[BATCHES_MAX];
    unsigned batches;
    struct counts counts;
};

static void log_add(struct log *l, struct batch *b)
{
    assert_true(l->batches < BATCHES_MAX);
    l->batch[l->batches++] = b;
    l->counts.records += b->counts.records;
    l->counts.loads += b->counts.loads;
    l->counts.processes += b->counts.processes;
    l->counts.context += b->counts.context;
    l->counts.other += b->counts.other;
    l->counts.damaged += b->counts.damaged;
}

static void log_read(struct log *l, const struct decoder *d, const char *path, struct span text,
                     size_t piece, enum host_trust trust)
{
    struct source_opens opens = { .path = span_text(path), .trust = trust };
    struct batch *b = batch_open(1, 0, 0);
    void *cut = calloc(1, d->cut_bytes + 1);
    size_t at = 0;

    if (!l->state)
        l->state = calloc(1, d->follow_bytes);
    b->opens = &opens;
    d->follow(l->state, b, false);
    batch_close(b);
    for (size_t see = piece; at < text.len; see += piece) {
        size_t left = text.len - at;
        bool at_end = see >= left;
        size_t n = d->cut(cut, span_of(text.at + at, at_end ? left : see), at, at_end);

        if (n == 0)
            continue;
        uint8_t *copy = malloc(n); /* gone before follow sees the batch */
        struct piece p = { .offset = at, .bytes = span_of(copy, n), .first = at == 0,
                           .last = at + n == text.len };
        memcpy(copy, text.at + at, n);
        b = batch_open(1, at, at + n);
        d->decode(&p, b);
        free(copy);
        d->follow(l->state, b, false);
        log_add(l, b);
        at += n;
        see = 0;
    }
    b = batch_open(1, at, at);
    d->follow(l->state, b, true);
    log_add(l, b);
    free(cut);
}

static struct log log_of(const char *text)
{
    struct log l = { 0 };

    log_read(&l, &auditd_decoder, "/e/audit.log", span_text(text), 1u << 20, HOST_UNTOLD);
    return l;
}

static void log_close(struct log *l)
{
    for (unsigned i = 0; i < l->batches; i++)
        batch_close(l->batch[i]);
    audit_follow_end(l->state);
    free(l->state);
    *l = (struct log){ 0 };
}

static const struct load *load_at(const struct log *l, unsigned n)
{
    for (unsigned i = 0; i < l->batches; i++)
        for (const struct load *x = l->batch[i]->loads; x; x = x->next)
            if (n-- == 0)
                return x;
    fail_msg("there are fewer loads");
    return NULL;
}

static const struct process *process_at(const struct log *l, unsigned n)
{
    for (unsigned i = 0; i < l->batches; i++)
        for (const struct process *x = l->batch[i]->processes; x; x = x->next)
            if (n-- == 0)
                return x;
    fail_msg("there are fewer processes");
    return NULL;
}

static const struct context *context_at(const struct log *l, unsigned n)
{
    for (unsigned i = 0; i < l->batches; i++)
        for (const struct context *x = l->batch[i]->contexts; x; x = x->next)
            if (n-- == 0)
                return x;
    fail_msg("there is less context");
    return NULL;
}

static bool says(const struct log *l, const char *words)
{
    for (unsigned i = 0; i < l->batches; i++)
        for (const struct loss *x = l->batch[i]->losses; x; x = x->next)
            if (strstr(x->reason, words))
                return true;
    return false;
}

static void assert_text(struct span got, const char *want)
{
    if (!span_equal(got, span_text(want)))
        fail_msg("'%.*s' is not '%s'", (int)got.len, got.at ? (const char *)got.at : "(none)",
                 want ? want : "(none)");
}

/* ---- pieces of logs ---- */

#define MSG(serial) "msg=audit(1700000000." serial ":" serial "): "
#define WHO(pid, exe) \
    " ppid=1 pid=" pid " auid=1001 uid=0 gid=0 ses=3 comm=\"c\" exe=\"" exe "\" key=\"k\"\n"
#define CALL(serial, number, exit, args, pid, exe) \
    "type=SYSCALL " MSG(serial) "arch=c000003e syscall=" number " success=yes exit=" exit " " \
    args " items=1" WHO(pid, exe)
#define CWD(serial, cwd) "type=CWD " MSG(serial) "cwd=\"" cwd "\"\n"
#define PATH(serial, name, mode) \
    "type=PATH " MSG(serial) "item=0 name=" name " inode=7 dev=fe:00 mode=" mode \
    " ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n"
#define OPEN_AT(serial, fd, name, pid) \
    CALL(serial, "257", fd, "a0=ffffff9c a1=1 a2=80000 a3=0", pid, "/usr/bin/x") \
    CWD(serial, "/srv") PATH(serial, name, "0100644")
#define MAP(serial, fd, pid) \
    CALL(serial, "9", "140", "a0=7f a1=1000 a2=5 a3=812", pid, "/usr/bin/x") \
    "type=MMAP " MSG(serial) "fd=" fd " flags=0x812\n"
#define EXEC(serial, pid, exe, argv) \
    CALL(serial, "59", "0", "a0=1 a1=1 a2=1 a3=8", pid, exe) \
    "type=EXECVE " MSG(serial) argv "\n" CWD(serial, "/srv") PATH(serial, "\"" exe "\"", "0100755")
/* The loader asks its cache: opens are audited everywhere. */
#define START(serial, cache, pid) \
    EXEC(serial, pid, "/usr/bin/x", "argc=1 a0=\"x\"") OPEN_AT(cache, "3", "\"/etc/ld.so.cache\"", pid)

static void an_open_and_a_map_are_a_load(void **state)
{
    struct log l = log_of(START("100", "101", "9") OPEN_AT("102", "3", "\"/tmp/m.so\"", "9")
                          MAP("103", "3", "9"));
    const struct load *x = load_at(&l, 0);

    (void)state;
    assert_int_equal(l.counts.records, 4);
    assert_int_equal(l.counts.loads, 1);
    assert_int_equal(l.counts.processes, 1);
    assert_int_equal(l.counts.other, 2);
    assert_text(x->ImageLoaded, "/tmp/m.so");
    assert_text(x->ImageLoaded_raw, NULL);
    assert_text(x->Image, "/usr/bin/x");
    assert_text(x->User, "0");
    assert_text(x->RuleName, "k");
    assert_text(x->inode, "7");
    assert_text(x->dev, "fe:00");
    assert_int_equal(x->ProcessId, 9);
    assert_int_equal(x->platform, PLATFORM_LINUX);
    assert_int_equal(x->resolution, RESOLUTION_EXACT);
    assert_int_equal(x->origin.record, 103);
    assert_true(x->origin.time == INT64_C(1700000000103000));
    assert_text(x->ProcessGuid, "9-1700000000.100-100");
    assert_text(process_at(&l, 0)->ProcessGuid, "9-1700000000.100-100");
    log_close(&l);
}

/* What a path means, in one process whose opens are all audited. */
static void a_path_is_what_was_meant(void **state)
{
    static const struct { const char *name, *want, *raw; enum resolution r; } table[] = {
        { "\"./rel.so\"", "/srv/rel.so", "./rel.so", RESOLUTION_EXACT },
        { "\"/usr/lib/../../tmp//x.so\"", "/tmp/x.so", "/usr/lib/../../tmp//x.so", RESOLUTION_EXACT },
        { "\"/../../x.so\"", "/x.so", "/../../x.so", RESOLUTION_EXACT },
        { "2F746D702F6120622E736F", "/tmp/a b.so", NULL, RESOLUTION_EXACT },
        { "\"/tmp/DEADBEEF\"", "/tmp/DEADBEEF", NULL, RESOLUTION_EXACT },
        { "\"DEADBEEF\"", "/srv/DEADBEEF", "DEADBEEF", RESOLUTION_EXACT },
        { "2F746D702FC3A42E736F", "/tmp/\xc3\xa4.so", NULL, RESOLUTION_EXACT },
        { "2F746D702FFF0A2E736F", "/tmp/\xef\xbf\xbd\n.so", NULL, RESOLUTION_EXACT },
        { "\"/proc/self/fd/8\"", "memfd:?", "/proc/self/fd/8", RESOLUTION_PROCFD },
        { "\"/dev/fd/8\"", "memfd:?", "/dev/fd/8", RESOLUTION_PROCFD },
        { "\"/proc/9/fd/8\"", "memfd:?", "/proc/9/fd/8", RESOLUTION_PROCFD },
        { "\"/proc/self/fd/77\"", "/proc/self/fd/77", NULL, RESOLUTION_PROCFD },
        { "(null)", NULL, NULL, RESOLUTION_UNRESOLVED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[8192];

        snprintf(text, sizeof text, START("100", "101", "9")
                 CALL("102", "319", "8", "a0=1 a1=1 a2=0 a3=0", "9", "/usr/bin/x")
                 OPEN_AT("103", "3", "%s", "9") MAP("104", "3", "9"), table[i].name);
        struct log l = log_of(text);
        const struct load *x = load_at(&l, 0);
        assert_text(x->ImageLoaded, table[i].want);
        assert_text(x->ImageLoaded_raw, table[i].raw);
        assert_int_equal(x->resolution, table[i].r);
        log_close(&l);
    }
}


static void a_descriptor_is_followed(void **state)
{
    static const struct { const char *text, *want; enum resolution r; } table[] = {
        { OPEN_AT("102", "3", "\"/a.so\"", "9")
          CALL("103", "33", "7", "a0=3 a1=7 a2=0 a3=0", "9", "/usr/bin/x") MAP("104", "7", "9"),
          "/a.so", RESOLUTION_EXACT },
        { OPEN_AT("102", "3", "\"/a.so\"", "9")
          CALL("103", "3", "0", "a0=3 a1=0 a2=0 a3=0", "9", "/usr/bin/x") MAP("104", "3", "9"),
          NULL, RESOLUTION_UNRESOLVED },
        { OPEN_AT("102", "3", "\"/a.so\"", "9") OPEN_AT("103", "3", "\"/b.so\"", "9")
          MAP("104", "3", "9"), "/b.so", RESOLUTION_EXACT },
        { OPEN_AT("102", "3", "\"/a.so\"", "8") MAP("103", "3", "9"), "/etc/ld.so.cache",
          RESOLUTION_EXACT },
        { OPEN_AT("102", "4", "\"/a.so\"", "9") EXEC("103", "9", "/usr/bin/x", "argc=1 a0=\"x\"")
          MAP("104", "4", "9"), NULL, RESOLUTION_UNRESOLVED }, /* O_CLOEXEC */
        { CALL("102", "257", "4", "a0=ffffff9c a1=1 a2=0 a3=0", "9", "/usr/bin/x")
          PATH("102", "\"/a.so\"", "0100644") EXEC("103", "9", "/usr/bin/x", "argc=1 a0=\"x\"")
          MAP("104", "4", "9"), "/a.so", RESOLUTION_EXACT },
        { CALL("102", "257", "5", "a0=ffffff9c a1=1 a2=10000 a3=0", "9", "/usr/bin/x")
          PATH("102", "\"/opt/d\"", "040755")
          CALL("103", "257", "6", "a0=5 a1=1 a2=0 a3=0", "9", "/usr/bin/x")
          PATH("103", "\"l/m.so\"", "0100644") MAP("104", "6", "9"),
          "/opt/d/l/m.so", RESOLUTION_DIRFD },
        { CALL("102", "257", "6", "a0=44 a1=1 a2=0 a3=0", "9", "/usr/bin/x")
          PATH("102", "\"m.so\"", "0100644") MAP("103", "6", "9"), NULL, RESOLUTION_UNRESOLVED },
        { CALL("102", "257", "5", "a0=ffffff9c a1=1 a2=10000 a3=0", "9", "/usr/bin/x")
          PATH("102", "\"/opt/d\"", "040755") MAP("103", "5", "9"), NULL, RESOLUTION_UNRESOLVED },
        { CALL("102", "319", "8", "a0=1 a1=1 a2=0 a3=0", "9", "/usr/bin/x") MAP("103", "8", "9"),
          "memfd:?", RESOLUTION_MEMFD },
        { CALL("102", "304", "3", "a0=1 a1=1 a2=0 a3=0", "9", "/usr/bin/x") MAP("103", "3", "9"),
          NULL, RESOLUTION_UNRESOLVED }, /* open_by_handle_at */
        { CALL("102", "437", "6", "a0=ffffff9c a1=1 a2=7ff a3=18", "9", "/usr/bin/x")
          "type=OPENAT2 " MSG("102") "oflag=02000000 mode=0 resolve=0x4\n"
          PATH("102", "\"/two.so\"", "0100644") MAP("103", "6", "9"), "/two.so", RESOLUTION_EXACT },
        { MAP("102", "12", "9"), NULL, RESOLUTION_UNRESOLVED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[8192];

        snprintf(text, sizeof text, "%s%s", START("100", "101", "9"), table[i].text);
        struct log l = log_of(text);
        const struct load *x = load_at(&l, 0);
        if (x->resolution != table[i].r)
            fail_msg("row %zu: %s", i, resolution_name(x->resolution));
        assert_text(x->ImageLoaded, table[i].want);
        assert_int_equal(l.counts.damaged, 0);
        log_close(&l);
    }
}

static void every_architecture_has_its_numbers(void **state)
{
    static const struct { const char *arch; int open, map, exec; } table[] = {
        { "c000003e", 257, 9, 59 }, { "40000003", 295, 192, 11 }, { "c00000b7", 56, 222, 221 },
        { "40000028", 322, 192, 11 }, { "c0000015", 286, 90, 11 }, { "c00000f3", 56, 222, 221 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[4096];

        snprintf(text, sizeof text,
                 "type=SYSCALL " MSG("100") "arch=%s syscall=%d success=yes exit=0 a0=1 a1=1 a2=1 a3=1" WHO("9", "/usr/bin/x")
                 "type=SYSCALL " MSG("101") "arch=%s syscall=%d success=yes exit=4 a0=ffffff9c a1=1 a2=0 a3=0" WHO("9", "/usr/bin/x")
                 PATH("101", "\"/lib/m.so\"", "0100644")
                 "type=SYSCALL " MSG("102") "arch=%s syscall=%d success=yes exit=4 a0=0 a1=1 a2=5 a3=2" WHO("9", "/usr/bin/x")
                 "type=MMAP " MSG("102") "fd=4 flags=0x2\n",
                 table[i].arch, table[i].exec, table[i].arch, table[i].open, table[i].arch, table[i].map);
        struct log l = log_of(text);
        assert_int_equal(l.counts.processes, 1);
        assert_text(load_at(&l, 0)->ImageLoaded, "/lib/m.so");
        log_close(&l);
    }
    /* The old mmap, and s390x's only one: a2 is no protection. */
    assert_int_equal(audit_call(0x40000003, 90), AUDIT_OLD_MMAP);
    assert_int_equal(audit_call(0x40000028, 90), AUDIT_OLD_MMAP);
    assert_int_equal(audit_call(0x80000016, 90), AUDIT_OLD_MMAP);
    assert_int_equal(audit_call(0x80000016, 288), AUDIT_OPENAT);
    assert_int_equal(audit_call(0xdeadbeef, 9), AUDIT_OTHER);
}

/* Set B of the rules: opens in one folder alone. */
static void a_stale_descriptor_names_nothing(void **state)
{
    struct log l = log_of(EXEC("100", "9", "/usr/bin/x", "argc=1 a0=\"x\"")
                          OPEN_AT("101", "3", "\"/tmp/m.so\"", "9") MAP("102", "3", "9")
                          MAP("103", "3", "9")
                          OPEN_AT("200", "3", "\"/tmp/n.so\"", "9")
                          CALL("300", "9", "140", "a0=7f a1=1000 a2=5 a3=812", "9", "/usr/bin/x")
                          "type=MMAP " MSG("300") "fd=3 flags=0x812\n");

    (void)state;
    assert_int_equal(load_at(&l, 0)->resolution, RESOLUTION_INFERRED);
    assert_text(load_at(&l, 0)->ImageLoaded, "/tmp/m.so");
    assert_int_equal(load_at(&l, 1)->resolution, RESOLUTION_UNRESOLVED);
    assert_text(load_at(&l, 1)->ImageLoaded, NULL);
    assert_int_equal(load_at(&l, 2)->resolution, RESOLUTION_UNRESOLVED); /* 100 ms later */
    assert_true(says(&l, "opens are audited only in some folders, it seems: /tmp"));
    assert_true(says(&l, "2 of 3 executable maps are unresolved"));
    log_close(&l);
}

static void executable_memory_is_a_tag_and_no_load(void **state)
{
    struct log l = log_of(START("100", "101", "9")
        CALL("102", "9", "140", "a0=0 a1=2000 a2=7 a3=22", "9", "/usr/bin/x")
        CALL("103", "9", "140", "a0=0 a1=2000 a2=7 a3=22", "9", "/usr/bin/x")
        CALL("104", "10", "0", "a0=7f a1=3000 a2=5 a3=0", "9", "/usr/bin/x")
        CALL("105", "10", "0", "a0=7f a1=3000 a2=1 a3=0", "9", "/usr/bin/x")
        CALL("106", "9", "140", "a0=0 a1=2000 a2=3 a3=22", "9", "/usr/bin/x"));

    (void)state;
    assert_int_equal(l.counts.loads, 0);
    assert_int_equal(l.counts.context, 2);
    assert_int_equal(context_at(&l, 0)->event, CONTEXT_EXECUTABLE_MEMORY);
    assert_text(context_at(&l, 0)->Detail, "anonymous executable memory, 8192 bytes");
    assert_text(context_at(&l, 1)->Detail, "memory made executable by mprotect, 12288 bytes");
    assert_int_equal(l.counts.records, 7);
    log_close(&l);
}

static void files_that_come_and_go_are_context(void **state)
{
    struct log l = log_of(START("100", "101", "9")
        CALL("102", "257", "4", "a0=ffffff9c a1=1 a2=241 a3=1b6", "9", "/usr/bin/x")
        CWD("102", "/srv")
        "type=PATH " MSG("102") "item=0 name=\"/tmp/\" inode=1 mode=041777 nametype=PARENT\n"
        "type=PATH " MSG("102") "item=1 name=\"/tmp/m.so\" inode=2 mode=0100644 nametype=CREATE\n"
        CALL("103", "87", "0", "a0=1 a1=1 a2=1 a3=1", "9", "/usr/bin/x") CWD("103", "/srv")
        "type=PATH " MSG("103") "item=1 name=\"m.so\" inode=2 mode=0100644 nametype=DELETE\n"
        CALL("104", "82", "0", "a0=1 a1=1 a2=1 a3=1", "9", "/usr/bin/x") CWD("104", "/srv")
        "type=PATH " MSG("104") "item=2 name=\"a\" inode=2 mode=0100644 nametype=DELETE\n"
        "type=PATH " MSG("104") "item=3 name=\"b\" inode=2 mode=0100644 nametype=CREATE\n"
        CALL("105", "83", "0", "a0=1 a1=1 a2=1 a3=1", "9", "/usr/bin/x")
        "type=PATH " MSG("105") "item=1 name=\"/tmp/folder\" inode=2 mode=040755 nametype=CREATE\n");

    (void)state;
    assert_int_equal(l.counts.context, 3);
    assert_int_equal(context_at(&l, 0)->event, CONTEXT_FILE_CREATED);
    assert_text(context_at(&l, 0)->Target, "/tmp/m.so");
    assert_int_equal(context_at(&l, 1)->event, CONTEXT_FILE_DELETED);
    assert_text(context_at(&l, 1)->Target, "/srv/m.so");
    assert_text(context_at(&l, 2)->Target, "/srv/b");
    assert_text(context_at(&l, 2)->Detail, "/srv/a");
    log_close(&l);
}

static void a_command_line_is_joined_and_decoded(void **state)
{
    static const struct { const char *records, *want; } table[] = {
        { "type=EXECVE " MSG("100") "argc=3 a0=\"sh\" a1=\"-c\" a2=6C73202F0A78\n", "sh -c ls /\nx" },
        { "type=EXECVE " MSG("100") "argc=2 a0=\"sh\" a1_len=6 a1[0]=\"abc\" a1[1]=\"def\"\n", "sh abcdef" },
        { "type=EXECVE " MSG("100") "argc=3 a2=\"c\"\ntype=EXECVE " MSG("100") "a0=\"a\" a1=\"b\"\n", "a b c" },
        { "type=EXECVE " MSG("100") "argc=2 a0=\"x\" a1=\"a1=y\"\n", "x a1=y" },
        { "type=PROCTITLE " MSG("100") "proctitle=7368002D63\n", "sh -c" },
        { "type=EXECVE " MSG("100") "argc=1 a0=\"x\"\ntype=PROCTITLE " MSG("100") "proctitle=\"old\"\n", "x" },
        { "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[4096];

        snprintf(text, sizeof text, "%s%s",
                 CALL("100", "59", "0", "a0=1 a1=1 a2=1 a3=8", "9", "/usr/bin/x"), table[i].records);
        struct log l = log_of(text);
        assert_text(process_at(&l, 0)->CommandLine, table[i].want);
        assert_int_equal(l.counts.records, 1);
        log_close(&l);
    }
}

/* The text of an argument speaks of a record of its own: still one event. */
static void a_record_inside_a_text_is_none(void **state)
{
    struct log l = log_of(CALL("100", "59", "0", "a0=1 a1=1 a2=1 a3=8", "9", "/usr/bin/x")
        "type=EXECVE " MSG("100") "argc=2 a0=\"x\" "
        "a1=780A747970653D53595343414C4C206D73673D617564697428312E323A33293A20\n");

    (void)state;
    assert_int_equal(l.counts.records, 1);
    assert_text(process_at(&l, 0)->CommandLine, "x x\ntype=SYSCALL msg=audit(1.2:3): ");
    log_close(&l);
}

static void names_stand_where_auditd_enriched(void **state)
{
    struct log l = log_of("node=web01 type=SYSCALL " MSG("100") "arch=c000003e syscall=59 success=yes exit=0 "
        "a0=1 a1=1 a2=1 a3=1 ppid=1 pid=9 auid=1001 uid=0 ses=3 comm=\"c\" exe=\"/usr/bin/x\" "
        "key=(null)\x1d" "ARCH=x86_64 SYSCALL=execve AUID=\"builder\" UID=\"root\"\n"
        "node=db01 type=SYSCALL " MSG("100") "arch=c000003e syscall=59 success=yes exit=0 "
        "a0=1 a1=1 a2=1 a3=1 ppid=1 pid=9 auid=4294967295 uid=7 ses=4294967295 comm=\"c\" "
        "exe=\"/usr/bin/y\" key=(null)\x1dUID=\"unknown(7)\" AUID=\"unset\"\n");

    (void)state;
    assert_int_equal(l.counts.records, 2); /* one serial, two nodes */
    assert_text(process_at(&l, 0)->Computer, "web01");
    assert_text(process_at(&l, 0)->User, "root");
    assert_text(process_at(&l, 0)->LoginUser, "builder");
    assert_text(process_at(&l, 0)->LogonId, "3");
    assert_text(process_at(&l, 0)->RuleName, NULL);
    assert_text(process_at(&l, 1)->Computer, "db01");
    assert_text(process_at(&l, 1)->User, "7");
    assert_text(process_at(&l, 1)->LoginUser, NULL);
    assert_text(process_at(&l, 1)->LogonId, NULL);
    log_close(&l);
}

/* As Debian's ausearch 3.0.9 prints the same two events. */
static void ausearch_interprets_the_same(void **state)
{
    static const char text[] =
        "----\n"
        "type=PROCTITLE msg=audit(11/24/26 05:45:39.335:397) : proctitle=x \n"
        "type=PATH msg=audit(11/24/26 05:45:39.335:397) : item=0 name=/lib/a b.so inode=332835 dev=fe:00 "
        "mode=file,644 ouid=root ogid=root rdev=00:00 nametype=NORMAL cap_fp=none \n"
        "type=CWD msg=audit(11/24/26 05:45:39.335:397) : cwd=/srv/two words \n"
        "type=SYSCALL msg=audit(11/24/26 05:45:39.335:397) : arch=x86_64 syscall=openat success=yes exit=3 "
        "a0=AT_FDCWD a1=0x7f2313bf81e0 a2=O_RDONLY|O_CLOEXEC a3=0x0 items=1 ppid=1854 pid=2138 auid=unset "
        "uid=lab gid=lab ses=unset comm=my env exe=/usr/bin/my env key=t1129_open \n"
        "----\n"
        "type=MMAP msg=audit(11/24/26 05:45:39.339:398) : fd=3 flags=MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE \n"
        "type=SYSCALL msg=audit(11/24/26 05:45:39.339:398) : arch=x86_64 syscall=mmap success=yes "
        "exit=139788630036480 a0=0x7f2313a31000 a1=0x156000 a2=PROT_READ|PROT_EXEC "
        "a3=MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE items=0 ppid=1854 pid=2138 auid=unset uid=lab gid=lab "
        "ses=unset comm=my env exe=/usr/bin/my env key=t1129_mmap_x \n"
        "----\n"
        "type=EXECVE msg=audit(11/24/26 05:45:40.000:399) : argc=3 a0=sh a1=-c a2=echo a1=x; ls \n"
        "type=SYSCALL msg=audit(11/24/26 05:45:40.000:399) : arch=x86_64 syscall=execve success=yes exit=0 "
        "a0=0x1 a1=0x1 a2=0x1 a3=0x8 items=2 ppid=1854 pid=2138 auid=lab uid=root ses=3 comm=sh "
        "exe=/usr/bin/dash key=(null) \n";
    struct log l = log_of(text);
    const struct load *x = load_at(&l, 0);

    (void)state;
    assert_ptr_equal(decoder_for(span_text(text)), &auditd_decoder);
    assert_int_equal(l.counts.records, 3);
    assert_text(x->ImageLoaded, "/lib/a b.so");
    assert_text(x->Image, "/usr/bin/my env");
    assert_text(x->User, "lab");
    assert_text(x->RuleName, "t1129_mmap_x");
    assert_true(x->origin.time == moment_parse(SPAN("2026-11-24 05:45:39.339")));
    assert_true(x->origin.flags & RECORD_ZONE_ASSUMED);
    assert_text(process_at(&l, 0)->CommandLine, "sh -c echo a1=x; ls");
    assert_text(process_at(&l, 0)->LoginUser, "lab");
    log_close(&l);
}

static void syslog_carries_records_too(void **state)
{
    static const char text[] =
        "<134>Oct 28 09:56:44 centos6 audispd: node=centos6.lab type=SYSCALL " MSG("100")
        "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=1 a3=1" WHO("9", "/usr/bin/x")
        "Oct 28 09:56:44 centos6 sshd[77]: somebody says type=SYSCALL msg=audit(nothing)\n"
        "2024-05-01T10:00:00.1+02:00 web02 kernel: [  12.3] audit: type=1300 audit(1700000000.200:200): "
        "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=1 a3=1" WHO("9", "/usr/bin/y")
        "Oct 28 09:56:45 centos6 audit[77]: SYSCALL arch=c000003e syscall=59 success=yes\n";
    struct log l = { 0 };

    (void)state;
    assert_ptr_equal(decoder_for(span_text(text)), &syslog_decoder);
    log_read(&l, &syslog_decoder, "/e/syslog", span_text(text), 1u << 20, HOST_UNTOLD);
    assert_int_equal(l.counts.processes, 2);
    assert_text(process_at(&l, 0)->Computer, "centos6.lab");
    assert_text(process_at(&l, 1)->Computer, "web02");
    assert_int_equal(l.counts.damaged, 1);
    assert_true(says(&l, "journalctl -o json"));
    log_close(&l);
}

static void damage_costs_what_is_damaged(void **state)
{
    struct log l = log_of("ev=00:00 nametype=NORMAL\n" START("100", "101", "9")
                          "type=SYSCALL msg=audit(1700000000:5): \n"
                          "type=SYSCALL msg=audit(1700000000.1:): x\n"
                          "type=sys msg=audit(1700000000.1:1): x\n"
                          "type=SYSCALL msg=audit(99999999999999999999.1:1): x\n"
                          "# a comment\n\n----\ntime->Tue Nov 24 05:45:39 2026\n"
                          "type=EOE msg=audit(1700000000.101:101): \n");

    (void)state;
    assert_int_equal(l.counts.damaged, 5);
    assert_int_equal(l.counts.records, 7);
    log_close(&l);
}

static void the_loader_tells_what_was_preloaded(void **state)
{
    struct log l = log_of(START("100", "101", "9") OPEN_AT("102", "3", "\"/lib/c.so\"", "9")
        MAP("103", "3", "9") EXEC("104", "9", "/usr/bin/x", "argc=1 a0=\"x\"")
        OPEN_AT("105", "3", "\"/tmp/p.so\"", "9") MAP("106", "3", "9")
        OPEN_AT("107", "3", "\"/etc/ld.so.cache\"", "9") OPEN_AT("108", "3", "\"/lib/c.so\"", "9")
        MAP("109", "3", "9")
        CALL("110", "257", "3", "a0=ffffff9c a1=1 a2=0 a3=0", "10", "/usr/lib/ld-linux-x86-64.so.2")
        PATH("110", "\"/bin/true\"", "0100755")
        CALL("111", "9", "140", "a0=7f a1=1000 a2=5 a3=812", "10", "/usr/lib/ld-linux-x86-64.so.2")
        "type=MMAP " MSG("111") "fd=3 flags=0x812\n");

    (void)state;
    assert_int_equal(load_at(&l, 0)->origin.flags & RECORD_PRELOAD_ORDER, 0);
    assert_int_equal(load_at(&l, 1)->origin.flags & RECORD_PRELOAD_ORDER, RECORD_PRELOAD_ORDER);
    assert_int_equal(load_at(&l, 2)->origin.flags & RECORD_PRELOAD_ORDER, 0);
    assert_int_equal(load_at(&l, 3)->origin.flags & RECORD_INDIRECT_EXEC, RECORD_INDIRECT_EXEC);
    log_close(&l);
}

/* Another image without an execve: another process, or one that was not seen. */
static void another_image_has_other_descriptors(void **state)
{
    struct log l = log_of(START("100", "101", "9") OPEN_AT("102", "4", "\"/tmp/a.so\"", "9")
        CALL("103", "9", "140", "a0=7f a1=1000 a2=5 a3=812", "9", "/usr/bin/y")
        "type=MMAP " MSG("103") "fd=4 flags=0x812\n");

    (void)state;
    assert_int_equal(load_at(&l, 0)->resolution, RESOLUTION_UNRESOLVED);
    assert_text(load_at(&l, 0)->ProcessGuid, NULL);
    log_close(&l);
}

static void state_stays_in_its_log(void **state)
{
    static const char first[] = START("100", "101", "9") OPEN_AT("102", "4", "\"/tmp/a.so\"", "9");
    static const char then[] = MAP("200", "4", "9");
    static const struct {
        const char *path, *text; enum host_trust trust; enum resolution want;
    } table[] = {
        { "/e/audit.log", then, HOST_UNTOLD, RESOLUTION_EXACT },
        { "/e/other.log", then, HOST_UNTOLD, RESOLUTION_UNRESOLVED },
        { "/f/audit.log", then, HOST_OF_FOLDER, RESOLUTION_UNRESOLVED },
        { "/f/audit.log", then, HOST_GIVEN, RESOLUTION_EXACT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct log l = { 0 };

        log_read(&l, &auditd_decoder, "/e/audit.log.1", span_text(first), 1u << 20, table[i].trust);
        log_read(&l, &auditd_decoder, table[i].path, span_text(table[i].text), 1u << 20, table[i].trust);
        if (load_at(&l, 0)->resolution != table[i].want)
            fail_msg("row %zu: %s", i, resolution_name(load_at(&l, 0)->resolution));
        log_close(&l);
    }
}

/* What an earlier part showed of the rules holds: no note takes it back. */
static void a_later_part_without_libraries_is_no_blind_one(void **state)
{
    static const char first[] = START("100", "101", "9") OPEN_AT("102", "4", "\"/tmp/a.so\"", "9");
    static const char *const then[] = {
        MAP("200", "4", "9") OPEN_AT("201", "5", "\"/tmp/b.so\"", "9") MAP("202", "5", "9"),
        MAP("200", "4", "9"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
        struct log l = { 0 };

        log_read(&l, &auditd_decoder, "/e/audit.log.1", SPAN(first), 1u << 20, HOST_UNTOLD);
        log_read(&l, &auditd_decoder, "/e/audit.log", span_text(then[i]), 1u << 20, HOST_UNTOLD);
        assert_false(says(&l, "opens are audited only in some folders") || says(&l, "no open is audited"));
        log_close(&l);
        /* The part alone does say so. */
        l = (struct log){ 0 };
        log_read(&l, &auditd_decoder, "/e/audit.log", span_text(then[i]), 1u << 20, HOST_UNTOLD);
        assert_true(says(&l, i ? "no open is audited" : "opens are audited only in some folders"));
        log_close(&l);
    }
}

static void a_part_that_is_older_starts_afresh(void **state)
{
    struct log l = { 0 };
    static const char later[] = START("100", "101", "9") OPEN_AT("102", "4", "\"/tmp/a.so\"", "9");
    static const char older[] =
        "type=SYSCALL msg=audit(1600000000.1:7): arch=c000003e syscall=9 success=yes exit=140 a0=7f "
        "a1=1000 a2=5 a3=812" WHO("9", "/usr/bin/x") "type=MMAP msg=audit(1600000000.1:7): fd=4 flags=0x812\n";

    (void)state;
    log_read(&l, &auditd_decoder, "/e/audit.log.1", SPAN(later), 1u << 20, HOST_UNTOLD);
    log_read(&l, &auditd_decoder, "/e/audit.log", SPAN(older), 1u << 20, HOST_UNTOLD);
    assert_int_equal(load_at(&l, 0)->resolution, RESOLUTION_UNRESOLVED);
    assert_true(says(&l, "older than what was read before it"));
    log_close(&l);
}

/* Four processes at a time, whose records interleave: wherever it is cut, the
 * answer is the same. */
static void no_event_is_cut(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    (void)state;
    assert_non_null(f);
    for (unsigned round = 0; round < 120; round++) {
        for (unsigned p = 0; p < 4; p++)
            fprintf(f, "type=SYSCALL msg=audit(1700000000.%03u:%u): arch=c000003e syscall=%d success=yes "
                    "exit=4 a0=ffffff9c a1=1 a2=%d a3=2 ppid=1 pid=%u comm=\"c\" exe=\"/x\" key=(null)\n",
                    round, round * 4 + p + 1, round % 2 ? 9 : 257, round % 2 ? 5 : 0, 100 + p);
        for (unsigned p = 4; p-- > 0;)
            fprintf(f, "type=%s msg=audit(1700000000.%03u:%u): %s\n", round % 2 ? "MMAP" : "PATH", round,
                    round * 4 + p + 1, round % 2 ? "fd=4 flags=0x2"
                    : "item=0 name=\"/lib/m.so\" inode=1 mode=0100644 nametype=NORMAL");
    }
    assert_int_equal(fclose(f), 0);
    for (size_t piece = 3000; piece < 60000; piece = piece * 3 / 2) {
        struct log l = { 0 };

        log_read(&l, &auditd_decoder, "/e/audit.log", span_of(text, size), piece, HOST_UNTOLD);
        assert_int_equal(l.counts.damaged, 0);
        assert_int_equal(l.counts.records, 480);
        assert_int_equal(l.counts.loads, 240);
        for (unsigned i = 0; i < 240; i++)
            assert_text(load_at(&l, i)->ImageLoaded, "/lib/m.so");
        log_close(&l);
    }
    free(text);
}

static void what_grows_has_a_ceiling(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    (void)state;
    assert_non_null(f);
    for (unsigned fd = 3; fd < 1503; fd++)
        fprintf(f, "type=SYSCALL msg=audit(1700000000.100:%u): arch=c000003e syscall=257 success=yes exit=%u "
                "a0=ffffff9c a1=1 a2=0 a3=2 ppid=1 pid=9 comm=\"c\" exe=\"/x\" key=(null)\n"
                "type=PATH msg=audit(1700000000.100:%u): item=0 name=\"/lib/%u.so\" mode=0100644\n",
                fd, fd, fd, fd);
    assert_int_equal(fclose(f), 0);
    struct log l = { 0 };
    log_read(&l, &auditd_decoder, "/e/audit.log", span_of(text, size), 1u << 20, HOST_UNTOLD);
    assert_int_equal(l.counts.records, 1500);
    assert_true(says(&l, "476 processes, descriptors or names were given up for a ceiling"));
    log_close(&l);
    free(text);
}

static void the_notes_tell_what_could_be_seen(void **state)
{
    struct log l = log_of(START("100", "101", "9")
        "type=CONFIG_CHANGE " MSG("102") "auid=0 ses=1 op=add_rule key=\"k\" list=4 res=1\n"
        "type=CONFIG_CHANGE " MSG("103") "op=set audit_enabled=0 old=1 res=1\n"
        "type=DAEMON_ABORT " MSG("104") "op=x\n"
        "type=CONFIG_CHANGE " MSG("105") "lost=42 backlog=8192\n"
        "type=URINGOP " MSG("106") "uring_op=18 success=yes exit=0 items=0 ppid=1 pid=9\n");

    (void)state;
    assert_true(says(&l, "no mmap with PROT_EXEC is audited"));
    assert_true(says(&l, "audit rules changed 1 times"));
    assert_true(says(&l, "auditing was switched off"));
    assert_true(says(&l, "lost=42"));
    assert_true(says(&l, "1 files were opened by io_uring"));
    assert_int_equal(l.counts.damaged, 0);
    log_close(&l);
}

/* Is it told of the host under this word? */
static bool told(const struct log *l, const char *Computer, const char *what, const char *words)
{
    for (unsigned i = 0; i < l->batches; i++)
        for (const struct host_note *n = l->batch[i]->host_notes; n; n = n->next)
            if (span_is(n->Computer, Computer) && strcmp(n->what, what) == 0
                && memmem(n->words.at, n->words.len, words, strlen(words)))
                return true;
    return false;
}

static void what_a_log_shows_of_its_rules_is_told_of_its_host(void **state)
{
    struct log l = log_of("node=a type=CONFIG_CHANGE " MSG("1") "op=set lost=0 old=44 auid=0 res=1\n"
        "node=b type=CONFIG_CHANGE " MSG("2") "auid=0 ses=1 op=remove_rule key=\"k\" list=4 res=1\n");
    static const char text[] =
        "Oct 28 09:56:44 web9 kernel: [ 1.0] audit: audit_lost=7 audit_rate_limit=0\n"
        "Oct 28 09:56:44 web9 sshd: audit_lost=9\n";

    (void)state;
    assert_true(told(&l, "a", "lost", "lost=44"));
    assert_true(told(&l, "b", "rules", "changed 1 times"));
    assert_false(told(&l, "b", "lost", ""));
    assert_true(says(&l, "a: the kernel lost records: lost=44")); /* of two hosts each is named */
    log_close(&l);
    l = (struct log){ 0 };
    log_read(&l, &syslog_decoder, "kern.log", SPAN(text), sizeof text, HOST_OF_FOLDER);
    assert_true(told(&l, "web9", "lost", "lost=7"));
    assert_int_equal(l.counts.records, 0);
    log_close(&l);
}

/* One file of rules, whole. */
static void assert_rules(const char *text, const char *want)
{
    const struct decoder *d = &audit_rules_decoder;
    struct batch *b = batch_open(1, 0, strlen(text));
    struct piece p = { .bytes = span_text(text), .first = true, .last = true };
    char have[2048] = "";
    size_t used = 0;

    assert_ptr_equal(decoder_for(p.bytes), d);
    d->decode(&p, b);
    for (const struct loss *n = b->losses; n; n = n->next)
        used += (size_t)snprintf(have + used, sizeof have - used, "%s\n", n->reason);
    assert_string_equal(have, want);
    assert_int_equal(b->counts.records, 0);
    batch_close(b);
}

static void rules_tell_what_they_let_one_see(void **state)
{
    static const char *const none[] = {
        "-D\n-b 8192\n", "- a list\n- of things\n", "-a b\n", "#!/bin/sh\nls -a\n", "-w\n", "",
    };

    (void)state;
    assert_rules("## all\n-D\n-b 8192\n--backlog_wait_time 60000\n"
                 "-a always,exit -F arch=b64 -S execve,execveat -k e\n"
                 "-a always,exit -F arch=b64 -S open,openat,openat2 -F success=1 -k o\n"
                 "-a always,exit -F arch=b64 -S mmap -F a2&4 -F success=1 -k m\n",
                 "rules: open is audited everywhere\nrules: mmap is audited everywhere\n"
                 "rules: execve is audited everywhere\n");
    assert_rules("-a never,exit -F arch=b64 -F dir=/dev/shm -k s\n"
                 "-a exit,always -F arch=b64 -S openat -F dir=/tmp -F key=t\n"
                 "-a always,exit -S openat -F dir=/var/tmp\n"
                 "-a always,exit -S open -F exit=-EACCES\n-w /etc/passwd -p wa\nodd line\n",
                 "this line is no audit rule\n"
                 "rules: open is audited under conditions alone (users, results), and in /tmp, /var/tmp\n"
                 "rules: no mmap is audited: no module load can be told\n"
                 "rules: no execve is audited: no process has a command line\n"
                 "rules: muted, so that nothing loaded from there is seen: /dev/shm\n");
    /* What was logged already is not muted by a later rule; failures are no opens. */
    assert_rules("-a always,exit -S open\n-a never,exit -F dir=/dev/shm\n-a always,exit -S mmap -F success=0\n",
                 "rules: open is audited everywhere\n"
                 "rules: no mmap is audited: no module load can be told\n"
                 "rules: no execve is audited: no process has a command line\n");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(audit_rules_decoder.sniff(span_text(none[i])));
}

/* Long arguments come in pieces, over several records. */
static void interpreted_pieces_are_joined(void **state)
{
#define AT "msg=audit(11/24/26 05:45:39.335:397) : "
    struct log l = log_of("type=EXECVE " AT "argc=4 a0=perl a1_len=20 a1[0]=aaa a9=x \n"
        "type=EXECVE " AT "a1[1]=bbb a2_len=4 a2[0]=a b a2[1]=c a3=the end \n"
        "type=SYSCALL " AT "arch=x86_64 syscall=execve success=yes exit=0 a0=0x1 a1=0x2 a2=0x3 a3=0x4 "
        "items=2 ppid=1 pid=100 auid=u uid=u comm=perl exe=/usr/bin/perl key=k \n");

    (void)state;
    assert_int_equal(l.counts.damaged, 0);
    assert_text(process_at(&l, 0)->CommandLine, "perl aaa a9=xbbb a bc the end");
    log_close(&l);
}

/* A record that ends too early names nothing: each row is the rest of 102, and the map. */
static void a_cut_record_is_damage_and_no_path(void **state)
{
#define OPENS CALL("102", "257", "3", "a0=ffffff9c a1=1 a2=0 a3=0", "9", "/usr/bin/x") CWD("102", "/usr/lib")
#define ITEM "type=PATH " MSG("102") "item=0 name="
#define MAPS CALL("103", "9", "140", "a0=7f a1=1000 a2=5 a3=812", "9", "/usr/bin/x") "type=MMAP " MSG("103")
    static const struct { const char *text, *want; } table[] = {
        { OPENS ITEM "\"/tmp/evil\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "\"\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "2F746D702F6\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "2F746D702F61\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "\"/tmp/m.so\" inode=5 dev=fe:0\n" MAPS "fd=3 flags=0x812\n", NULL },
        { OPENS ITEM "\"/tmp/m.so\" inode=5 rdev=0 nametype=NORMAL cap_f\n" MAPS "fd=3 flags=0x812\n", "/tmp/m.so" },
        { OPENS PATH("102", "\"/tmp/m.so\"", "0100644") MAPS "fd=\n", NULL },
        { OPENS PATH("102", "\"/tmp/m.so\"", "0100644") MAPS "fd=3\n", NULL },
        { CALL("102", "257", "3", "a0=ffffff9c a1=1 a2=0 a3=0", "9", "/usr/bin/x")
          "type=CWD " MSG("102") "cwd=\"/usr/l\n" PATH("102", "\"m.so\"", "0100644")
          MAPS "fd=3 flags=0x812\n", NULL },
    };
    static const char call[] = "type=SYSCALL " MSG("102") "arch=c000003e syscall=9 success=yes "
        "exit=3 a0=0 a1=1 a2=5 a3=2 items=0 ppid=1";
    static const char *const ends[] = { "", " ", " pi", " pid=", " pid=1" };
    static const char *const argv[] = { "argc=2 a0=\"x\"", "argc=2 a0=\"x\" a1=\"y", "argc=2 a0=\"x\" a1=6C6" };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[8192];

        snprintf(text, sizeof text, "%s%s", START("100", "101", "9"), table[i].text);
        struct log l = log_of(text);
        if (l.counts.damaged != 1 || !says(&l, "cut short"))
            fail_msg("row %zu: %d damaged", i, (int)l.counts.damaged);
        assert_text(load_at(&l, 0)->ImageLoaded, table[i].want);
        assert_int_equal(l.counts.records, 5);
        log_close(&l);
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char text[1024];

        snprintf(text, sizeof text, "%s%s\n", call, ends[i]);
        struct log l = log_of(text);
        assert_int_equal(l.counts.damaged, 1);
        assert_int_equal(l.counts.records, 1); /* and is none of the others */
        log_close(&l);
    }
    for (size_t i = 0; i < sizeof argv / sizeof *argv; i++) {
        char text[2048];

        snprintf(text, sizeof text, CALL("100", "59", "0", "a0=1 a1=1 a2=1 a3=8", "9", "/usr/bin/x")
                 "type=EXECVE " MSG("100") "%s\n", argv[i]);
        struct log l = log_of(text);
        assert_int_equal(l.counts.damaged, 1);
        assert_text(process_at(&l, 0)->CommandLine, "x ...");
        log_close(&l);
    }
}

static void rotated_names_are_one_log_oldest_first(void **state)
{
    static const char *const order[] = { "a.log", "audit.log.10", "audit.log.2.gz", "audit.log.1",
        "audit.log", "b-20260101.log", "m-20260101.gz", "m-20260102", "m", "sysmon.evtx" };
    const size_t count = sizeof order / sizeof *order;

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            int got = rotation_order(span_text(order[i]), span_text(order[k]));

            if ((got > 0) - (got < 0) != (i > k) - (i < k))
                fail_msg("%s and %s", order[i], order[k]);
        }
}

static void parts_that_were_given_stand_oldest_first(void **state)
{
    static const char *const given[] = { "x/audit.log", "b.evtx", "x/audit.log.1", "y/audit.log",
                                         "x/audit.log.2.gz", "audit.log.1", "a.evtx" };
    static const char *const want[] = { "x/audit.log.2.gz", "b.evtx", "x/audit.log.1", "y/audit.log",
                                        "x/audit.log", "audit.log.1", "a.evtx" };
    char *paths[7];

    (void)state;
    for (size_t i = 0; i < 7; i++)
        paths[i] = memory_text(given[i]);
    rotation_arrange(paths, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(paths[i], want[i]);
        free(paths[i]);
    }
    rotation_arrange(paths, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_were_given_stand_oldest_first),
        cmocka_unit_test(an_open_and_a_map_are_a_load),
        cmocka_unit_test(a_path_is_what_was_meant),
        cmocka_unit_test(a_descriptor_is_followed),
        cmocka_unit_test(every_architecture_has_its_numbers),
        cmocka_unit_test(a_stale_descriptor_names_nothing),
        cmocka_unit_test(executable_memory_is_a_tag_and_no_load),
        cmocka_unit_test(files_that_come_and_go_are_context),
        cmocka_unit_test(a_command_line_is_joined_and_decoded),
        cmocka_unit_test(a_record_inside_a_text_is_none),
        cmocka_unit_test(names_stand_where_auditd_enriched),
        cmocka_unit_test(ausearch_interprets_the_same),
        cmocka_unit_test(syslog_carries_records_too),
        cmocka_unit_test(damage_costs_what_is_damaged),
        cmocka_unit_test(the_loader_tells_what_was_preloaded),
        cmocka_unit_test(another_image_has_other_descriptors),
        cmocka_unit_test(state_stays_in_its_log),
        cmocka_unit_test(a_later_part_without_libraries_is_no_blind_one),
        cmocka_unit_test(a_part_that_is_older_starts_afresh),
        cmocka_unit_test(no_event_is_cut),
        cmocka_unit_test(what_grows_has_a_ceiling),
        cmocka_unit_test(the_notes_tell_what_could_be_seen),
        cmocka_unit_test(what_a_log_shows_of_its_rules_is_told_of_its_host),
        cmocka_unit_test(rules_tell_what_they_let_one_see),
        cmocka_unit_test(interpreted_pieces_are_joined),
        cmocka_unit_test(a_cut_record_is_damage_and_no_path),
        cmocka_unit_test(rotated_names_are_one_log_oldest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
