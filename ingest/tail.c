/* Reads the end of a file that grows, and cuts it.
 *
 * The surprise: before reading on it looks at the last bytes that it had read
 * before.  If they are others now, the file was emptied and written anew, even
 * where it is longer than it was. */
#include "ingest/tail.h"

#include "core/fault.h"
#include "core/moment.h"
#include "ingest/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_BYTES (256u << 10) /* at a time */

#define NO_ARCHIVE "an archive or a compressed file can't be followed: load it without --follow"
#define NO_LINES "records that are not added line by line can't be followed: load it without --follow"
#define NO_FORMAT "nothing in it tells a format that modhunt reads"

struct tail *tail_open(struct reader *r, int fd, const char *path, bool pipe)
{
    struct tail *t = memory_zero(1, sizeof *t);

    t->source = (struct source){ .r = r, .path = span_text(path) };
    t->given = path;
    t->fd = fd;
    t->watch = -1;
    t->pipe = pipe;
    t->digest = digest_open();
    t->grew = moment_ticks();
    return t;
}

void tail_close(struct tail *t)
{
    if (t->fd >= 0 && !t->pipe)
        close(t->fd);
    digest_close(t->digest);
    free(t->bytes);
    free(t->state);
    free(t);
}

uint64_t tail_place(const struct tail *t)
{
    return t->offset + t->len;
}

/* ---- reading ---- */

static void keep_edge(struct tail *t, struct span new)
{
    size_t keep;

    if (new.len >= TAIL_EDGE_BYTES) {
        memcpy(t->edge, new.at + new.len - TAIL_EDGE_BYTES, TAIL_EDGE_BYTES);
        t->edge_len = TAIL_EDGE_BYTES;
        return;
    }
    keep = TAIL_EDGE_BYTES - new.len;
    if (keep > t->edge_len)
        keep = t->edge_len;
    memmove(t->edge, t->edge + t->edge_len - keep, keep);
    memcpy(t->edge + keep, new.at, new.len);
    t->edge_len = keep + new.len;
}

static bool edge_holds(const struct tail *t)
{
    uint8_t now[TAIL_EDGE_BYTES];

    return pread(t->fd, now, t->edge_len, (off_t)(tail_place(t) - t->edge_len))
            == (ssize_t)t->edge_len
        && memcmp(now, t->edge, t->edge_len) == 0;
}

/* TAIL_GREW: there are bytes to read. */
static enum tail_grown look(struct tail *t)
{
    struct stat now;

    if (t->pipe)
        return TAIL_GREW;
    if (fstat(t->fd, &now) != 0) {
        t->broken = strerrordesc_np(errno);
        return TAIL_SAME;
    }
    if ((uint64_t)now.st_size < tail_place(t))
        return TAIL_CUT;
    if (now.st_mtim.tv_sec == t->modified.tv_sec && now.st_mtim.tv_nsec == t->modified.tv_nsec
        && (uint64_t)now.st_size == tail_place(t))
        return TAIL_SAME;
    t->modified = now.st_mtim;
    if (!edge_holds(t))
        return TAIL_CUT;
    t->source.size = (uint64_t)now.st_size;
    return (uint64_t)now.st_size > tail_place(t) ? TAIL_GREW : TAIL_SAME;
}

static size_t buffer_max(const struct tail *t)
{
    return t->source.decoder ? t->source.decoder->piece_max : SNIFF_BYTES;
}

enum tail_grown tail_fill(struct tail *t)
{
    size_t most = buffer_max(t), want;
    enum tail_grown grown;
    ssize_t n;

