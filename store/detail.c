/* The detail pane's rows: what was logged, what follows from it, and what was
 * not logged, each as name, value, note.
 *
 * Values are text (a time as moment_format writes it) or numbers; a value that
 * is not there is NULL and its note says why.  It never guesses. */
#include "store/detail_part.h"

#include "core/factor.h"

#include <stdarg.h>
#include <stdio.h>


/* ---- asking ---- */

bool detail_open(struct detail *d, enum detail_part part, sqlite3_stmt **st, struct fault *f)
{
    struct statement text;

    statement_init(&text);
    detail_compile(&text, part);
    *st = statement_ready(&text, f) ? select_open(d->s, &text, f) : NULL;
    statement_clear(&text);
    return *st != NULL;
}

void detail_bind(sqlite3_stmt *st, int at, const struct cell *cell)
{
    if (cell->type == CELL_NUMBER)
        sqlite3_bind_int64(st, at, cell->number);
    else if (cell->type == CELL_TEXT)
        sqlite3_bind_text64(st, at, (const char *)cell->text.at, cell->text.len, SQLITE_STATIC,
                            SQLITE_UTF8);
}

static bool one_number(struct detail *d, enum detail_part part, int64_t id, int64_t *out,
                       struct fault *f)
{
    sqlite3_stmt *st;
    bool row = false, ok = detail_open(d, part, &st, f) && select_row(d->s, st, id, &row, f);

    *out = row ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_finalize(st);
    return ok;
}

/* ---- telling ---- */

bool detail_tell(struct detail *d, const char *name, const struct cell *value, const char *note,
                 struct fault *f)
{
    struct arena *a = &d->rows->page->arena;
    struct cell row[3] = { text_cell(name), *value, text_cell(note) }, *cells;
    bool full = false;

    if (!rows_next(d->rows, &cells, f))
        return false;
    if (!cells)
        return true;
    for (size_t i = 0; i < 3; i++) {
        cells[i] = row[i];
        cells[i].text = arena_copy(a, row[i].text, &full);
    }
    if (full)
        return rows_again(d->rows, &cells, f);
    rows_add(d->rows, 0);
    return true;
}

static struct cell time_cell(const struct cell *time, char text[static MOMENT_TEXT_MAX])
{
    if (time->type != CELL_NUMBER)
        return (struct cell){ 0 };
    moment_format(time->number, text);
    return text_cell(text);
}

/* ---- notes ---- */

static bool is_time(enum detail_shown shown)
{
    return shown == SHOWN_time || shown == SHOWN_first_time || shown == SHOWN_last_time
        || shown == SHOWN_start_time || shown == SHOWN_end_time;
}

static int64_t fact_number(const struct detail *d, enum detail_fact fact)
{
    return d->fact[fact].type == CELL_NUMBER ? d->fact[fact].number : 0;
}

/* Why the process's fields are as they are. */
static const char *source_note(const struct detail *d)
{
    const struct span source = d->fact[FACT_SOURCE].text;

    if (!span_logged(source))
        return "the process was not logged";
    if (fact_number(d, FACT_EXPLAINED) || span_is(source, "4688"))
        return "from Security 4688";
    if (span_is(source, "stub"))
        return "start not seen";
    return "";
}

static const char *command_note(const struct detail *d, bool there)
{
    if (!there)
        return *source_note(d) ? source_note(d) : "not logged";
    if (fact_number(d, FACT_OWN_COMMANDLINE) && !span_is(d->fact[FACT_SOURCE].text, "4688"))
        return "";
    return "from Security 4688";
}

static const char *time_note(const struct detail *d)
{
    int64_t flags = fact_number(d, FACT_FLAGS);

    if (flags & RECORD_RECOVERED)
        return "recovered: found outside the declared records";
    if (flags & RECORD_NO_UTCTIME)
        return "the record's own time: UtcTime was missing";
    if (flags & RECORD_ZONE_ASSUMED)
        return "it named no zone: read as UTC";
    return "";
}

static const char *tags_note(const struct detail *d)
{
    return fact_number(d, FACT_FLAGS) & RECORD_PRELOAD_ORDER
        ? "before ld.so.cache was asked: LD_PRELOAD, LD_AUDIT, LD_LIBRARY_PATH or a run path"
        : "ld.so was run as a program: the module may be one, too";
}

/* Is the path what somebody supposes or reports, and no record of a map proves? */
static const char *path_note(const struct detail *d)
{
    struct span how = d->shown[SHOWN_resolution].text;

    if (span_is(how, resolution_name(RESOLUTION_INFERRED)))
        return "? inferred: what was opened right before the map";
    if (span_is(how, resolution_name(RESOLUTION_OPENED)))
        return "? opened, not proven to be mapped";
    if (span_is(how, resolution_name(RESOLUTION_REPORTED)))
        return "? reported by the program itself";
    return "";
}

