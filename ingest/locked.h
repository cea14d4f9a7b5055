/* Files with encrypted members that no password opened: the reader adds, whoever
 * asks for the passwords looks.  Any thread. */
#ifndef INGEST_LOCKED_H
#define INGEST_LOCKED_H

#include "core/span.h"

#include <pthread.h>

#define LOCKED_MAX 10000 /* past it a file is only listed */

struct locked {
    pthread_mutex_t lock; /* guards the two below */
    char **paths;
    size_t count;
};

void locked_open(struct locked *l);
void locked_add(struct locked *l, struct span path);
/* The n-th, from 0, for the caller to free; NULL where there are no more. */
char *locked_path(struct locked *l, size_t n);
void locked_close(struct locked *l);

#endif
