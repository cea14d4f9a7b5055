/* Reads one file after the other, hashing the same bytes that it cuts.
 *
 * Never writes, never follows a link inside a folder, never reads past the
 * size that the file had when it was opened, and never reads on in what is of
 * no format.  Bundles go on to members.c.
 *
 * Going on where an ingest was killed: the file is read, hashed, decoded and
 * followed again from its start, but batches up to the committed place are not
 * sent.  If the bytes are not those of before, the old row is closed as
 * partial, saying so, and the file starts again as a new source.  A file that was
 * followed before is known by its beginning (tail.h). */
#include "ingest/reader.h"

#include "ingest/members.h"
#include "ingest/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define EDGE_BYTES SNIFF_BYTES /* of a fingerprint: first and last */
#define MICROSECONDS INT64_C(1000000)
#define HASH_BYTES (1u << 20)  /* read at a time where a file is only hashed */

/* The file behind a source. */
struct file {
    const struct walked *found;
    int fd;
    uint64_t offset;      /* read up to here */
    uint64_t done_before; /* bytes_done when it began */
};

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

/* ---- before it is read ---- */

bool reader_has_open_ends(const struct reader *r)
{
    for (size_t i = 0; i < r->known_count; i++)
        if (r->known[i].followed)
            return true;
    return false;
}

bool reader_fingerprint(int fd, uint64_t size, struct digest *d,
                        uint8_t out[static FINGERPRINT_BYTES])
{
    size_t len = size < EDGE_BYTES ? (size_t)size : EDGE_BYTES;
    uint8_t text[8], *edge = memory_get(EDGE_BYTES);
    bool ok;

    for (int i = 0; i < 8; i++)
        text[i] = (uint8_t)(size >> (8 * i));
    digest_reset(d);
    digest_add(d, span_of(text, sizeof text));
    ok = read_at(fd, edge, len, 0) == (ssize_t)len;
    digest_add(d, span_of(edge, len));
    ok = ok && read_at(fd, edge, len, size - len) == (ssize_t)len;
    digest_add(d, span_of(edge, len));
    free(edge);
    digest_take(d, out);
    return ok;
}

