/* Goes back to evidence: walks to a file, hashes it or each member of a bundle,
 * and keeps a stretch of what turns out to be the one.
 *
 * Never believes a name: a member is told by its digest alone, so that renamed
 * files, two members of one name and names that no text can hold are all found.
 * The surprise: only the first `size` bytes are hashed, so that a log that has
 * grown since is still the evidence that it was. */
#include "ingest/record_find.h"

#include "ingest/magic.h"
#include "ingest/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE_BYTES (256u << 10)
#define SHORT_DIGEST 12 /* digits, in sentences */

struct seeker {
    const struct find *w;
    struct found_bytes *out;
    struct digest *digest;
    uint8_t *piece;
    uint64_t offset;     /* bytes of the candidate that were hashed */
    bool found;
    bool encrypted;      /* members were, and could not be read */
    bool quiet;          /* one of many files in a folder: no reason of its own */
    struct fault why;    /* of the first that was not it */
    struct fault dropped;
};

/* ---- hashing and keeping ---- */

static void begin(struct seeker *s)
{
    digest_reset(s->digest);
    s->offset = 0;
    s->out->head_len = s->out->len = 0;
    s->out->grown = false;
}

/* What of the next bytes lies in [from, to) goes behind the *len that are kept. */
static void keep(uint8_t *to, size_t *len, struct span bytes, uint64_t offset, uint64_t from,
                 uint64_t end)
{
    uint64_t low = offset > from ? offset : from;
    uint64_t high = offset + bytes.len < end ? offset + bytes.len : end;

    if (low < high) {
        memcpy(to + *len, bytes.at + (low - offset), (size_t)(high - low));
        *len += (size_t)(high - low);
    }
}

/* The candidate's next bytes.  False once it has all that are under the digest. */
static bool take(struct seeker *s, struct span bytes)
{
    const struct find *w = s->w;

    if (bytes.len > w->size - s->offset) {
        bytes.len = (size_t)(w->size - s->offset);
        s->out->grown = true;
    }
    digest_add(s->digest, bytes);
    keep(s->out->head, &s->out->head_len, bytes, s->offset, 0, FIND_HEAD_BYTES);
    keep(s->out->stretch, &s->out->len, bytes, s->offset, w->from, w->to);
    s->offset += bytes.len;
    return !s->out->grown;
}

static bool is_it(const struct seeker *s, uint8_t sha256[static SHA256_BYTES])
{
    digest_take(s->digest, sha256);
    return s->offset == s->w->size && memcmp(sha256, s->w->sha256, SHA256_BYTES) == 0;
}

static bool stopping(const struct seeker *s)
{
    return s->w->stopping && s->w->stopping(s->w->ctx);
}

static void moved(const struct seeker *s, uint64_t done, uint64_t all)
{
    if (s->w->moved)
        s->w->moved(s->w->ctx, done, all);
}

/* The first reason counts. */
static struct fault *reason(struct seeker *s)
{
    return s->why.kind == FAULT_NONE && !s->quiet ? &s->why : &s->dropped;
}

/* ---- a file ---- */

