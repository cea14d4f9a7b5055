/* The views that `modhunt sql` and the hunting queries have beside the case's
 * tables: hits, sightings, loads, modules, hosts, prevalence, processes, contexts
 * (docs/sql.md; plural, where the tables are singular).  They stand in the asking connection's own TEMP
 * schema and never in a case. */
#ifndef QUERIES_VIEWS_H
#define QUERIES_VIEWS_H

#include "queries/statement.h"

enum view {
    VIEW_HITS, VIEW_SIGHTINGS, VIEW_LOADS, VIEW_MODULES, VIEW_HOSTS, VIEW_PREVALENCE,
    VIEW_PROCESSES, VIEW_CONTEXTS, VIEW_COUNT
};

/* `CREATE TEMP VIEW ...` */
void views_compile(struct statement *s, enum view view);

#endif
