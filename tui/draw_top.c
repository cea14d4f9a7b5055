/* The two lines at the top: the case, what is counted and what goes on; and the
 * trail of views, with what narrows the list.
 *
 * What goes on has three lengths, so that the time left and the damage are told
 * on a narrow terminal, too. */
#include "tui/draw.h"

#include "tui/say.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024
#define RECKON_AFTER_US 1000000 /* before that, a rate means nothing */

static struct span file_of(const char *path)
{
    return span_file_name(span_text(path ? path : ""));
}

/* ---- the top line ---- */

static void counts_text(const struct place *p, bool whole, char *out, size_t size)
{
    char hits[SAY_MAX], all[SAY_MAX], hosts[SAY_MAX], allowed[SAY_MAX];
    const int64_t *t = p->totals;

    say_count(t[TOTAL_HITS], "hit", NULL, hits);
    say_count(t[TOTAL_SIGHTINGS], "sighting", NULL, all);
    say_count(t[TOTAL_HOSTS], "host", NULL, hosts);
    say_number(t[TOTAL_ALLOWED], allowed);
    if (whole)
        snprintf(out, size, "%s of %s on %s, %s allowed", hits, all, hosts, allowed);
    else
        snprintf(out, size, "%s of %s", hits, all);
}

/* `397 files, 12 with damage; 27 hosts, 19 without loads`. */
static void ledger_text(const struct place *p, char *out, size_t size)
{
    char files[SAY_MAX], hosts[SAY_MAX], damaged[SAY_MAX], blind[SAY_MAX];
    const int64_t *t = p->totals;

    snprintf(out, size, "%s, %s with damage; %s, %s without loads",
             say_count(t[TOTAL_EVIDENCE], "file", NULL, files), say_number(t[TOTAL_DAMAGED_FILES], damaged),
             say_count(t[TOTAL_CASE_HOSTS], "host", NULL, hosts), say_number(t[TOTAL_BLIND_HOSTS], blind));
}

/* `, 2:10 left`; nothing before there is something to reckon with. */
static void left_text(const struct notice *n, char *out, size_t size)
{
    double seconds;

    out[0] = '\0';
    if (!n->walked || n->took < RECKON_AFTER_US || n->bytes_done == 0 || n->bytes_done > n->bytes)
        return;
    seconds = (double)n->took / 1e6 * (double)(n->bytes - n->bytes_done) / (double)n->bytes_done;
    unsigned left = seconds > 359999 ? 359999 : (unsigned)seconds;
    if (left < 3600)
        snprintf(out, size, ", %u:%02u left", left / 60, left % 60);
    else
        snprintf(out, size, ", %u:%02u:%02u left", left / 3600, left / 60 % 60, left % 60);
}

/* In three lengths: 2 is all of it. */
static void progress_text(const struct model *m, int length, char *out, size_t size)
{
    const struct notice *n = &m->progress;
    uint64_t rate = n->took > 0 ? (uint64_t)((double)n->records * 1e6 / (double)n->took) : 0;
    char per_s[SAY_MAX], loads[SAY_MAX], damaged[SAY_MAX] = "", left[SAY_MAX];
    unsigned percent = n->bytes ? (unsigned)((double)n->bytes_done * 100 / (double)n->bytes) : 0;

    say_number((int64_t)rate, per_s);
    say_count((int64_t)n->loads, "load", NULL, loads);
    if (n->damaged)
        snprintf(damaged, sizeof damaged, ", %llu damaged", (unsigned long long)n->damaged);
    left_text(n, left, sizeof left);
    percent = percent > 100 ? 100 : percent;
    if (n->settling)
        snprintf(out, size, "%s%s", length ? "building the indexes" : "indexing", length ? damaged : "");
    else if (length == 2)
        snprintf(out, size, "reading %llu/%llu files %u%%, %s records/s, %s%s%s",
                 (unsigned long long)n->files_done, (unsigned long long)n->files, percent, per_s,
                 loads, damaged, left);
    else
        snprintf(out, size, "reading %u%%%s%s", percent, length ? damaged : "", length ? left : "");
}

static void following_text(const struct notice *n, int length, char *out, size_t size)
{
    char loads[SAY_MAX], time[SAY_MAX] = "", damaged[SAY_MAX] = "";

    say_count((int64_t)n->loads, "load", NULL, loads);
    if (n->damaged)
        snprintf(damaged, sizeof damaged, ", %llu damaged", (unsigned long long)n->damaged);
    if (n->last_record)
        say_time(n->last_record, time);
    if (length < 2)
        snprintf(out, size, "following%s", length ? damaged : "");
    else if (n->bytes > n->bytes_done)
        snprintf(out, size, "following, %u%% read, %s%s",
                 (unsigned)((double)n->bytes_done * 100 / (double)n->bytes), loads, damaged);
    else if (!n->last_record)
        snprintf(out, size, "following, no record yet");
    else
        snprintf(out, size, "following, last record %.8s UTC, %s%s", time + 11, loads, damaged);
}

static void state_text(const struct model *m, int length, char *out, size_t size)
{
    out[0] = '\0';
    if (m->ingesting && m->progress.following)
        following_text(&m->progress, length, out, size);
    else if (m->ingesting)
        progress_text(m, length, out, size);
    else if (m->checking)
        snprintf(out, size, length ? "read-only: checking the case" : "checking");
    else if (m->doors.read_only)
        snprintf(out, size, "read-only");
}

static const char *scope_name(const struct place *p)
{
    return !p->view->totals ? NULL : p->everything || p->widened ? "EVERYTHING"
        : p->notable ? "PRIORITY >= 2" : "HITS";
}

