/* What became of the files of one ingest, in sentences on stderr.
 *
 * It reads the ledger back from the case, so that what it says is what was
 * written.  A file that was damaged, cut or unreadable is named with the place
 * of its first damage and makes the status 1; a file of no format that we read, or of
 * JSON without any event, changes nothing unless no file had one. */
#include "cli/intake.h"
#include "cli/tell.h"
#include "core/page.h"
#include "ingest/decoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMED_MAX 20        /* files named one by one */
#define FIRSTS_MAX 100000   /* files whose first damage is remembered */
#define SHOWN_MAX 300       /* bytes of a path or a reason in a sentence */

/* The first damage of a file. */
struct first {
    int64_t evidence, place;
    char reason[SHOWN_MAX];
};

struct report {
    const struct feed *fd;
    uint64_t files, bytes, states[SOURCE_SUPERSEDED + 1];
    struct counts sum;
    uint64_t conflicts;
    bool damaged;           /* the status is 1 */
    bool events;            /* some file has a record that is an event */
    uint64_t strange;       /* files of JSON or CSV in which none is */
    char one[SHOWN_MAX];    /* the path of the first file of this ingest */
    char why[SHOWN_MAX];    /* and why it was only listed; "" */
    uint64_t named;
    struct first *firsts;
    size_t first_count;
};

static void copy_text(char *out, size_t size, struct span s)
{
    snprintf(out, size, "%.*s", (int)(s.len < size ? s.len : size - 1), (const char *)s.at);
}

/* `bundle.zip!member` of what lay in a bundle. */
static void copy_path(char *out, size_t size, const struct cell *row)
{
    struct span path = row[EVIDENCE_PATH].text, bundle = row[EVIDENCE_BUNDLE].text;

    if (row[EVIDENCE_BUNDLE].type != CELL_TEXT || bundle.len == 0)
        copy_text(out, size, path);
    else
        snprintf(out, size, "%.*s!%.*s", (int)bundle.len, (const char *)bundle.at, (int)path.len,
                 (const char *)path.at);
}

static bool take_problems(void *ctx, const struct page *p)
{
    struct report *r = ctx;

    for (size_t i = 0; i < p->rows; i++) {
        const struct cell *row = page_cell(p, i, 0);
        struct first *new;

        if (!feed_is_new(r->fd, p->keys[i])
            || (r->first_count && r->firsts[r->first_count - 1].evidence == p->keys[i]))
            continue;
        if (r->first_count == FIRSTS_MAX)
            return false;
        if ((r->first_count & (r->first_count - 1)) == 0)
            r->firsts = memory_grow(r->firsts, r->first_count ? r->first_count * 2 : 1,
                                    sizeof *r->firsts);
        new = &r->firsts[r->first_count++];
        new->evidence = p->keys[i];
        new->place = row[PROBLEM_PLACE].number;
        copy_text(new->reason, sizeof new->reason, row[PROBLEM_REASON].text);
    }
    return true;
}

static const struct first *first_of(const struct report *r, int64_t evidence)
{
    for (size_t i = 0; i < r->first_count; i++)
        if (r->firsts[i].evidence == evidence)
            return &r->firsts[i];
    return NULL;
}

static enum source_state state_of(const struct cell *row)
{
    for (enum source_state s = SOURCE_READING; s <= SOURCE_SUPERSEDED; s++)
        if (span_is(row[EVIDENCE_STATE].text, source_state_name(s)))
            return s;
    return SOURCE_UNKNOWN;
}

/* One sentence on a file that is not all there; counted beyond NAMED_MAX. */
static void name_file(struct report *r, int64_t evidence, enum source_state state,
                      const struct cell *row)
{
    char path[2 * SHOWN_MAX], reason[SHOWN_MAX] = "", count[TELL_COUNT_TEXT], more[2 * SHOWN_MAX] = "";
    const struct first *first = first_of(r, evidence);
    int64_t damaged = row[EVIDENCE_DAMAGED].number;

    if (r->named++ >= NAMED_MAX)
        return;
    copy_path(path, sizeof path, row);
    if (row[EVIDENCE_REASON].type == CELL_TEXT)
        copy_text(reason, sizeof reason, row[EVIDENCE_REASON].text);
    if (damaged > 0 && first)
        snprintf(more, sizeof more, "%s %s damaged, the first at byte %" PRId64 ": %s",
                 tell_count((uint64_t)damaged, count), damaged == 1 ? "record is" : "records are",
                 first->place, first->reason);
    else if (damaged > 0)
        snprintf(more, sizeof more, "%s %s damaged", tell_count((uint64_t)damaged, count),
                 damaged == 1 ? "record is" : "records are");
    if (state == SOURCE_COMPLETE || state == SOURCE_READING)
        tell("%s: %s", path, more);
    else
        tell("%s: %s%s%s%s%s", path, source_state_name(state), *reason ? ": " : "", reason,
            *more ? "; " : "", more);
}

