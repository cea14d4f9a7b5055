/* The kinds of event: which fields, in which order, in which version of the
 * schema.
 *
 * Sysmon's Event ID 7 keeps the version 3 whatever its fields; the schemas of
 * the binaries 3.10 to 16 are all here. */
#include "tests/gen/gen.h"

#define FACT_NAME(id, name, type) name,
#define FACT_TYPE(id, name, type) GEN_##type,

const char *gen_fact_name(enum gen_fact f)
{
    static const char *const names[F_COUNT] = { GEN_FACTS(FACT_NAME) };
    return names[f];
}

enum gen_type gen_fact_type(enum gen_fact f)
{
    static const enum gen_type types[F_COUNT] = { GEN_FACTS(FACT_TYPE) };
    return types[f];
}

#define SYSMON "Microsoft-Windows-Sysmon", "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", \
               "Microsoft-Windows-Sysmon/Operational"
#define SECURITY "Microsoft-Windows-Security-Auditing", \
                 "{54849625-5478-4994-a5ba-3e3b0328c30d}", "Security"
#define PLAIN 0x8000000000000000u
#define AUDIT 0x8020000000000000u
/* Its first four bytes are the template's identifier, so they must differ. */
#define TEMPLATE(a, b) { a, b, 0x4d, 0x47, 0x1e, 0x0d, 0x5a, 0x4c, \
                         0x9b, 0x11, 0x6d, 0x6f, 0x64, 0x68, 0x75, 0x6e }

const struct gen_shape shape_load[SCHEMA_COUNT] = {
    [SCHEMA_480] = { SYSMON, 7, 3, 7, PLAIN, TEMPLATE(7, 0), 16,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_ImageLoaded,
          F_FileVersion, F_Description, F_Product, F_Company, F_OriginalFileName, F_Hashes,
          F_Signed, F_Signature, F_SignatureStatus, F_User } },
    [SCHEMA_421] = { SYSMON, 7, 3, 7, PLAIN, TEMPLATE(7, 1), 15,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_ImageLoaded,
          F_FileVersion, F_Description, F_Product, F_Company, F_OriginalFileName, F_Hashes,
          F_Signed, F_Signature, F_SignatureStatus } },
    [SCHEMA_410] = { SYSMON, 7, 3, 7, PLAIN, TEMPLATE(7, 2), 14,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_ImageLoaded,
          F_FileVersion, F_Description, F_Product, F_Company, F_Hashes, F_Signed, F_Signature,
          F_SignatureStatus } },
    [SCHEMA_330] = { SYSMON, 7, 3, 7, PLAIN, TEMPLATE(7, 3), 9,
        { F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_ImageLoaded, F_Hashes, F_Signed,
          F_Signature, F_SignatureStatus } },
    [SCHEMA_310] = { SYSMON, 7, 3, 7, PLAIN, TEMPLATE(7, 4), 8,
        { F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_ImageLoaded, F_Hashes, F_Signed,
          F_Signature } },
};

const struct gen_shape shape_process[2] = {
    { SYSMON, 1, 5, 1, PLAIN, TEMPLATE(1, 0), 23,
      { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_FileVersion, F_Description,
        F_Product, F_Company, F_OriginalFileName, F_CommandLine, F_CurrentDirectory, F_User,
        F_LogonGuid, F_LogonId, F_TerminalSessionId, F_IntegrityLevel, F_Hashes,
        F_ParentProcessGuid, F_ParentProcessId, F_ParentImage, F_ParentCommandLine,
        F_ParentUser } },
    { SYSMON, 1, 5, 1, PLAIN, TEMPLATE(1, 1), 16, /* before 4.0 */
      { F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_CommandLine, F_CurrentDirectory,
        F_User, F_LogonGuid, F_LogonId, F_TerminalSessionId, F_IntegrityLevel, F_Hashes,
        F_ParentProcessGuid, F_ParentProcessId, F_ParentImage, F_ParentCommandLine } },
};

const struct gen_shape
    shape_end = { SYSMON, 5, 3, 5, PLAIN, TEMPLATE(5, 0), 6,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_User } },
    shape_file = { SYSMON, 11, 2, 11, PLAIN, TEMPLATE(11, 0), 8,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_TargetFilename,
          F_CreationUtcTime, F_User } },
    shape_stream = { SYSMON, 15, 2, 15, PLAIN, TEMPLATE(15, 0), 10,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_TargetFilename,
          F_CreationUtcTime, F_Hash, F_Contents, F_User } },
    shape_delete = { SYSMON, 26, 5, 26, PLAIN, TEMPLATE(26, 0), 8,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_User, F_Image, F_TargetFilename,
          F_Hashes } },
    shape_thread = { SYSMON, 8, 2, 8, PLAIN, TEMPLATE(8, 0), 14,
        { F_RuleName, F_UtcTime, F_SourceProcessGuid, F_SourceProcessId, F_SourceImage,
          F_TargetProcessGuid, F_TargetProcessId, F_TargetImage, F_NewThreadId, F_StartAddress,
          F_StartModule, F_StartFunction, F_SourceUser, F_TargetUser } },
    shape_network = { SYSMON, 3, 5, 3, PLAIN, TEMPLATE(3, 0), 9,
        { F_RuleName, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image, F_User, F_Protocol,
          F_DestinationIp, F_DestinationPort } },
    shape_registry = { SYSMON, 13, 2, 13, PLAIN, TEMPLATE(13, 0), 9,
        { F_RuleName, F_EventType, F_UtcTime, F_ProcessGuid, F_ProcessId, F_Image,
          F_TargetObject, F_Details, F_User } },
    shape_4688 = { SECURITY, 4688, 2, 13312, AUDIT, TEMPLATE(88, 46), 15,
        { F_SubjectUserSid, F_SubjectUserName, F_SubjectDomainName, F_SubjectLogonId,
          F_NewProcessId, F_NewProcessName, F_TokenElevationType, F_CreatorId, F_CommandLine,
          F_TargetUserSid, F_TargetUserName, F_TargetDomainName, F_TargetLogonId,
          F_ParentProcessName, F_MandatoryLabel } },
    shape_4624 = { SECURITY, 4624, 2, 12544, AUDIT, TEMPLATE(24, 46), 5,
        { F_TargetUserSid, F_TargetUserName, F_TargetDomainName, F_TargetLogonId,
          F_LogonType } };

