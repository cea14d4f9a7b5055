/* One host's part in the demonstration case.
 *
 * Only what the story needs scores: of the ordinary world's modules that do by
 * themselves, one .NET native image alone stays. */
#include "tests/gen/tale.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define EVENTS_MAX 20000

struct tale tale_begin(const struct world *w, const char *Computer, const char *user,
                       enum sysmon_schema schema)
{
    struct tale t = { .world = w, .pids = 1000 };
    t.host.Computer = gen_text("%s.harbor.example", Computer);
    t.host.User = gen_text("HARBOR\\%s", user);
    t.host.user_folder = gen_text("C:\\Users\\%s\\", user);
    t.host.schema = schema;
    t.sysmon = gen_get(EVENTS_MAX * sizeof *t.sysmon);
    t.security = gen_get(EVENTS_MAX * sizeof *t.security);
    chance_seed(&t.chance, chance_of(t.host.Computer));
    return t;
}

static struct gen_event *next(struct gen_event **list, size_t *count)
{
    if (*count == EVENTS_MAX)
        gen_die("the story is too long");
    return list[(*count)++] = gen_get(sizeof(struct gen_event));
}

static struct gen_event *sysmon(struct tale *t)
{
    return next(t->sysmon, &t->sysmon_count);
}

static void told_4688(struct tale *t, const struct running *p, const struct running *parent,
                      int64_t time)
{
    struct gen_event *e = next(t->security, &t->security_count);
    struct span user = p->image->system ? SPAN("SYSTEM") : span_file_name(t->host.User);
    event_begin(e, &shape_4688, KIND_PROCESS, t->host.Computer, time);
    event_text(e, F_SubjectUserSid, p->image->system ? SPAN("S-1-5-18")
                                                     : SPAN("S-1-5-21-1129-2026-304-1105"));
    event_text(e, F_SubjectUserName, user);
    event_text(e, F_SubjectDomainName, p->image->system ? SPAN("NT AUTHORITY") : SPAN("HARBOR"));
    event_number(e, F_SubjectLogonId, p->image->system ? 0x3e7 : 0x5a1c3);
    event_number(e, F_NewProcessId, p->pid);
    event_text(e, F_NewProcessName, p->image->Image);
    event_text(e, F_TokenElevationType, SPAN("%%1936"));
    event_number(e, F_CreatorId, p->parent_pid);
    event_text(e, F_CommandLine, p->CommandLine);
    event_text(e, F_TargetUserSid, SPAN("S-1-0-0"));
    event_text(e, F_TargetUserName, SPAN("-"));
    event_text(e, F_TargetDomainName, SPAN("-"));
    event_number(e, F_TargetLogonId, 0);
    event_text(e, F_ParentProcessName, parent ? parent->image->Image : SPAN("-"));
    event_text(e, F_MandatoryLabel, p->image->system ? SPAN("S-1-16-16384") : SPAN("S-1-16-8192"));
}

struct running *tale_start(struct tale *t, const struct image *image, const struct running *parent,
                           const char *CommandLine, int64_t time)
{
    struct running *p = gen_get(sizeof *p);
    uint64_t a = chance_next(&t->chance), b = chance_next(&t->chance);
    p->host = t->host;
    p->image = image;
    p->CommandLine = CommandLine ? span_text(CommandLine) : image->CommandLine;
    p->User = image->system ? SPAN("NT AUTHORITY\\SYSTEM") : t->host.User;
    p->guid = gen_guid_of(a, b);
    p->pid = t->pids += 4 * (1 + chance_below(&t->chance, 9));
    p->parent_guid = parent ? parent->guid : gen_guid_of(a ^ 1, b);
    p->parent_pid = parent ? parent->pid : 684;
    struct gen_event *e = sysmon(t);
    event_start(e, p, time);
    if (parent) {
        event_text(e, F_ParentImage, parent->image->Image);
        event_text(e, F_ParentCommandLine, parent->CommandLine);
        event_text(e, F_ParentUser, parent->User);
    }
    told_4688(t, p, parent, time + 900);
    return p;
}

void tale_load(struct tale *t, const struct running *p, const struct module *m, int64_t time)
{
    event_load(sysmon(t), p, m, time);
}

/* Does it score by itself, wherever the ordinary world puts it? */
static bool quiet(const struct module *m)
{
    return !span_is(m->Signed, "false") || memmem(m->ImageLoaded.at, m->ImageLoaded.len,
                                                  "Program Files", 13)
        || memmem(m->ImageLoaded.at, m->ImageLoaded.len, "mscorlib.ni.dll", 15);
}

int64_t tale_loads(struct tale *t, const struct running *p, int64_t time)
{
    for (size_t i = 0; i < p->image->count; i++)
        if (quiet(p->image->loads[i]))
            tale_load(t, p, p->image->loads[i],
                      time += 1000 * (1 + (int64_t)chance_below(&t->chance, 12)));
    return time + 2000;
}

static struct gen_event *about(struct tale *t, const struct gen_shape *shape, enum gen_kind kind,
                               const struct running *p, int64_t time)
{
    struct gen_event *e = sysmon(t);
    event_begin(e, shape, kind, t->host.Computer, time);
    event_guid(e, F_ProcessGuid, p->guid);
    event_number(e, F_ProcessId, p->pid);
    event_text(e, F_Image, p->image->Image);
    event_text(e, F_User, p->User);
    return e;
}

