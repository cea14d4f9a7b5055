/* ingest's JSON lines of Linux: LAUREL's events, the journal's audit records,
 * Falco's alerts. */
#include "ingest/auditd.h"
#include "ingest/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct batch *read_all(const struct decoder *d, const char *text)
{
    struct span all = span_text(text);
    struct batch *b = batch_open(1, 0, all.len);
    uint8_t *copy = malloc(all.len);
    struct piece p = { .bytes = span_of(copy, all.len), .first = true, .last = true };
    void *state = NULL;

    memcpy(copy, all.at, all.len);
    d->decode(&p, b);
    free(copy);
    if (d->follow) {
        d->follow(&state, b, true);
        d->follow_end(&state);
    }
    assert_int_equal(b->counts.records, b->counts.loads + b->counts.processes + b->counts.context
                     + b->counts.other + b->counts.damaged);
    return b;
}

static void assert_text(struct span got, const char *want)
{
    if (!span_equal(got, span_text(want)))
        fail_msg("'%.*s' is not '%s'", (int)got.len, got.at ? (const char *)got.at : "(none)",
                 want ? want : "(none)");
}

#define LAUREL(id, number, exit, argv, more) \
    "{\"ID\":\"1700000000.000:" id "\",\"NODE\":\"web01\",\"SYSCALL\":{\"arch\":\"0xc000003e\"," \
    "\"syscall\":" number ",\"success\":\"yes\",\"exit\":" exit ",\"ppid\":1,\"pid\":9,\"auid\":1001," \
    "\"uid\":0,\"ses\":3,\"comm\":\"x\",\"exe\":\"/usr/bin/x\",\"key\":null,\"AUID\":\"builder\"," \
    "\"UID\":\"root\",\"PPID\":{\"EVENT_ID\":\"1.2:3\",\"exe\":\"/bin/sh\"},\"ARGV\":" argv "}" more "}\n"

static void laurel_gives_the_same_loads(void **state)
{
    static const char text[] =
        LAUREL("1", "59", "0", "[\"0x1\",\"0x1\",\"0x1\",\"0x8\"]",
               ",\"EXECVE\":{\"argc\":2,\"ARGV\":[\"x\",\"a b\"],\"ENV\":{\"LD_PRELOAD\":\"/tmp/p.so\"}},"
               "\"CWD\":{\"cwd\":\"/srv\"},\"PROCTITLE\":{\"ARGV\":[\"old\"]}")
        LAUREL("2", "257", "3", "[\"0xffffff9c\",\"0x1\",\"0x80000\",\"0x0\"]",
               ",\"CWD\":{\"cwd\":\"/srv\"},\"PATH\":[{\"item\":0,\"name\":\"/lib/c.so\",\"inode\":7,"
               "\"mode\":\"0o100644\",\"nametype\":\"NORMAL\"}]")
        LAUREL("3", "9", "140", "[\"0x7f\",\"0x1000\",\"0x5\",\"0x812\"]",
               ",\"MMAP\":[{\"fd\":3,\"flags\":\"0x812\"}]")
        LAUREL("4", "257", "3", "[\"0xffffff9c\",\"0x1\",\"0x80000\",\"0x0\"]",
               ",\"CWD\":{\"cwd\":\"/srv\"},\"PATH\":[{\"item\":0,\"name\":\"d\\u00e4\",\"mode\":\"0o040755\"}]")
        LAUREL("5", "9", "140", "[\"0x7f\",\"0x1000\",\"0x5\",\"0x812\"]",
               ",\"MMAP\":[{\"fd\":3,\"flags\":\"0x812\"}]")
        "{\"NODE\":\"web01\",\"SYSCALL\":{}}\n"
        "{\"ID\":\"1700000000.000:9\",\"SYS\n";
    struct batch *b = read_all(&laurel_decoder, text);

    (void)state;
    assert_ptr_equal(decoder_for(span_text(text)), &laurel_decoder);
    assert_int_equal(b->counts.processes, 1);
    assert_int_equal(b->counts.loads, 2);
    assert_int_equal(b->counts.damaged, 2);
    assert_text(b->processes->CommandLine, "LD_PRELOAD=/tmp/p.so x a b");
    assert_text(b->processes->Computer, "web01");
    assert_text(b->processes->User, "root");
    assert_text(b->processes->LoginUser, "builder");
    assert_text(b->loads->ImageLoaded, "/lib/c.so");
    assert_text(b->loads->Image, "/usr/bin/x");
    assert_int_equal(b->loads->next->resolution, RESOLUTION_UNRESOLVED); /* a folder */
    batch_close(b);
}

