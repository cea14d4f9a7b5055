/* Strings to rows: users, images, modules, pairs and sightings (hosts: hosts.c).
 *
 * What the cache has forgotten is looked up in the case by its unique index, so
 * no string is ever held in memory.  A pair is scored here, once, when it is
 * made. */
#include "store/writing.h"

struct hash128 cache_key(enum cache_kind kind, const struct span *spans, size_t count)
{
    struct span all[20];
    uint8_t tag = (uint8_t)kind;

    all[0] = span_of(&tag, 1);
    for (size_t i = 0; i < count && i + 1 < 20; i++)
        all[i + 1] = spans[i];
    return hash_spans(all, count + 1);
}

int64_t memo_find(const struct memo *m, struct span first, struct span second)
{
    if (!m->len || m->len != first.len + second.len + 1 || !first.at || !second.at
        || m->key[0] != (uint8_t)first.len || memcmp(m->key + 1, first.at, first.len) != 0
        || memcmp(m->key + 1 + first.len, second.at, second.len) != 0)
        return 0;
    return m->id;
}

void memo_put(struct memo *m, struct span first, struct span second, int64_t id)
{
    m->len = 0;
    if (!first.at || !second.at || first.len + second.len + 1 > MEMO_BYTES)
        return;
    m->len = first.len + second.len + 1;
    m->key[0] = (uint8_t)first.len;
    memcpy(m->key + 1, first.at, first.len);
    memcpy(m->key + 1 + first.len, second.at, second.len);
    m->id = id;
}

static int64_t new_row(struct store *s)
{
    return sqlite3_last_insert_rowid(s->db);
}

/* ---- one text, one row ---- */

static bool intern_text(struct store *s, struct span text, enum cache_kind kind, enum stmt find,
                        enum stmt make, int64_t *id, struct fault *f)
{
    struct hash128 hash = cache_key(kind, &text, 1);
    sqlite3_stmt *st;
    bool row;

    if ((*id = cache_find(&s->writing->cache, hash)))
        return true;
    if (!(st = stmt_get(s, find, f)))
        return false;
    stmt_text(st, 1, text);
    if (!stmt_step(s, st, &row, f))
        return false;
    *id = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    if (!row) {
        if (!(st = stmt_get(s, make, f)))
            return false;
        stmt_text(st, 1, text);
        if (!stmt_run(s, st, f))
            return false;
        *id = new_row(s);
    }
    cache_put(&s->writing->cache, hash, *id);
    return true;
}

bool intern_user(struct store *s, struct span User, int64_t *id, struct fault *f)
{
    struct memo *m = &s->writing->user_memo;

    if (!User.at || (*id = memo_find(m, User, SPAN_EMPTY))) {
        *id = User.at ? *id : 0;
        return true;
    }
    if (!intern_text(s, User, CACHE_USER, STMT_USER_FIND, STMT_USER_NEW, id, f))
        return false;
    memo_put(m, User, SPAN_EMPTY, *id);
    return true;
}

bool intern_image(struct store *s, struct span Image, int64_t *id, struct fault *f)
{
    return intern_text(s, Image, CACHE_IMAGE, STMT_IMAGE_FIND, STMT_IMAGE_NEW, id, f);
}

/* ---- modules ---- */

/* SHA-256 over lengths and bytes, "not logged" apart from empty. */
static bool module_key(struct store *s, const struct span *spans, size_t count,
                       uint8_t key[static SHA256_BYTES], struct fault *f)
{
    struct arena *scratch = &s->writing->scratch;
    struct arena_mark mark = arena_mark(scratch);
    size_t size = 0, at = 0;
    uint8_t *bytes;

    for (size_t i = 0; i < count; i++)
        size += 8 + spans[i].len;
    bytes = arena_bytes(scratch, size);
    if (!bytes)
        return fault(f, FAULT_LIMIT, "a module's fields are larger than %u bytes",
                     SCRATCH_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        uint64_t len = spans[i].at ? (uint64_t)spans[i].len + 1 : 0;
        for (int b = 0; b < 8; b++)
            bytes[at++] = (uint8_t)(len >> 8 * b);
        if (spans[i].len)
            memcpy(bytes + at, spans[i].at, spans[i].len);
        at += spans[i].len;
    }
    digest_of(span_of(bytes, size), key);
    arena_rewind(scratch, mark);
    return true;
}

static bool module_new(struct store *s, const struct load *l, const struct span *spans,
                       size_t count, struct span key, int64_t *id, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_MODULE_NEW, f);

    if (!st)
        return false;
    stmt_blob(st, 1, key);
    stmt_text(st, 2, span_text(platform_name(l->platform)));
    stmt_text(st, 3, l->ImageLoaded.at ? span_file_name(l->ImageLoaded) : SPAN_NONE);
    for (size_t i = 0; i + 1 < count; i++)
        stmt_text(st, 4 + (int)i, spans[i]);
    if (!stmt_run(s, st, f))
        return false;
    *id = new_row(s);
    return true;
}

/* *made: it is new, so nothing can point to it yet. */
static bool intern_module(struct store *s, const struct load *l, int64_t *id, bool *made,
                          struct fault *f)
{
    struct span spans[MODULE_SPANS];
    size_t count = module_spans(l, spans);
    struct hash128 hash = cache_key(CACHE_MODULE, spans, count);
    uint8_t key[SHA256_BYTES];
    sqlite3_stmt *st;
    bool row;

