/* One record's fields into its event, in any order of records: ausearch prints
 * an event's last record first.
 *
 * The first value of a name counts; what auditd adds behind a record (in capital
 * letters) only names what the kernel logged as a number.  Never copies: the
 * event borrows the line. */
#include "ingest/auditd.h"

#define PATHS_MAX 64       /* of one event; a rename has four */

static int64_t number_or_none(struct span s)
{
    uint64_t n;

    return audit_number(s, false, &n) ? (int64_t)n : -1;
}

/* ---- what ausearch -i leaves unquoted ---- */

static const uint8_t *last_of(struct span s, struct span what)
{
    const uint8_t *found = NULL, *at = s.at, *end = s.at + s.len;

    while ((at = memmem(at, (size_t)(end - at), what.at, what.len)) != NULL)
        found = at++;
    return found;
}

/* The value of `name` (" exe=") up to the last of `next`, or to the end. */
static struct audit_value bare_value(struct span body, struct span name, struct span next)
{
    const uint8_t *at = memmem(body.at, body.len, name.at, name.len);

    if (!at)
        return (struct audit_value){ SPAN_NONE, AUDIT_BARE };
    struct span rest = span_of(at + name.len, (size_t)(body.at + body.len - at) - name.len);
    const uint8_t *stop = next.len ? last_of(rest, next) : NULL;
    if (stop)
        rest.len = (size_t)(stop - rest.at);
    while (rest.len && rest.at[rest.len - 1] == ' ')
        rest.len--;
    return (struct audit_value){ rest, AUDIT_BARE };
}

/* ---- SYSCALL ---- */

static void take_argument(struct audit_event *e, struct span name, struct span value)
{
    unsigned n = (unsigned)(name.at[1] - '0');

    if (n < 4 && !e->argument[n].at)
        e->argument[n] = value;
}

#define FIRST(member) \
    do { \
        if (!(member).at) \
            (member) = v.text; \
    } while (0)
#define FIRST_TEXT(member) \
    do { \
        if (!(member).text.at) \
            (member) = v; \
    } while (0)

/* By the name's length and letters: this is where most of the time goes. */
void audit_call_field(struct audit_event *e, struct span name, struct audit_value v)
{
    const char *n = (const char *)name.at;

    switch (name.len) {
    case 2:
        if (n[0] == 'a' && n[1] >= '0' && n[1] <= '3')
            take_argument(e, name, v.text);
        break;
    case 3:
        if (memcmp(n, "pid", 3) == 0)
            e->pid = e->pid < 0 ? number_or_none(v.text) : e->pid;
        else if (memcmp(n, "uid", 3) == 0)
            FIRST(e->uid);
        else if (memcmp(n, "exe", 3) == 0)
            FIRST_TEXT(e->exe);
        else if (memcmp(n, "key", 3) == 0)
            FIRST_TEXT(e->key);
        else if (memcmp(n, "ses", 3) == 0)
            FIRST(e->ses);
        else if (memcmp(n, "UID", 3) == 0)
            FIRST(e->UID);
        break;
    case 4:
        if (memcmp(n, "arch", 4) == 0)
            FIRST(e->arch_text);
        else if (memcmp(n, "exit", 4) == 0)
            e->exit = e->exit < 0 ? number_or_none(v.text) : e->exit;
        else if (memcmp(n, "ppid", 4) == 0)
            e->ppid = e->ppid < 0 ? number_or_none(v.text) : e->ppid;
        else if (memcmp(n, "auid", 4) == 0)
            FIRST(e->auid);
        else if (memcmp(n, "comm", 4) == 0)
            FIRST_TEXT(e->comm);
        else if (memcmp(n, "AUID", 4) == 0)
            FIRST(e->AUID);
        break;
    case 7:
        if (memcmp(n, "syscall", 7) == 0)
            FIRST(e->syscall_text);
        else if (memcmp(n, "success", 7) == 0)
            e->success = span_is(v.text, "yes");
        break;
    default:
        break;
    }
}

