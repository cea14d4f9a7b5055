/* The files under some paths, one after the other, in the order of their names.
 *
 * Names are ordered as bytes within each folder (the parts of a rotated log with
 * the oldest first), so that two walks over the
 * same evidence meet the same files in the same order, on any machine.  Never
 * follows a link that it finds.  The surprise: what can't be walked is handed
 * on too, to be listed with its reason. */
#include "ingest/walk.h"

#include "core/fault.h"
#include "ingest/rotation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define DEPTH_MAX 64                     /* folders in folders */
#define FOLDER_BYTES_MAX (64u << 20)     /* names of one folder */

struct trail {
    const struct walk *walk;
    size_t given;
    char *path;
    size_t len, room;
};

/* The names of one folder: texts one after the other, and where they start. */
struct names {
    char *text;
    size_t used, room;
    const char **at;
    size_t *offset;
    size_t count, count_room;
    bool cut;
};

int walk_open(int folder, const char *name, int flags)
{
    flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd = openat(folder, name, flags | O_NOATIME);

    if (fd < 0 && errno == EPERM) /* not ours: the time of reading will move */
        fd = openat(folder, name, flags);
    return fd;
}

bool walk_avoids(const struct file_id *avoid, size_t count, const struct stat *s)
{
    for (size_t i = 0; i < count; i++)
        if (avoid[i].device == s->st_dev && avoid[i].inode == s->st_ino)
            return true;
    return false;
}

static void trail_set(struct trail *t, size_t keep, const char *add)
{
    size_t len = strlen(add);

    if (keep + len + 2 > t->room) {
        t->room = 2 * (keep + len + 2);
        t->path = memory_grow(t->path, t->room, 1);
    }
    if (keep > 0 && t->path[keep - 1] != '/')
        t->path[keep++] = '/';
    memcpy(t->path + keep, add, len + 1);
    t->len = keep + len;
}

static bool list(struct trail *t, struct walked *f, enum source_state state, const char *format,
                 const char *reason)
{
    f->path = t->path;
    f->listed = true;
    f->state = state;
    f->format = format;
    f->reason = reason;
    return t->walk->each(t->walk->ctx, f);
}

static void names_add(struct names *n, const char *name)
{
    size_t len = strlen(name) + 1;

    if (n->used + len > FOLDER_BYTES_MAX) {
        n->cut = true;
        return;
    }
    if (n->used + len > n->room) {
        n->room = 2 * (n->used + len);
        n->text = memory_grow(n->text, n->room, 1);
    }
    if (n->count == n->count_room) {
        n->count_room = n->count_room ? 2 * n->count_room : 64;
        n->offset = memory_grow(n->offset, n->count_room, sizeof *n->offset);
    }
    n->offset[n->count++] = n->used;
    memcpy(n->text + n->used, name, len);
    n->used += len;
}

static int by_name(const void *a, const void *b)
{
    return rotation_order(span_text(*(const char *const *)a), span_text(*(const char *const *)b));
}

static void names_read(struct names *n, DIR *dir)
{
    const struct dirent *d;

    while (!n->cut && (d = readdir(dir)) != NULL)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            names_add(n, d->d_name);
    if (n->count == 0)
        return;
    n->at = memory_get(n->count * sizeof *n->at);
    for (size_t i = 0; i < n->count; i++)
        n->at[i] = n->text + n->offset[i];
    qsort(n->at, n->count, sizeof *n->at, by_name);
}

static void names_clear(struct names *n)
{
    free(n->text);
    free(n->at);
    free(n->offset);
}

static bool visit(struct trail *t, int folder, const char *name, bool named, int depth);

static bool visit_folder(struct trail *t, struct walked *f, int depth)
{
    struct names n = { 0 };
    size_t len = t->len;
    bool go_on = true;

    if (depth >= DEPTH_MAX)
        return list(t, f, SOURCE_SKIPPED, "folder", "folders are nested too deep: not entered");

    int fd = walk_open(f->folder, f->name, O_DIRECTORY | (f->named ? 0 : O_NOFOLLOW));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        const char *why = strerrordesc_np(errno);

        if (fd >= 0)
            close(fd);
        return list(t, f, SOURCE_UNREADABLE, "folder", why);
    }
    names_read(&n, dir);
    for (size_t i = 0; go_on && i < n.count; i++) {
        trail_set(t, len, n.at[i]);
        go_on = visit(t, fd, n.at[i], false, depth + 1);
    }
    t->path[len] = '\0';
    t->len = len;
    if (go_on && n.cut)
        go_on = list(t, f, SOURCE_SKIPPED, "folder", "too many names: the rest was left out");
    names_clear(&n);
    closedir(dir);
    return go_on;
}

static bool visit(struct trail *t, int folder, const char *name, bool named, int depth)
{
    struct walked f = { .path = t->path, .folder = folder, .name = name, .named = named,
                        .given = t->given, .word = t->walk->paths[t->given] };

    if (fstatat(folder, name, &f.stat, named ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
        return list(t, &f, SOURCE_UNREADABLE, "unknown", strerrordesc_np(errno));
    switch (f.stat.st_mode & S_IFMT) {
    case S_IFDIR:
        return visit_folder(t, &f, depth);
    case S_IFREG:
        return walk_avoids(t->walk->avoid, t->walk->avoid_count, &f.stat)
            || t->walk->each(t->walk->ctx, &f);
    case S_IFLNK:
        return list(t, &f, SOURCE_SKIPPED, "link", "a link, not followed");
    case S_IFIFO:
        return list(t, &f, SOURCE_SKIPPED, "special", "a pipe, not read");
    case S_IFSOCK:
        return list(t, &f, SOURCE_SKIPPED, "special", "a socket, not read");
    default:
        return list(t, &f, SOURCE_SKIPPED, "special", "a device, not read");
    }
}

bool walk_files(const struct walk *w)
{
    struct trail t = { .walk = w };
    bool go_on = true;

    for (size_t i = 0; go_on && i < w->path_count; i++) {
        t.given = i;
        trail_set(&t, 0, w->paths[i]);
        if (strcmp(w->paths[i], WALK_STANDARD_INPUT) == 0) {
            go_on = w->each(w->ctx, &(struct walked){ .path = w->paths[i], .given = i,
                                                      .word = w->paths[i],
                                                      .named = true, .standard_input = true });
            continue;
        }
        go_on = visit(&t, AT_FDCWD, w->paths[i], true, 0);
    }
    free(t.path);
    return go_on;
}
