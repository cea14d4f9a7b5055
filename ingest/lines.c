/* The lines of a piece. */
#include "ingest/lines.h"

bool lines_next(struct lines *l)
{
    while (l->rest.len) {
        l->place = l->piece->offset + (uint64_t)(l->rest.at - l->piece->bytes.at);
        if (l->batch->counts.damaged >= LINES_LOSSES_MAX) {
            batch_loss(l->batch, l->place, l->rest.len, TOO_MANY_LOSSES);
            return false;
        }
        l->line = span_trimmed(line_take(&l->rest));
        if (l->line.len)
            return true;
    }
    return false;
}
