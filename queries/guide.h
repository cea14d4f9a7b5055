/* The guide: our own pages of Markdown (queries/guide/), and the lines that they
 * make at a width.
 *
 * What is understood: headings, paragraphs, lists, tables, text set off by four
 * spaces, and `code` in a line.  The pages are ours and built in, so nothing here has
 * to fear them. */
#ifndef QUERIES_GUIDE_H
#define QUERIES_GUIDE_H

#include "core/span.h"

struct guide_page {
    const char *name;  /* `t1129` */
    const char *title; /* its first heading */
    struct span text;
};

#define GUIDE_PAGES_MAX 32
#define GUIDE_RULE "sigma" /* a topic that is a file to be printed as it is */

size_t guide_count(void);
/* In the order in which they are best read. */
struct guide_page guide_at(size_t i);
/* False where there is none of that name. */
bool guide_named(const char *name, struct guide_page *page);

/* The detection as a Sigma rule. */
struct span guide_sigma(void);

/* The part of a page under the heading, without it; empty where it has none. */
struct span guide_part(struct span page, const char *heading);

enum guide_look { GUIDE_TEXT, GUIDE_HEADING, GUIDE_CODE };

/* Lines of the text, none longer than `width` columns where it can be broken;
 * `line` gets each without its line end, for as long as it returns true. */
void guide_lines(struct span text, int width,
                 bool (*line)(void *ctx, enum guide_look look, const char *text), void *ctx);

#endif
