/* A record as lines for people.
 *
 * Every byte of evidence goes through text_show(), line by line; only a tab at
 * the beginning of a line, which JSON is indented by, is a run of spaces.  Works
 * on what is given and reads nothing. */
#include "cli/record_text.h"

#include "cli/tell.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LABEL_COLUMNS 10
#define NAME_COLUMNS 20    /* of a CSV's columns */
#define TAB "    "
#define ROW_BYTES 16u      /* of a dump */
#define AROUND_BYTES 16u   /* before and behind what was mended */
#define DUMP_ROWS_MAX 8u   /* of one place */
#define DUMPS_MAX 16       /* places that are dumped */
#define WHOLE_ROWS_MAX 256u /* of a record that could not be read to its end */

/* ---- lines ---- */

static FILE *memory_file(char **text, size_t *len)
{
    FILE *to = open_memstream(text, len);

    if (!to)
        fault_memory();
    return to;
}

static void put_shown(FILE *to, struct span text)
{
    size_t room = text_show(NULL, 0, text) + 1;
    char *shown = memory_get(room);

    text_show(shown, room, text);
    fputs(shown, to);
    free(shown);
}

/* Lines of text; those behind the first begin with `indent` spaces. */
static void put_lines(FILE *to, struct span text, int indent)
{
    for (bool first = true; text.len; first = false) {
        const uint8_t *lf = memchr(text.at, '\n', text.len);
        struct span line = span_of(text.at, lf ? (size_t)(lf - text.at) : text.len);

        text = span_of(line.at + line.len + (lf != NULL), text.len - line.len - (lf != NULL));
        if (lf && line.len && line.at[line.len - 1] == '\r')
            line.len--;
        fprintf(to, "%*s", first ? 0 : indent, "");
        for (; line.len && line.at[0] == '\t'; line = span_of(line.at + 1, line.len - 1))
            fputs(TAB, to);
        put_shown(to, line);
        if (text.len)
            fputc('\n', to);
    }
    fputc('\n', to);
}

static void put_fact(FILE *to, const char *label, const char *text)
{
    fprintf(to, "%-*s ", LABEL_COLUMNS, label);
    put_shown(to, span_text(text));
    fputc('\n', to);
}

/* ---- facts ---- */

static void put_what(FILE *to, const struct record_place *p)
{
    char number[32] = "without a number";

    if (p->numbered)
        snprintf(number, sizeof number, "%" PRIu64, p->record);
    fprintf(to, "%-*s %s, %s%s%s%s\n", LABEL_COLUMNS, "record", number, p->what,
            strcmp(p->what, "copy") == 0 ? " (another file's is kept)" : "",
            p->flags & RECORD_RECOVERED ? ", recovered" : "",
            p->flags & RECORD_ALTERED ? ", altered" : "");
}

static void put_facts(FILE *to, const struct record_place *p, const struct record *r)
{
    const struct record_source *source = &p->source[0];
    char sha256[SHA256_TEXT], bytes[TELL_COUNT_TEXT];

    hex_text(sha256, span_of(p->sha256, sizeof p->sha256));
    put_fact(to, "evidence", source->name);
    if (source->bundle)
        put_fact(to, "bundle", source->bundle);
    if (strcmp(r->found.path, source->path) != 0)
        put_fact(to, "found in", r->found.path);
    fprintf(to, "%-*s %s, as in the ledger%s\n", LABEL_COLUMNS, "SHA-256", sha256,
            r->found.grown ? " (the file has grown since)" : "");
    put_fact(to, "format", p->format);
    fprintf(to, "%-*s %" PRIu64 ", %s bytes%s\n", LABEL_COLUMNS, "place", r->place,
            tell_count(r->bytes.len, bytes), r->cut ? ", cut here" : "");
    if (p->why)
        put_fact(to, p->what, p->why);
    else
        put_what(to, p);
}

/* ---- bytes ---- */