/* A file of a form that we read, of no shape that we know. */
static void name_strange(struct report *r, const struct cell *row)
{
    char path[2 * SHOWN_MAX], reason[SHOWN_MAX];

    if (r->strange++ > 0)
        return;
    copy_path(path, sizeof path, row);
    copy_text(reason, sizeof reason, row[EVIDENCE_REASON].text);
    tell("%s: %s", path, reason);
}

static void add(uint64_t *to, const struct cell *cell)
{
    if (cell->type == CELL_NUMBER && cell->number > 0)
        *to += (uint64_t)cell->number;
}

static bool take_files(void *ctx, const struct page *p)
{
    struct report *r = ctx;

    for (size_t i = 0; i < p->rows; i++) {
        const struct cell *row = page_cell(p, i, 0);
        enum source_state state = state_of(row);

        if (!feed_is_new(r->fd, p->keys[i]) || state == SOURCE_SUPERSEDED)
            continue;
        if (r->files++ == 0) {
            copy_path(r->one, sizeof r->one, row);
            if (row[EVIDENCE_REASON].type == CELL_TEXT)
                copy_text(r->why, sizeof r->why, row[EVIDENCE_REASON].text);
        }
        r->states[state]++;
        add(&r->bytes, &row[EVIDENCE_BYTES]);
        add(&r->sum.records, &row[EVIDENCE_RECORDS]);
        add(&r->sum.loads, &row[EVIDENCE_LOADS]);
        add(&r->sum.processes, &row[EVIDENCE_PROCESSES]);
        add(&r->sum.context, &row[EVIDENCE_CONTEXT]);
        add(&r->sum.other, &row[EVIDENCE_OTHER]);
        add(&r->sum.damaged, &row[EVIDENCE_DAMAGED]);
        add(&r->sum.duplicates, &row[EVIDENCE_DUPLICATES]);
        add(&r->sum.recovered, &row[EVIDENCE_RECOVERED]);
        add(&r->conflicts, &row[EVIDENCE_CONFLICTS]);
        if (row[EVIDENCE_REASON].type == CELL_TEXT
            && span_starts(row[EVIDENCE_REASON].text, SPAN(NO_EVENT_REASON)))
            name_strange(r, row);
        else if (row[EVIDENCE_RECORDS].number > row[EVIDENCE_DAMAGED].number)
            r->events = true;
        if (state == SOURCE_PARTIAL || state == SOURCE_UNREADABLE
            || row[EVIDENCE_DAMAGED].number > 0) {
            r->damaged = true;
            name_file(r, p->keys[i], state, row);
        }
    }
    return true;
}

static uint64_t read_files(const struct report *r)
{
    return r->states[SOURCE_COMPLETE] + r->states[SOURCE_PARTIAL] + r->states[SOURCE_DUPLICATE]
         + r->states[SOURCE_READING];
}

/* `evtx, xml, ...`, as the ledger calls them. */
static const char *formats(char *out, size_t size)
{
    size_t used = 0;

    *out = 0;
    for (size_t i = 0; decoder_at(i) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                 decoder_at(i)->name);
    return out;
}

/* Nothing was read: say which of the reasons it is. */
static void say_nothing(const struct report *r, const char *path)
{
    char count[TELL_COUNT_TEXT], text[256];

    tell_count(r->files, count);
    if (r->files == 0)
        tell("%s: there is no evidence here: not one file was found", path);
    else if (r->files == 1 && r->states[SOURCE_EMPTY])
        tell("%s: nothing was loaded: the file is empty", r->one);
    else if (r->files == 1 && r->states[SOURCE_SKIPPED])
        tell("%s: nothing was loaded: %s", r->one, *r->why ? r->why : "it is only listed");
    else if (r->files == 1 && r->states[SOURCE_UNKNOWN])
        tell("%s: nothing was loaded: it is of no format that modhunt reads (%s)", r->one,
             formats(text, sizeof text));
    else if (r->states[SOURCE_EMPTY] == r->files)
        tell("%s: nothing was loaded: all %s files are empty", path, count);
    else if (r->states[SOURCE_UNREADABLE] == r->files)
        tell("%s: nothing was loaded: no file could be read", path);
    else
        tell("%s: nothing was loaded: of %s files none is of a format that modhunt reads (%s)",
             path, count, formats(text, sizeof text));
}

