/* The lines of one audit event: they share a stamp, `audit(TIME:SERIAL)`, and the
 * kernel may write other events' lines between them.
 *
 * Looks only a little way: auditd itself gives an event two seconds. */
#include "ingest/record.h"

#define AUDIT_REACH_MAX (256u << 10) /* bytes from the first line to the last */

static struct span next_line(struct span *rest)
{
    const uint8_t *lf = memchr(rest->at, '\n', rest->len);
    struct span line = span_of(rest->at, lf ? (size_t)(lf - rest->at) + 1 : rest->len);

    *rest = span_of(rest->at + line.len, rest->len - line.len);
    return line;
}

static struct span stamp_of(struct span line)
{
    const uint8_t *at = memmem(line.at, line.len, "audit(", 6);
    const uint8_t *end = at ? memchr(at, ')', line.len - (size_t)(at - line.at)) : NULL;

    return end ? span_of(at, (size_t)(end - at) + 1) : SPAN_NONE;
}

void record_audit(struct record *r, struct span rest)
{
    struct span stamp = stamp_of(r->bytes), line;
    const uint8_t *begin = rest.at;
    uint8_t *out;
    size_t len = 0, behind = 0;

    rest.len = rest.len < AUDIT_REACH_MAX ? rest.len : AUDIT_REACH_MAX;
    out = span_logged(stamp) ? arena_bytes(&r->arena, rest.len + 1) : NULL;
    if (!out)
        return;
    while (rest.len) {
        line = next_line(&rest);
        if (!memmem(line.at, line.len, stamp.at, stamp.len))
            continue;
        memcpy(out + len, line.at, line.len);
        len += line.len;
        behind = (size_t)(line.at + line.len - begin);
    }
    arena_trim(&r->arena, out, len);
    r->text = span_of(out, len);
    r->bytes = span_of(begin, behind);
    r->rendered = true;
}