void draw_bar(const struct model *m, struct grid *g)
{
    const struct place *p = model_place(m);
    struct area a = m->layout.bar;
    char text[LINE_BYTES], state[LINE_BYTES];
    int x = 1, right = a.columns - 1;

    grid_fill(g, a.row, 0, a.columns, STYLE_BAR);
    x += grid_text(g, a.row, x, a.columns / 3, STYLE_BAR_STRONG, file_of(m->doors.case_path)) + 2;
    for (int length = 2; length >= 0; length--) {
        state_text(m, length, state, sizeof state);
        int w = grid_width(g, span_text(state), a.columns);
        if (w && w + x + (length == 2 ? 46 : 26) <= right) {
            grid_say(g, a.row, right - w, w, STYLE_BAR_ALERT, state);
            right -= w + 2;
            break;
        }
    }
    if (scope_name(p))
        x += grid_say(g, a.row, x, right - x, STYLE_BAR_STRONG, scope_name(p)) + 2;
    if (!p->view->totals) {
        snprintf(text, sizeof text, "%s", p->view->name);
        for (char *c = text; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        x += grid_say(g, a.row, x, right - x, STYLE_BAR_STRONG, text) + 2;
        if (!p->view->ledger || !p->totals_known)
            return;
        ledger_text(p, text, sizeof text);
        grid_say(g, a.row, x, right - x, STYLE_BAR, text);
        return;
    }
    if (!p->totals_known)
        return;
    counts_text(p, true, text, sizeof text);
    if (grid_width(g, span_text(text), a.columns) > right - x)
        counts_text(p, false, text, sizeof text);
    grid_say(g, a.row, x, right - x, STYLE_BAR, text);
}

/* ---- the trail, and what narrows the list ---- */

/* A key and what it leads to, right-aligned before column `right`; how many columns
 * it took, 0 where they are not there. */
static int draw_key_hint(struct grid *g, struct area a, int right, char *text)
{
    int w = grid_width(g, span_text(text), a.columns);

    if (w == 0 || right - w < a.columns / 3)
        return 0;
    grid_text(g, a.row, right - w, 1, STYLE_KEY, span_of(text, 1));
    grid_say(g, a.row, right - w + 1, w - 1, STYLE_DIM, text + 1);
    return w + 3;
}

/* What else there is to see of this list, and its keys. */
static int draw_aside(const struct model *m, struct grid *g, struct area a)
{
    const struct place *p = model_place(m);
    bool counted = p->view->totals && p->totals_known;
    char text[LINE_BYTES], number[SAY_MAX];
    int w = 0;

    text[0] = '\0';
    if (m->locked)
        snprintf(text, sizeof text, "P  %s",
                 say_count((int64_t)m->locked, "archive is encrypted",
                           "archives are encrypted", number));
    else if (p->view->aside)
        snprintf(text, sizeof text, "%s", p->view->aside);
    if (text[0])
        w += draw_key_hint(g, a, a.columns - 1, text);
    if (counted && p->totals[TOTAL_PRIORITY] > 0 && !p->everything && !p->widened && !p->notable) {
        snprintf(text, sizeof text, "p  +%s with Priority >= %d%s",
                 say_number(p->totals[TOTAL_PRIORITY], number), PRIORITY_NOTABLE,
                 a.columns >= 100 ? " outside the hits" : "");
        w += draw_key_hint(g, a, a.columns - 1 - w, text);
    }
    if (counted && !m->locked && !p->view->aside && p->totals[TOTAL_BLIND_HOSTS] > 0) {
        snprintf(text, sizeof text, "H  %s without loads",
                 say_count(p->totals[TOTAL_BLIND_HOSTS], "host", NULL, number));
        w += draw_key_hint(g, a, a.columns - 1 - w, text);
    }
    return w;
}

static int draw_narrowed(const struct model *m, struct grid *g, struct area a)
{
    const struct place *p = model_place(m);
    char text[LINE_BYTES];
    int w;

    if (!p->filter[0] && m->mode != MODE_FILTER)
        return draw_aside(m, g, a);
    snprintf(text, sizeof text, "filter: %s", m->mode == MODE_FILTER ? m->prompt.text : p->filter);
    w = grid_width(g, span_text(text), a.columns / 2);
    grid_say(g, a.row, a.columns - 1 - w, w, STYLE_MATCH, text);
    return w + 2;
}

void draw_trail(const struct model *m, struct grid *g)
{
    struct area a = m->layout.trail;
    char text[LINE_BYTES];
    int x = 1, right, width[TRAIL_MAX], total = 0;
    size_t first = 0;

    if (!a.rows)
        return;
    right = a.columns - 1 - draw_narrowed(m, g, a);
    for (size_t i = 0; i < m->places; i++) {
        m->trail[i].view->title(m, &m->trail[i], text, sizeof text);
        width[i] = grid_width(g, span_text(text), 40) + 3;
        total += width[i];
    }
    /* A long trail shows its end. */
    while (first + 1 < m->places && total > right - x)
        total -= width[first++];
    for (size_t i = first; i < m->places; i++) {
        m->trail[i].view->title(m, &m->trail[i], text, sizeof text);
        if (i > 0) {
            grid_sign(g, a.row, x, STYLE_DIM, SIGN_TRAIL);
            x += 2;
        }
        bool here = i + 1 == m->places;
        x += grid_say(g, a.row, x, here ? right - x : width[i] - 3, here ? STYLE_STRONG : STYLE_DIM, text) + 1;
    }
    if (model_place(m)->include_allowed && model_place(m)->view->totals
        && !model_pivoted(model_place(m)))
        grid_say(g, a.row, x + 1, right - x - 1, STYLE_DIM, "with allowed");
}