/* What stands last in a call that ends too early may be half a number. */
static void doubt_last(struct audit_event *e, struct span name, struct span value)
{
    if (span_is(name, "pid"))
        e->pid = -1;
    if (e->uid.at == value.at)
        e->uid = SPAN_NONE;
    if (e->auid.at == value.at)
        e->auid = SPAN_NONE;
}

/* Every call ends with its program and its key, older ones with the program. */
static bool take_call(struct audit_event *e, struct span body, bool whole)
{
    struct span rest = body, name = SPAN_NONE;
    struct audit_value v = { SPAN_NONE, AUDIT_BARE };

    if (e->has_syscall)
        return true;
    e->has_syscall = true;
    while (audit_field(&rest, &name, &v))
        audit_call_field(e, name, v);
    if (!e->exe.text.at && !e->key.text.at) {
        if (whole && v.text.at)
            doubt_last(e, name, v.text);
        whole = false;
        e->lost = e->pid < 0;
    }
    if (e->interpreted) {
        e->comm = bare_value(body, SPAN(" comm="), SPAN(" exe="));
        e->exe = bare_value(body, SPAN(" exe="), memmem(body.at, body.len, " subj=", 6)
                                                     ? SPAN(" subj=") : SPAN(" key="));
        e->key = bare_value(body, SPAN(" key="), SPAN_NONE);
        e->UID = e->uid;
        e->AUID = e->auid;
    }
    audit_name_call(e);
    return whole;
}

/* ---- PATH ---- */

void audit_path_field(struct audit_path *p, struct span name, struct audit_value v)
{
    if (span_is(name, "name")) {
        FIRST_TEXT(p->raw);
    } else if (span_is(name, "item")) {
        uint64_t item;

        if (audit_number(v.text, false, &item) && item < UINT32_MAX)
            p->item = (uint32_t)item;
    } else if (span_is(name, "inode")) {
        FIRST(p->inode);
    } else if (span_is(name, "dev")) {
        FIRST(p->dev);
    } else if (span_is(name, "mode")) {
        FIRST(p->mode);
    } else if (span_is(name, "ouid")) {
        FIRST(p->ouid);
    } else if (span_is(name, "OUID")) {
        FIRST(p->OUID);
    } else if (span_is(name, "nametype") || span_is(name, "objtype")) {
        p->has_nametype = true;
        p->nametype = span_is(v.text, "CREATE") ? AUDIT_NAME_CREATE
                    : span_is(v.text, "DELETE") ? AUDIT_NAME_DELETE
                    : span_is(v.text, "PARENT") ? AUDIT_NAME_PARENT : AUDIT_NAME_NORMAL;
    }
}

struct audit_path *audit_path_new(struct audit_event *e, struct arena *a)
{
    struct audit_path *p;

    if (e->path_count >= PATHS_MAX) {
        e->flags |= RECORD_ALTERED;
        return NULL;
    }
    if (!(p = arena_get(a, sizeof *p))) {
        e->full = true;
        return NULL;
    }
    if (e->last_path)
        e->last_path->next = p;
    else
        e->paths = p;
    e->last_path = p;
    e->path_count++;
    return p;
}

/* Of a raw path: does it go on behind its name, and behind its inode to the device? */
static bool path_ends(struct audit_path *p, struct span last, bool rdev)
{
    if (p->has_nametype || rdev)
        return true;
    if (p->raw.text.at == last.at && p->raw.writing == AUDIT_BARE && last.at
        && !span_is(last, "(null)")) {
        p->raw.text = SPAN_NONE;
        return false;
    }
    return !p->inode.at;
}

static bool take_path(struct audit_event *e, struct span body, bool whole, struct arena *a)
{
    struct audit_path *p = audit_path_new(e, a);
    struct span rest = body, name;
    struct audit_value v = { SPAN_NONE, AUDIT_BARE };
    bool rdev = false;

    if (!p)
        return whole;
    if (e->interpreted) {
        static const struct span inode = SPAN_INIT(" inode=");
        struct audit_value bare = bare_value(body, SPAN(" name="), inode);
        const uint8_t *tail = last_of(body, inode);

        audit_path_field(p, SPAN("name"), bare);
        struct span ahead = span_of(body.at, bare.text.at ? (size_t)(bare.text.at - body.at)
                                                          : body.len);
        while (audit_field(&ahead, &name, &v))
            if (span_is(name, "item"))
                audit_path_field(p, name, v);
        if (tail)
            rest = span_of(tail, body.len - (size_t)(tail - body.at));
    }
    while (audit_field(&rest, &name, &v)) {
        audit_path_field(p, name, v);
        rdev = rdev || span_is(name, "rdev");
    }
    if (!e->interpreted && !path_ends(p, v.text, rdev))
        whole = false;
    if (!whole && !p->has_nametype)
        e->path_cut = true;
    return whole;
}