static const char *note_of(const struct detail *d, enum detail_shown shown, char *own,
                           size_t size)
{
    bool there = d->shown[shown].type != CELL_NULL;
    int64_t recovered = fact_number(d, FACT_RECOVERED);

    switch (shown) {
    case SHOWN_CommandLine:
        return command_note(d, there);
    case SHOWN_User:
        if (!there)
            return "not logged";
        return fact_number(d, FACT_OWN_USER) ? "the load's own" : "the process's";
    case SHOWN_start_time:
        return there ? source_note(d) : "start not seen";
    case SHOWN_time:
        return time_note(d);
    case SHOWN_loads:
        if (recovered)
            snprintf(own, size, "and %lld recovered", (long long)recovered);
        return recovered ? own : "";
    case SHOWN_allowed_by:
        snprintf(own, size, "%.*s", (int)d->fact[FACT_REASON].text.len,
                 (const char *)d->fact[FACT_REASON].text.at);
        return own;
    case SHOWN_ImageLoaded:
        return there ? path_note(d) : "not logged";
    case SHOWN_ImageLoaded_raw:
        return "as the program passed it";
    case SHOWN_ProcessSigning:
        return "the process's own code signature, not the module's";
    case SHOWN_LoginUser:
        return "who logged in (auid)";
    case SHOWN_tags:
        return tags_note(d);
    case SHOWN_Signed:
        return there ? "" : "not logged: the formula reads it as \"false\" on Windows";
    default:
        return there ? "" : "not logged";
    }
}

/* What is only worth a line where it is there. */
static bool passes(const struct detail *d, enum detail_shown shown)
{
    switch (shown) {
    case SHOWN_sha256:
    case SHOWN_sha1:
    case SHOWN_md5:
    case SHOWN_imphash:
    case SHOWN_end_time:
    case SHOWN_allowed_by:
    case SHOWN_bundle:
    case SHOWN_platform:
    case SHOWN_ProcessHashes:
    case SHOWN_ProcessSigning:
    case SHOWN_ProcessOriginalFileName:
    case SHOWN_record:
    case SHOWN_ImageLoaded_raw:
    case SHOWN_LoginUser:
    case SHOWN_tags:
        return d->shown[shown].type != CELL_NULL;
    case SHOWN_resolution:
        return !span_is(d->shown[shown].text, resolution_name(RESOLUTION_EXACT));
    default:
        return true;
    }
}

static bool tell_shown(struct detail *d, const char *const *names, struct fault *f)
{
    for (enum detail_shown i = 0; i < SHOWN_COUNT; i++) {
        char own[NOTE_MAX] = "", text[NOTE_MAX];
        struct cell value = d->shown[i];

        if (!passes(d, i))
            continue;
        if (is_time(i))
            value = time_cell(&d->shown[i], text);
        if (i == SHOWN_factors) {
            factor_list((uint32_t)value.number, text, sizeof text);
            value = text_cell(text);
        }
        if (!detail_tell(d, names[i], &value, note_of(d, i, own, sizeof own), f))
            return false;
    }
    return true;
}

/* ---- prevalence ---- */

static bool tell_places(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = true, ok = detail_open(d, DETAIL_PLACES, &st, f);

    if (ok) {
        detail_bind(st, 1, &d->shown[SHOWN_sha256]);
        detail_bind(st, 2, &d->shown[SHOWN_ImageLoaded]);
    }
    while (ok && (ok = select_step(d->s, st, &row, f)) && row) {
        struct cell cells[2];
        char note[NOTE_MAX];

        if (!select_cells(st, 0, 2, cells, &d->texts))
            ok = fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
        snprintf(note, sizeof note, "the same sha256, %lld %s", (long long)cells[1].number,
                 cells[1].number == 1 ? "sighting" : "sightings");
        ok = ok && detail_tell(d, "other_path", &cells[0], note, f);
    }
    sqlite3_finalize(st);
    return ok;
}

static bool tell_seen(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = false, others = false, ok = detail_open(d, DETAIL_SEEN, &st, f);
    char text[NOTE_MAX];

    if (ok) {
        detail_bind(st, 1, &d->shown[SHOWN_sha256]);
        detail_bind(st, 2, &d->shown[SHOWN_ImageLoaded]);
        ok = select_step(d->s, st, &row, f);
    }
    if (ok && row) {
        long long seen = sqlite3_column_int64(st, 0), hosts = sqlite3_column_int64(st, 1);
        long long paths = sqlite3_column_int64(st, 2);
        bool more = sqlite3_column_int64(st, 3) == DETAIL_SEEN_MAX || seen > DETAIL_SEEN_MAX;
        struct cell value = text_cell(text);

        others = paths != 0;
        snprintf(text, sizeof text, "%s%lld %s on %lld %s, %lld other %s",
                 more ? "at least " : "", seen, seen == 1 ? "sighting" : "sightings", hosts,
                 hosts == 1 ? "host" : "hosts", paths, paths == 1 ? "path" : "paths");
        value = text_cell(text);
        ok = detail_tell(d, "same_sha256", &value, "", f);
    }
    sqlite3_finalize(st);
    return ok && (!others || tell_places(d, f));
}