    if (t->stage == TAIL_OVER || t->ended || t->broken || t->len >= most)
        return TAIL_SAME;
    if ((grown = look(t)) != TAIL_GREW)
        return grown;
    want = most - t->len < READ_BYTES ? most - t->len : READ_BYTES;
    if (t->room < t->len + want) {
        t->room = t->len + want;
        t->bytes = memory_grow(t->bytes, t->room, 1);
    }
    do
        n = t->pipe ? read(t->fd, t->bytes + t->len, want)
                    : pread(t->fd, t->bytes + t->len, want, (off_t)tail_place(t));
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        t->broken = strerrordesc_np(errno);
    if (n == 0 && t->pipe)
        t->ended = true;
    if (n <= 0)
        return TAIL_SAME;
    keep_edge(t, span_of(t->bytes + t->len, (size_t)n));
    t->len += (size_t)n;
    atomic_fetch_add(&t->source.r->bytes_done, (uint64_t)n);
    t->grew = moment_ticks();
    return TAIL_GREW;
}

/* ---- its format, and its row ---- */

/* What may be sniffed: half a line would tell lies. */
static struct span whole_part(const struct tail *t, bool all)
{
    static const struct span close = SPAN_INIT("</Event>");
    struct span head = span_of(t->bytes, t->len < SNIFF_BYTES ? t->len : SNIFF_BYTES);
    const uint8_t *lf = head.len ? memrchr(head.at, '\n', head.len) : NULL;

    if (all || head.len == SNIFF_BYTES || (head.len && magic_of(head).kind != KIND_UNKNOWN))
        return head;
    if (lf)
        return span_of(head.at, (size_t)(lf - head.at) + 1);
    return head.len && memmem(head.at, head.len, close.at, close.len) ? head : SPAN_EMPTY;
}

static bool list(struct tail *t, enum source_state state, const char *format, const char *reason)
{
    t->stage = TAIL_OVER;
    t->source.size = tail_place(t);
    t->len = 0;
    if (t->known_only)
        return true;
    return source_listed(&t->source, state, format, reason);
}

static bool begin(struct tail *t, const struct decoder *d)
{
    struct source *s = &t->source;
    int64_t resumes;

    s->decoder = d;
    s->written = t->pipe ? moment_now() : (int64_t)t->modified.tv_sec * 1000000;
    collection_find(&s->collection, &(struct lying){ .host = s->r->host, .given = t->given,
                    .path = s->path, .head = span_of(t->bytes, t->len) });
    t->state = memory_zero(1, d->cut_bytes ? d->cut_bytes : 1);
    d->whole(t->state, span_of(t->bytes, t->len), 0); /* learns what only the head tells */
    digest_take(t->digest, t->beginning);
    resumes = t->pipe ? 0 : tail_known(t);
    t->stage = t->known_only && !resumes ? TAIL_OVER : TAIL_OPEN;
    if (t->stage == TAIL_OVER)
        return true;
    return source_opens(&t->source, d->name, resumes);
}

/* Tells the format once that is possible; `all`: there will be no more bytes. */
static bool sniff(struct tail *t, bool all)
{
    struct span head = whole_part(t, all);
    struct taste taste;

    if (head.len == 0)
        return true;
    taste = source_taste(head);
    if (taste.state == SOURCE_READING && taste.decoder && taste.decoder->whole)
        return begin(t, taste.decoder);
    if (taste.magic.kind == KIND_UNKNOWN && taste.state != SOURCE_SKIPPED && !all
        && t->len < SNIFF_BYTES)
        return true; /* the next lines may tell */
    if (taste.state == SOURCE_READING)
        return list(t, SOURCE_UNREADABLE, taste.format, taste.decoder ? NO_LINES : NO_ARCHIVE);
    return list(t, taste.state, taste.format, taste.reason);
}

/* ---- cutting ---- */

