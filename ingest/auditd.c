/* auditd's log: audit.log and what ausearch prints of one.
 *
 * A record here is an audit event: all lines of one (node, time, serial).  What
 * a line can't be read as is a loss; what ausearch prints between events is
 * nothing.  The parts are told in auditd.h. */
#include "ingest/auditd.h"

#include "ingest/decoder.h"
#include "ingest/lines.h"

#define PIECE_BYTES (512u << 10)
#define PIECE_BYTES_MAX (4u << 20)
#define LINES_TRIED 64
#define LINE_BYTES_MAX (64u << 10)

/* The first lines that are something are records, but for one that the rotation
 * may have cut. */
static bool auditd_sniff(struct span head)
{
    unsigned lines = 0, records = 0;
    struct audit_head h;

    while (head.len && lines < LINES_TRIED && records < 2) {
        enum audit_line what = audit_line(line_take(&head), false, &h);

        lines += what != AUDIT_NOTHING;
        records += what == AUDIT_RECORD;
        if (lines > 1 && records == 0)
            return false;
    }
    return records > 0;
}

static void auditd_decode(const struct piece *p, struct batch *b)
{
    struct audit_group *g = audit_group_open(b);
    struct span rest = p->bytes;
    struct audit_head h;

    while (rest.len) {
        uint64_t place = p->offset + (uint64_t)(rest.at - p->bytes.at);

        if (b->counts.damaged >= LINES_LOSSES_MAX) {
            batch_loss(b, place, rest.len, TOO_MANY_LOSSES);
            break;
        }
        struct span line = line_take(&rest);
        if (line.len > LINE_BYTES_MAX)
            line.len = LINE_BYTES_MAX;
        switch (audit_line(line, false, &h)) {
        case AUDIT_RECORD:
            audit_group_take(g, &h, place);
            break;
        case AUDIT_NOTHING:
            break;
        case AUDIT_BROKEN:
            batch_loss(b, place, line.len, "a line that is no audit record");
            break;
        }
    }
    audit_group_end(g);
}

const struct decoder auditd_decoder = {
    .name = "auditd",
    .sniff = auditd_sniff,
    .cut = audit_cut,
    .cut_bytes = sizeof(struct audit_cut),
    .whole = audit_whole,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = auditd_decode,
    .follow = audit_follow,
    .follow_bytes = AUDIT_FOLLOW_BYTES,
    .follow_end = audit_follow_end,
    .chains = true,
};
