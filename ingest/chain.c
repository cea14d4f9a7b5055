/* Notices that a name stands for another file now.
 *
 * The old file's descriptor is kept, so its inode can't come back as the new
 * one's.  Files of one name are opened as soon as they are seen and then wait
 * their turn: a second rotation within the moment of the first loses nothing. */
#include "ingest/chain.h"

#include "core/moment.h"
#include "ingest/reader.h"
#include "ingest/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET_US 250000          /* a rotated file that is quiet so long is finished */
#define LOOK_BYTES (16u << 20)   /* of one name before the next one's turn */
#define WAITING_MAX 64           /* files of one name that wait their turn */
#define BESIDE_MAX 1000          /* files beside it that are looked at */
#define PATH_BYTES_MAX 4096

#define TO_HERE "followed up to here; it may have grown since"
#define WAS_CUT "emptied in place while it was followed: what was written just before may be missing"

/* ---- the files of the name ---- */

static void watch(struct chain *c, struct tail *t)
{
    char link[64];

    if (c->notify < 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", t->fd); /* the file, whatever its name is now */
    t->watch = inotify_add_watch(c->notify, link, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
}

static bool folder_of(const char *path, char out[static PATH_BYTES_MAX])
{
    const char *slash = strrchr(path, '/');
    int len = slash ? (int)(slash - path) + 1 : 1;

    return snprintf(out, PATH_BYTES_MAX, "%.*s", len, slash ? path : ".") < PATH_BYTES_MAX;
}

void chain_watch(struct chain *c)
{
    char folder[PATH_BYTES_MAX];

    if (c->notify >= 0 && !c->pipe && folder_of(c->path, folder))
        inotify_add_watch(c->notify, folder, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

static struct tail *adopt(struct chain *c, int fd, const struct stat *s)
{
    struct tail *t = tail_open(c->r, fd, c->path, c->pipe);

    if (s)
        t->id = (struct file_id){ s->st_dev, s->st_ino };
    if (!c->pipe)
        watch(c, t);
    return t;
}

static size_t waiting(const struct chain *c)
{
    size_t n = 0;

    for (const struct tail *t = c->oldest; t; t = t->next)
        n++;
    return n;
}

static bool is_newest(const struct chain *c, const struct stat *s)
{
    return c->newest && c->newest->id.device == s->st_dev && c->newest->id.inode == s->st_ino;
}

/* A file that stands behind the name and was not there before. */
static void arrive(struct chain *c)
{
    struct tail *t;
    struct stat now;
    int fd;

    if (stat(c->path, &now) != 0 || !S_ISREG(now.st_mode) || is_newest(c, &now)
        || walk_avoids(c->r->avoid, c->r->avoid_count, &now) || waiting(c) >= WAITING_MAX
        || (fd = walk_open(AT_FDCWD, c->path, 0)) < 0)
        return;
    if (fstat(fd, &now) != 0 || !S_ISREG(now.st_mode) || is_newest(c, &now)) {
        close(fd);
        return;
    }
    t = adopt(c, fd, &now);
    if (c->newest)
        c->newest->next = t;
    else
        c->oldest = t;
    c->newest = t;
}

static void leave_oldest(struct chain *c)
{
    struct tail *t = c->oldest;

    c->oldest = t->next;
    if (!c->oldest)
        c->newest = NULL;
    if (t->watch >= 0)
        inotify_rm_watch(c->notify, t->watch);
    tail_close(t);
}

/* ---- what lies beside it ---- */

/* Calls `each` with the open files whose names begin with the chain's, until it
 * is true: then it has taken the descriptor over. */
static bool beside(struct chain *c, struct tail *t, bool (*each)(struct chain *, struct tail *, int))
{
    char folder[PATH_BYTES_MAX];
    const char *slash = strrchr(c->path, '/'), *name = slash ? slash + 1 : c->path;
    size_t looked = 0;
    const struct dirent *d;
    bool found = false;
    DIR *dir;

    if (!folder_of(c->path, folder) || !(dir = opendir(folder)))
        return false;
    while (!found && looked < BESIDE_MAX && (d = readdir(dir)) != NULL) {
        struct stat s;
        int fd;

        if (strncmp(d->d_name, name, strlen(name)) != 0 || !d->d_name[strlen(name)])
            continue;
        looked++;
        /* The live case may lie here: to open and close it would drop its locks. */
        if (fstatat(dirfd(dir), d->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(s.st_mode)
            || walk_avoids(c->r->avoid, c->r->avoid_count, &s)
            || (fd = walk_open(dirfd(dir), d->d_name, O_NOFOLLOW)) < 0)
            continue;
        found = each(c, t, fd);
        if (!found)
            close(fd);
    }
    closedir(dir);
    return found;
}

static bool is_copy(struct chain *c, struct tail *t, int fd)
{
    (void)c;
    return tail_moves(t, fd);
}

/* Not the file that is followed anyway, and one that the case has a part of. */
static bool is_rest(struct chain *c, struct tail *t, int fd)
{
    int64_t due = INT64_MAX;
    struct tail *new;
    struct stat s;

    (void)t;
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || is_newest(c, &s))
        return false;
    new = adopt(c, fd, &s);
    new->known_only = true;
    if (tail_fill(new) == TAIL_GREW && tail_take(new, TAKE_DUE, &due) && new->stage == TAIL_OPEN) {
        new->next = c->oldest;
        c->oldest = new;
        if (!c->newest)
            c->newest = new;
        return true;
    }
    if (new->watch >= 0)
        inotify_rm_watch(c->notify, new->watch);
    new->fd = -1; /* the caller's again */
    tail_close(new);
    return false;
}

bool chain_find_rest(struct chain *c)
{
    while (!c->pipe && reader_has_open_ends(c->r) && beside(c, NULL, is_rest))
        ;
    return !line_stopping(c->r->line);
}

/* ---- looking ---- */

/* Emptied in place: on in its copy, or the end of it. */
static bool cut_short(struct chain *c, struct tail *t)
{
    int64_t due = INT64_MAX;
    bool ok;

    if (t->stage == TAIL_OPEN && beside(c, t, is_copy)) {
        watch(c, t);
        arrive(c);
        return true;
    }
    ok = tail_take(t, TAKE_ALL, &due) && tail_end(t, false, WAS_CUT);
    leave_oldest(c);
    arrive(c);
    return ok;
}

/* All that there is of one file. */
static bool drain(struct tail *t, bool *cut, int64_t *due)
{
    uint64_t from = tail_place(t);
    enum tail_grown grown;

    do {
        if (tail_place(t) - from >= LOOK_BYTES) {
            *due = 0;
            return true;
        }
        grown = tail_fill(t);
        *cut = grown == TAIL_CUT;
        if (!*cut && !tail_take(t, grown == TAIL_GREW ? TAKE_FULL : TAKE_DUE, due))
            return false;
    } while (grown == TAIL_GREW);
    return true;
}

/* The one behind it has bytes, and nobody writes to this one any more. */
static bool is_finished(const struct tail *t, int64_t *due)
{
    struct stat s;

    if (t->stage == TAIL_OVER)
        return true;
    if (!t->next->next && (fstat(t->next->fd, &s) != 0 || s.st_size == 0))
        return false;
    if (moment_ticks() - t->grew >= QUIET_US)
        return true;
    if (t->grew + QUIET_US < *due)
        *due = t->grew + QUIET_US;
    return false;
}

static bool look_at_files(struct chain *c, int64_t *due)
{
    arrive(c);
    while (c->oldest) {
        struct tail *t = c->oldest;
        bool cut = false;

        if (!drain(t, &cut, due))
            return false;
        if (cut) {
            if (!cut_short(c, t))
                return false;
            continue;
        }
        if (t->broken && !tail_end(t, false, NULL))
            return false;
        if (*due == 0 || !t->next || !is_finished(t, due))
            return true;
        if (!tail_take(t, TAKE_ALL, due) || !tail_end(t, false, NULL))
            return false;
        leave_oldest(c);
    }
    return true;
}

static bool look_at_pipe(struct chain *c, int64_t *due)
{
    struct pollfd readable = { .fd = STDIN_FILENO, .events = POLLIN };
    uint64_t from;

    if (!c->oldest)
        c->oldest = c->newest = adopt(c, STDIN_FILENO, NULL);
    struct tail *t = c->oldest;
    from = tail_place(t);
    while (!t->ended && !t->broken && t->stage != TAIL_OVER && poll(&readable, 1, 0) > 0) {
        tail_fill(t);
        if (!tail_take(t, TAKE_DUE, due))
            return false;
        if (tail_place(t) - from >= LOOK_BYTES) {
            *due = 0;
            return true;
        }
    }
    if (!tail_take(t, TAKE_DUE, due))
        return false;
    if (!t->ended && !t->broken && t->stage != TAIL_OVER)
        return true;
    c->over = true;
    return tail_take(t, TAKE_ALL, due) && tail_end(t, false, NULL);
}

bool chain_look(struct chain *c, int64_t *due)
{
    if (c->over)
        return true;
    return c->pipe ? look_at_pipe(c, due) : look_at_files(c, due);
}

/* ---- the end ---- */

bool chain_end(struct chain *c)
{
    int64_t due = INT64_MAX;

    for (struct tail *t = c->oldest; t; t = t->next) {
        if (t != c->oldest && t->stage == TAIL_NEW)
            break; /* its turn has not come: the next ingest meets it */
        if (!tail_take(t, TAKE_WHOLE, &due) || !tail_end(t, true, TO_HERE))
            return false;
    }
    return true;
}

void chain_clear(struct chain *c)
{
    while (c->oldest)
        leave_oldest(c);
}

uint64_t chain_behind(const struct chain *c)
{
    uint64_t behind = 0;

    for (const struct tail *t = c->oldest; t; t = t->next)
        if (t->stage != TAIL_OVER && t->source.size > tail_place(t))
            behind += t->source.size - tail_place(t);
    return behind;
}