static bool look_at_file(struct seeker *s, int fd, const char *path, uint64_t size)
{
    char have[SHA256_TEXT], want[SHA256_TEXT];
    uint8_t sha256[SHA256_BYTES];

    if (size < s->w->size)
        return fault(reason(s), FAULT_FORMAT,
                     "%s is not as it was read: it has %" PRIu64 " bytes, and had %" PRIu64, path,
                     size, s->w->size);
    begin(s);
    for (;;) {
        ssize_t n = pread(fd, s->piece, PIECE_BYTES, (off_t)s->offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_errno(reason(s), "%s", path);
        if (n == 0 || !take(s, span_of(s->piece, (size_t)n)) || stopping(s))
            break;
        moved(s, s->offset, s->w->size);
    }
    if (is_it(s, sha256))
        return true;
    hex_text(have, span_of(sha256, sizeof sha256));
    hex_text(want, span_of(s->w->sha256, sizeof s->w->sha256));
    return fault(reason(s), FAULT_FORMAT,
                 "%s is not as it was read: its SHA-256 begins with %.*s, the ledger's with %.*s",
                 path, SHORT_DIGEST, have, SHORT_DIGEST, want);
}

/* ---- a bundle ---- */

static bool bundle_stopping(void *ctx)
{
    return stopping(ctx);
}

/* The member whose bytes come next. */
static bool look_at_member(struct seeker *s, struct bundle *b, uint64_t size)
{
    uint8_t sha256[SHA256_BYTES];
    size_t n;

    begin(s);
    do {
        n = bundle_read(b, s->piece, PIECE_BYTES);
        moved(s, bundle_consumed(b) < size ? bundle_consumed(b) : size, size);
    } while (n && take(s, span_of(s->piece, n)) && n == PIECE_BYTES && !stopping(s));
    return is_it(s, sha256);
}

static bool look_into_bundle(struct seeker *s, int fd, const char *path, uint64_t size)
{
    struct bundle_input in = { .fd = fd, .name = span_file_name(span_text(path)),
                               .stopping = bundle_stopping, .ctx = s };
    struct frame frame;
    struct fault f;
    struct bundle *b = bundle_open(&in, s->w->bundles, &f);
    bool found = false;

    if (!b)
        return fault(reason(s), f.kind, "%s: %s", path, f.text);
    while (!found && bundle_next(b, &frame)) {
        if (frame.kind == FRAME_MEMBER && frame.what == MEMBER_FILE)
            found = look_at_member(s, b, size);
        else if (frame.kind == FRAME_END && frame.outcome == OUTCOME_ENCRYPTED)
            s->encrypted = true;
    }
    if (!found) {
        char want[SHA256_TEXT];
        const char *why = bundle_why(b);

        hex_text(want, span_of(s->w->sha256, sizeof s->w->sha256));
        fault(reason(s), FAULT_FORMAT, "%s holds no file whose SHA-256 begins with %.*s%s%s%s",
              path, SHORT_DIGEST, want, why ? ": " : "", why ? why : "",
              s->encrypted && !s->w->bundles->passwords
                  ? "; some are encrypted: give the password with --password-file" : "");
    }
    bundle_close(b);
    return found;
}

static bool is_bundle(struct seeker *s, int fd)
{
    ssize_t n = pread(fd, s->piece, FIND_HEAD_BYTES, 0);

    return n > 0 && magic_of(span_of(s->piece, (size_t)n)).kind == KIND_BUNDLE;
}

/* ---- the walk ---- */

/* In a folder only what has the size of the evidence, or of its bundle, is read. */
static bool look(struct seeker *s, const struct walked *f, int fd)
{
    const struct find *w = s->w;
    uint64_t size = (uint64_t)f->stat.st_size;
    bool as_file = w->search ? size == w->size || (f->named && size > w->size) : !w->in_bundle;
    bool as_bundle = w->search ? f->named || !w->bundle_size || size == w->bundle_size
                               : w->in_bundle;

    if (as_bundle && w->search)
        as_bundle = is_bundle(s, fd);
    if (!as_file && !as_bundle && f->named)
        as_file = true; /* to say why it is not it */
    return (as_file && look_at_file(s, fd, f->path, size))
        || (as_bundle && look_into_bundle(s, fd, f->path, size));
}

static bool each(void *ctx, const struct walked *f)
{
    struct seeker *s = ctx;
    struct stat now;
    int fd;

    s->quiet = s->w->search && !f->named;
    if (f->listed || !S_ISREG(f->stat.st_mode)) {
        if (f->named)
            fault(reason(s), FAULT_SYSTEM, "%s: %s", f->path,
                  f->standard_input ? "standard input is gone" : f->reason);
        return true;
    }
    if (!f->named && !s->w->search) /* a folder lies there: the walk went into it */
        return fault(reason(s), FAULT_FORMAT, "%s is a folder by now", s->w->path);
    fd = walk_open(f->folder, f->name, f->named ? 0 : O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &now) != 0 || now.st_dev != f->stat.st_dev
        || now.st_ino != f->stat.st_ino)
        fault_errno(reason(s), "%s", f->path);
    else
        s->found = look(s, f, fd);
    if (fd >= 0)
        close(fd);
    if (s->found)
        s->out->path = memory_text(f->path);
    return !s->found && !stopping(s);
}

static bool nothing_found(const struct seeker *s, struct fault *f)
{
    char want[SHA256_TEXT];

    if (stopping(s))
        return fault(f, FAULT_INTERRUPTED, "stopped");
    if (s->why.kind != FAULT_NONE) {
        *f = s->why;
        return false;
    }
    hex_text(want, span_of(s->w->sha256, sizeof s->w->sha256));
    return fault(f, FAULT_FORMAT, "%s: no file there has the SHA-256 that begins with %.*s",
                 s->w->path, SHORT_DIGEST, want);
}

bool find_bytes(const struct find *w, struct found_bytes *out, struct fault *f)
{
    struct seeker s = { .w = w, .out = out };
    const char *paths[] = { w->path };
    struct walk walk = { .paths = paths, .path_count = 1, .avoid = w->avoid,
                         .avoid_count = w->avoid_count, .each = each, .ctx = &s };

    *out = (struct found_bytes){ 0 };
    if (w->to < w->from || w->to - w->from > FIND_STRETCH_MAX)
        return fault(f, FAULT_LIMIT, "more is asked for than can be kept");
    out->head = memory_get(FIND_HEAD_BYTES);
    out->stretch = memory_get((size_t)(w->to - w->from) + 1);
    s.piece = memory_get(PIECE_BYTES);
    s.digest = digest_open();
    walk_files(&walk);
    digest_close(s.digest);
    free(s.piece);
    if (s.found)
        return true;
    nothing_found(&s, f);
    found_bytes_clear(out);
    return false;
}

void found_bytes_clear(struct found_bytes *b)
{
    free(b->head);
    free(b->stretch);
    free(b->path);
    *b = (struct found_bytes){ 0 };
}
