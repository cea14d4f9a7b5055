/* What is in the case already, or was finished in this run.
 *
 * One table of `struct known`, chained by the first bytes of the fingerprint,
 * which is a SHA-256: nobody can cheaply make many that meet.  Never grows
 * past what the case told and SEEN_ADD_MAX. */
#include "ingest/seen.h"

#include "core/fault.h"

#include <stdlib.h>

#define NOBODY UINT32_MAX
#define BUCKETS (1u << 14)

struct entry {
    struct known known; /* first: a known is its entry */
    uint32_t next, next_bytes, next_name; /* of the same bucket, by each key */
};

struct seen {
    struct entry *entry;
    uint32_t count, room, added;
    uint32_t bucket[BUCKETS], bytes[BUCKETS], name[BUCKETS];
};

static uint32_t bucket_of(const uint8_t *fingerprint)
{
    return (fingerprint[0] | (uint32_t)fingerprint[1] << 8) % BUCKETS;
}

static void append(struct seen *s, const struct known *k)
{
    uint32_t *bucket = &s->bucket[bucket_of(k->fingerprint)];

    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->entry = memory_grow(s->entry, s->room, sizeof *s->entry);
    }
    s->entry[s->count] = (struct entry){ *k, *bucket, NOBODY, NOBODY };
    if (k->hashed) {
        uint32_t *bytes = &s->bytes[bucket_of(k->sha256)];

        s->entry[s->count].next_bytes = *bytes;
        *bytes = s->count;
    }
    if (k->unfinished && k->name) {
        uint32_t *name = &s->name[k->name % BUCKETS];

        s->entry[s->count].next_name = *name;
        *name = s->count;
    }
    *bucket = s->count++;
}

struct seen *seen_open(const struct known *known, size_t count)
{
    struct seen *s = memory_zero(1, sizeof *s);

    memset(s->bucket, 0xff, sizeof s->bucket);
    memset(s->bytes, 0xff, sizeof s->bytes);
    memset(s->name, 0xff, sizeof s->name);
    /* A chain's newest stands first: told backwards, the case's oldest wins. */
    for (size_t i = count; i-- > 0;)
        append(s, &known[i]);
    return s;
}

void seen_close(struct seen *s)
{
    if (!s)
        return;
    free(s->entry);
    free(s);
}

struct known *seen_find(struct seen *s, uint64_t size,
                        const uint8_t fingerprint[static FINGERPRINT_BYTES],
                        const struct known *after)
{
    uint32_t i = after ? ((const struct entry *)after)->next : s->bucket[bucket_of(fingerprint)];

    for (; i != NOBODY; i = s->entry[i].next) {
        struct known *k = &s->entry[i].known;

        if (k->size == size && memcmp(k->fingerprint, fingerprint, FINGERPRINT_BYTES) == 0)
            return k;
    }
    return NULL;
}

struct known *seen_member(struct seen *s, const uint8_t fingerprint[static FINGERPRINT_BYTES])
{
    for (uint32_t i = s->bucket[bucket_of(fingerprint)]; i != NOBODY; i = s->entry[i].next)
        if (memcmp(s->entry[i].known.fingerprint, fingerprint, FINGERPRINT_BYTES) == 0)
            return &s->entry[i].known;
    return NULL;
}

bool seen_bytes(const struct seen *s, const uint8_t sha256[static SHA256_BYTES])
{
    for (uint32_t i = s->bytes[bucket_of(sha256)]; i != NOBODY; i = s->entry[i].next_bytes)
        if (memcmp(s->entry[i].known.sha256, sha256, SHA256_BYTES) == 0)
            return true;
    return false;
}

bool seen_told(struct seen *s, struct span path, uint64_t size, enum source_state state)
{
    uint64_t name = known_name(path);

    for (uint32_t i = s->name[name % BUCKETS]; i != NOBODY; i = s->entry[i].next_name) {
        struct known *k = &s->entry[i].known;

        if (k->unfinished && k->name == name && k->size == size && k->state == state) {
            k->unfinished = false;
            return true;
        }
    }
    return false;
}

void seen_add(struct seen *s, uint64_t size, const uint8_t fingerprint[static FINGERPRINT_BYTES],
              const uint8_t sha256[static SHA256_BYTES])
{
    struct known k = { .size = size, .hashed = true, .state = SOURCE_COMPLETE };

    if (s->added >= SEEN_ADD_MAX)
        return;
    s->added++;
    memcpy(k.fingerprint, fingerprint, FINGERPRINT_BYTES);
    memcpy(k.sha256, sha256, SHA256_BYTES);
    append(s, &k);
}
