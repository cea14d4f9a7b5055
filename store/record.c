/* From a ref to the files that have its bytes and to the row that it is of.
 *
 * Never believes the case to fit its evidence: that is for who goes there.  The
 * surprise: several rows of the ledger may have the same bytes (copies, and the
 * same log in two archives); any of them will do. */
#include "store/record.h"

#include "core/text.h"
#include "queries/record.h"
#include "store/select.h"

#include <inttypes.h>
#include <stdio.h>

#define ARENA_BYTES_MAX (4u << 20)
#define WAIT_US (120 * 1000000ll)

struct locating {
    struct store *s;
    struct record_place *out;
    char first[SHA256_TEXT], behind[SHA256_TEXT]; /* digests lie in [first, behind) */
};

static bool open_part(struct locating *l, enum record_part part, sqlite3_stmt **st,
                      struct fault *f)
{
    struct statement text;

    statement_init(&text);
    record_compile(&text, part);
    *st = statement_ready(&text, f) ? select_open(l->s, &text, f) : NULL;
    statement_clear(&text);
    return *st != NULL;
}

/* A column as a C string in the arena; NULL where it is not there. */
static const char *text_of(struct locating *l, sqlite3_stmt *st, int column)
{
    const void *bytes = sqlite3_column_blob(st, column);
    size_t len = (size_t)sqlite3_column_bytes(st, column);
    char *copy;

    if (sqlite3_column_type(st, column) == SQLITE_NULL)
        return NULL;
    copy = arena_get(&l->out->arena, len + 1);
    if (copy && len)
        memcpy(copy, bytes, len);
    return copy ? copy : "";
}

static uint64_t number_of(sqlite3_stmt *st, int column)
{
    int64_t n = sqlite3_column_int64(st, column);

    return n > 0 ? (uint64_t)n : 0;
}

/* ---- the ref ---- */

static bool read_ref(struct locating *l, struct span ref, struct fault *f)
{
    const uint8_t *colon = ref.len ? memchr(ref.at, ':', ref.len) : NULL;
    size_t digits = colon ? (size_t)(colon - ref.at) : 0;
    bool hex = true;

    for (size_t i = 0; i < digits && hex; i++)
        hex = strchr("0123456789abcdefABCDEF", ref.at[i]) && ref.at[i];
    if (!colon || !hex || digits < RECORD_DIGITS_MIN || digits > 2 * SHA256_BYTES
        || digits + 1 == ref.len || colon[1] < '0' || colon[1] > '9'
        || !span_number(span_of(colon + 1, ref.len - digits - 1), &l->out->place)
        || l->out->place > INT64_MAX)
        return fault(f, FAULT_USAGE,
                     "%.*s is no ref: it is the `ref` of `modhunt hunt --format jsonl`, digits of"
                     " a SHA-256, a colon, a place", (int)(ref.len < 80 ? ref.len : 80),
                     (const char *)ref.at);
    text_lower((uint8_t *)l->first, span_of(ref.at, digits));
    l->first[digits] = 0;
    snprintf(l->behind, sizeof l->behind, "%s", l->first);
    if (digits < 2 * SHA256_BYTES) {
        l->behind[digits] = 'g';
        l->behind[digits + 1] = 0;
    } else {
        l->behind[digits - 1]++; /* `9` to `:`, `f` to `g`: still behind it alone */
    }
    return true;
}

/* ---- the ledger ---- */

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_digest(struct record_place *p, const char *hex)
{
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        int high = digit(hex[2 * i]), low = high < 0 ? -1 : digit(hex[2 * i + 1]);

        if (low < 0)
            return false;
        p->sha256[i] = (uint8_t)(high << 4 | low);
    }
    return hex[2 * SHA256_BYTES] == 0;
}

/* The file around a member: its path, and its size where only one can be meant. */
static bool find_outer(struct locating *l, struct record_source *source, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = true, ok = open_part(l, RECORD_OUTER, &st, f);

    if (ok)
        sqlite3_bind_text(st, 1, source->bundle, -1, SQLITE_STATIC);
    source->path = NULL;
    while (ok && (ok = select_step(l->s, st, &row, f)) && row) {
        const char *path = text_of(l, st, 0);

        if (!source->path) {
            source->path = path;
            source->bundle_size = number_of(st, 1);
        } else if (number_of(st, 1) != source->bundle_size) {
            source->bundle_size = 0;
        }
    }
    sqlite3_finalize(st);
    if (ok && !source->path) /* a case that was meddled with */
        source->path = source->bundle;
    return ok;
}

