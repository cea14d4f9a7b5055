/* The analyst's own hunting queries: $XDG_CONFIG_HOME/modhunt/queries, every file
 * of it that ends in .sql. */
#ifndef CLI_QUERY_FILES_H
#define CLI_QUERY_FILES_H

#include "queries/catalogue.h"

/* Adds them to the catalogue, in the order of their names.  One that is no query is
 * left out, and `wrong` is told why; a folder that is missing is none. */
void query_files_add(struct catalogue *c, void (*wrong)(void *ctx, const struct fault *f), void *ctx);

/* Where they are looked for; false where neither XDG_CONFIG_HOME nor HOME is set. */
#define QUERY_FOLDER_MAX 4096
bool query_files_folder(char out[static QUERY_FOLDER_MAX]);

#endif