void tale_file(struct tale *t, const struct running *p, const char *target, int64_t time)
{
    struct gen_event *e = about(t, &shape_file, KIND_CONTEXT, p, time);
    event_text(e, F_TargetFilename, span_text(target));
    event_text(e, F_CreationUtcTime, span_of(e->utc, 23));
}

void tale_stream(struct tale *t, const struct running *p, const char *target, const char *url,
                 const struct module *content, int64_t time)
{
    struct gen_event *e = about(t, &shape_stream, KIND_CONTEXT, p, time);
    event_text(e, F_TargetFilename, gen_text("%s:Zone.Identifier", target));
    event_text(e, F_CreationUtcTime, span_of(e->utc, 23));
    event_text(e, F_Hash, content->Hashes);
    event_text(e, F_Contents, gen_text("[ZoneTransfer]  ZoneId=3  ReferrerUrl=%s  HostUrl=%s ",
                                       "https://mail.harbor.example/", url));
}

void tale_network(struct tale *t, const struct running *p, const char *ip, int64_t time)
{
    struct gen_event *e = about(t, &shape_network, KIND_OTHER, p, time);
    event_text(e, F_Protocol, SPAN("tcp"));
    event_text(e, F_DestinationIp, span_text(ip));
    event_number(e, F_DestinationPort, 443);
}

void tale_end(struct tale *t, const struct running *p, int64_t time)
{
    about(t, &shape_end, KIND_PROCESS, p, time);
}

void tale_logon(struct tale *t, int64_t time)
{
    struct gen_event *e = next(t->security, &t->security_count);
    event_begin(e, &shape_4624, KIND_OTHER, t->host.Computer, time);
    event_text(e, F_TargetUserSid, SPAN("S-1-5-21-1129-2026-304-1105"));
    event_text(e, F_TargetUserName, span_file_name(t->host.User));
    event_text(e, F_TargetDomainName, SPAN("HARBOR"));
    event_number(e, F_TargetLogonId, 0x5a1c3);
    event_number(e, F_LogonType, 2);
}

void tale_day(struct tale *t, int64_t time, unsigned processes, bool loads)
{
    static const char *const names[] = { "svchost.exe", "explorer.exe", "taskhostw.exe",
        "chrome.exe", "RuntimeBroker.exe", "OUTLOOK.EXE", "dllhost.exe", "powershell.exe",
        "WINWORD.EXE", "conhost.exe", "mscorsvw.exe", "ledger.exe", "SearchIndexer.exe",
        "7zFM.exe", "MsMpEng.exe", "notepad.exe" };
    tale_logon(t, time);
    for (unsigned i = 0; i < processes; i++) {
        const struct image *image = world_image(t->world, names[i % 16]);
        int64_t at = time + (int64_t)i * 6 * MINUTE + chance_below(&t->chance, 5 * MINUTE);
        struct running *p = tale_start(t, image, NULL, NULL, at);
        at = loads ? tale_loads(t, p, at + 20000) : at + 700000;
        if (i % 3 == 0)
            tale_file(t, p, "C:\\ProgramData\\Contoso\\Ledger\\journal.dat", at + MINUTE);
        if (i % 4 == 0)
            tale_network(t, p, "10.20.30.40", at + 2 * MINUTE);
        if (i % 2)
            tale_end(t, p, at + 4 * MINUTE);
    }
}

static int by_time(const void *left, const void *right)
{
    const struct gen_event *a = *(struct gen_event *const *)left;
    const struct gen_event *b = *(struct gen_event *const *)right;
    return (a->time > b->time) - (a->time < b->time);
}

static struct span path_of(const char *folder, const char *name)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        gen_die("can't make %s: %s", folder, strerror(errno));
    return gen_text("%s/%s", folder, name);
}

void tale_write(struct tale *t, const char *folder, enum gen_format format, unsigned damaged,
                struct truth *truth)
{
    uint64_t numbers[64];
    struct span path = path_of(folder, format == FORMAT_XML
                               ? "Microsoft-Windows-Sysmon%4Operational.xml"
                               : "Microsoft-Windows-Sysmon%4Operational.evtx");
    struct writer *w = writer_open((const char *)path.at, format, truth);
    size_t marked = 0;
    qsort(t->sysmon, t->sysmon_count, sizeof *t->sysmon, by_time);
    for (size_t i = 0; i < t->sysmon_count; i++) {
        struct gen_event *e = t->sysmon[i];
        if (marked < damaged && i > t->sysmon_count / 2 && e->kind == KIND_LOAD) {
            e->kind = KIND_DAMAGED;
            numbers[marked++] = i + 1;
        }
        writer_add(w, e);
    }
    writer_close(w);
    if (marked)
        evtx_damage((const char *)path.at, numbers, marked);
    w = writer_open((const char *)path_of(folder, "Security.evtx").at, FORMAT_EVTX, truth);
    qsort(t->security, t->security_count, sizeof *t->security, by_time);
    for (size_t i = 0; i < t->security_count; i++)
        writer_add(w, t->security[i]);
    writer_close(w);
}

const struct image *image_make(const char *path, const char *description, const char *company,
                               const char *Signed, const struct image *parent)
{
    struct image *i = gen_get(sizeof *i);
    struct module *m = gen_get(sizeof *m);
    *m = module_make(path, description, company, Signed, chance_of(span_text(path)));
    *i = (struct image){ .Image = m->ImageLoaded, .parent = parent,
                         .CommandLine = m->ImageLoaded, .count = 1, .loads = { m } };
    return i;
}
