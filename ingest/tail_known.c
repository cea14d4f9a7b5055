/* Is this the file that was followed before?
 *
 * Told by its bytes alone, never by its name or inode: the SHA-256 of its
 * beginning, up to the place that the case has, is the one that the row keeps.
 * A file that was closed properly is compared by its fingerprint first, so that
 * a large file is not hashed for nothing. */
#include "ingest/tail.h"

#include "core/fault.h"
#include "ingest/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define HASH_BYTES (1u << 20)
#define CHANGED "changed while it was read"

/* Hashes the first `size` bytes; false where they are not all there, or the line
 * is stopping. */
static bool hash_beginning(const struct tail *t, int fd, uint64_t size, struct digest *d,
                           uint8_t out[static SHA256_BYTES])
{
    uint8_t *bytes = memory_get(HASH_BYTES);
    uint64_t offset = 0;

    digest_reset(d);
    while (offset < size && !line_stopping(t->source.r->line)) {
        size_t want = size - offset < HASH_BYTES ? (size_t)(size - offset) : HASH_BYTES;
        ssize_t n = pread(fd, bytes, want, (off_t)offset);

        if (n <= 0)
            break;
        digest_add(d, span_of(bytes, (size_t)n));
        offset += (uint64_t)n;
    }
    free(bytes);
    digest_take(d, out);
    return offset == size;
}

static bool begins_as(struct tail *t, const struct known *k)
{
    uint8_t found[SHA256_BYTES];

    if (k->state != SOURCE_READING
        && (!reader_fingerprint(t->fd, k->place, t->digest, found)
            || memcmp(found, k->fingerprint, FINGERPRINT_BYTES) != 0))
        return false;
    return hash_beginning(t, t->fd, k->place, t->digest, found)
        && memcmp(found, k->beginning, SHA256_BYTES) == 0;
}

/* What is buffered begins at the file's start: drops what the case has. */
static void go_on_at(struct tail *t, uint64_t place)
{
    size_t drop = place < t->len ? (size_t)place : t->len;
    ssize_t n;

    t->len -= drop;
    memmove(t->bytes, t->bytes + drop, t->len);
    t->offset = place;
    if (t->len)
        return;
    t->edge_len = place < TAIL_EDGE_BYTES ? (size_t)place : TAIL_EDGE_BYTES;
    n = pread(t->fd, t->edge, t->edge_len, (off_t)(place - t->edge_len));
    if (n != (ssize_t)t->edge_len)
        t->edge_len = 0;
}

int64_t tail_known(struct tail *t)
{
    const struct reader *r = t->source.r;
    struct known *best = NULL;
    struct stat now;

    if (fstat(t->fd, &now) != 0)
        return 0;
    for (size_t i = 0; i < r->known_count; i++) {
        struct known *k = &r->known[i];

        if (k->followed && k->place && k->place <= (uint64_t)now.st_size
            && (!best || k->place > best->place) && begins_as(t, k))
            best = k;
    }
    if (!best || !hash_beginning(t, t->fd, best->place, t->digest, t->beginning)
        || memcmp(t->beginning, best->beginning, SHA256_BYTES) != 0) {
        digest_reset(t->digest);
        digest_take(t->digest, t->beginning);
        return 0;
    }
    best->followed = false;
    best->state = SOURCE_READING;
    if (t->source.decoder->chains) { /* what it remembers is in all that came before */
        t->source.muted = best->place;
        digest_reset(t->digest);
    } else {
        go_on_at(t, best->place);
    }
    return best->evidence;
}

bool tail_rest(struct reader *r, int fd, const struct walked *found, bool *taken)
{
    int64_t due = INT64_MAX;
    int own = reader_has_open_ends(r) ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    enum tail_grown grown = TAIL_GREW;
    bool ok = true;

    *taken = false;
    if (own < 0)
        return true;
    struct tail *t = tail_open(r, own, found->path, false);
    t->given = found->word;
    t->known_only = true;
    while (ok && grown == TAIL_GREW && t->stage != TAIL_OVER) {
        grown = tail_fill(t);
        ok = tail_take(t, grown == TAIL_GREW ? TAKE_FULL : TAKE_ALL, &due);
    }
    *taken = t->stage == TAIL_OPEN;
    ok = ok && (!*taken || tail_end(t, false, grown == TAIL_CUT ? CHANGED : NULL));
    tail_close(t);
    return ok;
}

bool tail_moves(struct tail *t, int fd)
{
    uint8_t found[SHA256_BYTES], edge[TAIL_EDGE_BYTES];
    uint64_t place = tail_place(t);
    struct digest *d;
    struct stat now;
    bool same = fstat(fd, &now) == 0 && S_ISREG(now.st_mode) && (uint64_t)now.st_size >= place
        && pread(fd, edge, t->edge_len, (off_t)(place - t->edge_len)) == (ssize_t)t->edge_len
        && memcmp(edge, t->edge, t->edge_len) == 0;

    if (!same)
        return false;
    d = digest_open();
    same = hash_beginning(t, fd, t->offset, d, found)
        && memcmp(found, t->beginning, SHA256_BYTES) == 0;
    digest_close(same ? t->digest : d);
    if (!same)
        return false;
    t->digest = d;
    close(t->fd);
    t->fd = fd;
    t->id = (struct file_id){ now.st_dev, now.st_ino };
    t->modified = (struct timespec){ 0 };
    return true;
}
