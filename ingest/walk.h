/* The files under some paths, one after the other, in the order of their names.
 *
 * It follows a link that was named and lists one that it finds; it never opens
 * anything but folders, and passes over the files that it is told to avoid. */
#ifndef INGEST_WALK_H
#define INGEST_WALK_H

#include "core/load.h"
#include "ingest/ingest.h"

#include <sys/stat.h>

#define WALK_STANDARD_INPUT "-"

/* Lives until `each` returns. */
struct walked {
    const char *path;   /* as given, with the names of the folders behind it */
    int folder;         /* openat(folder, name) is the file */
    const char *name;
    const char *word;   /* that path, as it was given */
    size_t given;       /* under which of the paths, by its number */
    bool named;         /* given by the caller, and not found in a folder */
    struct stat stat;
    bool standard_input; /* the word `-`: no file, read from descriptor 0 */
    bool listed;        /* not to be opened: the three below say why */
    enum source_state state;
    const char *format, *reason;
};

struct walk {
    const char *const *paths;
    size_t path_count;
    const struct file_id *avoid;
    size_t avoid_count;
    bool (*each)(void *ctx, const struct walked *f); /* false ends the walk */
    void *ctx;
};

/* False where `each` ended it. */
bool walk_files(const struct walk *w);

/* Opens without leaving a trace where we may (O_NOATIME), never waits, never
 * becomes a terminal; -1 and errno.  `flags` are added. */
int walk_open(int folder, const char *name, int flags);

bool walk_avoids(const struct file_id *avoid, size_t count, const struct stat *s);

#endif
