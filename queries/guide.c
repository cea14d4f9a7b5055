/* Pages of the guide by name, and Markdown to plain lines.
 *
 * A paragraph's source lines are joined and broken anew; what is set off stays as
 * it is.  The one surprise: a table becomes an indented list, `first: the rest`,
 * since its cells are sentences. */
#include "queries/guide.h"

#include "core/text.h"
#include "queries/embedded.h"

#include <stdio.h>

#define LINE_MAX_BYTES 1024
#define BLOCK_MAX 8192 /* bytes of one paragraph or item */

static const char *const order[] = {
    "t1129", "factors", "investigate", "respond", "tune", "tests", "rule",
};
#define PAGE_COUNT (sizeof order / sizeof *order)

static const char *title_of(const struct embedded *e, char *room, size_t size)
{
    size_t len = strcspn((const char *)e->bytes, "\n");

    snprintf(room, size, "%.*s", (int)(len > 2 ? len - 2 : 0), (const char *)e->bytes + 2);
    return room;
}

size_t guide_count(void)
{
    return PAGE_COUNT;
}

struct guide_page guide_at(size_t i)
{
    static _Thread_local char titles[PAGE_COUNT][80];
    struct guide_page page = { order[i], "", SPAN_EMPTY };
    size_t len = strlen(order[i]);

    for (size_t e = 0; e < queries_guide_count; e++)
        if (strncmp(queries_guide[e].name, order[i], len) == 0
            && strcmp(queries_guide[e].name + len, ".md") == 0) {
            page.text = span_of(queries_guide[e].bytes, queries_guide[e].size);
            page.title = title_of(&queries_guide[e], titles[i], sizeof titles[i]);
        }
    return page;
}

bool guide_named(const char *name, struct guide_page *page)
{
    for (size_t i = 0; i < PAGE_COUNT; i++)
        if (strcmp(order[i], name) == 0) {
            *page = guide_at(i);
            return true;
        }
    return false;
}

struct span guide_sigma(void)
{
    return span_of(queries_rules[0].bytes, queries_rules[0].size);
}

static struct span take_line(struct span *text)
{
    const uint8_t *end = memchr(text->at, '\n', text->len);
    size_t len = end ? (size_t)(end - text->at) : text->len;
    struct span line = span_of(text->at, len);

    *text = span_of(text->at + len + (end != NULL), text->len - len - (end != NULL));
    return line;
}

static bool is_heading(struct span line)
{
    return span_starts(line, SPAN("#"));
}

static struct span heading_text(struct span line)
{
    while (span_starts(line, SPAN("#")))
        line = span_of(line.at + 1, line.len - 1);
    return span_trimmed(line);
}

struct span guide_part(struct span page, const char *heading)
{
    struct span rest = page;

    while (rest.len) {
        struct span line = take_line(&rest);

        if (!is_heading(line) || !span_is(heading_text(line), heading))
            continue;
        struct span part = rest;
        while (rest.len) {
            struct span before = rest;

            if (is_heading(take_line(&rest)))
                return span_trimmed(span_of(part.at, (size_t)(before.at - part.at)));
        }
        return span_trimmed(part);
    }
    return SPAN_EMPTY;
}

/* ---- lines ---- */

struct render {
    int width;
    bool (*line)(void *ctx, enum guide_look look, const char *text);
    void *ctx;
    bool going;
    char block[BLOCK_MAX]; /* words of the paragraph under way */
    size_t len;
    int indent, hang;      /* columns before its first line, and before the others */
};

static void emit(struct render *r, enum guide_look look, int indent, struct span text)
{
    char line[LINE_MAX_BYTES];

    if (!r->going)
        return;
    snprintf(line, sizeof line, "%*s%.*s", text.len ? indent : 0, "", (int)text.len,
             text.len ? (const char *)text.at : "");
    r->going = r->line(r->ctx, look, line);
}

static int columns_of(struct span text)
{
    int columns = 0;

    while (text.len)
        columns += text_width(text_next(&text));
    return columns;
}

/* How much of the text fits into `room` columns, ended at a space where it can be. */
static struct span fitting(struct span text, int room)
{
    size_t end = 0;

    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.at[i] != ' ')
            continue;
        if (end && columns_of(span_of(text.at, i)) > room)
            break;
        end = i;
    }
    return span_of(text.at, end);
}

static void flush(struct render *r)
{
    struct span rest = span_trimmed(span_of(r->block, r->len));
    int indent = r->indent;

    while (rest.len) {
        struct span line = fitting(rest, r->width - indent);

        emit(r, GUIDE_TEXT, indent, line);
        rest = span_trimmed(span_of(rest.at + line.len, rest.len - line.len));
        indent = r->hang;
    }
    r->len = 0;
    r->indent = r->hang = 0;
}

/* Code marks are for the source; words go into the block. */
static void add(struct render *r, struct span words)
{
    if (r->len && r->len < BLOCK_MAX)
        r->block[r->len++] = ' ';
    for (size_t i = 0; i < words.len && r->len < BLOCK_MAX; i++)
        if (words.at[i] != '`')
            r->block[r->len++] = (char)words.at[i];
}

static void begin(struct render *r, int indent, int hang, struct span words)
{
    flush(r);
    r->indent = indent;
    r->hang = hang;
    add(r, words);
}

/* `| a | b | c |` becomes `a: b: c`. */
static void table_row(struct render *r, struct span line)
{
    bool any = false;

    if (span_starts(line, SPAN("|---")) || span_starts(line, SPAN("| | |")))
        return;
    begin(r, 2, 6, SPAN_EMPTY);
    line = span_of(line.at + 1, line.len - 1);
    while (line.len) {
        const uint8_t *bar = memchr(line.at, '|', line.len);
        size_t len = bar ? (size_t)(bar - line.at) : line.len;
        struct span cell = span_trimmed(span_of(line.at, len));

        if (any && cell.len && r->len < BLOCK_MAX)
            r->block[r->len++] = ':';
        add(r, cell);
        any = true;
        line = span_of(line.at + len + (bar != NULL), line.len - len - (bar != NULL));
    }
    flush(r);
}

static void one_line(struct render *r, struct span line)
{
    if (!span_trimmed(line).len) {
        flush(r);
        emit(r, GUIDE_TEXT, 0, SPAN_EMPTY);
    } else if (is_heading(line)) {
        flush(r);
        emit(r, GUIDE_HEADING, 0, heading_text(line));
    } else if (span_starts(line, SPAN("    "))) {
        flush(r);
        emit(r, GUIDE_CODE, 0, line);
    } else if (span_starts(line, SPAN("|"))) {
        table_row(r, line);
    } else if (span_starts(line, SPAN("- "))) {
        begin(r, 2, 4, line);
    } else {
        /* a command of its own line stays one */
        if (span_starts(line, SPAN("`")) && !r->indent)
            begin(r, 2, 4, line);
        else
            add(r, span_trimmed(line));
    }
}

void guide_lines(struct span text, int width,
                 bool (*line)(void *ctx, enum guide_look look, const char *text), void *ctx)
{
    struct render r = { .width = width < 30 ? 30 : width, .line = line, .ctx = ctx, .going = true };

    while (text.len && r.going)
        one_line(&r, take_line(&text));
    flush(&r);
}
