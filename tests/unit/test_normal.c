/* ingest/normal and core/hashes: what an event becomes, field by field. */
#include "core/hashes.h"
#include "ingest/normal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define SYSMON "Microsoft-Windows-Sysmon"
#define SECURITY "Microsoft-Windows-Security-Auditing"
#define GUID "{747F3D96-D8F5-5F8A-0000-00106B6F7300}"

/* Fields as `Name=value`, one a line; the value may be empty. */
static struct event event_of(struct batch *b, const char *provider, uint64_t id,
                             const char *fields)
{
    struct event e = {
        .record = 41, .flags = RECORD_NUMBERED, .has_id = true, .id = id, .place = 4096,
        .logged = moment_parse(SPAN("2022-08-31T20:39:07.5633124Z")),
        .Provider = span_text(provider), .Channel = SPAN("Operational"),
        .Computer = SPAN("WS01"),
    };

    for (const char *line = fields; *line;) {
        size_t len = strcspn(line, "\n"), name = strcspn(line, "=");
        enum event_field f = event_field(span_of(line, name));
        bool full = false;

        if (f != EVENT_FIELD_COUNT && name < len)
            e.value[f] = arena_copy(&b->arena, span_of(line + name + 1, len - name - 1), &full);
        line += len + (line[len] == '\n');
    }
    return e;
}

static struct batch *filed(const char *provider, uint64_t id, const char *fields)
{
    struct batch *b = batch_open(1, 0, 0);
    struct arena_mark before = arena_mark(&b->arena);
    struct event e = event_of(b, provider, id, fields);

    normal_event(b, &e, before);
    return b;
}

static void assert_span(struct span got, const char *want)
{
    if (!want) {
        assert_null(got.at);
        return;
    }
    assert_non_null(got.at);
    if (got.len != strlen(want) || memcmp(got.at, want, got.len) != 0)
        fail_msg("\"%.*s\" is not \"%s\"", (int)got.len, (const char *)got.at, want);
}

static void every_kept_name_is_found_and_no_other(void **state)
{
    static const char *const names[] = {
#define NAME(name) #name,
        EVENT_FIELDS(NAME)
    };
    static const char *const strangers[] = { "", "A", "image", "Imag", "Images", "UtcTimes", "~" };

    (void)state;
    for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
        assert_int_equal(event_field(span_text(names[i])), i);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        assert_int_equal(event_field(span_text(strangers[i])), EVENT_FIELD_COUNT);
}

#define BASE7 "UtcTime=2022-08-31 20:39:07.561\nProcessGuid=" GUID "\nProcessId=1680\n" \
              "Image=C:\\a.exe\nImageLoaded=C:\\b.dll\n"