/* LAUREL writes `%`, `+` and what is no text as %25, %2b, %ff. */
static void laurel_s_percent_codes_are_taken_back(void **state)
{
#define OPENED(path) \
    LAUREL("2", "257", "3", "[\"0xffffff9c\",\"0x1\",\"0x80000\",\"0x0\"]", \
           ",\"CWD\":{\"cwd\":\"/s%2brv\"},\"PATH\":[{\"item\":0,\"name\":\"" path "\"," \
           "\"mode\":\"0o100644\",\"nametype\":\"NORMAL\"}]") \
    LAUREL("3", "9", "140", "[\"0x7f\",\"0x1000\",\"0x5\",\"0x812\"]", \
           ",\"MMAP\":[{\"fd\":3,\"flags\":\"0x812\"}]")
    static const struct { const char *text, *ImageLoaded; } table[] = {
        { OPENED("/usr/lib/libstdc%2b%2b.so.6"), "/usr/lib/libstdc++.so.6" },
        { OPENED("/usr/lib/libstdc%2B%2B.so.6"), "/usr/lib/libstdc++.so.6" },
        { OPENED("a%2b.so"), "/s+rv/a+.so" },
        { OPENED("/tmp/a%2525.so"), "/tmp/a%25.so" }, /* once, not twice */
        { OPENED("/tmp/a%.so%2"), "/tmp/a%.so%2" },
        { OPENED("/tmp/%zz%4"), "/tmp/%zz%4" },
        { OPENED("/tmp/a%25b%0a.so"), "/tmp/a%b\n.so" },
        { OPENED("/tmp/%c3%a4.so"), "/tmp/\xC3\xA4.so" },
        { OPENED("/tmp/%ff.so"), "/tmp/\xEF\xBF\xBD.so" },
    };
    static const char text[] =
        LAUREL("1", "59", "0", "[\"0x1\",\"0x1\",\"0x1\",\"0x8\"]",
               ",\"EXECVE\":{\"argc\":2,\"ARGV\":[\"cat\",\"1%2b1\"]},\"CWD\":{\"cwd\":\"/s%2brv\"}");

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = read_all(&laurel_decoder, table[i].text);

        assert_int_equal(b->counts.loads, 1);
        assert_text(b->loads->ImageLoaded, table[i].ImageLoaded);
        batch_close(b);
    }
    struct batch *b = read_all(&laurel_decoder, text);
    assert_text(b->processes->CommandLine, "cat 1+1");
    assert_text(b->processes->CurrentDirectory, "/s+rv");
    batch_close(b);
}

static void the_journal_keeps_the_number(void **state)
{
#define ENTRY(id, type, body) \
    "{\"__REALTIME_TIMESTAMP\":\"1700000000123456\",\"_HOSTNAME\":\"web01\",\"_AUDIT_ID\":\"" id "\"," \
    "\"_AUDIT_TYPE_NAME\":\"" type "\",\"_SOURCE_REALTIME_TIMESTAMP\":\"1700000000100000\"," \
    "\"MESSAGE\":\"" type " " body "\"}\n"
    static const char text[] =
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"web01\",\"MESSAGE\":\"hello\"}\n"
        ENTRY("5", "SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=1 a3=1 ppid=1 "
              "pid=9 uid=0 comm=\\\"x\\\" exe=\\\"/usr/bin/x\\\" key=(null)")
        ENTRY("5", "EXECVE", "argc=2 a0=\\\"x\\\" a1=6120622E736F")
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"web01\",\"MESSAGE\":\"node=db01 type=EXECVE "
        "msg=audit(1700000000.1:6): argc=1 a0=\\\"y\\\"\"}\n"
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":[104,105]}\n"
        "{\"__REALTIME\n";
    struct batch *b = read_all(&journal_decoder, text);

    (void)state;
    assert_ptr_equal(decoder_for(span_text(text)), &journal_decoder);
    assert_int_equal(b->counts.processes, 1);
    assert_int_equal(b->counts.other, 3);
    assert_int_equal(b->counts.damaged, 1);
    assert_text(b->processes->CommandLine, "x a b.so");
    assert_text(b->processes->Computer, "web01");
    assert_true(b->processes->origin.time == INT64_C(1700000000100000));
    assert_int_equal(b->processes->origin.record, 5);
    batch_close(b);
}