static bool tell_named(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = false, ok = detail_open(d, DETAIL_NAMED, &st, f);

    if (ok) {
        detail_bind(st, 1, &d->fact[FACT_NAME]);
        detail_bind(st, 2, &d->shown[SHOWN_sha256]);
        ok = select_step(d->s, st, &row, f);
    }
    if (ok && row) {
        struct cell value = { CELL_NUMBER, sqlite3_column_int64(st, 0), SPAN_NONE };

        bool more = sqlite3_column_int64(st, 1) == DETAIL_SEEN_MAX;

        ok = detail_tell(d, "same_name", &value,
                  more ? "hashes of other files of this name, at least"
                       : "hashes of other files of this name", f);
    }
    sqlite3_finalize(st);
    return ok;
}

/* ---- who dropped it ---- */

static bool tell_drop(struct detail *d, sqlite3_stmt *st, struct fault *f)
{
    int64_t event = sqlite3_column_int64(st, 0), time = sqlite3_column_int64(st, 1);
    int64_t before_us = fact_number(d, FACT_TIME) - time;
    char when[MOMENT_TEXT_MAX], note[NOTE_MAX];
    struct cell image;

    if (!select_cells(st, 2, 1, &image, &d->texts))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    moment_format(time, when);
    snprintf(note, sizeof note, "Event ID %lld at %s, %lld.%03lld s before the load",
             (long long)event, when, (long long)(before_us / 1000000),
             (long long)(before_us / 1000 % 1000));
    return detail_tell(d, "dropped_by", &image, note, f);
}

static bool tell_dropped(struct detail *d, struct fault *f)
{
    sqlite3_stmt *st;
    bool row = true, ok = detail_open(d, DETAIL_DROPPED, &st, f);

    if (ok) {
        detail_bind(st, 1, &d->fact[FACT_HOST]);
        detail_bind(st, 2, &d->shown[SHOWN_ImageLoaded]);
        detail_bind(st, 3, &d->fact[FACT_TIME]);
    }
    while (ok && (ok = select_step(d->s, st, &row, f)) && row)
        ok = tell_drop(d, st, f);
    sqlite3_finalize(st);
    return ok;
}

/* ---- the whole ---- */

/* Which sighting, which load: either may be asked for. */
static bool find(struct detail *d, const struct question *q, struct fault *f)
{
    d->sighting = q->sighting;
    d->load = q->load;
    if (d->load && !d->sighting && !one_number(d, DETAIL_SIGHTING, d->load, &d->sighting, f))
        return false;
    return d->load || one_number(d, DETAIL_NEWEST, d->sighting, &d->load, f);
}

static bool read_facts(struct detail *d, sqlite3_stmt *st, bool *row, struct fault *f)
{
    sqlite3_bind_int64(st, 1, d->sighting);
    sqlite3_bind_int64(st, 2, d->load);
    if (!select_step(d->s, st, row, f))
        return false;
    if (*row
        && (!select_cells(st, 1, FACT_COUNT, d->fact, &d->texts)
            || !select_cells(st, 1 + FACT_COUNT, SHOWN_COUNT, d->shown, &d->texts)))
        return fault(f, FAULT_LIMIT, "the detail holds more than %u MiB", FACTS_BYTES_MAX >> 20);
    return true;
}

static bool tell_all(struct detail *d, struct fault *f)
{
    struct statement text;
    sqlite3_stmt *st = NULL;
    bool row = false, ok;

    statement_init(&text);
    detail_compile(&text, DETAIL_FACTS);
    ok = statement_ready(&text, f) && (st = select_open(d->s, &text, f)) != NULL
      && read_facts(d, st, &row, f);
    sqlite3_finalize(st);
    if (ok && row)
        ok = tell_shown(d, text.name, f)
          && (d->shown[SHOWN_sha256].type == CELL_NULL
              || (tell_seen(d, f) && tell_named(d, f)))
          && detail_files(d, f) && detail_imported(d, f) && detail_memory(d, f)
          && (d->shown[SHOWN_ImageLoaded].type == CELL_NULL || tell_dropped(d, f));
    statement_clear(&text);
    return ok;
}

bool detail_run(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    static const char *const names[] = { "name", "value", "note" };
    struct detail d = { .s = s, .rows = r };
    bool ok;

    arena_init(&d.texts, FACTS_BYTES_MAX);
    ok = rows_columns(r, 3, names, NULL, f) && find(&d, q, f) && tell_all(&d, f);
    arena_clear(&d.texts);
    return ok;
}
