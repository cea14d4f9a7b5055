/* Files that wait for a password. */
#include "ingest/locked.h"

#include "core/fault.h"

#include <stdlib.h>

void locked_open(struct locked *l)
{
    *l = (struct locked){ 0 };
    pthread_mutex_init(&l->lock, NULL);
}

void locked_add(struct locked *l, struct span path)
{
    pthread_mutex_lock(&l->lock);
    if (l->count < LOCKED_MAX) {
        char *copy = memory_zero(path.len + 1, 1);

        memcpy(copy, path.at, path.len);
        if ((l->count & (l->count - 1)) == 0)
            l->paths = memory_grow(l->paths, l->count ? l->count * 2 : 1, sizeof *l->paths);
        l->paths[l->count++] = copy;
    }
    pthread_mutex_unlock(&l->lock);
}

char *locked_path(struct locked *l, size_t n)
{
    char *path;

    pthread_mutex_lock(&l->lock);
    path = n < l->count ? memory_text(l->paths[n]) : NULL;
    pthread_mutex_unlock(&l->lock);
    return path;
}

void locked_close(struct locked *l)
{
    while (l->count)
        free(l->paths[--l->count]);
    free(l->paths);
    pthread_mutex_destroy(&l->lock);
}
