/* Rows to stdout: what the four forms share.
 *
 * It knows nothing of evidence but cells, and never decides what is printed.
 * The surprise: a closed pipe (`| head`) ends quietly, a full disk does not. */
#include "cli/output.h"

#include "core/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFER_BYTES (64u << 10)
#define SHOW_BYTES 512    /* text_show() is fed this much at a time */
#define PIPE_WIDTH 160    /* of a table that goes to a file or a pipe */
#define WIDTH_MAX 100000u /* columns that COLUMNS may ask for */

static const struct output_form_fact *const forms[] = {
    [OUTPUT_TABLE] = &table_form,
    [OUTPUT_CSV] = &csv_form,
    [OUTPUT_TSV] = &tsv_form,
    [OUTPUT_JSONL] = &jsonl_form,
};

bool output_form_named(const char *text, enum output_form *form, struct fault *f)
{
    *form = OUTPUT_TABLE;
    if (!text)
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i]->name, text) == 0) {
            *form = (enum output_form)i;
            return true;
        }
    }
    return fault(f, FAULT_USAGE, "there is no format %s: table, csv, tsv or jsonl", text);
}

static int stdout_width(bool terminal)
{
    struct winsize size;
    uint64_t columns;

    if (span_number(span_text(getenv("COLUMNS")), &columns) && columns > 0
        && columns <= WIDTH_MAX)
        return (int)columns;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return terminal ? 80 : PIPE_WIDTH;
}

struct output_place output_stdout(void)
{
    static char buffer[BUFFER_BYTES];
    static bool set;
    bool terminal = isatty(STDOUT_FILENO) != 0;

    if (!set)
        setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    set = true;
    return (struct output_place){ .to = stdout, .terminal = terminal,
                                  .width = stdout_width(terminal) };
}

struct output *output_open(enum output_form form, const struct output_column *columns,
                           size_t count, const struct output_place *place)
{
    struct output *o = memory_zero(1, sizeof *o);

    assert(count <= OUTPUT_COLUMNS_MAX);
    o->form = forms[form];
    o->columns = columns;
    o->count = count;
    o->place = *place;
    return o;
}

static void begin(struct output *o)
{
    if (!o->begun)
        o->form->begin(o);
    o->begun = true;
}

/* Keeps the first errno: a later call would have forgotten it. */
static bool failed(struct output *o)
{
    if (ferror(o->place.to) && !o->failed)
        o->failed = errno ? errno : EIO;
    return o->failed != 0;
}

bool output_row(struct output *o, const struct cell *cells)
{
    begin(o);
    o->form->row(o, cells);
    o->told.rows++;
    return !failed(o);
}

bool output_close(struct output *o, struct output_told *told, struct fault *f)
{
    FILE *to = o->place.to;
    bool ok = true;

    begin(o);
    if (o->form->end)
        o->form->end(o);
    if (!failed(o) && fflush(to) != 0)
        o->failed = errno;
    if (o->failed == EPIPE) {
        clearerr(to); /* whoever read it has seen enough */
    } else if (o->failed) {
        errno = o->failed;
        ok = fault_errno(f, "the output could not be written");
    }
    if (told)
        *told = o->told;
    free(o);
    return ok;
}

uint64_t output_rows(const struct output *o)
{
    return o->told.rows;
}

bool output_missing(const struct output_column *c, const struct cell *cell)
{
    return cell->type == CELL_NULL
        || (c->kind == OUTPUT_TIME && cell->type == CELL_NUMBER && cell->number == MOMENT_NONE);
}

struct span output_text(const struct output_column *c, const struct cell *cell,
                        char room[static OUTPUT_ROOM])
{
    _Static_assert(MOMENT_TEXT_MAX <= OUTPUT_ROOM, "a time fits");

    if (output_missing(c, cell))
        return span_text(c->missing ? c->missing : "");
    if (cell->type == CELL_TEXT)
        return cell->text;
    if (c->kind == OUTPUT_TIME)
        moment_format(cell->number, room);
    else
        snprintf(room, OUTPUT_ROOM, "%" PRId64, cell->number);
    return span_text(room);
}

void output_put(const struct output *o, struct span text)
{
    char shown[SHOW_BYTES];

    if (!o->place.terminal) {
        fwrite(text.at, 1, text.len, o->place.to);
        return;
    }
    while (text.len) {
        /* a hidden code point grows to 12 bytes at most */
        struct span part = text, rest = text;

        while (rest.len && (size_t)(rest.at - text.at) < sizeof shown / 12 - 4)
            text_next(&rest);
        part.len = text.len - rest.len;
        text_show(shown, sizeof shown, part);
        fputs(shown, o->place.to);
        text = rest;
    }
}
