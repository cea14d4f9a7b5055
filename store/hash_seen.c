/* Where each of many hashes was met: loaded, run, or seen as a file.
 *
 * One snapshot for all of them.  The surprise: the hashes of processes and files
 * are walked once, distinct text by distinct text, and looked up among those that
 * are asked for, whose number decides nothing. */
#include "core/hashes.h"
#include "queries/hash.h"
#include "store/select.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX (1u << 20) /* of one text of Hashes, split */

static sqlite3_stmt *open_text(struct store *s, const char *sql, struct fault *f)
{
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK)
        return st;
    connection_fault(s->db, s->path, f, "asking for hashes");
    return NULL;
}

static int by_hash(const void *a, const void *b)
{
    const struct hash_seen *x = a, *y = b;

    return strcmp(x->hash, y->hash);
}

/* ---- loads ---- */

static int64_t time_of(sqlite3_stmt *st, int column)
{
    return sqlite3_column_type(st, column) == SQLITE_NULL ? MOMENT_NONE
                                                          : sqlite3_column_int64(st, column);
}

static bool look(struct store *s, sqlite3_stmt *st, struct hash_seen *h, struct fault *f)
{
    const char *path;
    bool row;

    sqlite3_reset(st);
    if (sqlite3_bind_text(st, 1, h->hash, -1, SQLITE_STATIC) != SQLITE_OK)
        return connection_fault(s->db, s->path, f, "asking for hashes");
    if (!select_step(s, st, &row, f) || !row)
        return !row;
    h->hosts = sqlite3_column_int64(st, 0);
    h->images = sqlite3_column_int64(st, 1);
    h->paths = sqlite3_column_int64(st, 2);
    h->loads = sqlite3_column_int64(st, 3);
    h->sightings = sqlite3_column_int64(st, 4);
    h->allowed = sqlite3_column_int64(st, 5);
    h->first_time = time_of(st, 6);
    h->last_time = time_of(st, 7);
    h->SuspicionScore = sqlite3_column_int(st, 8);
    path = (const char *)sqlite3_column_text(st, 9);
    h->ImageLoaded = path ? memory_text(path) : NULL;
    return true;
}

/* Those of one length. */
static bool look_at_all(struct store *s, struct hash_seen *asked, size_t count, size_t digits,
                        struct fault *f)
{
    sqlite3_stmt *loads = NULL, *unlike = NULL;
    int64_t hosts = -1;
    bool ok = true, row;

    for (size_t i = 0; i < count && ok; i++) {
        if (strlen(asked[i].hash) != digits)
            continue;
        if (hosts < 0) {
            ok = (loads = open_text(s, hash_loads(digits), f)) != NULL
                && (unlike = open_text(s, hash_unlike(digits), f)) != NULL
                && select_step(s, unlike, &row, f);
            hosts = ok && row ? sqlite3_column_int64(unlike, 0) : 0;
        }
        asked[i].unlike = hosts;
        ok = ok && look(s, loads, &asked[i], f);
    }
    sqlite3_finalize(loads);
    sqlite3_finalize(unlike);
    return ok;
}

/* ---- processes and files ---- */

static void add(struct hash_seen *asked, size_t count, struct span hash, int64_t times, bool file)
{
    struct hash_seen key, *found;

    if (!hash.len || hash.len >= sizeof key.hash)
        return;
    memcpy(key.hash, hash.at, hash.len);
    key.hash[hash.len] = '\0';
    found = bsearch(&key, asked, count, sizeof key, by_hash);
    if (found && file)
        found->files += times;
    else if (found)
        found->processes += times;
}

static bool walk_texts(struct store *s, const char *sql, struct hash_seen *asked, size_t count,
                       bool file, struct fault *f)
{
    sqlite3_stmt *st = open_text(s, sql, f);
    struct arena scratch;
    bool ok = st != NULL, row = true;

    arena_init(&scratch, TEXT_BYTES_MAX);
    while (ok && (ok = select_step(s, st, &row, f)) && row) {
        bool full = false;
        struct span text = span_of(sqlite3_column_text(st, 0), (size_t)sqlite3_column_bytes(st, 0));
        struct arena_mark mark = arena_mark(&scratch);
        struct hashes h = hashes_split(&scratch, text, &full);
        int64_t times = sqlite3_column_int64(st, 1);

        add(asked, count, h.sha256, times, file);
        add(asked, count, h.sha1, times, file);
        add(asked, count, h.md5, times, file);
        add(asked, count, h.imphash, times, file);
        arena_rewind(&scratch, mark);
    }
    arena_clear(&scratch);
    sqlite3_finalize(st);
    return ok;
}

static bool count_hosts(struct store *s, int64_t *with_loads, int64_t *without_loads, struct fault *f)
{
    sqlite3_stmt *st = open_text(s, hash_hosts, f);
    bool row = false, ok = st && select_step(s, st, &row, f);

    *with_loads = row ? sqlite3_column_int64(st, 0) : 0;
    *without_loads = row ? sqlite3_column_int64(st, 1) : 0;
    sqlite3_finalize(st);
    return ok;
}

bool store_hashes(struct store *s, struct hash_seen *asked, size_t count, int64_t *with_loads,
                  int64_t *without_loads, struct fault *f)
{
    static const size_t lengths[] = { 64, 40, 32 };
    bool ok;

    qsort(asked, count, sizeof *asked, by_hash);
    if (!select_begin(s, 0, f))
        return false;
    ok = count_hosts(s, with_loads, without_loads, f);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        ok = ok && look_at_all(s, asked, count, lengths[i], f);
    ok = ok && walk_texts(s, hash_processes, asked, count, false, f)
        && walk_texts(s, hash_files, asked, count, true, f);
    select_end(s);
    return ok;
}