void event_begin(struct gen_event *e, const struct gen_shape *shape, enum gen_kind kind,
                 struct span Computer, int64_t time)
{
    memset(e->set, 0, sizeof e->set);
    e->shape = shape;
    e->kind = kind;
    e->Computer = Computer;
    e->time = time - time % 1000; /* UtcTime has milliseconds */
    e->logged = time + 1500;
    e->CommandLine = e->User = SPAN_NONE;
    gen_clock(e->time, ' ', 3, e->utc);
    event_text(e, F_UtcTime, span_of(e->utc, 23));
    event_text(e, F_RuleName, SPAN("-"));
}

void event_text(struct gen_event *e, enum gen_fact f, struct span text)
{
    e->set[f] = true;
    e->value[f].text = text;
}

void event_number(struct gen_event *e, enum gen_fact f, uint64_t number)
{
    e->set[f] = true;
    e->value[f].number = number;
}

void event_guid(struct gen_event *e, enum gen_fact f, struct gen_guid guid)
{
    e->set[f] = true;
    e->value[f].guid = guid;
}

void event_load(struct gen_event *e, const struct running *p, const struct module *m, int64_t time)
{
    static const struct span dash = SPAN_INIT("-");
    event_begin(e, &shape_load[p->host.schema], KIND_LOAD, p->host.Computer, time);
    event_guid(e, F_ProcessGuid, p->guid);
    event_number(e, F_ProcessId, p->pid);
    event_text(e, F_Image, p->image->Image);
    event_text(e, F_ImageLoaded, m->ImageLoaded);
    event_text(e, F_FileVersion, m->FileVersion.len ? m->FileVersion : dash);
    event_text(e, F_Description, m->Description.len ? m->Description : dash);
    event_text(e, F_Product, m->Product.len ? m->Product : dash);
    event_text(e, F_Company, m->Company.len ? m->Company : dash);
    event_text(e, F_OriginalFileName, m->OriginalFileName.len ? m->OriginalFileName : dash);
    event_text(e, F_Hashes, m->Hashes);
    event_text(e, F_Signed, m->Signed);
    event_text(e, F_Signature, m->Signature.len ? m->Signature : dash);
    event_text(e, F_SignatureStatus, m->SignatureStatus);
    event_text(e, F_User, p->User);
    e->CommandLine = p->CommandLine;
    e->User = p->User;
}

void event_start(struct gen_event *e, const struct running *p, int64_t time)
{
    static const struct span dash = SPAN_INIT("-");
    bool old = p->host.schema >= SCHEMA_330;
    const struct image *i = p->image;
    event_begin(e, &shape_process[old], KIND_PROCESS, p->host.Computer, time);
    event_guid(e, F_ProcessGuid, p->guid);
    event_number(e, F_ProcessId, p->pid);
    event_text(e, F_Image, i->Image);
    event_text(e, F_FileVersion, i->count ? i->loads[0]->FileVersion : dash);
    event_text(e, F_Description, i->count ? i->loads[0]->Description : dash);
    event_text(e, F_Product, i->count ? i->loads[0]->Product : dash);
    event_text(e, F_Company, i->count ? i->loads[0]->Company : dash);
    event_text(e, F_OriginalFileName, i->count ? i->loads[0]->OriginalFileName : dash);
    event_text(e, F_CommandLine, p->CommandLine);
    event_text(e, F_CurrentDirectory, i->system ? SPAN("C:\\Windows\\system32\\")
                                                : p->host.user_folder);
    event_text(e, F_User, p->User);
    event_guid(e, F_LogonGuid, gen_guid_of(0x129u, i->system ? 0x3e7 : 0x5a1c3));
    event_number(e, F_LogonId, i->system ? 0x3e7 : 0x5a1c3);
    event_number(e, F_TerminalSessionId, !i->system);
    event_text(e, F_IntegrityLevel, i->system ? SPAN("System") : SPAN("Medium"));
    event_text(e, F_Hashes, i->count ? i->loads[0]->Hashes : dash);
    event_guid(e, F_ParentProcessGuid, p->parent_guid);
    event_number(e, F_ParentProcessId, p->parent_pid);
    event_text(e, F_ParentImage, i->parent ? i->parent->Image : dash);
    event_text(e, F_ParentCommandLine, i->parent ? i->parent->CommandLine : dash);
    event_text(e, F_ParentUser, p->User);
}

struct span gen_fact_text(const struct gen_event *e, enum gen_fact f, char room[static 48])
{
    const struct gen_value *v = &e->value[f];
    int len = 0;
    if (!e->set[f])
        return SPAN_EMPTY;
    switch (gen_fact_type(f)) {
    case GEN_TEXT:
    case GEN_SID:
        return v->text;
    case GEN_GUID:
        gen_guid_text(v->guid, true, true, room);
        return span_of(room, 38);
    case GEN_NUMBER:
        len = snprintf(room, 48, "%llu", (unsigned long long)v->number);
        break;
    case GEN_HEX:
        len = snprintf(room, 48, "0x%llx", (unsigned long long)v->number);
        break;
    }
    return span_of(room, (size_t)len);
}
