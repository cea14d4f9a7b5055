/* Every key: what it does, and the words that the footer and the help show.
 *
 * The tables that dispatch are the tables that are shown; there is no other
 * list of keys. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include "tui/model.h"

#define KEY_NAME_MAX 16

/* Acts on a press, by the first table of keys_tables that knows it. */
enum acted keys_press(struct model *m, const struct press *p);

/* The tables that hold now, the nearest first; returns how many. */
size_t keys_tables(const struct model *m, const struct key *tables[static KEY_TABLES_MAX]);

/* `Enter`, `PgDn`, `Ctrl-R`, `j`. */
const char *keys_name(uint32_t press, char out[static KEY_NAME_MAX]);

extern const struct key keys_list[], keys_detail[], keys_text[], keys_everywhere[];

#endif