/* A message with a byte that is no text comes as an array of numbers; one that is too
 * long for journalctl as null. */
static void the_journal_s_arrays_and_gaps_are_told(void **state)
{
#define CARRIED(identifier, message) \
    "{\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"web01\",\"SYSLOG_IDENTIFIER\":\"" identifier \
    "\",\"MESSAGE\":" message "}\n"
    static const char records[] = "type=EXECVE msg=audit(1700000000.1:6): argc=1 a0=\"y\"\x1d";
    static const char rest[] =
        CARRIED("audisp-syslog", "null") CARRIED("sysmon", "null") CARRIED("app", "null")
        CARRIED("app", "[104,256]") CARRIED("app", "[104,\"x\"]") CARRIED("app", "[]")
        ENTRY("7", "SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=1 a3=1 ppid=1 "
              "pid=9 uid=0 comm=\\\"x\\\" exe=\\\"/usr/bin/x\\\" key=(null)")
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"_AUDIT_ID\":\"7\",\"MESSAGE\":null}\n";
    char text[4000], numbers[600] = "[";

    (void)state;
    snprintf(numbers + 1, sizeof numbers - 1, "%d", records[0]);
    for (const char *at = records + 1; *at; at++)
        snprintf(numbers + strlen(numbers), sizeof numbers - strlen(numbers), ", %d", *at);
    snprintf(text, sizeof text, CARRIED("audisp-syslog",
             "\"type=SYSCALL msg=audit(1700000000.1:6): arch=c000003e syscall=59 success=yes exit=0 "
             "pid=9 uid=0 exe=\\\"/usr/bin/y\\\"\"") CARRIED("audisp-syslog", "%s]") "%s", numbers, rest);
    struct batch *b = read_all(&journal_decoder, text);
    assert_int_equal(b->counts.processes, 2);
    assert_text(b->processes->CommandLine, "y");
    assert_int_equal(b->counts.damaged, 3);
    assert_int_equal(b->counts.other, 4);
    assert_non_null(strstr(b->losses->reason, "journalctl --all"));
    batch_close(b);
}

/* 21 events of two records each, the first of them in numbers: no cut between the two. */
static void no_event_in_numbers_is_cut(void **state)
{
    static const char *const numbers = "97,117,100,105,116,40,49,46,49,58,"; /* audit(1.1: */
    static struct audit_cut cut;
    char text[8000];
    size_t len = 0;

    (void)state;
    for (int i = 0; i < 21; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "{\"MESSAGE\":[%s%d,%d,41]}\n{\"MESSAGE\":\"audit(1.1:%d%d)\"}\n", numbers,
                                49 + i / 10, 48 + i % 10, 1 + i / 10, i % 10);
    size_t end = audit_cut(&cut, span_of(text, len), 0, false);
    assert_in_range(end, 1, len - 1);
    assert_int_equal(text[end + strlen("{\"MESSAGE\":")], '[');
}

static void an_alert_of_falco_is_an_open(void **state)
{
#define ALERT(type, file, more) \
    "{\"hostname\":\"k8s-1\",\"output\":\"o\",\"priority\":\"Warning\",\"rule\":\"Shared library loaded\"," \
    "\"time\":\"2024-05-01T10:00:00.123456789Z\",\"output_fields\":{\"evt.type\":\"" type "\"," \
    "\"fd.name\":\"" file "\",\"proc.name\":\"python3\",\"proc.pid\":77,\"user.name\":\"root\"" more "}}\n"
    static const char text[] =
        ALERT("openat", "/tmp/x.so.1.2", ",\"proc.exepath\":\"/usr/bin/python3.11\","
              "\"proc.cmdline\":\"python3 x.py\",\"proc.pname\":\"bash\"")
        ALERT("openat", "/tmp/x.so", ",\"container.id\":null")
        ALERT("openat", "/tmp/x.dat", "") ALERT("execve", "/tmp/x.so", "")
        "{\"rule\":\"Another shape\",\"time\":\"2024-05-01T10:00:00Z\"}\n{\"rule\"\n"
        "{\"evt.num\":1,\"evt.time\":1700000000000000000,\"evt.type\":\"openat\",\"fd.name\":\"/tmp/y.so\","
        "\"proc.name\":\"perl\"}\n";
    struct batch *b = read_all(&falco_decoder, text);
    const struct load *x = b->loads;

    (void)state;
    assert_ptr_equal(decoder_for(span_text(text)), &falco_decoder);
    assert_int_equal(b->counts.loads, 3);
    assert_int_equal(b->counts.other, 3);
    assert_int_equal(b->counts.damaged, 1);
    assert_text(x->ImageLoaded, "/tmp/x.so.1.2");
    assert_text(x->Image, "/usr/bin/python3.11");
    assert_text(x->Computer, "k8s-1");
    assert_text(x->RuleName, "Shared library loaded");
    assert_int_equal(x->ProcessId, 77);
    assert_int_equal(x->resolution, RESOLUTION_OPENED);
    assert_true(x->origin.time == moment_parse(SPAN("2024-05-01T10:00:00.123456Z")));
    assert_text(x->ProcessCommandLine, "python3 x.py");
    assert_text(x->ProcessParentImage, "bash");
    assert_text(x->next->Image, "python3");
    assert_text(x->next->ProcessCommandLine, NULL);
    assert_text(x->next->next->Image, "perl");
    assert_true(x->next->next->origin.time == INT64_C(1700000000000000));
    batch_close(b);
}

