/* The cache of store/memo.h: one slot an id may lie in, the newest wins. */
#include "store/memo.h"

#include <assert.h>
#include <stdlib.h>

static const struct cell nothing[MEMO_CELLS_MAX];

bool memo_open(struct memo *m, struct store *s, void (*text)(struct statement *),
               size_t cells, size_t slots, struct fault *f)
{
    struct statement statement;

    assert(cells <= MEMO_CELLS_MAX && slots && (slots & (slots - 1)) == 0);
    memset(m, 0, sizeof *m);
    m->store = s;
    m->cells = cells;
    m->slots = slots;
    m->slot = memory_zero(slots, sizeof *m->slot);
    m->kept = memory_zero(slots * cells, sizeof *m->kept);
    arena_init(&m->scratch, MEMO_ROW_MAX);
    /* A first block to go back to, rather than to nothing. */
    (void)arena_get(&m->scratch, 1);
    m->start = arena_mark(&m->scratch);
    statement_init(&statement);
    text(&statement);
    if (statement_ready(&statement, f))
        m->st = select_open(s, &statement, f);
    statement_clear(&statement);
    return m->st != NULL;
}

/* Moves the texts that lie in the scratch arena into the slot's own memory. */
static const struct cell *keep(struct memo *m, size_t slot, int64_t id, size_t bytes)
{
    struct cell *cells = &m->kept[slot * m->cells];
    uint8_t *at;

    free(m->slot[slot].texts);
    at = m->slot[slot].texts = memory_get(bytes + 1);
    m->slot[slot].id = id;
    for (size_t i = 0; i < m->cells; i++) {
        cells[i] = m->large[i];
        if (cells[i].type != CELL_TEXT)
            continue;
        memcpy(at, cells[i].text.at, cells[i].text.len);
        cells[i].text.at = at;
        at += cells[i].text.len;
    }
    return cells;
}

static bool fetch(struct memo *m, size_t slot, int64_t id, const struct cell **cells,
                  struct fault *f)
{
    size_t bytes = 0;
    bool row;

    arena_rewind(&m->scratch, m->start);
    if (!select_row(m->store, m->st, id, &row, f))
        return false;
    *cells = row ? m->large : nothing;
    if (!row)
        return true;
    if (!select_cells(m->st, 0, m->cells, m->large, &m->scratch))
        return fault(f, FAULT_LIMIT, "a row of the case holds more than %u MiB",
                     MEMO_ROW_MAX >> 20);
    /* An idle statement holds no page of the case. */
    sqlite3_reset(m->st);
    for (size_t i = 0; i < m->cells; i++)
        bytes += m->large[i].text.len;
    if (bytes <= MEMO_TEXT_MAX)
        *cells = keep(m, slot, id, bytes);
    return true;
}

bool memo_get(struct memo *m, int64_t id, const struct cell **cells, struct fault *f)
{
    size_t slot = (size_t)id & (m->slots - 1);

    *cells = nothing;
    if (!id)
        return true;
    if (m->slot[slot].id != id)
        return fetch(m, slot, id, cells, f);
    *cells = &m->kept[slot * m->cells];
    return true;
}

void memo_close(struct memo *m)
{
    for (size_t i = 0; m->slot && i < m->slots; i++)
        free(m->slot[i].texts);
    free(m->slot);
    free(m->kept);
    sqlite3_finalize(m->st);
    arena_clear(&m->scratch);
    memset(m, 0, sizeof *m);
}
