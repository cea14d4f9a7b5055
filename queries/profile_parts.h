/* Inside queries/: what a profile is made of, for those who read it. */
#ifndef QUERIES_PROFILE_PARTS_H
#define QUERIES_PROFILE_PARTS_H

#include "core/arena.h"
#include "core/digest.h"
#include "core/pattern.h"
#include "core/yaml.h"
#include "queries/profile.h"

#include <stdatomic.h>

#define FOLDER_PATTERNS_MAX 64

struct names {
    struct span *at; /* lower case, sorted */
    size_t count;
};

struct profile {
    atomic_int users;
    char name[PROFILE_NAME_MAX];
    int weight[REASON_COUNT];
    int64_t fresh_us;
    struct names names[NAMES_COUNT];
    struct pattern *folders[FOLDER_PATTERNS_MAX]; /* UserWritable */
    size_t folder_count;
    struct span *globs;
    size_t glob_count;
    char digest[SHA256_TEXT];
    struct arena arena;
};

/* Two spans in the order of their bytes. */
int profile_compare(const void *a, const void *b);

/* What the tree says otherwise than *p does so far. */
bool profile_take(struct profile *p, const struct yaml *root, struct fault *f) MUST_CHECK;

/* Its globs as patterns, once all is taken. */
bool profile_compile_folders(struct profile *p, struct fault *f) MUST_CHECK;

#endif
