/* Where a log of audit records may be divided: where no event is open.
 *
 * Records of several events interleave, so a line's end is not enough.  Of the
 * last lines that are buffered it takes the latest end that no event lies
 * across; what is behind goes to the next piece.  An event whose records lie
 * further apart than the window may be cut, and follow counts it.  Lines without
 * a record belong to no event. */
#include "ingest/auditd.h"
#include "ingest/journal.h"

#define WINDOW_BYTES_MAX (512u << 10)
#define MARGIN_LINES 256               /* records that may still belong to an event */
#define SLOTS (2 * AUDIT_WINDOW_LINES)

/* The beginning of a journal's message that is an array of numbers. */
static struct span message_bytes(struct span line, uint8_t *out, size_t room)
{
    static const struct span name = SPAN_INIT("\"MESSAGE\"");
    const uint8_t *end = line.at + line.len;
    const uint8_t *at = memmem(line.at, line.len < 4096 ? line.len : 4096, name.at, name.len);

    if (!at)
        return SPAN_NONE;
    for (at += name.len; at < end && (*at == ' ' || *at == ':'); at++)
        ;
    if (at == end || *at++ != '[')
        return SPAN_NONE;
    return span_of(out, journal_bytes(span_of(at, (size_t)(end - at)), out, room));
}

/* What stands in `audit(...)`: time and serial, whatever the node. */
static uint64_t key_of(struct span line)
{
    static const struct span id = SPAN_INIT("\"_AUDIT_ID\":");
    uint8_t bytes[256];
    struct span audit = SPAN("audit(");
    const uint8_t *at = memmem(line.at, line.len < 512 ? line.len : 512, audit.at, audit.len);
    uint64_t key = 14695981039346656037u;

    if (!at) { /* the journal's JSON */
        at = memmem(line.at, line.len < 4096 ? line.len : 4096, id.at, id.len);
        audit = id;
    }
    if (!at) { /* its bytes as numbers */
        line = message_bytes(line, bytes, sizeof bytes);
        audit = SPAN("audit(");
        at = line.len ? memmem(line.at, line.len, audit.at, audit.len) : NULL;
    }
    if (!at)
        return 0;
    for (at += audit.len; at < line.at + line.len && *at != ')' && *at != ','; at++)
        key = (key ^ *at) * 1099511628211u;
    return key | 1;
}

/* The line of the same event that was met first; this one where there is none. */
static uint32_t earliest(struct audit_cut *c, uint64_t key, uint32_t line)
{
    uint32_t i = (uint32_t)(key >> 8) & (SLOTS - 1);

    while (c->slot_key[i] && c->slot_key[i] != key)
        i = (i + 1) & (SLOTS - 1);
    if (!c->slot_key[i]) {
        c->slot_key[i] = key;
        c->slot_line[i] = line;
    }
    return c->slot_line[i];
}

/* The lines of the window, counted from the end; returns how many. */
static uint32_t read_window(struct audit_cut *c, struct span bytes, size_t end)
{
    uint32_t lines = 0;

    c->start[0] = end; /* line n is from start[n + 1] to start[n] */
    while (lines < AUDIT_WINDOW_LINES && c->start[lines] > 0
           && end - c->start[lines] < WINDOW_BYTES_MAX) {
        size_t stop = c->start[lines];
        const uint8_t *lf = stop > 1 ? memrchr(bytes.at, '\n', stop - 1) : NULL;
        size_t start = lf ? (size_t)(lf - bytes.at) + 1 : 0;

        c->key[lines] = key_of(span_of(bytes.at + start, stop - start));
        c->start[++lines] = start;
    }
    return lines;
}

size_t audit_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    struct audit_cut *c = state;
    const uint8_t *lf = memrchr(bytes.at, '\n', bytes.len);

    (void)offset;
    if (at_end)
        return bytes.len;
    if (!lf)
        return 0;
    size_t end = (size_t)(lf - bytes.at) + 1;
    uint32_t lines = read_window(c, bytes, end);
    uint32_t margin = lines > 2 * MARGIN_LINES ? MARGIN_LINES : lines / 2;
    uint32_t open = 0, best = 0;
    uint32_t first[AUDIT_WINDOW_LINES]; /* of the line's event */

    memset(c->slot_key, 0, sizeof c->slot_key);
    for (uint32_t n = lines; n-- > 0;)
        first[n] = c->key[n] ? earliest(c, c->key[n], n) : n;
    /* From the end: an event that has been met is open until its first line. */
    for (uint32_t n = 0; n < lines; n++) {
        open = first[n] > open ? first[n] : open;
        /* May it be cut before line n? */
        if (open <= n && c->start[n + 1] > 0) {
            best = n + 1;
            if (n + 1 >= margin)
                return c->start[n + 1];
        }
    }
    if (best)
        return c->start[best];
    return c->start[margin] ? c->start[margin] : end;
}

size_t audit_whole(void *state, struct span bytes, uint64_t offset)
{
    const uint8_t *lf = memrchr(bytes.at, '\n', bytes.len);

    (void)state, (void)offset;
    return lf ? (size_t)(lf - bytes.at) + 1 : 0;
}
