/* The views that `modhunt sql` has beside the case's tables: hits, sightings,
 * loads, modules (docs/sql.md).  They stand in the asking connection's own TEMP
 * schema and never in a case. */
#ifndef QUERIES_VIEWS_H
#define QUERIES_VIEWS_H

#include "queries/statement.h"

enum view { VIEW_HITS, VIEW_SIGHTINGS, VIEW_LOADS, VIEW_MODULES, VIEW_COUNT };

/* `CREATE TEMP VIEW ...` */
void views_compile(struct statement *s, enum view view);

#endif
