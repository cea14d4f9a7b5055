/* Inside store/: the detail while it is told, for the files that tell parts of it. */
#ifndef STORE_DETAIL_PART_H
#define STORE_DETAIL_PART_H

#include "queries/detail.h"
#include "store/detail.h"

#define NOTE_MAX 256
#define FACTS_BYTES_MAX PAGE_BYTES_MAX

struct detail {
    struct store *s;
    struct rows *rows;
    int64_t sighting, load;
    struct arena texts;
    struct cell fact[FACT_COUNT], shown[SHOWN_COUNT];
};

static inline struct cell text_cell(const char *text)
{
    return (struct cell){ CELL_TEXT, 0, span_text(text) };
}

/* The part's statement, nothing bound; the caller finalizes it, also after a fault. */
bool detail_open(struct detail *d, enum detail_part part, sqlite3_stmt **st,
                 struct fault *f) MUST_CHECK;
void detail_bind(sqlite3_stmt *st, int at, const struct cell *cell);
/* One more row; what does not fit the page any more is left out. */
bool detail_tell(struct detail *d, const char *name, const struct cell *value, const char *note,
                 struct fault *f) MUST_CHECK;

/* ---- detail_imported.c ---- */
bool detail_files(struct detail *d, struct fault *f) MUST_CHECK;
bool detail_imported(struct detail *d, struct fault *f) MUST_CHECK;
/* Its process's executable memory that is no file's. */
bool detail_memory(struct detail *d, struct fault *f) MUST_CHECK;

#endif