/* ---- the others ---- */

void audit_map_field(struct audit_event *e, struct span name, struct audit_value v)
{
    if (span_is(name, "fd") && e->mmap_fd < 0)
        e->mmap_fd = number_or_none(v.text);
    else if (span_is(name, "flags") && !e->mmap_flags)
        e->mmap_flags = audit_flags(v.text, e->interpreted);
}

/* A number before the last name of a record is whole; of one without its flags the
 * descriptor may be half a number. */
static bool take_map(struct audit_event *e, struct span body)
{
    struct span name;
    struct audit_value v;

    if (e->has_mmap)
        return true;
    while (audit_field(&body, &name, &v)) {
        audit_map_field(e, name, v);
        e->has_mmap = e->has_mmap || span_is(name, "flags");
    }
    if (!e->has_mmap)
        e->mmap_fd = -1;
    return e->has_mmap;
}

/* OPENAT2: `oflag=02000000 mode=0 resolve=0xa`; octal, or ausearch's words. */
static void take_openat2(struct audit_event *e, struct span body)
{
    struct span name;
    struct audit_value v;

    while (audit_field(&body, &name, &v)) {
        if (!span_is(name, "oflag"))
            continue;
        uint64_t n = 0;
        bool octal = v.text.len > 0 && v.text.len < 22 && v.text.at[0] == '0';

        for (size_t i = 0; octal && i < v.text.len; i++) {
            octal = v.text.at[i] >= '0' && v.text.at[i] <= '7';
            n = n * 8 + (uint64_t)(v.text.at[i] - '0');
        }
        e->oflag = octal ? n : audit_flags(v.text, e->interpreted);
    }
}

static struct audit_value only_value(const struct audit_event *e, struct span body,
                                     const char *wanted)
{
    struct span name, whole = body;
    struct audit_value v;

    while (audit_field(&body, &name, &v))
        if (span_is(name, wanted)) {
            if (!e->interpreted)
                return v;
            v.text.len = (size_t)(whole.at + whole.len - v.text.at);
            return v;
        }
    return (struct audit_value){ SPAN_NONE, AUDIT_BARE };
}

bool audit_record(struct audit_event *e, struct span type, struct span body, struct arena *a)
{
    bool whole = true;

    if (span_is(type, "SYSCALL") || span_is(type, "1300")) {
        whole = e->interpreted || audit_body_whole(&body);
        return take_call(e, body, whole);
    }
    if (span_is(type, "MMAP") || span_is(type, "1323"))
        return take_map(e, body);
    bool path = span_is(type, "PATH") || span_is(type, "1302");
    bool arguments = span_is(type, "EXECVE") || span_is(type, "1309");
    bool cwd = span_is(type, "CWD") || span_is(type, "1307");
    bool title = span_is(type, "PROCTITLE") || span_is(type, "1327");
    bool how = span_is(type, "OPENAT2") || span_is(type, "1337") || span_is(type, "UNKNOWN[1337]");
    if (path || arguments || cwd || title || how)
        whole = e->interpreted || audit_body_whole(&body);
    if (path)
        return take_path(e, body, whole, a);
    if (cwd && !e->cwd.text.at)
        e->cwd = only_value(e, body, "cwd");
    if (title && !e->proctitle.text.at)
        e->proctitle = only_value(e, body, "proctitle");
    if (how)
        take_openat2(e, body);
    if (arguments)
        audit_arguments(e, body, a);
    e->argv_cut = e->argv_cut || (arguments && !whole);
    return whole;
}