/* How many bytes make the next piece; 0: it must wait. */
static size_t piece_length(struct tail *t, enum tail_take how, bool *damaged)
{
    const struct decoder *d = t->source.decoder;
    uint64_t known = t->source.muted > t->offset ? t->source.muted - t->offset : UINT64_MAX;
    size_t len = t->len < known ? t->len : (size_t)known, n;

    *damaged = false;
    if (known <= d->piece_bytes)
        return len == known ? len : 0;
    if (len < d->piece_bytes) {
        n = d->whole(t->state, span_of(t->bytes, len), t->offset);
        return n || how != TAKE_ALL ? n : d->cut(t->state, span_of(t->bytes, len), t->offset, true);
    }
    n = d->cut(t->state, span_of(t->bytes, d->piece_bytes), t->offset, false);
    if (n == 0 && len > d->piece_bytes)
        n = d->cut(t->state, span_of(t->bytes, len), t->offset, how == TAKE_ALL);
    if (n == 0 && (len >= d->piece_max || how == TAKE_ALL)) {
        *damaged = true;
        n = len;
    }
    return n;
}

static bool hand_on(struct tail *t, size_t n, enum tail_take how, bool damaged)
{
    const struct decoder *d = t->source.decoder;
    uint8_t *buffer = memory_get(n);
    struct piece p = {
        .offset = t->offset, .bytes = span_of(buffer, n), .first = t->offset == 0,
        .last = how == TAKE_ALL && n == t->len, .damaged_cut = damaged,
        .prefix = d->prefix && t->offset ? d->prefix(t->state) : SPAN_NONE, /* else it is in it */
    };

    memcpy(buffer, t->bytes, n);
    digest_add(t->digest, p.bytes);
    digest_take(t->digest, t->beginning);
    t->source.followed = t->pipe ? NULL : t->beginning;
    t->offset += n;
    t->len -= n;
    memmove(t->bytes, t->bytes + n, t->len);
    t->handed = moment_ticks();
    atomic_store(&t->source.r->last_record, moment_now());
    return source_hand_on(&t->source, p, buffer, t->offset + t->len >= t->source.size);
}

/* For a piece that is not full.  Where an event may be of several lines, they are
 * all there only once the file is quiet. */
static bool is_time(const struct tail *t, enum tail_take how, int64_t *due)
{
    bool chains = t->source.decoder->chains;
    int64_t at = chains ? t->grew + TAIL_HAND_ON_US : t->handed ? t->handed + TAIL_HAND_ON_US : 0;

    if (how == TAKE_ALL || (how == TAKE_WHOLE && !chains))
        return true;
    if (how == TAKE_FULL)
        return false;
    if (moment_ticks() >= at)
        return true;
    if (at < *due)
        *due = at;
    return false;
}

bool tail_take(struct tail *t, enum tail_take how, int64_t *due)
{
    if (t->stage == TAIL_NEW && !sniff(t, how == TAKE_ALL))
        return false;
    while (t->stage == TAIL_OPEN && t->len > 0) {
        bool damaged;
        size_t n;

        if (t->len < t->source.decoder->piece_bytes && !is_time(t, how, due))
            break;
        n = piece_length(t, how, &damaged);
        if (n == 0)
            break;
        if (!hand_on(t, n, how, damaged))
            return false;
    }
    return true;
}

bool tail_end(struct tail *t, bool open, const char *reason)
{
    uint8_t sha256[SHA256_BYTES];

    if (t->stage == TAIL_OVER)
        return true;
    if (t->stage == TAIL_NEW) {
        if (t->broken)
            return list(t, SOURCE_UNREADABLE, "unknown", t->broken);
        return list(t, t->len ? SOURCE_UNKNOWN : SOURCE_EMPTY, "unknown",
                    t->len ? NO_FORMAT : NULL);
    }
    t->stage = TAIL_OVER;
    digest_take(t->digest, sha256);
    t->source.followed = open && !t->pipe ? t->beginning : NULL;
    if (!t->pipe && !reader_fingerprint(t->fd, t->offset, t->digest, t->source.fingerprint))
        memset(t->source.fingerprint, 0, FINGERPRINT_BYTES);
    return source_closes(&t->source, t->broken ? SOURCE_PARTIAL : SOURCE_COMPLETE, t->offset,
                         sha256, t->broken ? t->broken : reason);
}
