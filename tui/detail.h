/* The detail pane: everything about the row under the cursor. */
#ifndef TUI_DETAIL_H
#define TUI_DETAIL_H

#include "tui/model.h"

/* What the detail of a sighting or a load asks. */
struct question *detail_ask(const struct place *p, int64_t id);

/* Of a sighting or a load: why it has its score, then every field. */
void detail_sighting(const struct model *m, struct sheet *s);

/* Of a view whose rows hold all there is to say. */
struct detail_field {
    const char *name;
    size_t column;
    enum column_type type;
};
void detail_row(const struct rows *r, const struct detail_field *fields, size_t count,
                struct sheet *s);

#endif
