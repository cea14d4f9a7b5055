/* Reads one file after the other, hashing the same bytes that it cuts.
 *
 * Never writes, never follows a link inside a folder, never reads past the
 * size that the file had when it was opened, and never reads on in what is of
 * no format.  The surprise: pieces are cut from buffers whose size follows from
 * the bytes alone, so that an interrupted ingest meets the same pieces again.
 *
 * Going on where an ingest was killed: the file is read, hashed, decoded and
 * followed again from its start, but batches up to the committed place are not
 * sent.  A piece that lies across that place shows that the bytes are others
 * than before (or were cut by other rules): then the old row is closed as
 * partial, saying so, and the file starts again as a new source. */
#include "ingest/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define CASE_MAGIC "SQLite format 3"
#define CASE_ID_AT 68
#define CASE_ID "MHNT"
#define EDGE_BYTES SNIFF_BYTES /* of a fingerprint: first and last */
#define HASH_BYTES (1u << 20)  /* read at a time where a file is only hashed */

struct source {
    struct reader *r;
    const struct walked *found;
    int fd;
    uint64_t size;
    const struct decoder *decoder;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    uint64_t muted;      /* batches that end up to here are in the case already */
    uint64_t done_before; /* bytes_done when it began */
};

/* What is buffered of a source: bytes.at[0] lies at `offset`. */
struct buffer {
    uint8_t *at;
    size_t len, room;
    uint64_t offset;
    bool ended;         /* no byte follows those buffered */
    const char *broken; /* why reading ended early */
};

enum reading { READ_ALL, READ_STOPPED, READ_OTHER_BYTES };

/* Up to len bytes; fewer only at the end; -1 and errno. */
static ssize_t read_at(int fd, uint8_t *to, size_t len, uint64_t offset)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = pread(fd, to + have, len - have, (off_t)(offset + have));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return have ? (ssize_t)have : -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

/* ---- saying what begins and ends ---- */

static struct job *job_for(struct reader *r, enum job_kind kind, const struct decoder *d,
                           uint64_t begin, uint64_t end)
{
    struct job *j = memory_zero(1, sizeof *j);

    j->kind = kind;
    j->decoder = d;
    j->batch = batch_open(r->sources, begin, end);
    return j;
}

static bool announce(struct source *s, const char *format, int64_t resumes)
{
    s->r->sources++;
    struct job *j = job_for(s->r, JOB_OPENS, s->decoder, 0, 0);
    struct source_opens *o = arena_get(&j->batch->arena, sizeof *o);
    bool full = false;

    assert(o);
    o->path = arena_copy(&j->batch->arena, span_text(s->found->path), &full);
    o->size = s->size;
    o->format = format;
    o->resumes = resumes;
    memcpy(o->fingerprint, s->fingerprint, FINGERPRINT_BYTES);
    j->batch->opens = o;
    return line_put(s->r->line, j);
}

static bool conclude(struct source *s, enum source_state state, uint64_t at,
                     const uint8_t *sha256, const char *reason)
{
    struct job *j = job_for(s->r, JOB_CLOSES, s->decoder, at, at);
    struct source_closes *c = arena_get(&j->batch->arena, sizeof *c);
    bool full = false;

    assert(c);
    c->state = state;
    c->size = s->decoder ? at : s->size;
    c->hashed = sha256 != NULL;
    if (sha256)
        memcpy(c->sha256, sha256, SHA256_BYTES);
    c->reason = arena_copy(&j->batch->arena, span_text(reason), &full);
    j->batch->closes = c;
    return line_put(s->r->line, j);
}

static bool only_listed(struct source *s, enum source_state state, const char *format,
                        const char *reason)
{
    s->decoder = NULL;
    return announce(s, format, 0) && conclude(s, state, 0, NULL, reason);
}

/* ---- before it is read ---- */

static bool is_case(struct span head)
{
    return span_starts(head, SPAN(CASE_MAGIC "\0")) && head.len >= CASE_ID_AT + 4
        && memcmp(head.at + CASE_ID_AT, CASE_ID, 4) == 0;
}

/* SHA-256 of the size (eight bytes, little-endian), the first and the last
 * EDGE_BYTES; of all bytes where there are fewer. */
static bool fingerprint(struct source *s, struct span head, uint8_t *tail)
{
    uint8_t size[8];
    size_t len = s->size < EDGE_BYTES ? (size_t)s->size : EDGE_BYTES;

    if (read_at(s->fd, tail, len, s->size - len) != (ssize_t)len)
        return false;
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)(s->size >> (8 * i));
    digest_reset(s->r->digest);
    digest_add(s->r->digest, span_of(size, sizeof size));
    digest_add(s->r->digest, head);
    digest_add(s->r->digest, span_of(tail, len));
    digest_take(s->r->digest, s->fingerprint);
    return true;
}

