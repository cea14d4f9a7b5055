/* The scoring functions for anybody's sqlite3:
 *
 *     .load ./modhunt_score
 *     SELECT suspicion_score(Image, ImageLoaded, Signed) FROM anything;
 *
 * It opens nothing and keeps nothing; store/functions.c is the whole of it. */
#include "store/functions.h"

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

int sqlite3_modhuntscore_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

int sqlite3_modhuntscore_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    struct fault f = { 0 };

    SQLITE_EXTENSION_INIT2(api)
    if (functions_register(db, &f))
        return SQLITE_OK;
    *error = sqlite3_mprintf("%s", f.text);
    return SQLITE_ERROR;
}