/* domain.md 1.1: what each schema of Event ID 7 has, in its order. */
static void every_schema_of_event_7_is_a_load(void **state)
{
    static const struct {
        const char *fields, *Signed, *SignatureStatus, *FileVersion, *RuleName,
                   *OriginalFileName, *User;
    } table[] = {
        { "SequenceNumber=1\n" BASE7 "Hashes=SHA1=x\nSigned=true\nSignature=s",
          "true", NULL, NULL, NULL, NULL, NULL },
        { BASE7 "Hashes=SHA1=x\nSigned=false\nSignature=",
          "false", NULL, NULL, NULL, NULL, NULL },
        { BASE7 "Hashes=SHA1=x\nSigned=true\nSignatureStatus=Valid\nSignature=s",
          "true", "Valid", NULL, NULL, NULL, NULL },
        { BASE7 "FileVersion=1.0\nDescription=d\nProduct=p\nCompany=c\nHashes=SHA1=x\n"
          "Signed=true\nSignature=s\nSignatureStatus=Valid",
          "true", "Valid", "1.0", NULL, NULL, NULL },
        { "RuleName=\n" BASE7 "FileVersion=?\nDescription=?\nProduct=?\nCompany=?\n"
          "Hashes=SHA1=x\nSigned=failed\nSignature=\nSignatureStatus=Unavailable",
          "failed", "Unavailable", "?", "", NULL, NULL },
        { "RuleName=-\n" BASE7 "FileVersion=-\nDescription=-\nProduct=-\nCompany=-\n"
          "OriginalFileName=o.dll\nHashes=SHA1=x\nSigned=true\nSignature=s\n"
          "SignatureStatus=Valid",
          "true", "Valid", "-", "-", "o.dll", NULL },
        { "RuleName=r\n" BASE7 "FileVersion=1.0\nDescription=d\nProduct=p\nCompany=c\n"
          "OriginalFileName=o.dll\nHashes=SHA1=x\nSigned=true\nSignature=s\n"
          "SignatureStatus=Valid\nUser=LAB\\u",
          "true", "Valid", "1.0", "r", "o.dll", "LAB\\u" },
        { BASE7, NULL, NULL, NULL, NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = filed(SYSMON, 7, table[i].fields);
        const struct load *l = b->loads;

        assert_non_null(l);
        assert_int_equal(b->counts.loads, 1);
        assert_int_equal(b->counts.records, 1);
        assert_int_equal(l->platform, PLATFORM_WINDOWS);
        assert_int_equal(l->ProcessId, 1680);
        assert_int_equal(l->origin.time, moment_parse(SPAN("2022-08-31 20:39:07.561")));
        assert_int_equal(l->origin.logged, moment_parse(SPAN("2022-08-31 20:39:07.563312")));
        assert_int_equal(l->origin.flags, RECORD_NUMBERED);
        assert_int_equal(l->origin.record, 41);
        assert_int_equal(l->origin.place, 4096);
        assert_span(l->Computer, "WS01");
        assert_span(l->ProcessGuid, GUID);
        assert_span(l->Image, "C:\\a.exe");
        assert_span(l->ImageLoaded, "C:\\b.dll");
        assert_span(l->Signed, table[i].Signed);
        assert_span(l->SignatureStatus, table[i].SignatureStatus);
        assert_span(l->FileVersion, table[i].FileVersion);
        assert_span(l->RuleName, table[i].RuleName);
        assert_span(l->OriginalFileName, table[i].OriginalFileName);
        assert_span(l->User, table[i].User);
        batch_close(b);
    }
}

static void an_event_7_that_lost_its_fields_is_still_a_load(void **state)
{
    struct batch *b = filed(SYSMON, 7, "Signed=true");

    (void)state;
    assert_int_equal(b->counts.loads, 1);
    assert_span(b->loads->ImageLoaded, NULL);
    assert_span(b->loads->ProcessGuid, NULL);
    assert_int_equal(b->loads->ProcessId, -1);
    assert_int_equal(b->loads->origin.time, b->loads->origin.logged);
    assert_true(b->loads->origin.flags & RECORD_NO_UTCTIME);
    batch_close(b);
}

static void a_guid_has_one_form_or_none(void **state)
{
    static const struct { const char *in, *want; } table[] = {
        { GUID, GUID },
        { "747f3d96-d8f5-5f8a-0000-00106b6f7300", GUID },
        { "{747f3d96-D8f5-5f8a-0000-00106b6f7300}", GUID },
        { "", NULL },
        { "-", NULL },
        { "{00000000-0000-0000-0000-000000000000}", NULL },
        { "00000000-0000-0000-0000-000000000000", NULL },
        { "{747F3D96-D8F5-5F8A-0000-00106B6F730}", NULL },
        { "{747F3D96-D8F5-5F8A-0000-00106B6F730G}", NULL },
        { "{747F3D96xD8F5-5F8A-0000-00106B6F7300}", NULL },
        { "(747F3D96-D8F5-5F8A-0000-00106B6F7300)", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char fields[128];

        snprintf(fields, sizeof fields, "ProcessGuid=%s", table[i].in);
        struct batch *b = filed(SYSMON, 7, fields);
        assert_span(b->loads->ProcessGuid, table[i].want);
        batch_close(b);
    }
}

static void a_process_id_is_decimal_or_hexadecimal_or_unknown(void **state)
{
    static const struct { const char *in; int64_t want; } table[] = {
        { "1680", 1680 }, { "0x690", 1680 }, { "0X690", 1680 }, { "0", 0 }, { "", -1 },
        { "-1", -1 }, { "12 ", -1 }, { "0x", -1 }, { "4294967296", INT64_C(4294967296) },
        { "9223372036854775808", -1 }, { "99999999999999999999", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char fields[64];

        snprintf(fields, sizeof fields, "ProcessId=%s", table[i].in);
        struct batch *b = filed(SYSMON, 7, fields);
        assert_int_equal(b->loads->ProcessId, table[i].want);
        batch_close(b);
    }
}

#define H32 "0123456789abcdefABCDEF0123456789"
#define L32 "0123456789abcdefabcdef0123456789"
#define H40 H32 "01234567"
#define L40 L32 "01234567"

static void hashes_are_split_by_kind_whatever_their_order_and_case(void **state)
{
    static const struct { const char *in, *sha256, *sha1, *md5, *imphash; } table[] = {
        { "SHA1=" H40 ",MD5=" H32 ",SHA256=" H32 H32 ",IMPHASH=" H32, L32 L32, L40, L32, L32 },
        { "md5=" H32 ", sha256 = " H32 H32 " ,Imphash=" H32, L32 L32, NULL, L32, L32 },
        { "MD5=" H32, NULL, NULL, L32, NULL },
        { "MD5=" H40, NULL, NULL, NULL, NULL },
        { "SHA1=" H32 ",SHA1=" H40, NULL, L40, NULL, NULL },
        { "MD5=" L32 ",MD5=00000000000000000000000000000000", NULL, NULL, L32, NULL },
        { "MD5=0123456789abcdefABCDEF012345678g", NULL, NULL, NULL, NULL },
        { "SHA512=" H32 H32, NULL, NULL, NULL, NULL },
        { H32 H32, L32 L32, NULL, NULL, NULL },
        { " " H40 " ", NULL, L40, NULL, NULL },
        { H32, NULL, NULL, L32, NULL },
        { ",,=,=x,MD5", NULL, NULL, NULL, NULL },
        { "", NULL, NULL, NULL, NULL },
        { "-", NULL, NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena a = { 0 };
        bool full = false;

        arena_init(&a, 1 << 16);
        struct hashes h = hashes_split(&a, span_text(table[i].in), &full);
        assert_false(full);
        assert_span(h.sha256, table[i].sha256);
        assert_span(h.sha1, table[i].sha1);
        assert_span(h.md5, table[i].md5);
        assert_span(h.imphash, table[i].imphash);
        arena_clear(&a);
    }
}

static void the_hashes_of_a_load_stay_as_they_were_logged(void **state)
{
    struct batch *b = filed(SYSMON, 7, "Hashes=MD5=" H32);

    (void)state;
    assert_span(b->loads->Hashes, "MD5=" H32);
    assert_span(b->loads->md5, L32);
    batch_close(b);
}

static void event_1_is_a_start_and_event_5_an_end(void **state)
{
    static const char fields[] =
        "RuleName=-\nUtcTime=2022-08-31 20:39:07.561\nProcessGuid=" GUID "\nProcessId=7\n"
        "Image=C:\\r.exe\nOriginalFileName=R.EXE\nCommandLine=r a,b\nCurrentDirectory=C:\\\n"
        "User=LAB\\u\nLogonId=0x00000000000003E7\nIntegrityLevel=High\nHashes=MD5=x\n"
        "ParentProcessGuid={747f3d96-d8f5-5f8a-0000-00106b6f7301}\nParentProcessId=8\n"
        "ParentImage=C:\\p.exe\nParentCommandLine=p -k";
    struct batch *b = filed(SYSMON, 1, fields);
    const struct process *p = b->processes;

    (void)state;
    assert_int_equal(b->counts.processes, 1);
    assert_false(p->ended);
    assert_int_equal(p->source, PROCESS_EVENT1);
    assert_int_equal(p->ProcessId, 7);
    assert_int_equal(p->ParentProcessId, 8);
    assert_span(p->CommandLine, "r a,b");
    assert_span(p->IntegrityLevel, "High");
    assert_span(p->LogonId, "0x3e7");
    assert_span(p->OriginalFileName, "R.EXE");
    assert_span(p->ParentProcessGuid, "{747F3D96-D8F5-5F8A-0000-00106B6F7301}");
    assert_span(p->ParentCommandLine, "p -k");
    batch_close(b);

    b = filed(SYSMON, 5, fields);
    p = b->processes;
    assert_int_equal(b->counts.processes, 1);
    assert_true(p->ended);
    assert_span(p->Image, "C:\\r.exe");
    assert_span(p->ProcessGuid, GUID);
    assert_span(p->CommandLine, NULL);
    batch_close(b);
}

static void sysmon_for_linux_has_processes_and_files(void **state)
{
    struct batch *b = filed("Linux-Sysmon", 1, "UtcTime=2022-05-11 18:09:58.000\nProcessId=9\n"
                                               "Image=/usr/bin/x\nCommandLine=x -y");

    (void)state;
    assert_int_equal(b->counts.processes, 1);
    assert_int_equal(b->processes->platform, PLATFORM_LINUX);
    assert_span(b->processes->CommandLine, "x -y");
    batch_close(b);
    b = filed("Linux-Sysmon", 11, "UtcTime=2022-05-11 18:09:58.000\nProcessId=9\n"
                                  "Image=/usr/bin/x\nTargetFilename=/tmp/m.so");
    assert_int_equal(b->counts.context, 1);
    assert_int_equal(b->contexts->platform, PLATFORM_LINUX);
    assert_span(b->contexts->Target, "/tmp/m.so");
    batch_close(b);
}

static void security_4688_is_a_start_whose_process_id_is_the_creators(void **state)
{
    static const struct { const char *fields, *User, *LogonId, *CommandLine, *ParentImage; } table[] = {
        { "SubjectUserName=u\nSubjectDomainName=LAB\nSubjectLogonId=0x1\nTargetUserName=-\n"
          "TargetDomainName=-\nTargetLogonId=0x0\nCommandLine=r\nParentProcessName=C:\\p.exe",
          "LAB\\u", "0x1", "r", "C:\\p.exe" },
        { "SubjectUserName=WS01$\nSubjectDomainName=LAB\nSubjectLogonId=0x3e7\n"
          "TargetUserName=u\nTargetDomainName=LAB\nTargetLogonId=5\nCommandLine=",
          "LAB\\u", "0x5", "", NULL },
        { "SubjectUserName=u\nSubjectDomainName=-\nProcessCommandLine=old form",
          "u", NULL, "old form", NULL },
        { "SubjectUserName=u", "u", NULL, NULL, NULL },
        { "TargetUserName=\nSubjectUserName=-\nSubjectDomainName=-", "-", NULL, NULL, NULL },
        { "", NULL, NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char fields[512];

        snprintf(fields, sizeof fields, "NewProcessId=0x690\nNewProcessName=C:\\r.exe\n"
                 "ProcessId=0x10\n%s", table[i].fields);
        struct batch *b = filed(SECURITY, 4688, fields);
        const struct process *p = b->processes;

        assert_non_null(p);
        assert_int_equal(p->source, PROCESS_4688);
        assert_int_equal(p->ProcessId, 0x690);
        assert_int_equal(p->ParentProcessId, 0x10);
        assert_span(p->Image, "C:\\r.exe");
        assert_span(p->User, table[i].User);
        assert_span(p->LogonId, table[i].LogonId);
        assert_span(p->CommandLine, table[i].CommandLine);
        assert_span(p->ParentImage, table[i].ParentImage);
        assert_span(p->ProcessGuid, NULL);
        assert_int_equal(p->origin.time, p->origin.logged);
        assert_int_equal(p->origin.flags, RECORD_NUMBERED);
        batch_close(b);
    }
}

static void context_says_who_did_what_to_which_target(void **state)
{
    static const struct {
        uint64_t id;
        const char *fields, *Image, *Target, *Detail, *Hashes;
    } table[] = {
        { 8, "SourceImage=C:\\s.exe\nTargetImage=C:\\t.exe\nStartModule=C:\\k.dll\n"
          "StartFunction=LoadLibraryA", "C:\\s.exe", "C:\\t.exe", "C:\\k.dll!LoadLibraryA", NULL },
        { 8, "SourceImage=C:\\s.exe\nTargetImage=C:\\t.exe\nStartModule=-\nStartFunction=-",
          "C:\\s.exe", "C:\\t.exe", "-", NULL },
        { 11, "Image=C:\\i.exe\nTargetFilename=C:\\f\nCreationUtcTime=2020-01-01 00:00:00.000",
          "C:\\i.exe", "C:\\f", "2020-01-01 00:00:00.000", NULL },
        { 15, "Image=C:\\i.exe\nTargetFilename=C:\\f:Zone.Identifier\nHash=" H32 "\n"
          "Contents=[ZoneTransfer]", "C:\\i.exe", "C:\\f:Zone.Identifier", "[ZoneTransfer]", H32 },
        { 23, "Image=C:\\i.exe\nTargetFilename=C:\\f\nHashes=MD5=x", "C:\\i.exe", "C:\\f", NULL,
          "MD5=x" },
        { 26, "Image=C:\\i.exe\nTargetFilename=C:\\f", "C:\\i.exe", "C:\\f", NULL, NULL },
        { 29, "Image=C:\\i.exe\nTargetFilename=C:\\f", "C:\\i.exe", "C:\\f", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = filed(SYSMON, table[i].id, table[i].fields);
        const struct context *c = b->contexts;

        assert_non_null(c);
        assert_int_equal(b->counts.context, 1);
        assert_int_equal(c->event, table[i].id);
        assert_span(c->Image, table[i].Image);
        assert_span(c->Target, table[i].Target);
        assert_span(c->Detail, table[i].Detail);
        assert_span(c->Hashes, table[i].Hashes);
        batch_close(b);
    }
}

static void what_is_not_kept_is_counted_by_provider_and_id(void **state)
{
    struct batch *b = batch_open(1, 0, 0);
    static const struct { const char *provider; uint64_t id; } table[] = {
        { SYSMON, 3 }, { "microsoft-windows-sysmon", 7 }, { "Linux-Sysmon", 22 }, { SECURITY, 1 },
        { SECURITY, 7 }, { SYSMON, 4688 }, { SYSMON, 3 }, { "", 7 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena_mark before = arena_mark(&b->arena);
        struct event e = event_of(b, table[i].provider, table[i].id, BASE7);

        assert_false(normal_wants(span_text(table[i].provider), SPAN("Security"), table[i].id));
        normal_event(b, &e, before);
    }
    assert_int_equal(b->counts.records, 8);
    assert_int_equal(b->counts.other, 8);
    assert_null(b->loads);
    uint64_t kinds = 0, records = 0;
    for (const struct other *o = b->others; o; o = o->next) {
        kinds++;
        records += o->records;
        if (o->id == 3)
            assert_int_equal(o->records, 2);
    }
    assert_int_equal(kinds, 7);
    assert_int_equal(records, 8);
    batch_close(b);
}

static void an_event_without_an_id_is_an_other(void **state)
{
    struct batch *b = batch_open(1, 0, 0);
    struct event e = event_of(b, SYSMON, 7, BASE7);

    (void)state;
    e.has_id = false;
    normal_event(b, &e, arena_mark(&b->arena));
    assert_int_equal(b->counts.other, 1);
    assert_int_equal(b->others->id, 0);
    batch_close(b);
}

static void what_is_not_kept_leaves_no_memory_behind(void **state)
{
    struct batch *b = batch_open(1, 0, 0);
    size_t first = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        struct arena_mark before = arena_mark(&b->arena);
        struct event e = event_of(b, SYSMON, 3, BASE7);

        normal_event(b, &e, before);
        if (i == 1)
            first = b->arena.total;
    }
    assert_int_equal(b->arena.total, first);
    batch_close(b);
}

static void ranges_hold_declared_numbered_records_of_any_kind(void **state)
{
    struct batch *b = batch_open(1, 0, 0);
    static const struct { uint64_t id, record; const char *host; uint32_t flags; } table[] = {
        { 7, 12, "A", RECORD_NUMBERED }, { 3, 10, "A", RECORD_NUMBERED },
        { 1, 11, "A", RECORD_NUMBERED }, { 11, 15, "A", RECORD_NUMBERED },
        { 7, 99, "A", RECORD_NUMBERED | RECORD_RECOVERED }, { 7, 98, "A", 0 },
        { 7, 5, "B", RECORD_NUMBERED },
    };

    (void)state;
    b->declared = arena_get(&b->arena, 2 * sizeof *b->declared);
    b->declared_room = 2;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct event e = event_of(b, SYSMON, table[i].id, BASE7);

        e.Computer = span_text(table[i].host);
        e.record = table[i].record;
        e.flags = table[i].flags;
        normal_event(b, &e, arena_mark(&b->arena));
    }
    assert_int_equal(b->counts.records, 6);
    assert_int_equal(b->counts.recovered, 1);
    assert_int_equal(b->counts.loads, 3);
    const struct range *r = b->ranges->next;
    assert_span(b->ranges->Computer, "B");
    assert_span(r->Computer, "A");
    assert_int_equal(r->first, 10);
    assert_int_equal(r->last, 15);
    assert_int_equal(r->records, 4);
    assert_int_equal(r->loads, 1);
    assert_int_equal(r->processes, 1);
    assert_int_equal(r->context, 1);
    assert_null(r->next);
    assert_int_equal(b->declared_count, 5);
    assert_int_equal(b->declared[4].record, 5);
    assert_int_equal(b->first_time, moment_parse(SPAN("2022-08-31 20:39:07.563312")));
    batch_close(b);
}

static void a_full_batch_turns_a_record_into_a_loss(void **state)
{
    struct batch *b = batch_open(1, 0, 0);

    (void)state;
    arena_clear(&b->arena);
    arena_init(&b->arena, 4096);
    while (b->counts.damaged == 0) {
        struct event e = {
            .has_id = true, .id = 7, .Provider = SPAN(SYSMON), .logged = MOMENT_NONE,
            .value = { [EVENT_Hashes] = SPAN_INIT("MD5=" H32) },
        };
        normal_event(b, &e, arena_mark(&b->arena));
        assert_true(b->counts.records < 100);
    }
    uint64_t loads = 0;
    for (const struct load *l = b->loads; l; l = l->next)
        loads++;
    assert_int_equal(loads, b->counts.loads);
    assert_int_equal(b->counts.records, b->counts.loads + b->counts.damaged);
    batch_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kept_name_is_found_and_no_other),
        cmocka_unit_test(every_schema_of_event_7_is_a_load),
        cmocka_unit_test(an_event_7_that_lost_its_fields_is_still_a_load),
        cmocka_unit_test(a_guid_has_one_form_or_none),
        cmocka_unit_test(a_process_id_is_decimal_or_hexadecimal_or_unknown),
        cmocka_unit_test(hashes_are_split_by_kind_whatever_their_order_and_case),
        cmocka_unit_test(the_hashes_of_a_load_stay_as_they_were_logged),
        cmocka_unit_test(event_1_is_a_start_and_event_5_an_end),
        cmocka_unit_test(sysmon_for_linux_has_processes_and_files),
        cmocka_unit_test(security_4688_is_a_start_whose_process_id_is_the_creators),
        cmocka_unit_test(context_says_who_did_what_to_which_target),
        cmocka_unit_test(what_is_not_kept_is_counted_by_provider_and_id),
        cmocka_unit_test(an_event_without_an_id_is_an_other),
        cmocka_unit_test(what_is_not_kept_leaves_no_memory_behind),
        cmocka_unit_test(ranges_hold_declared_numbered_records_of_any_kind),
        cmocka_unit_test(a_full_batch_turns_a_record_into_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