static bool hash_whole(struct source *s, uint8_t sha256[static SHA256_BYTES])
{
    uint8_t *bytes = memory_get(HASH_BYTES);
    uint64_t offset = 0;
    bool ok = false;

    digest_reset(s->r->digest);
    while (!line_stopping(s->r->line)) {
        ssize_t n = read_at(s->fd, bytes, HASH_BYTES, offset);

        if (n < 0)
            break;
        digest_add(s->r->digest, span_of(bytes, (size_t)n));
        offset += (uint64_t)n;
        if (n < (ssize_t)HASH_BYTES || offset >= s->size) {
            ok = offset == s->size;
            break;
        }
    }
    digest_take(s->r->digest, sha256);
    free(bytes);
    return ok;
}

/* Are these bytes in the case already, to the last one? */
static bool is_copy(struct source *s, uint8_t sha256[static SHA256_BYTES])
{
    const struct known *k = NULL;
    bool hashed = false;

    while ((k = seen_find(s->r->seen, s->size, s->fingerprint, k)) != NULL) {
        if (!k->hashed)
            continue;
        if (!hashed && !hash_whole(s, sha256))
            return false;
        hashed = true;
        if (memcmp(k->sha256, sha256, SHA256_BYTES) == 0)
            return true;
    }
    return false;
}

/* The row of an ingest that was killed in this file, taken once. */
static int64_t interrupted_row(struct source *s)
{
    struct known *k = NULL;

    while ((k = seen_find(s->r->seen, s->size, s->fingerprint, k)) != NULL)
        if (k->state == SOURCE_READING && !k->hashed) {
            k->state = SOURCE_PARTIAL;
            s->muted = k->place;
            return k->evidence;
        }
    return 0;
}

/* ---- reading ---- */

/* Fills up to `target` bytes and one more, which tells whether they are the
 * last. */
static void fill(struct source *s, struct buffer *b, size_t target)
{
    if (b->room < target + 1) {
        b->room = target + 1;
        b->at = memory_grow(b->at, b->room, 1);
    }
    while (!b->ended && b->len <= target) {
        uint64_t from = b->offset + b->len;
        uint64_t left = s->size > from ? s->size - from : 0;
        size_t want = target + 1 - b->len;
        ssize_t n;

        if (want > left)
            want = (size_t)left;
        n = want ? read_at(s->fd, b->at + b->len, want, from) : 0;
        if (n < 0)
            b->broken = strerrordesc_np(errno);
        if (n <= 0) {
            b->ended = true;
            break;
        }
        digest_add(s->r->digest, span_of(b->at + b->len, (size_t)n));
        b->len += (size_t)n;
    }
}

/* Hands the first n bytes on; what is behind them goes to a buffer of its own. */
static bool hand_on(struct source *s, struct buffer *b, size_t n, struct span prefix,
                    bool damaged)
{
    struct job *j = job_for(s->r, JOB_PIECE, s->decoder, b->offset, b->offset + n);
    size_t rest = b->len - n;
    size_t room = (rest > s->decoder->piece_bytes ? rest : s->decoder->piece_bytes) + 1;
    uint8_t *next = memory_get(room);
    bool full = false;

    memcpy(next, b->at + n, rest);
    j->buffer = b->at;
    j->piece = (struct piece){
        .offset = b->offset,
        .bytes = span_of(b->at, n),
        .first = b->offset == 0,
        .last = b->ended && rest == 0,
        .damaged_cut = damaged,
        .prefix = arena_copy(&j->batch->arena, prefix, &full),
    };
    j->mute = b->offset + n <= s->muted;
    b->at = next;
    b->room = room;
    b->len = rest;
    b->offset += n;
    atomic_store(&s->r->bytes_done, s->done_before + b->offset);
    return line_put(s->r->line, j);
}

static enum reading read_pieces(struct source *s, struct buffer *b)
{
    const struct decoder *d = s->decoder;
    size_t target = d->piece_bytes;
    void *state = memory_zero(1, d->cut_bytes ? d->cut_bytes : 1);
    enum reading result = READ_ALL;

    digest_reset(s->r->digest);
    for (;;) {
        fill(s, b, target);
        size_t visible = b->len < target ? b->len : target;
        bool at_end = b->ended && visible == b->len, damaged = false;

        if (visible == 0)
            break;
        struct span prefix = d->prefix ? d->prefix(state) : SPAN_NONE;
        size_t n = d->cut(state, span_of(b->at, visible), b->offset, at_end);
        assert(n <= visible && (n > 0 || !at_end));
        if (n == 0 && target < d->piece_max) {
            target = target + d->piece_bytes < d->piece_max ? target + d->piece_bytes
                                                            : d->piece_max;
            continue;
        }
        if (n == 0) {
            n = visible;
            damaged = true;
        }
        if (b->offset < s->muted && b->offset + n > s->muted) {
            result = READ_OTHER_BYTES;
            break;
        }
        target = d->piece_bytes;
        if (!hand_on(s, b, n, prefix, damaged)) {
            result = READ_STOPPED;
            break;
        }
    }
    free(state);
    return result;
}

