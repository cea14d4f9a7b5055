/* The members of a bundle as sources: each has a row of its own in the ledger,
 * and so has every bundle, the outermost with the digest of the whole file.
 *
 * Never sees an archive's own bytes: the child does (bundle.h).  A member is
 * known again by the bundle's fingerprint, its place in it and its name, so that
 * an ingest that was killed in a bundle passes over what was finished and goes
 * on inside the member that was not. */
#include "ingest/members.h"

#include "ingest/bundle.h"
#include "ingest/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL_BYTES (8u << 20)  /* a member up to here is hashed before it is read */
#define HASH_BYTES (256u << 10)
#define NESTED_SIGN "!"
#define ENCRYPTED "encrypted: give the password with --password-file"
#define SOME_ENCRYPTED "members are encrypted: give the password with --password-file"
#define SOME_CUT "members were cut by a limit"

/* A bundle that is open, and its row. */
struct level {
    struct source row;
    bool has_row;             /* false: the row was finished by an earlier ingest */
    char *chain;              /* what its members call their bundle */
    uint64_t next;            /* the number of the next member */
    bool compressed;          /* gzip and the like: maybe of one file alone */
    const char *wrong;        /* why it can't be complete, whatever the child says */
    bool unhashed;            /* give it no digest: it is to be read again */
};

struct tree {
    struct reader *r;
    struct bundle *b;
    const struct members_of *of;
    struct source *root;
    struct level level[BUNDLE_DEPTH_MAX + 1];
    unsigned depth;           /* levels open */
    struct source member;     /* the one that is under way */
    char *name;               /* of it */
    enum member_what what;
    bool end_taken;           /* its FRAME_END was read */
    uint8_t stream_key[FINGERPRINT_BYTES]; /* of a stream, which has no fingerprint: drawn */
    struct digest *digest;    /* of the file, as far as the child has read */
    uint64_t hashed;
    uint8_t *bytes;           /* room for hashing */
};

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

static void keep_pace(struct tree *t)
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

/* ---- one member ---- */

static size_t more_of_member(struct source *s, struct buffer *b, uint8_t *to, size_t len)
{
    struct tree *t = s->ctx;

    (void)b;
    return bundle_read(t->b, to, len);
}

static void member_moved(struct source *s, uint64_t offset)
{
    (void)offset;
    keep_pace(s->ctx);
}

/* SHA-256 of the bundle's own, the member's number (eight bytes) and its name. */
static void fingerprint(struct tree *t, const struct level *in)
{
    uint8_t number[8];

    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(in->next >> (8 * i));
    digest_reset(t->r->digest);
    digest_add(t->r->digest, span_of(in->row.fingerprint, FINGERPRINT_BYTES));
    digest_add(t->r->digest, span_of(number, sizeof number));
    digest_add(t->r->digest, t->member.path);
    digest_take(t->r->digest, t->member.fingerprint);
}

static void begin_member(struct tree *t, const struct frame *f)
{
    struct level *in = &t->level[t->depth - 1];
    struct span name = f->name.len ? f->name : SPAN("(no name)");

    free(t->name);
    t->name = memory_zero(name.len + 1, 1);
    memcpy(t->name, name.at, name.len);
    t->what = f->what;
    t->member = (struct source){
        .r = t->r, .path = span_of(t->name, name.len), .bundle = span_text(in->chain),
        .size = f->size == SIZE_UNKNOWN || f->size > INT64_MAX ? 0 : f->size,
        .more = more_of_member, .moved = member_moved, .ctx = t, .written = t->root->written,
    };
    fingerprint(t, in);
    in->next++;
}

/* Was it finished by an earlier ingest of the same bundle? */
static bool is_finished(const struct tree *t, int64_t *resumes)
{
    struct known *k = t->of->stream ? NULL : seen_member(t->r->seen, t->member.fingerprint);

    *resumes = 0;
    if (!k || k->evidence == 0)
        return false;
    if (k->state == SOURCE_READING) {
        *resumes = k->evidence;
        k->state = SOURCE_COMPLETE; /* taken once */
        return false;
    }
    /* Read again only where a bundle that was finished is given again. */
    return t->of->resumes || (k->state != SOURCE_PARTIAL && k->state != SOURCE_UNREADABLE);
}

