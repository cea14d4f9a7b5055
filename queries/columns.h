/* What each column of core/page.h is in the case's tables: an expression, and
 * the tables that it stands in.
 *
 * Aliases, the same in every statement: s sighting, p pair, m module, i image,
 * h host, l load, u the load's user, r its process, ru that one's user, x the
 * Security 4688 row that explains it, pi its parent's image, e evidence. */
#ifndef QUERIES_COLUMNS_H
#define QUERIES_COLUMNS_H

#include "queries/statement.h"

/* A host's name as it is shown: behind a ~ where its records don't say it. */
#define HOST_SHOWN \
    "CASE WHEN h.given IS NULL AND h.origin IN ('record', 'unknown') THEN h.name" \
    " ELSE '~' || h.name END"

/* Tables beside `sighting s` and `load l`, which a statement names itself. */
enum table {
    TABLE_PAIR = 1 << 0,
    TABLE_MODULE = 1 << 1,
    TABLE_IMAGE = 1 << 2,
    TABLE_HOST = 1 << 3,
    TABLE_USER = 1 << 4,
    TABLE_PROCESS = 1 << 5,
    TABLE_EXPLAINED = 1 << 6,
    TABLE_PARENT = 1 << 7,
    TABLE_EVIDENCE = 1 << 8,
    TABLE_RANKING = 1 << 9,
};

/* 0 where nothing speaks for it, NULL in a case that was never ranked. */
#define PRIORITY_SHOWN \
    "(CASE WHEN k.sighting IS NOT NULL OR EXISTS (SELECT 1 FROM meta WHERE key = 'profile')" \
    " THEN ifnull(k.Priority, 0) END)"

const char *columns_expression(enum column c);
unsigned columns_tables(enum column c);

/* Appends ` JOIN ...` for each of the tables (enum table bits), and for those
 * that these need.  No join drops a row: what may be missing is a LEFT JOIN. */
void columns_join(struct statement *s, unsigned tables);

#endif
