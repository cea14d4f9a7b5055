/* What else the ledger knows of one file or one host, and how gaps in record
 * numbers are reckoned. */
#ifndef QUERIES_ABOUT_H
#define QUERIES_ABOUT_H

#include "queries/statement.h"

/* Files of one host and channel in the order of their numbers, each beside the
 * highest number before it; then runs of files that overlap or follow at once.
 * Serials of auditd start again at each boot: no gap is between them.
 * total() and not sum(): what evidence numbers may be too large to add up.  A
 * host that was merged into another stands for nothing of its own. */
#define RUNS \
    "WITH placed AS (SELECT coalesce(h.merged_into, h.id) AS host, r.evidence, r.Channel, r.first," \
    " r.last, r.records, r.first_time, r.last_time, r.loads, r.processes, r.context" \
    " FROM record_range r JOIN host h ON h.id = r.host)," \
    " ordered AS (SELECT host, Channel, first, last, records, max(last) OVER (PARTITION BY" \
    " host, Channel ORDER BY first, last, evidence ROWS BETWEEN UNBOUNDED PRECEDING AND 1" \
    " PRECEDING) AS before FROM placed WHERE first IS NOT NULL AND Channel <> 'audit')," \
    " numbered AS (SELECT *, sum(before IS NULL OR first > before + 1) OVER (PARTITION BY host," \
    " Channel ORDER BY first, last ROWS UNBOUNDED PRECEDING) AS run FROM ordered)," \
    " run AS (SELECT host, Channel, run, max(0, max(last) - min(first) + 1 - sum(records))" \
    " AS inside, max(0, min(first) - min(before) - 1) AS ahead FROM numbered" \
    " GROUP BY host, Channel, run)," \
    " gap AS (SELECT host, Channel, sum(inside > 0) + sum(ifnull(ahead, 0) > 0) AS gaps," \
    " CAST(total(inside) + total(ahead) AS INTEGER) AS missing FROM run GROUP BY host, Channel) "

/* QUESTION_ABOUT. */
void about_compile(const struct question *q, struct statement *s);

#endif