/* Rows of the stretch from `place` on; gives the place behind the last. */
static uint64_t put_rows(FILE *to, const struct record *r, uint64_t place, uint64_t end,
                         unsigned rows)
{
    struct span all = span_of(r->found.stretch, r->found.len);

    place -= place % ROW_BYTES;
    for (; rows > 0 && place < end; rows--, place += ROW_BYTES) {
        char hex[3 * ROW_BYTES + 1] = "", text[ROW_BYTES + 1] = "";

        for (unsigned i = 0; i < ROW_BYTES; i++) {
            uint64_t at = place + i - r->from; /* before the stretch: past any length */
            bool there = place + i >= r->from && at < all.len;
            uint8_t c = there ? all.at[at] : ' ';

            snprintf(hex + 3 * i, 4, there ? " %02x" : "   ", c);
            text[i] = c >= 0x20 && c < 0x7f ? (char)c : '.';
        }
        fprintf(to, "  %010" PRIx64 " %s  |%s|\n", place, hex, text);
    }
    return place;
}

/* The bytes around, but those up to `shown`, which stand above already; gives the
 * place behind its own. */
static uint64_t put_mend(FILE *to, const struct record *r, const struct record_mend *m,
                         uint64_t shown)
{
    uint64_t from = m->place > AROUND_BYTES ? m->place - AROUND_BYTES : 0;
    uint64_t end = m->place + m->len + AROUND_BYTES;

    fprintf(to, "at %" PRIu64 " (0x%" PRIx64 "), %" PRIu64 " %s: %s\n", m->place, m->place,
            m->len, m->len == 1 ? "byte" : "bytes", m->why);
    if (shown > from && shown <= end + ROW_BYTES)
        from = shown;
    return put_rows(to, r, from, end, DUMP_ROWS_MAX);
}

static void put_altered(FILE *to, const struct record *r)
{
    size_t kept = r->mends < RECORD_MENDS_MAX ? r->mends : RECORD_MENDS_MAX;
    char count[TELL_COUNT_TEXT];
    uint64_t shown = 0;

    if (r->mends == 0) {
        fputs("altered: no byte of it had to be replaced.  A name stands in it twice and says"
              " two\nthings, backslashes are doubled, or an event that it carries is cut"
              " short.\n", to);
        return;
    }
    fprintf(to, "altered: %s %s not be taken as it was.  Offsets are of the evidence.\n",
            r->mends == 1 ? "1 place" : tell_count(r->mends, count),
            r->mends == 1 ? "could" : "places could");
    for (size_t i = 0; i < kept && i < DUMPS_MAX; i++)
        shown = put_mend(to, r, &r->mend[i], shown);
    if (r->mends > DUMPS_MAX)
        fprintf(to, "... and %s more\n", tell_count(r->mends - DUMPS_MAX, count));
}

static void put_dump(FILE *to, const struct record_place *p, const struct record *r)
{
    bool whole = r->broken || !span_logged(r->text);

    if (p->flags & RECORD_ALTERED)
        put_altered(to, r);
    if (r->broken)
        fprintf(to, "its XML ends early: %s.  Its bytes:\n", r->broken);
    if (whole)
        put_rows(to, r, r->place, r->place + r->bytes.len, WHOLE_ROWS_MAX);
    if (whole && r->bytes.len > (size_t)WHOLE_ROWS_MAX * ROW_BYTES)
        fputs("  ... and on\n", to);
}

/* ---- all of it ---- */

static void put_fields(FILE *to, const struct record *r)
{
    for (size_t i = 0; i < r->fields; i++) {
        size_t width = text_show(NULL, 0, r->field[i].name);

        put_shown(to, r->field[i].name);
        fprintf(to, ":%*s", width < NAME_COLUMNS ? (int)(NAME_COLUMNS - width) : 1, "");
        put_lines(to, r->field[i].value, NAME_COLUMNS + 1);
    }
}

char *record_text(const struct record_place *p, const struct record *r, size_t *len)
{
    char *text, *dump;
    size_t dump_len;
    FILE *to = memory_file(&text, len);

    put_facts(to, p, r);
    fputc('\n', to);
    if (r->fields)
        put_fields(to, r);
    else if (span_logged(r->text))
        put_lines(to, r->text, 0);
    dump = record_dump(p, r, &dump_len);
    if (dump_len && span_logged(r->text))
        fputc('\n', to);
    fwrite(dump, 1, dump_len, to);
    free(dump);
    fclose(to);
    return text;
}

char *record_lines(struct span lines, size_t *len)
{
    char *text;
    FILE *to = memory_file(&text, len);

    put_lines(to, lines, 0);
    fclose(to);
    return text;
}

char *record_dump(const struct record_place *p, const struct record *r, size_t *len)
{
    char *text;
    FILE *to = memory_file(&text, len);

    put_dump(to, p, r);
    fclose(to);
    return text;
}
