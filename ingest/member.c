/* One member of a bundle as a source: told by its first bytes, read, or listed.
 *
 * Never sees an archive's own bytes: the child does (bundle.h).  A member is
 * known again by the bundle's fingerprint, its place in it and its name, so that
 * an ingest that was killed in a bundle passes over what was finished and goes
 * on inside the member that was not. */
#include "ingest/member.h"

#include <stdlib.h>

#define SMALL_BYTES (8u << 20)  /* a member up to here is hashed before it is read */
#define ENCRYPTED "encrypted: give the password with --password-file"
#define SOME_ENCRYPTED "members are encrypted: give the password with --password-file"
#define NOT_OPENED "members are encrypted: the password does not open them"
#define SOME_UNSUPPORTED "members can't be unpacked here: their reasons say by what they can"
#define SOME_CUT "members were cut by a limit"

size_t member_more(struct source *s, struct buffer *b, uint8_t *to, size_t len)
{
    struct tree *t = s->ctx;

    (void)b;
    return bundle_read(t->b, to, len);
}

void member_moved(struct source *s, uint64_t offset)
{
    (void)offset;
    members_keep_pace(s->ctx);
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

void member_begin(struct tree *t, const struct frame *f)
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
        .more = member_more, .moved = member_moved, .ctx = t, .written = t->root->written,
    };
    fingerprint(t, in);
    in->next++;
}

bool member_finished(const struct tree *t, int64_t *resumes)
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

enum source_state member_state(struct tree *t, enum outcome outcome, const char **reason)
{
    struct level *in = t->depth ? &t->level[t->depth - 1] : NULL;

    switch (outcome) {
    case OUTCOME_WHOLE:
    case OUTCOME_LISTED:
        *reason = NULL;
        return SOURCE_COMPLETE;
    case OUTCOME_ENCRYPTED:
        t->locked = true;
        if (!t->r->bundles.passwords)
            *reason = ENCRYPTED;
        if (in)
            in->wrong = t->r->bundles.passwords ? NOT_OPENED : SOME_ENCRYPTED;
        return SOURCE_UNREADABLE;
    case OUTCOME_LIMIT:
        if (in)
            in->wrong = SOME_CUT;
        return SOURCE_PARTIAL;
    case OUTCOME_DAMAGED:
        return SOURCE_PARTIAL;
    case OUTCOME_UNSUPPORTED:
        if (in)
            in->wrong = SOME_UNSUPPORTED;
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
    return member_state(t, f.outcome, reason);
}

static bool list_member(struct tree *t, enum source_state state, const char *format,
                        const char *reason)
{
    int64_t resumes;

    if (member_finished(t, &resumes))
        return true;
    t->member.decoder = NULL;
    return source_opens(&t->member, format, resumes)
        && source_closes(&t->member, state, t->member.size, NULL, reason);
}

bool member_without_bytes(struct tree *t, const struct frame *f)
{
    char text[FRAME_TEXT_MAX + 1] = "";
    const char *reason = text;
    enum source_state state;

    memcpy(text, f->text.at, f->text.len);
    state = member_state(t, f->outcome, &reason);
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

    if (member_finished(t, &resumes))
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

bool member_take(struct tree *t, bool *bytes)
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