static void say_sum(const struct report *r, const char *case_path, int64_t took)
{
    char files[TELL_THINGS_TEXT], bytes[TELL_BYTES_TEXT], records[TELL_THINGS_TEXT];
    char loads[TELL_THINGS_TEXT], processes[TELL_THINGS_TEXT], context[TELL_COUNT_TEXT];
    char other[TELL_COUNT_TEXT], damaged[TELL_COUNT_TEXT], duplicates[TELL_THINGS_TEXT];
    char recovered[TELL_COUNT_TEXT];

    tell("%s: %s (%s), %s: %s, %s, %s context, %s other, %s damaged, %s; %s recovered; in %.1f s",
        case_path, tell_things(r->files, "file", NULL, files), tell_bytes(r->bytes, bytes),
        tell_things(r->sum.records, "record", NULL, records),
        tell_things(r->sum.loads, "load", NULL, loads),
        tell_things(r->sum.processes, "process", "processes", processes),
        tell_count(r->sum.context, context), tell_count(r->sum.other, other),
        tell_count(r->sum.damaged, damaged),
        tell_things(r->sum.duplicates, "duplicate", NULL, duplicates),
        tell_count(r->sum.recovered, recovered), (double)took / 1e6);
}

static void say_notes(const struct report *r)
{
    char count[TELL_COUNT_TEXT], things[TELL_THINGS_TEXT];

    if (r->named > NAMED_MAX)
        tell("and %s more %s damaged, cut or unreadable: `modhunt evidence` has all",
            tell_count(r->named - NAMED_MAX, count),
            r->named - NAMED_MAX == 1 ? "file that is" : "files that are");
    if (r->conflicts)
        tell("%s the number and time of one in another file, but %s something else: all are kept, "
            "and `modhunt evidence --problems` names them",
            tell_things(r->conflicts, "record has", "records have", things),
            r->conflicts == 1 ? "says" : "say");
    if (r->states[SOURCE_DUPLICATE])
        tell("%s %s in the case already and %s nothing",
            tell_count(r->states[SOURCE_DUPLICATE], count),
            r->states[SOURCE_DUPLICATE] == 1 ? "file is" : "files are",
            r->states[SOURCE_DUPLICATE] == 1 ? "adds" : "add");
    if (r->states[SOURCE_UNKNOWN] && read_files(r))
        tell("%s %s of no format that modhunt reads, and listed only",
            tell_count(r->states[SOURCE_UNKNOWN], count),
            r->states[SOURCE_UNKNOWN] == 1 ? "file is" : "files are");
    if (r->strange > 1)
        tell("and in %s no event is recognised: `modhunt evidence --problems` names them",
            tell_things(r->strange - 1, "more file", NULL, things));
    if (r->states[SOURCE_EMPTY] && read_files(r))
        tell("%s %s empty", tell_count(r->states[SOURCE_EMPTY], count),
            r->states[SOURCE_EMPTY] == 1 ? "file is" : "files are");
    if (r->events && r->sum.loads == 0 && r->sum.duplicates == 0)
        tell("there is no module load (Sysmon Event ID 7) among these records");
}

static bool read_ledger(struct report *r, const char *case_path, struct fault *f)
{
    struct question *files = question_open(QUESTION_EVIDENCE);
    struct question *problems = question_open(QUESTION_PROBLEMS);
    struct store *s = store_open(case_path, STORE_READ, f);
    bool ok = s && store_stream(s, problems, take_problems, r, f)
           && store_stream(s, files, take_files, r, f);

    store_close(s);
    question_close(files);
    question_close(problems);
    return ok;
}

int intake_report(const char *case_path, const char *path, const struct feed *fd, int64_t took,
                  bool stopped, bool *empty)
{
    struct report r = { .fd = fd };
    struct fault f;
    int status;

    if (!read_ledger(&r, case_path, &f)) {
        free(r.firsts);
        return tell_fault(&f);
    }
    *empty = r.files == 0 && !stopped;
    say_notes(&r);
    if (read_files(&r))
        say_sum(&r, case_path, took);
    else if (!stopped)
        say_nothing(&r, path);
    status = r.files == 0 ? STATUS_FAILED
             : r.damaged || !read_files(&r) || (r.strange && !r.events) ? STATUS_DAMAGED : STATUS_DONE;
    if (stopped) {
        tell("stopped at a commit: the same command continues from there");
        status = STATUS_FAILED;
    }
    free(r.firsts);
    return status;
}