    *made = false;
    if ((*id = cache_find(&s->writing->cache, hash)))
        return true;
    if (!module_key(s, spans, count, key, f) || !(st = stmt_get(s, STMT_MODULE_FIND, f)))
        return false;
    stmt_blob(st, 1, span_of(key, sizeof key));
    if (!stmt_step(s, st, &row, f))
        return false;
    *id = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    *made = !row;
    if (!row && !module_new(s, l, spans, count, span_of(key, sizeof key), id, f))
        return false;
    cache_put(&s->writing->cache, hash, *id);
    return true;
}

/* ---- pairs and sightings ---- */

static struct hash128 ids_key(enum cache_kind kind, int64_t a, int64_t b)
{
    int64_t ids[2] = { a, b };
    struct span span = span_of(ids, sizeof ids);

    return cache_key(kind, &span, 1);
}

static bool find_ids(struct store *s, enum stmt name, int64_t a, int64_t b, int64_t *id,
                     struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, a);
    stmt_number(st, 2, b);
    if (!stmt_step(s, st, &row, f))
        return false;
    *id = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    return true;
}

static bool intern_pair(struct store *s, const struct load *l, struct verdict v, int64_t *id,
                        bool *made, struct fault *f)
{
    int64_t module, image;
    struct hash128 hash;
    sqlite3_stmt *st;

    if (!intern_module(s, l, &module, made, f) || !intern_image(s, l->Image, &image, f))
        return false;
    hash = ids_key(CACHE_PAIR, module, image);
    *id = *made ? 0 : cache_find(&s->writing->cache, hash);
    if (*id)
        return true;
    if (!*made && !find_ids(s, STMT_PAIR_FIND, module, image, id, f))
        return false;
    *made = !*id;
    if (*made) {
        if (!(st = stmt_get(s, STMT_PAIR_NEW, f)))
            return false;
        stmt_number(st, 1, module);
        stmt_number(st, 2, image);
        stmt_number(st, 3, v.SuspicionScore);
        stmt_number(st, 4, v.factors);
        stmt_number(st, 5, factor_is_hit(v));
        if (!stmt_run(s, st, f))
            return false;
        *id = new_row(s);
    }
    cache_put(&s->writing->cache, hash, *id);
    return true;
}

/* Its id, for the rows that follow; the row is written when the tally is. */
static bool sighting_new(struct store *s, int64_t pair, int64_t host, const struct load *l,
                         struct verdict v, int64_t *id, struct fault *f)
{
    struct writing *w = s->writing;
    struct tally_fresh fresh = { .pair = pair, .host = host, .verdict = v };

    if (!w->next_sighting
        && !connection_number(s, "SELECT ifnull(max(id), 0) + 1 FROM sighting",
                              &w->next_sighting, f))
        return false;
    if (!allow_match(s, l, &fresh.allowed_by, f) || !facts_judge(s, host, l, &fresh.verdict, f))
        return false;
    *id = fresh.sighting = w->next_sighting++;
    /* Where copies are looked for, what is looked at must be in the case. */
    return scopes_meet(s) ? tally_write_new(s, &w->bulk, &fresh, f)
                          : tally_new(s, &w->tally, &fresh, f);
}

int64_t intern_remembered(struct store *s, const struct load *l)
{
    return cache_find(&s->writing->cache, l->key);
}

static bool find_sighting(struct store *s, int64_t pair, int64_t host, int64_t *id,
                          struct fault *f)
{
    *id = tally_find_new(&s->writing->tally, pair, host);
    return *id || find_ids(s, STMT_SIGHTING_FIND, pair, host, id, f);
}

/* Which file lay behind the path; asked once for each of them. */
static bool file_add(struct store *s, int64_t sighting, const struct load *l, struct fault *f)
{
    sqlite3_stmt *st;

    if (!l->inode.at && !l->mode.at)
        return true;
    if (!(st = stmt_get(s, STMT_FILE_NEW, f)))
        return false;
    stmt_number(st, 1, sighting);
    stmt_text(st, 2, l->inode);
    stmt_text(st, 3, l->dev);
    stmt_text(st, 4, l->mode);
    stmt_text(st, 5, l->owner);
    return stmt_run(s, st, f);
}

bool intern_sighting(struct store *s, int64_t host, const struct load *l, int64_t *id,
                     struct fault *f)
{
    struct hash128 hash;
    struct verdict v;
    int64_t pair;
    bool made;

    if ((*id = cache_find(&s->writing->cache, l->key)))
        return true;
    v = factor_verdict(l->platform, l->Image, l->ImageLoaded, l->Signed);
    if (!intern_pair(s, l, v, &pair, &made, f))
        return false;
    hash = ids_key(CACHE_SIGHTING, pair, host);
    *id = made ? 0 : cache_find(&s->writing->cache, hash);
    if (!*id && !made && !find_sighting(s, pair, host, id, f))
        return false;
    if (!*id && !sighting_new(s, pair, host, l, v, id, f))
        return false;
    if (!file_add(s, *id, l, f))
        return false;
    cache_put(&s->writing->cache, hash, *id);
    cache_put(&s->writing->cache, l->key, *id);
    return true;
}