static bool take_source(struct locating *l, sqlite3_stmt *st, const char *sha256,
                        struct fault *f)
{
    struct record_place *p = l->out;
    struct record_source *source = &p->source[p->sources];

    if (p->sources == 0) {
        p->size = number_of(st, RECORD_SIZE);
        p->format = text_of(l, st, RECORD_FORMAT);
        if (!take_digest(p, sha256))
            return fault(f, FAULT_CASE, "the case has a SHA-256 that is none");
    }
    *source = (struct record_source){
        .path = text_of(l, st, RECORD_PATH), .name = text_of(l, st, RECORD_NAME),
        .bundle = text_of(l, st, RECORD_BUNDLE), .state = text_of(l, st, RECORD_STATE),
        .reason = text_of(l, st, RECORD_REASON),
    };
    source->in_bundle = source->bundle != NULL;
    p->sources++;
    return !source->in_bundle || find_outer(l, source, f);
}

static bool ambiguous(const struct locating *l, const char *a, sqlite3_stmt *st, struct fault *f)
{
    return fault(f, FAULT_USAGE, "%s is the beginning of two files' SHA-256: %.16s is %s, %.16s"
                 " is %s; give more digits", l->first, a, l->out->source[0].name,
                 (const char *)sqlite3_column_text(st, RECORD_SHA256),
                 (const char *)sqlite3_column_text(st, RECORD_NAME));
}

static bool find_sources(struct locating *l, struct fault *f)
{
    struct record_place *p = l->out;
    const char *sha256 = NULL;
    sqlite3_stmt *st;
    bool row = true, ok = open_part(l, RECORD_EVIDENCE, &st, f);

    if (ok) {
        sqlite3_bind_text(st, 1, l->first, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, l->behind, -1, SQLITE_STATIC);
    }
    while (ok && (ok = select_step(l->s, st, &row, f)) && row) {
        const char *here = text_of(l, st, RECORD_SHA256);

        if (sha256 && strcmp(here, sha256) != 0)
            ok = ambiguous(l, sha256, st, f);
        else if (p->sources < RECORD_SOURCES_MAX)
            ok = take_source(l, st, here, f);
        sha256 = here;
    }
    sqlite3_finalize(st);
    if (ok && p->sources == 0)
        return fault(f, FAULT_CASE, "no evidence of the case has a SHA-256 that begins with %s",
                     l->first);
    return ok;
}

/* ---- the record ---- */

static bool find_row_by(struct locating *l, enum record_part part, bool *found, struct fault *f)
{
    struct record_place *p = l->out;
    char sha256[SHA256_TEXT];
    sqlite3_stmt *st;
    bool row = false, ok = open_part(l, part, &st, f);

    hex_text(sha256, span_of(p->sha256, sizeof p->sha256));
    if (ok) {
        sqlite3_bind_text(st, 1, sha256, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, (int64_t)p->place);
        ok = select_step(l->s, st, &row, f);
    }
    if (row) {
        p->what = text_of(l, st, ROW_WHAT);
        p->numbered = sqlite3_column_type(st, ROW_RECORD) != SQLITE_NULL;
        p->record = number_of(st, ROW_RECORD);
        p->flags = (uint32_t)number_of(st, ROW_FLAGS);
        p->len = number_of(st, ROW_LEN);
        p->why = text_of(l, st, ROW_REASON);
    }
    sqlite3_finalize(st);
    *found = row;
    return ok;
}

static bool find_row(struct locating *l, struct fault *f)
{
    struct record_place *p = l->out;
    bool row = false, ok = find_row_by(l, RECORD_NEAR, &row, f);

    if (ok && !row)
        ok = find_row_by(l, RECORD_ROWS, &row, f);
    if (ok && !row)
        return fault(f, FAULT_CASE,
                     "the case has no load, process, context or damage at place %" PRIu64 " of %s",
                     p->place, p->source[0].name);
    return ok;
}

bool record_locate(struct store *s, struct span ref, struct record_place *out, struct fault *f)
{
    struct locating l = { .s = s, .out = out };
    bool ok;

    *out = (struct record_place){ 0 };
    arena_init(&out->arena, ARENA_BYTES_MAX);
    if (!read_ref(&l, ref, f))
        return false;
    if (!select_begin(s, WAIT_US, f))
        return false;
    ok = find_sources(&l, f) && find_row(&l, f);
    select_end(s);
    if (!ok)
        record_place_clear(out);
    return ok;
}

void record_place_clear(struct record_place *p)
{
    arena_clear(&p->arena);
    *p = (struct record_place){ 0 };
}
