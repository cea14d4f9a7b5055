/* The detail's rows of what stands behind a path: the file, as its record tells
 * it, the facts that were imported of it, and its process's memory of no file.
 *
 * A fact is shown whether it settled anything or not: who reads it judges. */
#include "store/detail_part.h"

#include "core/fact.h"

#include <stdio.h>

#define MODE_WORLD_WRITES 2u
#define MODE_SET_ID 06000u

/* ---- the file ---- */

/* The permissions in `0100755`, `0o100755` or `file,755`. */
static unsigned mode_of(struct span mode)
{
    size_t from = mode.len;
    unsigned value = 0;

    while (from && mode.len - from < 4 && mode.at[from - 1] >= '0' && mode.at[from - 1] <= '7')
        from--;
    for (size_t i = from; i < mode.len; i++)
        value = value << 3 | (unsigned)(mode.at[i] - '0');
    return value;
}

static void file_note(const struct cell *cells, char note[static NOTE_MAX])
{
    struct span owner = cells[3].text;
    unsigned mode = mode_of(cells[2].text);
    size_t n = 0;

    note[0] = '\0';
    if (mode & MODE_WORLD_WRITES)
        n += (size_t)snprintf(note, NOTE_MAX, "anybody may write to it");
    if (mode & MODE_SET_ID)
        n += (size_t)snprintf(note + n, NOTE_MAX - n, "%sset-id", n ? ", " : "");
    if (owner.len && !span_is(owner, "0") && !span_is(owner, "root"))
        n += (size_t)snprintf(note + n, NOTE_MAX - n, "%sits owner is not root", n ? ", " : "");
}

static bool tell_file(struct detail *d, sqlite3_stmt *st, struct fault *f)
{
    static const char *const names[] = { "inode", "dev", "mode", "owner" };
    char text[NOTE_MAX], note[NOTE_MAX];
    struct cell cells[4], value;
    size_t n = 0;

    if (!select_cells(st, 0, 4, cells, &d->texts))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    text[0] = '\0';
    for (size_t i = 0; i < 4; i++) {
        int len = (int)(cells[i].text.len < 40 ? cells[i].text.len : 40);

        if (len)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %.*s", n ? ", " : "", names[i], len,
                                  (const char *)cells[i].text.at);
    }
    value = text_cell(text);
    file_note(cells, note);
    return detail_tell(d, "file", &value, note, f);
}

bool detail_files(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = true, ok = detail_open(d, DETAIL_FILES, &st, f);

    if (ok)
        sqlite3_bind_int64(st, 1, d->sighting);
    while (ok && (ok = select_step(d->s, st, &row, f)) && row)
        ok = tell_file(d, st, f);
    sqlite3_finalize(st);
    return ok;
}

/* ---- the process's memory ---- */

static bool tell_memory(struct detail *d, sqlite3_stmt *st, struct fault *f)
{
    char when[MOMENT_TEXT_MAX], note[NOTE_MAX];
    struct cell how;

    if (!select_cells(st, 0, 1, &how, &d->texts))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    moment_format(sqlite3_column_int64(st, 1), when);
    snprintf(note, sizeof note, "by this process, first at %s: no load", when);
    return detail_tell(d, "executable_memory", &how, note, f);
}

bool detail_memory(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = true, ok = detail_open(d, DETAIL_MEMORY, &st, f);

    if (ok)
        sqlite3_bind_int64(st, 1, d->load);
    while (ok && (ok = select_step(d->s, st, &row, f)) && row)
        ok = tell_memory(d, st, f);
    sqlite3_finalize(st);
    return ok;
}

/* ---- facts ---- */

enum { SAYS, DETAIL, HASH, FORM, FILE_PATH, TIME, CELLS };

static bool is_own_hash(const struct detail *d, struct span hash)
{
    return span_equal(d->shown[SHOWN_sha256].text, hash) || span_equal(d->shown[SHOWN_sha1].text, hash)
        || span_equal(d->shown[SHOWN_md5].text, hash);
}

