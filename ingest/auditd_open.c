/* Which file an audited open gave: its path, made whole.
 *
 * Never guesses: a name that is relative to a folder nobody knows has no path.
 * The surprise: `/proc/self/fd/3` names what descriptor 3 is, which the log shows
 * nowhere else. */
#include "ingest/auditd_step.h"
#include "ingest/path.h"

#define AT_FDCWD_BITS 0xffffff9cu

bool audit_is_directory(const struct audit_path *p)
{
    static const struct span dir = SPAN_INIT("dir"), octal = SPAN_INIT("0o");
    uint64_t n = 0;

    if (span_starts(p->mode, dir)) /* ausearch -i */
        return true;
    size_t i = span_starts(p->mode, octal) ? octal.len : 0; /* LAUREL */
    for (; i < p->mode.len && p->mode.at[i] >= '0' && p->mode.at[i] <= '7'; i++)
        n = n * 8 + (uint64_t)(p->mode.at[i] - '0');
    return (n & 0170000) == 0040000;
}

/* The last item that is not the folder of another; old kernels name no types.
 * NULL where one of them was cut. */
const struct audit_path *audit_opened_path(const struct audit_event *e)
{
    const struct audit_path *found = NULL;

    if (e->path_cut) /* perhaps the one */
        return NULL;
    for (const struct audit_path *p = e->paths; p; p = p->next)
        if ((!p->has_nametype || p->nametype == AUDIT_NAME_NORMAL
             || p->nametype == AUDIT_NAME_CREATE)
            && (!found || p->item >= found->item))
            found = p;
    return found;
}

/* `/proc/self/fd/3`, `/proc/4711/fd/3`, `/dev/fd/3`: whose, and which. */
static bool proc_fd(struct span s, int64_t self, int64_t *pid, int64_t *fd)
{
    static const struct span dev = SPAN_INIT("/dev/fd/"), proc = SPAN_INIT("/proc/"),
                             middle = SPAN_INIT("/fd/");
    uint64_t n;

    *pid = self;
    if (span_starts(s, dev)) {
        s = span_of(s.at + dev.len, s.len - dev.len);
    } else if (span_starts(s, proc)) {
        s = span_of(s.at + proc.len, s.len - proc.len);
        const uint8_t *slash = memchr(s.at, '/', s.len);
        struct span who = span_of(s.at, slash ? (size_t)(slash - s.at) : 0);

        if (span_number(who, &n) && n <= INT32_MAX)
            *pid = (int64_t)n;
        else if (!span_is(who, "self") && !span_is(who, "thread-self"))
            return false;
        s = span_of(s.at + who.len, s.len - who.len);
        if (!span_starts(s, middle))
            return false;
        s = span_of(s.at + middle.len, s.len - middle.len);
    } else {
        return false;
    }
    if (!span_number(s, &n) || n > INT32_MAX)
        return false;
    *fd = (int64_t)n;
    return true;
}

/* The folder that a relative name starts in. */
struct span audit_start_folder(const struct step *x, enum resolution *r)
{
    const struct audit_event *e = x->e;
    bool at = e->what == AUDIT_OPENAT || e->what == AUDIT_OPENAT2;

    if (!at || (uint32_t)e->a[0] == AT_FDCWD_BITS || !e->argument[0].at)
        return e->CurrentDirectory;
    const struct audit_fd *folder = audit_fd(x->process, (int64_t)(int32_t)e->a[0]);
    *r = RESOLUTION_DIRFD;
    return folder ? audit_file_part(folder->file, FILE_NAME) : SPAN_NONE;
}

static struct audit_file *behind_proc_fd(struct step *x, const struct audit_path *p,
                                         struct span part[static FILE_PARTS])
{
    int64_t pid, fd;

    if (!proc_fd(part[FILE_NAME], x->e->pid, &pid, &fd))
        return NULL;
    const struct audit_process *other = pid == x->e->pid ? x->process
        : audit_process(x->f->state, x->host, pid, false);
    const struct audit_fd *of = other ? audit_fd(other, fd) : NULL;
    if (of) {
        part[FILE_NAME] = audit_file_part(of->file, FILE_NAME);
        part[FILE_RAW] = p->name;
    }
    return audit_file(x->f->state, part, of ? of->file->directory : audit_is_directory(p),
                      RESOLUTION_PROCFD);
}

/* The file that an open gave, or NULL where no path tells. */
struct audit_file *audit_opened_file(struct step *x, const struct audit_path *p)
{
    struct span part[FILE_PARTS] = {
        [FILE_RAW] = p->name, [FILE_INODE] = p->inode, [FILE_DEV] = p->dev,
        [FILE_MODE] = p->mode, [FILE_OWNER] = p->ouid,
    };
    enum resolution r = RESOLUTION_EXACT;
    struct audit_file *file;

    if (!p->name.len)
        return NULL;
    struct span folder = p->name.at[0] == '/' ? SPAN_NONE : audit_start_folder(x, &r);
    part[FILE_NAME] = path_meant(&x->b->arena, folder, p->name, &x->full);
    if (part[FILE_NAME].at && (file = behind_proc_fd(x, p, part)) != NULL)
        return file;
    if (!part[FILE_NAME].at) /* relative to a folder that is not known */
        r = RESOLUTION_UNRESOLVED;
    return audit_file(x->f->state, part, audit_is_directory(p), r);
}