/* A path that hides is judged as what it means. */
static void an_alert_s_path_is_what_was_meant(void **state)
{
    static const struct { const char *path, *ImageLoaded, *raw; } table[] = {
        { "/usr/lib/../../tmp/u.so", "/tmp/u.so", "/usr/lib/../../tmp/u.so" },
        { "//usr/./lib/u.so.1", "/usr/lib/u.so.1", "//usr/./lib/u.so.1" },
        { "/tmp/.u.so", "/tmp/.u.so", NULL },
        { "/tmp/u.so", "/tmp/u.so", NULL },
        { "lib/../u.so", "lib/../u.so", NULL }, /* its folder is not logged */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[400];

        snprintf(text, sizeof text, "{\"evt.type\":\"openat\",\"fd.name\":\"%s\"}\n", table[i].path);
        struct batch *b = read_all(&falco_decoder, text);
        assert_int_equal(b->counts.loads, 1);
        assert_text(b->loads->ImageLoaded, table[i].ImageLoaded);
        assert_text(b->loads->ImageLoaded_raw, table[i].raw);
        batch_close(b);
    }
}

/* Sysdig's own JSON has evt.outputtime; the others are what -p asked for. */
static void sysdig_s_times_are_read(void **state)
{
    static const struct { const char *members, *time; bool assumed; } table[] = {
        { "\"evt.outputtime\":1700000000123456789", "2023-11-14T22:13:20.123456Z", false },
        { "\"evt.rawtime\":1700000000123456789", "2023-11-14T22:13:20.123456Z", false },
        { "\"evt.rawtime\":\"1700000000123456789\"", "2023-11-14T22:13:20.123456Z", false },
        { "\"evt.time\":\"23:13:20.123456789\",\"evt.rawtime\":1700000000123456789",
          "2023-11-14T22:13:20.123456Z", false },
        { "\"evt.time.iso8601\":\"2023-11-14T23:13:20.123456789+0100\"", "2023-11-14T22:13:20.123456Z",
          false },
        { "\"evt.datetime\":\"2023-11-14 22:13:20.123456789\"", "2023-11-14T22:13:20.123456Z", true },
        { "\"evt.outputtime\":\"22:13:20.123456789\"", "", false },
        { "\"evt.num\":1", "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[400], time[MOMENT_TEXT_MAX];

        snprintf(text, sizeof text, "{%s,\"evt.type\":\"openat\",\"fd.name\":\"/tmp/s.so\"}\n",
                 table[i].members);
        struct batch *b = read_all(&falco_decoder, text);
        assert_int_equal(b->counts.loads, 1);
        moment_format(b->loads->origin.time, time);
        assert_string_equal(time, table[i].time);
        assert_int_equal((b->loads->origin.flags & RECORD_ZONE_ASSUMED) != 0, table[i].assumed);
        assert_int_equal((b->assumed & 1u << ASSUMED_ZONE) != 0, table[i].assumed);
        batch_close(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laurel_gives_the_same_loads),
        cmocka_unit_test(laurel_s_percent_codes_are_taken_back),
        cmocka_unit_test(the_journal_keeps_the_number),
        cmocka_unit_test(the_journal_s_arrays_and_gaps_are_told),
        cmocka_unit_test(no_event_in_numbers_is_cut),
        cmocka_unit_test(an_alert_of_falco_is_an_open),
        cmocka_unit_test(an_alert_s_path_is_what_was_meant),
        cmocka_unit_test(sysdig_s_times_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