static uint64_t place_of(const struct tree *t)
{
    const struct known *k = seen_member(t->r->seen, t->member.fingerprint);

    return k ? k->place : 0;
}

/* What the child said of its end, as the ledger has it. */
static enum source_state state_of(struct tree *t, enum outcome outcome, const char **reason)
{
    struct level *in = t->depth ? &t->level[t->depth - 1] : NULL;

    switch (outcome) {
    case OUTCOME_WHOLE:
    case OUTCOME_LISTED:
        *reason = NULL;
        return SOURCE_COMPLETE;
    case OUTCOME_ENCRYPTED:
        if (!t->r->bundles.password)
            *reason = ENCRYPTED;
        if (in)
            in->wrong = SOME_ENCRYPTED;
        return SOURCE_UNREADABLE;
    case OUTCOME_LIMIT:
        if (in)
            in->wrong = SOME_CUT;
        return SOURCE_PARTIAL;
    case OUTCOME_DAMAGED:
        return SOURCE_PARTIAL;
    case OUTCOME_UNSUPPORTED:
        return SOURCE_UNREADABLE;
    }
    return SOURCE_PARTIAL;
}

/* The end of a member, or why there is none; the text lives until the next. */
static enum source_state member_end(struct tree *t, char text[static FRAME_TEXT_MAX + 1],
                                    const char **reason)
{
    struct frame f;

    *reason = text;
    t->end_taken = true;
    if (!bundle_next(t->b, &f) || f.kind != FRAME_END) {
        const char *why = bundle_why(t->b);

        *reason = why ? why : "the archive ends in it";
        return SOURCE_PARTIAL;
    }
    memcpy(text, f.text.at, f.text.len);
    text[f.text.len] = 0;
    return state_of(t, f.outcome, reason);
}

static bool list_member(struct tree *t, enum source_state state, const char *format,
                        const char *reason)
{
    int64_t resumes;

    if (is_finished(t, &resumes))
        return true;
    t->member.decoder = NULL;
    return source_opens(&t->member, format, resumes)
        && source_closes(&t->member, state, t->member.size, NULL, reason);
}

/* A member that ended without a byte. */
static bool member_without_bytes(struct tree *t, const struct frame *f)
{
    char text[FRAME_TEXT_MAX + 1] = "";
    const char *reason = text;
    enum source_state state;

    memcpy(text, f->text.at, f->text.len);
    state = state_of(t, f->outcome, &reason);
    if (t->what == MEMBER_LINK)
        return list_member(t, SOURCE_SKIPPED, "link", "a link, not followed");
    if (t->what == MEMBER_SPECIAL)
        return list_member(t, SOURCE_SKIPPED, "special", "a device or a pipe, not read");
    if (state == SOURCE_COMPLETE)
        return list_member(t, SOURCE_EMPTY, "unknown", NULL);
    return list_member(t, state == SOURCE_PARTIAL ? SOURCE_UNREADABLE : state, "unknown", reason);
}

static bool read_member(struct tree *t, struct buffer *b, int64_t resumes)
{
    struct source *s = &t->member;
    char text[FRAME_TEXT_MAX + 1];
    const char *reason;
    uint8_t sha256[SHA256_BYTES];
    enum source_state state;

    s->muted = resumes ? place_of(t) : 0;
    if (!source_opens(s, s->decoder->name, resumes))
        return false;
    switch (source_read(s, b)) {
    case READ_STOPPED:
        return false;
    case READ_OTHER_BYTES:
        if (t->depth)
            t->level[0].unhashed = t->level[t->depth - 1].unhashed = true;
        return source_closes(s, SOURCE_PARTIAL, s->muted, NULL, OTHER_BYTES);
    case READ_ALL:
        break;
    }
    digest_take(t->r->digest, sha256);
    state = member_end(t, text, &reason);
    if (line_stopping(t->r->line))
        return false;
    if (state == SOURCE_UNREADABLE && b->offset > 0)
        state = SOURCE_PARTIAL;
    seen_add(t->r->seen, b->offset, s->fingerprint, sha256);
    return source_closes(s, state, b->offset, sha256, reason);
}

