/* Buffers, cuts and hands on, wherever the bytes come from.
 *
 * Never seeks.  The surprise: pieces are cut from buffers whose size follows
 * from the bytes alone, so that an interrupted ingest meets the same pieces
 * again.  A piece that lies across the place up to which an earlier ingest had
 * committed shows that the bytes are others than before (READ_OTHER_BYTES). */
#include "ingest/source.h"

#include "ingest/reader.h"

#include <assert.h>
#include <stdlib.h>

#define CASE_MAGIC "SQLite format 3"
#define CASE_ID_AT 68
#define CASE_ID "MHNT"

static struct job *job_for(struct source *s, enum job_kind kind, uint64_t begin, uint64_t end)
{
    struct job *j = memory_zero(1, sizeof *j);
    bool full = false;

    j->kind = kind;
    j->decoder = s->decoder;
    j->batch = batch_open(s->number, begin, end);
    j->batch->zone = s->r->zone;
    j->batch->written = s->written;
    if (s->decoder)
        j->batch->unnamed = arena_copy(&j->batch->arena, collection_unnamed(&s->collection),
                                       &full);
    if (s->followed)
        j->batch->followed = arena_copy(&j->batch->arena, span_of(s->followed, SHA256_BYTES),
                                        &full).at;
    return j;
}

bool source_opens(struct source *s, const char *format, int64_t resumes)
{
    s->number = ++s->r->sources;
    struct job *j = job_for(s, JOB_OPENS, 0, 0);
    struct source_opens *o = arena_get(&j->batch->arena, sizeof *o);
    bool full = false;

    assert(o);
    o->path = arena_copy(&j->batch->arena, s->path, &full);
    o->bundle = arena_copy(&j->batch->arena, s->bundle, &full);
    o->size = s->size;
    o->format = format;
    o->resumes = resumes;
    memcpy(o->fingerprint, s->fingerprint, FINGERPRINT_BYTES);
    if (j->batch->unnamed.len) {
        o->unnamed = j->batch->unnamed;
        o->host = arena_copy(&j->batch->arena, collection_host(&s->collection), &full);
        o->trust = s->collection.trust;
    }
    j->batch->opens = o;
    return line_put(s->r->line, j);
}

bool source_closes(struct source *s, enum source_state state, uint64_t size,
                   const uint8_t *sha256, const char *reason)
{
    struct job *j = job_for(s, JOB_CLOSES, s->decoder ? size : 0, s->decoder ? size : 0);
    struct source_closes *c = arena_get(&j->batch->arena, sizeof *c);
    bool full = false;

    assert(c);
    c->state = state;
    c->size = size;
    c->hashed = sha256 != NULL;
    if (sha256)
        memcpy(c->sha256, sha256, SHA256_BYTES);
    c->reason = arena_copy(&j->batch->arena, span_text(reason), &full);
    c->fingerprint = arena_copy(&j->batch->arena, span_of(s->fingerprint, FINGERPRINT_BYTES),
                                &full).at;
    j->batch->closes = c;
    return line_put(s->r->line, j);
}

bool source_listed(struct source *s, enum source_state state, const char *format,
                   const char *reason)
{
    s->decoder = NULL;
    return source_opens(s, format, 0) && source_closes(s, state, s->size, NULL, reason);
}

void source_fill(struct source *s, struct buffer *b, size_t target)
{
    if (b->room < target + 1) {
        b->room = target + 1;
        b->at = memory_grow(b->at, b->room, 1);
    }
    while (!b->ended && b->len <= target) {
        size_t want = target + 1 - b->len;
        size_t n = s->more(s, b, b->at + b->len, want);

        digest_add(s->r->digest, span_of(b->at + b->len, n));
        b->len += n;
        b->ended = n < want;
    }
}

/* Hands the first n bytes on; what is behind them goes to a buffer of its own. */
static bool hand_on(struct source *s, struct buffer *b, size_t n, struct span prefix,
                    bool damaged)
{
    struct job *j = job_for(s, JOB_PIECE, b->offset, b->offset + n);
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
    if (s->moved)
        s->moved(s, b->offset);
    return line_put(s->r->line, j);
}

bool source_hand_on(struct source *s, struct piece piece, uint8_t *buffer, bool caught_up)
{
    struct job *j = job_for(s, JOB_PIECE, piece.offset, piece.offset + piece.bytes.len);
    bool full = false;

    piece.prefix = arena_copy(&j->batch->arena, piece.prefix, &full);
    j->piece = piece;
    j->buffer = buffer;
    j->mute = piece.offset + piece.bytes.len <= s->muted;
    j->batch->caught_up = caught_up;
    return line_put(s->r->line, j);
}

enum reading source_read(struct source *s, struct buffer *b)
{
    const struct decoder *d = s->decoder;
    size_t target = d->piece_bytes;
    void *state = memory_zero(1, d->cut_bytes ? d->cut_bytes : 1);
    enum reading result = READ_ALL;

    for (;;) {
        source_fill(s, b, target);
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

static bool is_case(struct span head)
{
    return span_starts(head, SPAN(CASE_MAGIC "\0")) && head.len >= CASE_ID_AT + 4
        && memcmp(head.at + CASE_ID_AT, CASE_ID, 4) == 0;
}

struct taste source_taste(struct span head)
{
    struct taste t = { .state = SOURCE_READING, .magic = magic_of(head) };

    if (head.len == 0)
        return (struct taste){ .state = SOURCE_EMPTY, .format = "unknown" };
    if (is_case(head))
        return (struct taste){ .state = SOURCE_SKIPPED, .format = "case",
                               .reason = "a case of modhunt, not read" };
    if (t.magic.kind == KIND_UNKNOWN && (t.decoder = decoder_for(head)) == NULL)
        t.magic = magic_last(head);
    t.format = t.decoder ? t.decoder->name : t.magic.name;
    t.reason = t.magic.advice;
    if (t.magic.kind == KIND_CLOSED)
        t.state = SOURCE_UNREADABLE;
    else if (t.magic.kind == KIND_OTHER || (t.magic.kind == KIND_UNKNOWN && !t.decoder))
        t.state = SOURCE_UNKNOWN;
    return t;
}
