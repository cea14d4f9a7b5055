/* How a table fits a terminal: widths shared out, text shortened.
 *
 * Pure arithmetic on what text_show() has made; nothing is written here.  All
 * widths are columns of a terminal, never bytes. */
#include "cli/fit.h"

#include "core/text.h"

enum need { NEED_NATURAL, NEED_LEAST, NEED_FLOOR };

static int need(const struct fit *c, enum need what)
{
    int width = what == NEED_NATURAL ? c->natural : what == NEED_LEAST ? c->least : c->floor;

    return width < c->natural ? width : c->natural;
}

/* Columns of the terminal that the row takes at that width. */
static int sum(const struct fit *c, size_t count, enum need what)
{
    int total = -FIT_GAP;

    for (size_t i = 0; i < count; i++)
        if (c[i].width > 0)
            total += need(&c[i], what) + FIT_GAP;
    return total;
}

static bool leave_one_out(struct fit *c, size_t count, int rank_min)
{
    struct fit *worst = NULL;

    for (size_t i = 0; i < count; i++)
        if (c[i].width > 0 && c[i].rank >= rank_min && (!worst || c[i].rank >= worst->rank))
            worst = &c[i];
    if (worst)
        worst->width = 0;
    return worst != NULL;
}

/* One column more for each in turn, until nothing is over. */
static void share(struct fit *c, size_t count, int over)
{
    for (bool grew = true; over > 0 && grew;) {
        grew = false;
        for (size_t i = 0; i < count && over > 0; i++) {
            if (c[i].width > 0 && c[i].width < c[i].natural) {
                c[i].width++;
                over--;
                grew = true;
            }
        }
    }
}

void fit_columns(struct fit *c, size_t count, int available)
{
    enum need start = NEED_LEAST;

    for (size_t i = 0; i < count; i++)
        c[i].width = c[i].natural;
    if (available <= 0 || sum(c, count, NEED_NATURAL) <= available)
        return;
    while (sum(c, count, NEED_LEAST) > available && leave_one_out(c, count, FIT_GOES_FIRST))
        continue;
    if (sum(c, count, NEED_LEAST) > available)
        start = NEED_FLOOR;
    while (sum(c, count, start) > available && leave_one_out(c, count, 1))
        continue;
    int over = available - sum(c, count, start);
    for (size_t i = 0; i < count; i++)
        if (c[i].width > 0)
            c[i].width = need(&c[i], start);
    share(c, count, over);
}

int fit_width(struct span shown)
{
    int width = 0;

    while (shown.len)
        width += text_width(text_next(&shown));
    return width;
}

/* The longest beginning that takes at most `width` columns, with the marks that
 * stand on its last character. */
static size_t head_bytes(struct span text, int width)
{
    size_t whole = text.len, end = 0;

    while (text.len) {
        width -= text_width(text_next(&text));
        if (width < 0)
            break;
        end = whole - text.len;
    }
    return end;
}

/* Where the shortest end begins that leaves at most `width` columns. */
static size_t tail_start(struct span text, int width)
{
    size_t whole = text.len;
    int left = fit_width(text);

    while (text.len) {
        struct span here = text;
        int w = text_width(text_next(&text));
        if (left <= width && w > 0)
            return whole - here.len;
        left -= w;
    }
    return whole;
}

void fit_text(char *out, struct span shown, int width, bool path)
{
    struct span head = shown, tail = SPAN_EMPTY;
    const char *dots = "..";

    if (fit_width(shown) <= width) {
        dots = "";
    } else if (width <= 2) {
        head.len = 0;
        dots = width == 2 ? ".." : width == 1 ? "." : "";
    } else if (path) {
        /* the file name with its separator, as much of it as there is room for */
        struct span name = span_file_name(shown);
        size_t from = (size_t)(name.at - shown.at);
        if (from > 0 && fit_width(name) + 1 <= width - 2)
            from--;
        tail = span_of(shown.at + from, shown.len - from);
        size_t skip = tail_start(tail, width - 2);
        tail = span_of(tail.at + skip, tail.len - skip);
        head.len = (size_t)(tail.at - shown.at);
        head.len = head_bytes(head, width - 2 - fit_width(tail));
    } else {
        head.len = head_bytes(head, width - 2);
    }
    memcpy(out, head.at, head.len);
    out += head.len;
    memcpy(out, dots, strlen(dots));
    out += strlen(dots);
    memcpy(out, tail.at, tail.len);
    out[tail.len] = 0;
}