static bool hash_whole(struct source *s, uint8_t sha256[static SHA256_BYTES])
{
    const struct file *file = s->ctx;
    uint8_t *bytes = memory_get(HASH_BYTES);
    uint64_t offset = 0;
    bool ok = false;

    digest_reset(s->r->digest);
    while (!line_stopping(s->r->line)) {
        ssize_t n = read_at(file->fd, bytes, HASH_BYTES, offset);

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

/* A copy of what was not read whole is no more than that. */
static bool is_whole(const struct known *k)
{
    return k->state != SOURCE_PARTIAL && (k->state != SOURCE_DUPLICATE || k->unfinished);
}

enum copy { COPY_NO, COPY_OTHER, COPY_TOLD };

/* Are these bytes in the case already, to the last one?  COPY_TOLD: as this very
 * file, by an interrupted ingest that we go on with.  A bundle that was not read
 * whole is no copy where a password or other limits are given now. */
static enum copy find_copy(struct source *s, bool is_bundle, uint8_t sha256[static SHA256_BYTES])
{
    struct known *k = NULL;
    bool again = is_bundle && (s->r->bundles.passwords || s->r->bundles.limits.members);
    bool hashed = false, whole = false;
    enum copy found = COPY_NO;

    while ((k = seen_find(s->r->seen, s->size, s->fingerprint, k)) != NULL) {
        if (!k->hashed || (again && !is_whole(k)))
            continue;
        if (!hashed && !hash_whole(s, sha256))
            return COPY_NO;
        hashed = true;
        if (memcmp(k->sha256, sha256, SHA256_BYTES) != 0)
            continue;
        found = COPY_OTHER;
        whole = whole || k->state == SOURCE_COMPLETE;
        if (k->unfinished && k->name == known_name(s->path)) {
            k->unfinished = false;
            return COPY_TOLD;
        }
    }
    if (found == COPY_OTHER && is_bundle && !whole)
        locked_add(&s->r->locked, s->path); /* for want of a password, it may be */
    return found;
}

/* A row for what is not read on, unless an interrupted ingest has made it. */
static bool list(struct source *s, enum source_state state, const char *format,
                 const char *reason)
{
    return seen_told(s->r->seen, s->path, s->size, state)
        || source_listed(s, state, format, reason);
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

/* Never past the size that the file had when it was opened. */
static size_t more_of_file(struct source *s, struct buffer *b, uint8_t *to, size_t len)
{
    struct file *file = s->ctx;
    size_t have = 0;

    while (have < len && file->offset < s->size) {
        uint64_t left = s->size - file->offset;
        size_t want = len - have < left ? len - have : (size_t)left;
        ssize_t n = read_at(file->fd, to + have, want, file->offset);

        if (n < 0)
            b->broken = strerrordesc_np(errno);
        if (n <= 0)
            break;
        have += (size_t)n;
        file->offset += (uint64_t)n;
    }
    return have;
}

static void file_moved(struct source *s, uint64_t offset)
{
    const struct file *file = s->ctx;

    atomic_store(&s->r->bytes_done, file->done_before + offset);
}

/* Why a file that was read is not complete; NULL where it is. */
static const char *what_went_wrong(const struct source *s, const struct buffer *b)
{
    const struct file *file = s->ctx;
    struct stat now;

    if (b->broken)
        return b->broken;
    if (fstat(file->fd, &now) != 0 || b->offset != s->size || (uint64_t)now.st_size != s->size
        || now.st_mtim.tv_sec != file->found->stat.st_mtim.tv_sec
        || now.st_mtim.tv_nsec != file->found->stat.st_mtim.tv_nsec)
        return "changed while it was read";
    return NULL;
}

static bool read_source(struct source *s, int64_t resumes)
{
    struct file *file = s->ctx;
    struct buffer b = { 0 };
    uint8_t sha256[SHA256_BYTES];
    bool go_on = source_opens(s, s->decoder->name, resumes);

    file->offset = 0;
    digest_reset(s->r->digest);
    switch (go_on ? source_read(s, &b) : READ_STOPPED) {
    case READ_STOPPED:
        go_on = false;
        break;
    case READ_OTHER_BYTES:
        go_on = source_closes(s, SOURCE_PARTIAL, s->muted, NULL, OTHER_BYTES)
            && (s->muted = 0, read_source(s, 0));
        break;
    case READ_ALL: {
        const char *wrong = what_went_wrong(s, &b);

        digest_take(s->r->digest, sha256);
        go_on = source_closes(s, wrong ? SOURCE_PARTIAL : SOURCE_COMPLETE, b.offset, sha256,
                              wrong);
        if (!wrong)
            seen_add(s->r->seen, s->size, s->fingerprint, sha256);
        break;
    }
    }
    free(b.at);
    return go_on;
}

static bool read_bundle(struct source *s)
{
    struct file *file = s->ctx;
    struct members_of of = { .fd = file->fd, .given = file->found->word,
                             .modified = file->found->stat.st_mtim,
                             .done_before = file->done_before };

    of.resumes = interrupted_row(s);
    s->muted = 0; /* a bundle's own row has no records */
    return members_take(s, &of);
}

/* Of what is read: a bundle, or in a format that has a decoder. */
static bool take_known(struct source *s, const struct taste *t, struct span head)
{
    const struct file *file = s->ctx;
    uint8_t sha256[SHA256_BYTES];
    bool is_bundle = t->magic.kind == KIND_BUNDLE, taken;

    s->decoder = t->decoder;
    if (s->decoder)
        collection_find(&s->collection, &(struct lying){ .host = s->r->host,
                        .given = file->found->word, .path = s->path, .head = head });
    if (!reader_fingerprint(file->fd, s->size, s->r->digest, s->fingerprint))
        return list(s, SOURCE_UNREADABLE, "unknown", "changed while it was read");
    switch (find_copy(s, is_bundle, sha256)) {
    case COPY_TOLD:
        return true;
    case COPY_OTHER:
        return source_opens(s, t->format, 0)
            && source_closes(s, SOURCE_DUPLICATE, s->size, sha256, NULL);
    case COPY_NO:
        break;
    }
    if (line_stopping(s->r->line))
        return false;
    if (t->decoder && t->decoder->whole) {
        bool go_on = tail_rest(s->r, file->fd, file->found, &taken);

        if (taken || !go_on)
            return go_on;
    }
    return is_bundle ? read_bundle(s) : read_source(s, interrupted_row(s));
}

static bool take_open(struct source *s)
{
    const struct file *file = s->ctx;
    uint8_t *edge = memory_get(EDGE_BYTES);
    size_t want = s->size < EDGE_BYTES ? (size_t)s->size : EDGE_BYTES;
    ssize_t n = read_at(file->fd, edge, want, 0);
    struct span head = span_of(edge, n > 0 ? (size_t)n : 0);
    bool go_on;

    if (n < 0) {
        go_on = list(s, SOURCE_UNREADABLE, "unknown", strerrordesc_np(errno));
    } else if ((size_t)n != want) {
        go_on = list(s, SOURCE_UNREADABLE, "unknown", "changed while it was read");
    } else {
        struct taste t = source_taste(head);

        go_on = t.state == SOURCE_READING ? take_known(s, &t, head)
                                          : list(s, t.state, t.format, t.reason);
    }
    free(edge);
    return go_on;
}

/* NULL where it is the file that the walk saw; else why it is not opened. */
static const char *not_openable(struct file *file)
{
    const struct walked *f = file->found;
    struct stat now;

    file->fd = walk_open(f->folder, f->name, f->named ? 0 : O_NOFOLLOW);
    if (file->fd < 0)
        return strerrordesc_np(errno);
    if (fstat(file->fd, &now) != 0 || !S_ISREG(now.st_mode) || now.st_dev != f->stat.st_dev
        || now.st_ino != f->stat.st_ino || now.st_size != f->stat.st_size)
        return "changed while it was opened";
    return NULL;
}

bool reader_wants(const struct reader *r, const struct walked *f)
{
    for (size_t i = 0; i < r->only_count; i++)
        if (strcmp(r->only[i], f->path) == 0)
            return true;
    return !r->only;
}

bool reader_take(void *reader, const struct walked *f)
{
    struct reader *r = reader;
    struct file file = { .found = f, .fd = -1, .done_before = atomic_load(&r->bytes_done) };
    struct source s = {
        .r = r, .path = span_text(f->path), .bundle = SPAN_NONE,
        .size = S_ISREG(f->stat.st_mode) ? (uint64_t)f->stat.st_size : 0,
        .written = f->standard_input ? moment_now()
                                     : (int64_t)f->stat.st_mtim.tv_sec * MICROSECONDS,
        .more = more_of_file, .moved = file_moved, .ctx = &file,
    };
    bool go_on;

    if (line_stopping(r->line))
        return false;
    if (!reader_wants(r, f))
        return true;
    if (f->standard_input) {
        go_on = members_take(&s, &(struct members_of){ .fd = STDIN_FILENO, .stream = true,
                                                       .given = f->word,
                                                       .done_before = file.done_before });
    } else if (f->listed) {
        go_on = list(&s, f->state, f->format, f->reason);
    } else {
        const char *why = not_openable(&file);

        go_on = why ? list(&s, SOURCE_UNREADABLE, "unknown", why) : take_open(&s);
        if (file.fd >= 0)
            close(file.fd);
    }
    atomic_store(&r->bytes_done, file.done_before + s.size);
    atomic_fetch_add(&r->files_done, 1);
    return go_on;
}

void reader_ends(struct reader *r)
{
    struct job *j = memory_zero(1, sizeof *j);

    j->kind = JOB_CLOSES;
    j->batch = batch_open(0, 0, 0);
    j->batch->ends = true;
    (void)line_put(r->line, j); /* which drops it where the line is stopping */
}
