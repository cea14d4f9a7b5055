/* The members of a bundle as sources: each has a row of its own in the ledger,
 * and so has every bundle, the outermost with the digest of the whole file.
 *
 * Walks what the child tells (bundle.h) and hashes the file behind it at the
 * child's pace; member.c takes each member. */
#include "ingest/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_BYTES (256u << 10)
#define NESTED_SIGN "!"

static bool stopping(void *ctx)
{
    struct tree *t = ctx;

    return line_stopping(t->r->line);
}

/* ---- the file behind the bundle ---- */

/* Hashes up to where the child has read: the bytes are at hand then. */
static void hash_to(struct tree *t, uint64_t place)
{
    while (!t->of->stream && t->hashed < place && !line_stopping(t->r->line)) {
        uint64_t left = place - t->hashed;
        ssize_t n = pread(t->of->fd, t->bytes, left < HASH_BYTES ? (size_t)left : HASH_BYTES,
                          (off_t)t->hashed);

        if (n <= 0)
            return;
        digest_add(t->digest, span_of(t->bytes, (size_t)n));
        t->hashed += (uint64_t)n;
    }
}

void members_keep_pace(struct tree *t)
{
    uint64_t done = bundle_consumed(t->b);

    if (!t->of->stream && done > t->root->size)
        done = t->root->size;
    hash_to(t, done);
    atomic_store(&t->r->bytes_done, t->of->done_before + done);
}

static bool file_changed(const struct tree *t)
{
    struct stat now;

    return !t->of->stream
        && (fstat(t->of->fd, &now) != 0 || (uint64_t)now.st_size != t->root->size
            || t->hashed != t->root->size || now.st_mtim.tv_sec != t->of->modified.tv_sec
            || now.st_mtim.tv_nsec != t->of->modified.tv_nsec);
}

/* ---- bundles ---- */

static bool enter(struct tree *t, const struct frame *f)
{
    struct level *l = &t->level[t->depth];
    bool outermost = t->depth == 0;
    int64_t resumes = t->of->resumes;
    size_t room = t->member.bundle.len + t->member.path.len + 2;

    *l = (struct level){ .row = t->member,
                         .compressed = f->form == FORM_GZIP || f->form == FORM_BZIP2
                                    || f->form == FORM_XZ || f->form == FORM_ZSTD };
    l->row.decoder = NULL;
    l->chain = memory_zero(room, 1);
    if (t->member.bundle.len) {
        memcpy(l->chain, t->member.bundle.at, t->member.bundle.len);
        memcpy(l->chain + t->member.bundle.len, NESTED_SIGN, 1);
    }
    l->row.path = span_of(l->chain + strlen(l->chain), t->member.path.len);
    memcpy(l->chain + strlen(l->chain), t->member.path.at, t->member.path.len);
    l->has_row = outermost || !member_finished(t, &resumes);
    t->depth++;
    return !l->has_row || source_opens(&l->row, bundle_form_name(f->form), resumes);
}

static bool close_level(struct tree *t, const struct frame *f, const char *broken)
{
    struct level *l = &t->level[--t->depth];
    char text[FRAME_TEXT_MAX + 1] = "";
    const char *reason = text;
    enum source_state state = SOURCE_PARTIAL;
    uint64_t size = f ? f->size : l->row.size;
    const uint8_t *sha256 = f && f->hashed && !l->unhashed ? f->sha256 : NULL;
    uint8_t whole[SHA256_BYTES];
    bool is_file = t->depth == 0 && !t->of->stream, go_on = true;

    if (f) {
        memcpy(text, f->text.at, f->text.len);
        state = member_state(t, f->outcome, &reason);
    } else {
        reason = broken;
    }
    if (is_file) {
        hash_to(t, t->root->size);
        if (line_stopping(t->r->line))
            return false;
        digest_take(t->digest, whole);
        sha256 = l->unhashed ? NULL : whole;
        size = t->root->size;
    }
    if (state == SOURCE_COMPLETE && l->wrong) {
        state = SOURCE_PARTIAL;
        reason = l->wrong;
    }
    if (state == SOURCE_COMPLETE && l->next == 0) {
        state = SOURCE_EMPTY;
        reason = "nothing is in it";
    }
    if (is_file && file_changed(t)) {
        state = SOURCE_PARTIAL;
        reason = "changed while it was read";
    }
    if (t->depth && l->wrong)
        t->level[t->depth - 1].wrong = l->wrong;
    if (l->has_row)
        go_on = source_closes(&l->row, state, size, sha256, reason);
    if (go_on && sha256 && state == SOURCE_COMPLETE)
        seen_add(t->r->seen, size, l->row.fingerprint, sha256);
    return go_on;
}

static bool take_frame(struct tree *t, const struct frame *f)
{
    bool bytes;

    switch (f->kind) {
    case FRAME_MEMBER:
        member_begin(t, f);
        return member_take(t, &bytes);
    case FRAME_END:
        return member_without_bytes(t, f);
    case FRAME_ENTER:
        return enter(t, f);
    case FRAME_LEAVE:
        return close_level(t, f, NULL);
    case FRAME_DATA:
    case FRAME_TICK:
        return true;
    }
    return true;
}

static bool take_all(struct tree *t)
{
    char why[2 * FRAME_TEXT_MAX];
    struct frame f;
    bool bytes;

    t->member = *t->root;
    t->member.more = member_more;
    t->member.moved = member_moved;
    t->member.ctx = t;
    if (t->of->stream && !member_take(t, &bytes))
        return false;
    while (bundle_next(t->b, &f)) {
        if (!take_frame(t, &f))
            return false;
        members_keep_pace(t);
    }
    if (line_stopping(t->r->line))
        return false;
    snprintf(why, sizeof why, "%s: the rest of the bundle was not read", bundle_why(t->b)
             ? bundle_why(t->b) : "the archive's reader said no more");
    while (t->depth > 0)
        if (!close_level(t, NULL, why))
            return false;
    return true;
}

bool members_take(struct source *s, const struct members_of *of)
{
    struct tree t = { .r = s->r, .of = of, .root = s };
    struct bundle_input in = { .fd = of->fd, .stream = of->stream,
                               .name = span_file_name(s->path), .stopping = stopping, .ctx = &t };
    struct fault f = { 0 };
    bool go_on;

    t.b = bundle_open(&in, &s->r->bundles, &f);
    if (!t.b)
        return source_listed(s, SOURCE_UNREADABLE, "unknown", f.text);
    t.digest = digest_open();
    digest_of(span_of(&(int64_t[]){ moment_now(), getpid() }, 2 * sizeof(int64_t)), t.stream_key);
    t.bytes = memory_get(HASH_BYTES);
    go_on = take_all(&t);
    if (t.locked && !of->stream)
        locked_add(&s->r->locked, s->path);
    bundle_close(t.b);
    for (unsigned i = 0; i <= BUNDLE_DEPTH_MAX; i++)
        free(t.level[i].chain);
    digest_close(t.digest);
    free(t.bytes);
    free(t.name);
    return go_on;
}
