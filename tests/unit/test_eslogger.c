/* ingest's records of macOS: Endpoint Security's events as eslogger prints them,
 * dyld's lines of the unified log. */
#include "ingest/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct batch *read_all(const struct decoder *d, struct span all)
{
    struct batch *b = batch_open(1, 0, all.len);
    uint8_t *copy = malloc(all.len), *state = calloc(1, d->follow_bytes);
    struct piece p = { .bytes = span_of(copy, all.len), .first = true, .last = true };

    assert_non_null(copy);
    assert_non_null(state);
    memcpy(copy, all.at, all.len);
    d->decode(&p, b);
    free(copy);
    d->follow(state, b, true);
    free(state);
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

static bool says(const struct batch *b, const char *words)
{
    for (const struct loss *l = b->losses; l; l = l->next)
        if (strstr(l->reason, words))
            return true;
    return false;
}

static uint64_t others(const struct batch *b, const char *Provider)
{
    for (const struct other *o = b->others; o; o = o->next)
        if (span_is(o->Provider, Provider))
            return o->records;
    return 0;
}

#define TOKEN(pid, version) \
    "{\"asid\":100019,\"auid\":501,\"egid\":20,\"euid\":0,\"pid\":" pid ",\"pidversion\":" version "," \
    "\"rgid\":20,\"ruid\":501}"
#define PROCESS(pid, version, path) \
    "{\"audit_token\":" TOKEN(pid, version) ",\"parent_audit_token\":" TOKEN("938", "2424") "," \
    "\"ppid\":938,\"signing_id\":\"py\",\"team_id\":null,\"cdhash\":\"28CD\",\"codesigning_flags\":131075," \
    "\"is_platform_binary\":true,\"executable\":{\"path\":\"" path "\",\"path_truncated\":false," \
    "\"stat\":{\"st_ino\":1,\"st_uid\":9}}}"
#define EVENT(type, number, process, event) \
    "{\"schema_version\":1,\"event_type\":" type ",\"time\":\"2026-03-01T10:00:00.100000000Z\"," \
    "\"global_seq_num\":" number ",\"process\":" process ",\"event\":{" event "}}\n"
#define FILE_AT(path) \
    "{\"path\":\"" path "\",\"path_truncated\":false,\"stat\":{\"st_dev\":16777234,\"st_ino\":77," \
    "\"st_mode\":33261,\"st_uid\":501}}"
#define PY PROCESS("42", "900", "/usr/bin/python3")
#define MAP(number, path, protection) \
    EVENT("20", number, PY, "\"mmap\":{\"protection\":" protection ",\"source\":" FILE_AT(path) "}")

static void a_load_is_an_executable_map_of_another_file(void **state)
{
    static const char text[] =
        MAP("1", "\\/private\\/tmp\\/x.dylib", "5") MAP("2", "/private/tmp/x.dylib", "1")
        MAP("3", "/usr/bin/python3", "5") MAP("4", "/tmp/../y.dylib", "\"4\"")
        EVENT("20", "5", PY, "\"mmap\":{\"source\":" FILE_AT("/z.dylib") "}")
        EVENT("20", "6", PY, "\"mmap\":{\"protection\":5}")
        EVENT("15", "7", PY, "\"exit\":{\"stat\":0}") "{\"event_type\n" "{\"a\":1}\n";
    struct batch *b = read_all(&eslogger_decoder, SPAN(text));
    const struct load *l = b->loads;

    (void)state;
    assert_ptr_equal(decoder_for(SPAN(text)), &eslogger_decoder);
    assert_int_equal(b->counts.loads, 2);
    assert_int_equal(b->counts.damaged, 4);
    assert_int_equal(others(b, "eslogger mmap without PROT_EXEC"), 1);
    assert_int_equal(others(b, "eslogger mmap of the process's own image"), 1);
    assert_int_equal(others(b, "eslogger exit"), 1);
    assert_text(l->ImageLoaded, "/private/tmp/x.dylib");
    assert_text(l->Image, "/usr/bin/python3");
    assert_text(l->ProcessGuid, "42-900");
    assert_int_equal(l->ProcessId, 42);
    assert_int_equal(l->platform, PLATFORM_MACOS);
    assert_int_equal(l->resolution, RESOLUTION_EXACT);
    assert_text(l->User, "0");
    assert_text(l->inode, "77");
    assert_text(l->mode, "0100755");
    assert_text(l->owner, "501");
    assert_int_equal(l->origin.record, 1);
    assert_true(l->origin.time == moment_parse(SPAN("2026-03-01T10:00:00.1Z")));
    assert_text(l->ProcessSigning, "signing_id py, team_id -, a platform binary, cdhash 28CD, "
                "flags 0x20003 (valid, adhoc, linker-signed)");
    assert_text(l->Signed, NULL); /* what is said of the process is not the module's */
    assert_text(l->Signature, NULL);
    assert_text(l->ImageLoaded_raw, NULL);
    assert_text(l->next->ImageLoaded, "/y.dylib");
    assert_text(l->next->ImageLoaded_raw, "/tmp/../y.dylib");
    batch_close(b);
}

static void processes_and_files_are_told(void **state)
{
    static const char text[] =
        EVENT("9", "1", PROCESS("42", "899", "/bin/zsh"),
              "\"exec\":{\"target\":" PY ",\"args\":[\"python3\",\"-c\",\"a \\\"b\\\"\"],\"env\":["
              "\"HOME=/\",\"DYLD_INSERT_LIBRARIES=/tmp/p.dylib\"],\"cwd\":" FILE_AT("/Users/d") "}")
        EVENT("13", "2", PY, "\"create\":{\"destination_type\":1,\"destination\":{\"new_path\":{"
              "\"dir\":{\"path\":\"/private/tmp\"},\"filename\":\"n.dylib\",\"mode\":1}}}")
        EVENT("13", "3", PY, "\"create\":{\"destination_type\":0,\"destination\":{\"existing_file\":"
              FILE_AT("/private/tmp/e.dylib") "}}")
        EVENT("12", "4", PY, "\"close\":{\"modified\":true,\"target\":" FILE_AT("/tmp/w") "}")
        EVENT("12", "5", PY, "\"close\":{\"modified\":false,\"target\":" FILE_AT("/tmp/r") "}")
        EVENT("32", "6", PY, "\"unlink\":{\"target\":" FILE_AT("/tmp/u") ",\"parent_dir\":"
              FILE_AT("/tmp") "}");
    struct batch *b = read_all(&eslogger_decoder, SPAN(text));
    const struct process *p = b->processes;
    const struct context *c = b->contexts;

    (void)state;
    assert_int_equal(b->counts.processes, 1);
    assert_int_equal(b->counts.context, 4);
    assert_int_equal(b->counts.other, 1);
    assert_text(p->Image, "/usr/bin/python3");
    assert_text(p->ProcessGuid, "42-900");
    assert_text(p->ParentProcessGuid, "938-2424");
    assert_int_equal(p->ParentProcessId, 938);
    assert_text(p->CommandLine, "DYLD_INSERT_LIBRARIES=/tmp/p.dylib python3 -c a \"b\"");
    assert_text(p->CurrentDirectory, "/Users/d");
    assert_text(p->User, "0");
    assert_text(p->LoginUser, "501");
    assert_int_equal(p->source, PROCESS_EXEC);
    assert_text(c->Target, "/private/tmp/n.dylib");
    assert_int_equal(c->event, CONTEXT_FILE_CREATED);
    assert_text(c->ProcessGuid, "42-900");
    c = c->next;
    assert_text(c->Target, "/private/tmp/e.dylib");
    c = c->next;
    assert_text(c->Target, "/tmp/w");
    assert_text(c->Detail, "modified, then closed");
    c = c->next;
    assert_text(c->Target, "/tmp/u");
    assert_int_equal(c->event, CONTEXT_FILE_DELETED);
    assert_true(says(b, "no mmap is logged"));
    batch_close(b);
}

/* Apple calls it no interface: names count, and neither order nor the kind of value. */
static void members_are_found_by_name(void **state)
{
    static const char *const table[] = {
        "{\"event\":{\"mmap\":{\"source\":{\"path\":\"/x\"},\"protection\":\"5\"}},\"event_type\":\"mmap\","
        "\"process\":{\"executable\":{\"path\":\"/p\"},\"audit_token\":{\"pidversion\":\"3\",\"pid\":\"2\"}}}\n",
        "{\"event\":{\"mmap\":{\"source\":{\"path\":\"/x\"},\"protection\":7}},\"event_type\":20,"
        "\"process\":{\"audit_token\":[501,501,20,501,20,2,100,3],\"executable\":{\"path\":\"/p\"}}}\n",
        "{\"event\":{\"mmap\":{\"protection\":4,\"source\":{\"path\":\"/x\"}}},\"event_type\":"
        "\"ES_EVENT_TYPE_NOTIFY_MMAP\",\"process\":{\"audit_token\":{\"val\":[1,1,1,1,1,2,1,3]},"
        "\"executable\":{\"path\":\"/p\"}}}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = read_all(&eslogger_decoder, span_text(table[i]));

        assert_ptr_equal(decoder_for(span_text(table[i])), &eslogger_decoder);
        if (b->counts.loads != 1)
            fail_msg("%s", table[i]);
        assert_text(b->loads->ImageLoaded, "/x");
        assert_text(b->loads->Image, "/p");
        assert_text(b->loads->ProcessGuid, "2-3");
        batch_close(b);
    }
}

static void numbers_that_are_missing_are_lost_events(void **state)
{
    static const char text[] =
        MAP("10", "/x", "5") MAP("11", "/x", "5") MAP("15", "/x", "5") MAP("18", "/x", "5")
        MAP("2", "/x", "5") /* another run */ MAP("3", "/x", "5")
        EVENT("20", "4", PY, "\"mmap\":{\"protection\":5,\"source\":{\"path\":\"/long\","
              "\"path_truncated\":true}}");
    struct batch *b = read_all(&eslogger_decoder, SPAN(text));

    (void)state;
    assert_int_equal(b->counts.loads, 7);
    assert_true(says(b, "events were lost: 5 numbers of global_seq_num are missing, in 2 gaps"));
    assert_true(says(b, "1 paths were cut short"));
    assert_true(says(b, "no exec is logged"));
    assert_false(says(b, "no mmap is logged"));
    batch_close(b);
}

/* Between the last number of a piece and the first of the next. */
static void gaps_are_seen_between_pieces(void **state)
{
    static const char *const pieces[] = { MAP("1", "/x", "5"), MAP("4", "/x", "5"), MAP("5", "/x", "5") };
    uint8_t *memory = calloc(1, eslogger_decoder.follow_bytes);
    struct batch *b = NULL;

    (void)state;
    assert_non_null(memory);
    for (size_t i = 0; i < 3; i++) {
        struct piece p = { .bytes = span_text(pieces[i]), .first = i == 0, .last = i == 2 };

        batch_close(b);
        b = batch_open(1, 0, p.bytes.len);
        eslogger_decoder.decode(&p, b);
        eslogger_decoder.follow(memory, b, i == 2);
    }
    assert_true(says(b, "2 numbers of global_seq_num are missing, in 1 gaps"));
    batch_close(b);
    free(memory);
}

#define LINE(message, more) \
    "{\"timestamp\":\"2026-06-29 15:54:42.063082+0200\",\"machTimestamp\":1,\"subsystem\":\"com.apple.dyld\"," \
    "\"eventMessage\":\"" message "\",\"processID\":77,\"userID\":501," \
    "\"processImagePath\":\"\\/Applications\\/X\"" more "}\n"

static void what_failed_to_load_is_no_load(void **state)
{
    static const char text[] =
        "Filtering the log data using \"subsystem == \"com.apple.dyld\"\"\n"
        LINE("Library not loaded: @rpath\\/libfoo.dylib\\n  Reason: tried: '\\/tmp\\/libfoo.dylib'", "")
        LINE("dlopen(\\/tmp\\/x.dylib, 0x0001): tried: '\\/tmp\\/x.dylib' (no such file)", "")
        LINE("dyld: loaded: <5A6B-0> \\/private\\/tmp\\/y.dylib", "")
        LINE("<5A6B-0> \\/private\\/tmp\\/z.dylib", "")
        LINE("hello", "")
        "{\"timestamp\":\"2026-06-29 15:54:42.063082+0200\",\"machTimestamp\":1,\"subsystem\":\"com.x\","
        "\"eventMessage\":\"Library not loaded: what another program says\"}\n"
        "{\"timest\n"
        "{\"count\":6,\"finished\":1}\n";
    struct batch *b = read_all(&unified_decoder, SPAN(text));
    const struct context *c = b->contexts;
    const struct load *l = b->loads;

    (void)state;
    assert_ptr_equal(decoder_for(SPAN(text)), &unified_decoder);
    assert_int_equal(b->counts.records, 7); /* neither the heading nor the footer */
    assert_int_equal(b->counts.context, 2);
    assert_int_equal(b->counts.loads, 2);
    assert_int_equal(b->counts.damaged, 1);
    assert_int_equal(others(b, "com.apple.dyld"), 1);
    assert_int_equal(others(b, "com.x"), 1);
    assert_int_equal(c->event, CONTEXT_LOAD_FAILED);
    assert_text(c->Target, "@rpath/libfoo.dylib");
    assert_text(c->Image, "/Applications/X");
    assert_int_equal(c->ProcessId, 77);
    assert_true(c->origin.time == moment_parse(SPAN("2026-06-29T13:54:42.063082Z")));
    assert_text(c->next->Target, "/tmp/x.dylib");
    assert_text(l->ImageLoaded, "/private/tmp/y.dylib");
    assert_int_equal(l->resolution, RESOLUTION_REPORTED);
    assert_text(l->next->ImageLoaded, "/private/tmp/z.dylib");
    assert_true(says(b, "loads that failed are kept as context"));
    batch_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_is_an_executable_map_of_another_file),
        cmocka_unit_test(processes_and_files_are_told),
        cmocka_unit_test(members_are_found_by_name),
        cmocka_unit_test(numbers_that_are_missing_are_lost_events),
        cmocka_unit_test(gaps_are_seen_between_pieces),
        cmocka_unit_test(what_failed_to_load_is_no_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
