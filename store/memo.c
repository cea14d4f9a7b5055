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
    arena_init(&m->scratch, MEMO_ROW_MAX);
    statement_init(&statement);
    text(&statement);
    if (statement_ready(&statement, f))
        m->st = select_open(s, &statement, f);
    statement_clear(&statement);
    return m->st != NULL;
}

/* Moves the texts that lie in the scratch arena into the slot's own memory. */
static void keep(struct memo_slot *slot, const struct cell *cells, size_t count, size_t bytes)
{
    uint8_t *at;

    free(slot->texts);
    at = slot->texts = memory_get(bytes + 1);
    for (size_t i = 0; i < count; i++) {
        slot->cells[i] = cells[i];
        if (cells[i].type != CELL_TEXT)
            continue;
        memcpy(at, cells[i].text.at, cells[i].text.len);
        slot->cells[i].text.at = at;
        at += cells[i].text.len;
    }
}

static bool fetch(struct memo *m, int64_t id, const struct cell **cells, struct fault *f)
{
    struct memo_slot *slot = &m->slot[(uint64_t)id & (m->slots - 1)];
    size_t bytes = 0;
    bool row;

    arena_clear(&m->scratch);
    if (!select_row(m->store, m->st, id, &row, f))
        return false;
    if (!row) {
        *cells = nothing;
        return true;
    }
    if (!select_cells(m->st, 0, m->cells, m->large.cells, &m->scratch))
        return fault(f, FAULT_LIMIT, "a row of the case holds more than %u MiB",
                     MEMO_ROW_MAX >> 20);
    /* An idle statement holds no page of the case. */
    sqlite3_reset(m->st);
    for (size_t i = 0; i < m->cells; i++)
        bytes += m->large.cells[i].text.len;
    *cells = m->large.cells;
    if (bytes <= MEMO_TEXT_MAX) {
        keep(slot, m->large.cells, m->cells, bytes);
        slot->id = id;
        *cells = slot->cells;
    }
    return true;
}

bool memo_get(struct memo *m, int64_t id, const struct cell **cells, struct fault *f)
{
    struct memo_slot *slot = &m->slot[(uint64_t)id & (m->slots - 1)];

    *cells = id ? slot->cells : nothing;
    if (!id || slot->id == id)
        return true;
    return fetch(m, id, cells, f);
}

void memo_close(struct memo *m)
{
    for (size_t i = 0; m->slot && i < m->slots; i++)
        free(m->slot[i].texts);
    free(m->slot);
    sqlite3_finalize(m->st);
    arena_clear(&m->scratch);
    memset(m, 0, sizeof *m);
}