/* Which bytes a package has under this path says little where none were logged. */
static const char *words_of(const struct detail *d, enum fact_says says, struct span hash)
{
    enum detail_shown like = hash.len == 64 ? SHOWN_sha256 : hash.len == 40 ? SHOWN_sha1 : SHOWN_md5;

    if (says != FACT_HASH || is_own_hash(d, hash))
        return fact_words(says);
    return d->shown[like].type == CELL_TEXT ? "a package has other bytes under this path"
                                            : "is listed among a package's files";
}

static bool tell_fact(struct detail *d, sqlite3_stmt *st, bool mounts, bool *told, struct fault *f)
{
    char text[NOTE_MAX], note[NOTE_MAX], when[MOMENT_TEXT_MAX];
    struct cell cells[CELLS], value;
    enum fact_says says;
    struct span more;

    if (!select_cells(st, 0, CELLS, cells, &d->texts))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    says = fact_named(cells[SAYS].text);
    if (says == FACT_SAYS_COUNT || (says == FACT_MOUNT) != mounts)
        return true;
    *told = true;
    /* Of an owner that is none, the detail is the name that was asked for. */
    more = says == FACT_UNOWNED || cells[DETAIL].type != CELL_TEXT ? SPAN_EMPTY : cells[DETAIL].text;
    snprintf(text, sizeof text, "%s%s%.*s", mounts ? "lies on a mount" : words_of(d, says, cells[HASH].text),
             more.len ? ": " : "", (int)(more.len < 100 ? more.len : 100), (const char *)more.at);
    moment_format(cells[TIME].number, when);
    snprintf(note, sizeof note, "%.*s, imported %.10s from %.*s", (int)cells[FORM].text.len,
             (const char *)cells[FORM].text.at, when,
             (int)(cells[FILE_PATH].text.len < 120 ? cells[FILE_PATH].text.len : 120),
             (const char *)cells[FILE_PATH].text.at);
    value = text_cell(text);
    return detail_tell(d, "fact", &value, note, f);
}

/* Facts of this path: of the file, or of a mount point. */
static bool tell_path(struct detail *d, sqlite3_stmt *st, struct span path, bool mounts, bool *told,
                      struct fault *f)
{
    struct cell at = { CELL_TEXT, 0, path };
    bool row = true, ok = true;

    sqlite3_reset(st);
    detail_bind(st, 1, &d->fact[FACT_HOST]);
    detail_bind(st, 2, &at);
    for (int i = 0; i < 3 && !mounts; i++)
        detail_bind(st, 3 + i, &d->shown[i == 0 ? SHOWN_sha256 : i == 1 ? SHOWN_sha1 : SHOWN_md5]);
    while (ok && (ok = select_step(d->s, st, &row, f)) && row)
        ok = tell_fact(d, st, mounts, told, f);
    sqlite3_clear_bindings(st);
    return ok;
}

bool detail_imported(struct detail *d, struct fault *f)
{
    struct span logged = d->shown[SHOWN_ImageLoaded].text, path;
    enum platform p = platform_named(d->shown[SHOWN_platform].text);
    bool told = false, ok;
    sqlite3_stmt *st;
    uint8_t *room;

    if (!logged.len || (p != PLATFORM_LINUX && p != PLATFORM_MACOS))
        return true;
    if (!(room = arena_bytes(&d->texts, logged.len + FACT_PATH_MORE)))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    path = span_of(room, fact_path(p, logged, room));
    ok = detail_open(d, DETAIL_IMPORTED, &st, f) && tell_path(d, st, path, false, &told, f);
    told = false;
    for (size_t len = path.len; ok && !told && len; len--)
        if (len == 1 || path.at[len - 1] == '/')
            ok = tell_path(d, st, span_of(path.at, len > 1 ? len - 1 : 1), true, &told, f);
    sqlite3_finalize(st);
    return ok;
}
