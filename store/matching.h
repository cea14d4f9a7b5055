/* What a filter asks of texts, as an SQL function:
 *
 *     text_answers(text, how, value...)
 *
 * how: an enum matcher_kind, plus MATCHING_* bits (queries/filter_sql.h).  1
 * where any of the values answers the text, else 0.  NULL answers nothing.  A
 * match that a limit ended answers, unless MATCHING_SURE is asked for.
 * SQLITE_DIRECTONLY: no file can call it from its schema. */
#ifndef STORE_MATCHING_H
#define STORE_MATCHING_H

#include "core/fault.h"

struct sqlite3;

bool matching_register(struct sqlite3 *db, struct fault *f) MUST_CHECK;

#endif