/* Why a file that was read is not complete; NULL where it is. */
static const char *what_went_wrong(const struct source *s, const struct buffer *b)
{
    struct stat now;

    if (b->broken)
        return b->broken;
    if (fstat(s->fd, &now) != 0 || b->offset != s->size || (uint64_t)now.st_size != s->size
        || now.st_mtim.tv_sec != s->found->stat.st_mtim.tv_sec
        || now.st_mtim.tv_nsec != s->found->stat.st_mtim.tv_nsec)
        return "changed while it was read";
    return NULL;
}

static bool read_source(struct source *s, int64_t resumes)
{
    struct buffer b = { 0 };
    uint8_t sha256[SHA256_BYTES];
    bool go_on = announce(s, s->decoder->name, resumes);

    switch (go_on ? read_pieces(s, &b) : READ_STOPPED) {
    case READ_STOPPED:
        go_on = false;
        break;
    case READ_OTHER_BYTES:
        go_on = conclude(s, SOURCE_PARTIAL, s->muted, NULL,
                         "its bytes are not those that an interrupted ingest had read")
            && (s->muted = 0, read_source(s, 0));
        break;
    case READ_ALL: {
        const char *wrong = what_went_wrong(s, &b);

        digest_take(s->r->digest, sha256);
        go_on = conclude(s, wrong ? SOURCE_PARTIAL : SOURCE_COMPLETE, b.offset, sha256, wrong);
        if (!wrong)
            seen_add(s->r->seen, s->size, s->fingerprint, sha256);
        break;
    }
    }
    free(b.at);
    return go_on;
}

static bool take_open(struct source *s)
{
    uint8_t *edges = memory_get(2 * EDGE_BYTES), sha256[SHA256_BYTES];
    size_t want = s->size < EDGE_BYTES ? (size_t)s->size : EDGE_BYTES;
    ssize_t n = read_at(s->fd, edges, want, 0);
    struct span head = span_of(edges, n > 0 ? (size_t)n : 0);
    bool go_on;

    if (n < 0)
        go_on = only_listed(s, SOURCE_UNREADABLE, "unknown", strerrordesc_np(errno));
    else if (n == 0)
        go_on = only_listed(s, SOURCE_EMPTY, "unknown", NULL);
    else if (is_case(head))
        go_on = only_listed(s, SOURCE_SKIPPED, "case", "a case of modhunt, not read");
    else if (!(s->decoder = decoder_for(head)))
        go_on = only_listed(s, SOURCE_UNKNOWN, "unknown", NULL);
    else if ((size_t)n != want || !fingerprint(s, head, edges + EDGE_BYTES))
        go_on = only_listed(s, SOURCE_UNREADABLE, "unknown", "changed while it was read");
    else if (is_copy(s, sha256))
        go_on = announce(s, s->decoder->name, 0)
            && conclude(s, SOURCE_DUPLICATE, s->size, sha256, NULL);
    else
        go_on = !line_stopping(s->r->line) && read_source(s, interrupted_row(s));
    free(edges);
    return go_on;
}

/* NULL where it is the file that the walk saw; else why it is not opened. */
static const char *not_openable(struct source *s)
{
    const struct walked *f = s->found;
    struct stat now;

    s->fd = walk_open(f->folder, f->name, f->named ? 0 : O_NOFOLLOW);
    if (s->fd < 0)
        return strerrordesc_np(errno);
    if (fstat(s->fd, &now) != 0 || !S_ISREG(now.st_mode) || now.st_dev != f->stat.st_dev
        || now.st_ino != f->stat.st_ino || now.st_size != f->stat.st_size)
        return "changed while it was opened";
    return NULL;
}

bool reader_take(void *reader, const struct walked *f)
{
    struct reader *r = reader;
    struct source s = { .r = r, .found = f, .fd = -1 };
    bool go_on;

    if (line_stopping(r->line))
        return false;
    s.done_before = atomic_load(&r->bytes_done);
    s.size = S_ISREG(f->stat.st_mode) ? (uint64_t)f->stat.st_size : 0;
    if (f->listed) {
        go_on = only_listed(&s, f->state, f->format, f->reason);
    } else {
        const char *why = not_openable(&s);

        go_on = why ? only_listed(&s, SOURCE_UNREADABLE, "unknown", why) : take_open(&s);
        if (s.fd >= 0)
            close(s.fd);
    }
    atomic_store(&r->bytes_done, s.done_before + s.size);
    atomic_fetch_add(&r->files_done, 1);
    return go_on;
}