/* Whose its records are that name no host. */
static void find_collection(struct tree *t, struct span head)
{
    struct around around[BUNDLE_DEPTH_MAX + 1];

    for (unsigned i = 0; i < t->depth; i++)
        around[i] = (struct around){
            .path = t->level[i].row.path, .compressed = t->level[i].compressed,
            .fingerprint = i == 0 && t->of->stream ? t->stream_key
                                                   : t->level[i].row.fingerprint,
        };
    collection_find(&t->member.collection, &(struct lying){
        .host = t->r->host, .given = t->of->given, .around = around, .depth = t->depth,
        .path = t->member.path, .head = head });
}

/* Its first bytes are buffered. */
static bool member_of_format(struct tree *t, struct buffer *b, const struct taste *taste)
{
    uint8_t sha256[SHA256_BYTES];
    int64_t resumes;

    if (is_finished(t, &resumes))
        return true;
    t->member.decoder = taste->decoder;
    find_collection(t, span_of(b->at, b->len < SNIFF_BYTES ? b->len : SNIFF_BYTES));
    if (!resumes) {
        source_fill(&t->member, b, SMALL_BYTES);
        digest_take(t->r->digest, sha256);
        if (b->ended && seen_bytes(t->r->seen, sha256))
            return source_opens(&t->member, taste->format, 0)
                && source_closes(&t->member, SOURCE_DUPLICATE, b->len, sha256, NULL);
    }
    return read_member(t, b, resumes);
}

/* Not read on: its end says whether it could have been. */
static bool member_listed(struct tree *t, const struct taste *taste)
{
    char text[FRAME_TEXT_MAX + 1];
    const char *reason;
    enum source_state state = member_end(t, text, &reason);

    if (taste->state == SOURCE_READING) /* a bundle that the child did not enter */
        return list_member(t, SOURCE_UNREADABLE, taste->format, reason);
    if (state == SOURCE_COMPLETE)
        return list_member(t, taste->state, taste->format, taste->reason);
    return list_member(t, taste->state == SOURCE_UNKNOWN ? state : taste->state, taste->format,
                       taste->state == SOURCE_UNKNOWN ? reason : taste->reason);
}

/* A member, or a stream that is plain evidence, once its first bytes are here.
 * False, and *bytes false, where it has none. */
static bool take_member(struct tree *t, bool *bytes)
{
    char text[FRAME_TEXT_MAX + 1];
    const char *reason;
    struct buffer b = { 0 };
    struct taste taste;
    bool go_on = true;

    t->end_taken = false;
    digest_reset(t->r->digest);
    source_fill(&t->member, &b, SNIFF_BYTES - 1);
    *bytes = b.len > 0;
    if (*bytes) {
        taste = source_taste(span_of(b.at, b.len));
        go_on = taste.state == SOURCE_READING && taste.decoder
            ? member_of_format(t, &b, &taste) : member_listed(t, &taste);
        if (go_on && !t->end_taken)
            member_end(t, text, &reason);
    }
    free(b.at);
    return go_on;
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
    l->has_row = outermost || !is_finished(t, &resumes);
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
        state = state_of(t, f->outcome, &reason);
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
        begin_member(t, f);
        return take_member(t, &bytes);
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
    t->member.more = more_of_member;
    t->member.moved = member_moved;
    t->member.ctx = t;
    if (t->of->stream && !take_member(t, &bytes))
        return false;
    while (bundle_next(t->b, &f)) {
        if (!take_frame(t, &f))
            return false;
        keep_pace(t);
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
    bundle_close(t.b);
    for (unsigned i = 0; i <= BUNDLE_DEPTH_MAX; i++)
        free(t.level[i].chain);
    digest_close(t.digest);
    free(t.bytes);
    free(t.name);
    return go_on;
}
