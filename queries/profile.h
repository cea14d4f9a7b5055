/* A profile: what each reason adds to Priority, and the lists of folders and
 * names that some of them look into.
 *
 * It never changes once it is read, and threads may share it. */
#ifndef QUERIES_PROFILE_H
#define QUERIES_PROFILE_H

#include "core/fault.h"
#include "queries/reason.h"

#define PROFILE_NAME_MAX 64
#define PROFILE_WEIGHT_MAX 9

/* The lists that a profile may hold. */
enum profile_names {
    NAMES_Phantom, NAMES_HijackName, NAMES_HijackPair, NAMES_LolbinLoader,
    NAMES_ClrModule, NAMES_ClrHost, NAMES_Extension, NAMES_COUNT
};

/* The profile that comes with modhunt. */
struct profile *profile_default(void) __attribute__((returns_nonnull));

/* That one with what `text` (YAML, as queries/profiles/extended.yaml shows)
 * says otherwise.  NULL, and *f names the line, where it can't be read. */
struct profile *profile_open(struct span text, struct fault *f) MUST_CHECK;

/* Another reference to it; profile_close gives one back and accepts NULL. */
struct profile *profile_keep(struct profile *p);
void profile_close(struct profile *p);

const char *profile_name(const struct profile *p);
int profile_weight(const struct profile *p, unsigned bit);
int64_t profile_fresh_us(const struct profile *p);

/* How two differ. */
const char *profile_list_name(enum profile_names list);
bool profile_same_list(const struct profile *p, const struct profile *q, enum profile_names list);
bool profile_same_folders(const struct profile *p, const struct profile *q);

/* Two profiles that judge and weigh alike have the same 64 hexadecimal digits. */
const char *profile_digest(const struct profile *p);

/* What the reasons add up to. */
int profile_priority(const struct profile *p, uint32_t reasons);

/* Is the file name (any case) in the list? */
bool profile_has(const struct profile *p, enum profile_names list, struct span name);

/* Does the path lie in a folder that a user may write? */
bool profile_writable(const struct profile *p, struct span path);

#endif
