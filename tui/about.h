/* What the files and the hosts of the ledger show alike. */
#ifndef TUI_ABOUT_H
#define TUI_ABOUT_H

#include "tui/detail.h"

/* The answer to QUESTION_ABOUT of the row under the cursor: channels with their
 * gaps, files, records that are not kept, places of damage. */
void about_draw(const struct model *m, struct sheet *s);

/* `No file holds TEXT`, and the key that clears the filter. */
void about_filtered(const struct model *m, struct sheet *s, const char *none);

#endif
