/* Streams of bytes inside the child, and what of them goes to the reader.
 *
 * Knows no archive.  Every byte that comes out of one is counted here against
 * what was read of the file, so that no bomb, however it is nested, costs more than
 * its alarm allows. */
#include "ingest/bundle_stream.h"

#include <time.h>
#include <unistd.h>

#define CHUNK FRAME_DATA_MAX /* unpacked at a time */
#define EVTX_MAGIC "ElfFile\0"

struct stream_counts stream_counts;

static void say(char *text, const char *words)
{
    size_t len = 0;

    for (; words && words[len] && len < FRAME_TEXT_MAX; len++)
        text[len] = words[len] >= ' ' && words[len] <= '~' ? words[len] : '?';
    text[len] = 0;
}

void stream_send(struct frame f)
{
    f.consumed = stream_counts.ahead ? 0 : stream_counts.position;
    stream_counts.told = time(NULL);
    child_send(&f);
}

void stream_wrong(struct stream *s, enum outcome outcome, const char *text)
{
    s->ended = true;
    if (s->outcome != OUTCOME_WHOLE)
        return;
    s->outcome = outcome;
    say(s->text, text);
}

ssize_t stream_read_file(struct stream *s, uint8_t *to, size_t len)
{
    ssize_t n = read(CHILD_EVIDENCE, to, len);

    if (n < 0)
        stream_wrong(s, OUTCOME_DAMAGED, "the file can't be read");
    if (n > 0) {
        stream_counts.read += (uint64_t)n;
        stream_counts.position += (uint64_t)n;
    }
    if (time(NULL) != stream_counts.told)
        stream_send((struct frame){ .kind = FRAME_TICK });
    return n;
}

bool stream_too_dense(const struct stream *s, uint64_t unpacked)
{
    return !s->is_evtx && unpacked > RATIO_FLOOR
        && unpacked / s->child->setup.limits.ratio > stream_counts.read - s->read_before + BLOCK;
}

/* Straight from where it comes; 0 at the end, and after an error. */
static size_t stream_more(struct stream *s, uint8_t *to, size_t len)
{
    ssize_t n = s->ended ? 0 : s->more(s, to, len);

    if (n <= 0) {
        s->ended = true;
        return 0;
    }
    s->count += (uint64_t)n;
    if (s->digest)
        digest_add(s->digest, span_of(to, (size_t)n));
    if (!s->from || s->unlimited)
        return (size_t)n;
    if (s->count > s->child->setup.limits.member_bytes)
        stream_wrong(s, OUTCOME_LIMIT, "larger than a member may be (--max-member)");
    else if (stream_too_dense(s, s->count))
        stream_wrong(s, OUTCOME_LIMIT, TOO_DENSE);
    return (size_t)n;
}

/* Holds up to `len` of its first bytes. */
void stream_hold(struct stream *s, size_t len)
{
    size_t n;

    if (len <= s->held_len)
        return;
    s->held = memory_grow(s->held, len, 1);
    while (s->held_len < len
           && (n = stream_more(s, s->held + s->held_len, len - s->held_len)) > 0)
        s->held_len += n;
}

size_t stream_read(struct stream *s, uint8_t *to, size_t len)
{
    if (s->held_at < s->held_len) {
        size_t n = s->held_len - s->held_at < len ? s->held_len - s->held_at : len;

        memcpy(to, s->held + s->held_at, n);
        s->held_at += n;
        return n;
    }
    return stream_more(s, to, len);
}

void stream_drain(struct stream *s)
{
    uint8_t rest[4096];

    s->ended = s->ended && s->outcome == OUTCOME_LIMIT;
    s->ended = s->ended || s->fatal;
    while (stream_more(s, rest, sizeof rest) > 0)
        ;
}

/* ---- to the reader ---- */

void stream_end(enum outcome outcome, const char *text)
{
    stream_send((struct frame){ .kind = FRAME_END, .outcome = outcome, .text = span_text(text) });
}

/* Sends up to one frame more; false at the end and at a limit. */
static bool pump(struct stream *s, bool counted)
{
    static uint8_t bytes[CHUNK];
    const struct bundle_limits *l = &s->child->setup.limits;
    struct frame f = { .kind = FRAME_DATA };
    size_t n = stream_read(s, bytes, CHUNK);

    if (n == 0 || s->outcome == OUTCOME_LIMIT)
        return false;
    stream_counts.unpacked += n;
    if (counted && !s->is_evtx)
        stream_counts.plain += n;
    if (stream_counts.unpacked > l->bundle_bytes)
        stream_wrong(s, OUTCOME_LIMIT, "the bundle is larger than one may be (--max-bundle)");
    else if (stream_counts.plain > RATIO_FLOOR
             && stream_counts.plain / l->ratio > stream_counts.read + BLOCK)
        stream_wrong(s, OUTCOME_LIMIT, TOO_DENSE); /* many members out of the same bytes */
    if (s->outcome == OUTCOME_LIMIT)
        return false;
    f.len = (uint32_t)n;
    f.consumed = stream_counts.ahead ? 0 : stream_counts.position;
    stream_counts.told = time(NULL);
    child_send_data(&f, bytes);
    return true;
}

void stream_send_all(struct stream *s)
{
    s->is_evtx = span_starts(span_of(s->held, s->held_len), SPAN(EVTX_MAGIC));
    while (pump(s, true))
        ;
    stream_end(s->outcome, s->text);
}

void stream_send_head(struct stream *s, enum outcome outcome, const char *text)
{
    while (s->held_at < s->held_len && pump(s, false))
        ;
    if (s->outcome != OUTCOME_WHOLE)
        stream_end(s->outcome, s->text);
    else
        stream_end(s->ended && outcome == OUTCOME_LISTED ? OUTCOME_WHOLE : outcome, text);
}
