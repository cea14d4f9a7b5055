/* The score as SQL: each factor, their sum, and their names.
 *
 *     is_temp_path(ImageLoaded)       is_unc_path(ImageLoaded)
 *     is_suspicious_loader(Image)     is_known_good_dir(ImageLoaded)
 *     is_unsigned(Signed)
 *     suspicion_score(Image, ImageLoaded, Signed)
 *     suspicion_factors(Image, ImageLoaded, Signed)    'IsTempPath+IsUnsigned'
 * Each of these takes a platform as a last argument more ('linux', 'macos');
 * without it the paths are Windows'.
 *     factor_names(factors)           the same of a stored `factors`
 *     reason_names(reasons)           of a stored `reasons`; not in the extension
 *     moment_text(microseconds)       '2022-08-31T20:39:07.561000Z'
 *
 * NULL is taken as the seed's formula takes it ("" for a path, "false" for
 * Signed).  They touch nothing, and the same input gives the same answer.  On a
 * case's connection they are SQLITE_DIRECTONLY: a hostile case file can't call
 * them from its schema.  The loadable extension registers them as innocuous. */
#ifndef STORE_FUNCTIONS_H
#define STORE_FUNCTIONS_H

#include "core/fault.h"

struct sqlite3;

bool functions_register(struct sqlite3 *db, struct fault *f) MUST_CHECK;

/* regexp, file_name and folder (store/text_functions.c): on the connection of the
 * analyst's own SQL alone, not in the extension, whose sqlite3 has a regexp. */
bool text_functions_register(struct sqlite3 *db, struct fault *f) MUST_CHECK;

#endif
