/* The statements behind `modhunt record`.
 *
 * No index leads from a place to its load.  But loads of one file lie in blocks, nearly
 * always in the order of their places, so that a block's first and last load say
 * whether it holds a place: that is asked first, and one look at all loads is left for
 * what lies out of order, or is no load. */
#include "queries/record.h"

#define OF_FILE " WHERE evidence IN (SELECT id FROM evidence WHERE sha256 = ?1) AND place = ?2"

static const char *const texts[RECORD_PART_COUNT] = {
    /* the file itself before what an archive holds, a copy last */
    [RECORD_EVIDENCE] = "SELECT sha256, coalesce(path_raw, path), bundle, path, size, format, state,"
                        " reason FROM evidence WHERE sha256 >= ?1 AND sha256 < ?2"
                        " ORDER BY sha256, state = 'duplicate', bundle IS NOT NULL, id",
    [RECORD_OUTER] = "SELECT coalesce(path_raw, path), size FROM evidence WHERE bundle IS NULL"
                     " AND (path = ?1 OR substr(?1, 1, length(path) + 1) = path || '!')"
                     " ORDER BY length(path) DESC, id",
    [RECORD_NEAR] = "SELECT 'load', l.record, l.flags & 255, 0, NULL FROM load_block b"
                    " CROSS JOIN load l ON l.id BETWEEN b.first_load AND b.last_load"
                    " AND l.evidence = b.evidence AND l.place = ?2"
                    " WHERE b.evidence IN (SELECT id FROM evidence WHERE sha256 = ?1)"
                    " AND (SELECT place FROM load WHERE id = b.first_load) <= ?2"
                    " AND (SELECT place FROM load WHERE id = b.last_load) >= ?2",
    [RECORD_ROWS] = "SELECT 'load', record, flags & 255, 0, NULL FROM load" OF_FILE
                    " UNION ALL SELECT CASE ended WHEN 0 THEN 'process start' ELSE 'process end'"
                    " END, record, flags & 255, 0, NULL FROM process_record" OF_FILE
                    " UNION ALL SELECT 'context', record, flags & 255, 0, NULL FROM context" OF_FILE
                    " UNION ALL SELECT 'copy', record, flags & 255, 0, NULL FROM copy" OF_FILE
                    " UNION ALL SELECT kind, NULL, 0, len, reason FROM ingest_problem" OF_FILE,
};

void record_compile(struct statement *s, enum record_part part)
{
    statement_put(s, texts[part]);
}
