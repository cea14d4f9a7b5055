/* From an audit event to an item of the batch.
 *
 * Everything that may find no room is made before the item; a full batch makes
 * the event a loss.  Never decides what an event is. */
#include "ingest/auditd_emit.h"

#include "ingest/normal.h"

static struct origin origin_of(const struct audit_event *e, uint32_t tags)
{
    return (struct origin){
        .time = e->time, .logged = e->time, .record = e->serial, .place = e->place,
        .flags = e->flags | tags, .Channel = AUDIT_CHANNEL,
    };
}

static void too_large(struct batch *b, const struct audit_event *e)
{
    batch_loss(b, e->place, 0, "the record is too large for its batch");
}

/* The process's guid in this batch's arena; SPAN_NONE where its start was not
 * seen. */
static struct span guid_of(struct batch *b, const struct audit_process *p, bool *full)
{
    return p && p->guid[0] ? arena_copy(&b->arena, span_text(p->guid), full) : SPAN_NONE;
}

void audit_emit_load(struct batch *b, const struct audit_event *e, const struct audit_process *p,
                     const struct audit_file *f, enum resolution r, uint32_t tags)
{
    bool full = false;
    struct span guid = guid_of(b, p, &full), part[FILE_PARTS] = { 0 };
    size_t len = f ? audit_file_len(f) : 0;
    uint8_t *bytes = f ? arena_bytes(&b->arena, len + 1) : NULL;
    struct load *l = full || (f && !bytes) ? NULL : batch_load(b);

    if (!l) {
        too_large(b, e);
        return;
    }
    if (f) {
        memcpy(bytes, f->bytes, len);
        for (int i = 0; i < FILE_PARTS; i++) {
            struct span from = audit_file_part(f, (enum file_part)i);

            if (from.at)
                part[i] = span_of(bytes + (from.at - f->bytes), from.len);
        }
    }
    l->origin = origin_of(e, tags);
    l->platform = PLATFORM_LINUX;
    l->resolution = r;
    l->ProcessId = e->pid;
    l->Computer = e->node;
    l->User = e->User;
    l->ProcessGuid = guid;
    l->Image = e->Image;
    l->RuleName = e->RuleName;
    if (r != RESOLUTION_UNRESOLVED)
        l->ImageLoaded = part[FILE_NAME];
    l->ImageLoaded_raw = span_equal(part[FILE_RAW], part[FILE_NAME]) ? SPAN_NONE : part[FILE_RAW];
    l->inode = part[FILE_INODE];
    l->dev = part[FILE_DEV];
    l->mode = part[FILE_MODE];
    l->owner = part[FILE_OWNER];
    b->counts.records++;
    b->counts.loads++;
    batch_place(b, l->Computer, l->platform, &l->origin);
    load_identify(l);
    normal_note(b, e->node, &l->origin, NOTED_LOAD);
}

void audit_emit_start(struct batch *b, const struct audit_event *e, const struct audit_process *p,
                      const struct audit_process *parent)
{
    bool full = false;
    struct span guid = guid_of(b, p, &full), of_parent = guid_of(b, parent, &full);
    struct span image = parent && parent->image
        ? arena_copy(&b->arena, audit_file_part(parent->image, FILE_NAME), &full) : SPAN_NONE;
    struct span command = parent && parent->command_len
        ? arena_copy(&b->arena, span_of(parent->command, parent->command_len), &full) : SPAN_NONE;
    struct process *x = full ? NULL : batch_process(b);

    if (!x) {
        too_large(b, e);
        return;
    }
    x->origin = origin_of(e, 0);
    x->source = PROCESS_EXECVE;
    x->platform = PLATFORM_LINUX;
    x->ProcessId = e->pid;
    x->ParentProcessId = e->ppid;
    x->Computer = e->node;
    x->User = e->User;
    x->LoginUser = e->LoginUser;
    x->ProcessGuid = guid;
    x->Image = e->Image;
    x->RuleName = e->RuleName;
    x->CommandLine = e->CommandLine;
    x->CurrentDirectory = e->CurrentDirectory;
    x->LogonId = e->ses;
    x->ParentProcessGuid = of_parent;
    x->ParentImage = image;
    x->ParentCommandLine = command;
    b->counts.records++;
    b->counts.processes++;
    batch_place(b, x->Computer, x->platform, &x->origin);
    normal_note(b, e->node, &x->origin, NOTED_PROCESS);
}

void audit_emit_end(struct batch *b, const struct audit_event *e, const struct audit_process *p)
{
    bool full = false;
    struct span guid = guid_of(b, p, &full);
    struct process *x = full ? NULL : batch_process(b);

    if (!x) {
        too_large(b, e);
        return;
    }
    x->origin = origin_of(e, 0);
    x->ended = true;
    x->source = PROCESS_EXECVE;
    x->platform = PLATFORM_LINUX;
    x->ProcessId = e->pid;
    x->Computer = e->node;
    x->User = e->User;
    x->ProcessGuid = guid;
    x->Image = e->Image;
    x->RuleName = e->RuleName;
    b->counts.records++;
    b->counts.processes++;
    batch_place(b, x->Computer, x->platform, &x->origin);
    normal_note(b, e->node, &x->origin, NOTED_PROCESS);
}

void audit_emit_context(struct batch *b, const struct audit_event *e,
                        const struct audit_process *p, uint32_t event, struct span Target,
                        struct span Detail)
{
    bool full = false;
    struct span guid = guid_of(b, p, &full);
    struct context *x = full ? NULL : batch_context(b);

    if (!x) {
        too_large(b, e);
        return;
    }
    x->origin = origin_of(e, 0);
    x->event = event;
    x->platform = PLATFORM_LINUX;
    x->ProcessId = e->pid;
    x->Computer = e->node;
    x->User = e->User;
    x->ProcessGuid = guid;
    x->Image = e->Image;
    x->RuleName = e->RuleName;
    x->Target = Target;
    x->Detail = Detail;
    b->counts.records++;
    b->counts.context++;
    batch_place(b, x->Computer, x->platform, &x->origin);
    normal_note(b, e->node, &x->origin, NOTED_CONTEXT);
}
