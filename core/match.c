/* Texts against values.
 *
 * Folding keeps a text's length and never turns another letter into an ASCII
 * one, so a text of ASCII alone is compared byte by byte; that is what makes
 * the search through a hundred thousand paths cheap. */
#include "core/match.h"

#include "core/text.h"

#include <stdlib.h>

struct matcher {
    enum matcher_kind kind;
    bool path, tail; /* tail: the file name may answer, too */
    bool ascii;
    struct span text;   /* as it was given; owned */
    struct span folded; /* owned */
    struct pattern *exact, *nocase; /* exact: of paths alone */
};

static uint8_t low(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static struct span own(struct span s)
{
    uint8_t *at = memory_get(s.len + 1);

    memcpy(at, s.len ? s.at : (const uint8_t *)"", s.len);
    return span_of(at, s.len);
}

/* `*text*` is a part, and parts are found faster. */
static void simplify(struct matcher *m)
{
    struct span t = m->text, inner;

    if (m->kind != MATCHER_GLOB || t.len < 3 || t.at[0] != '*' || t.at[t.len - 1] != '*')
        return;
    inner = span_of(t.at + 1, t.len - 2);
    if (memchr(inner.at, '*', inner.len) || memchr(inner.at, '?', inner.len))
        return;
    m->kind = MATCHER_PART;
    m->tail = false;
    m->text = own(inner);
    free((void *)(uintptr_t)t.at);
}

static bool open_patterns(struct matcher *m, struct fault *f)
{
    m->nocase = pattern_open(m->text, PATTERN_NOCASE, f);
    if (m->nocase && m->path)
        m->exact = pattern_open(m->text, 0, f);
    return m->nocase && (!m->path || m->exact);
}

struct matcher *matcher_open(enum matcher_kind kind, unsigned flags, struct span text,
                             struct fault *f)
{
    struct matcher *m = memory_zero(1, sizeof *m);

    m->kind = kind;
    m->path = (flags & MATCHER_PATH) != 0;
    m->text = own(text);
    m->tail = (flags & MATCHER_TAIL) && !(text.len && memchr(text.at, '\\', text.len))
        && !(text.len && memchr(text.at, '/', text.len));
    simplify(m);
    m->folded = own(m->text);
    text_fold((uint8_t *)(uintptr_t)m->folded.at, m->text);
    m->ascii = true;
    for (size_t i = 0; i < m->text.len; i++)
        m->ascii = m->ascii && m->text.at[i] < 0x80;
    if (kind == MATCHER_REGEX && !open_patterns(m, f)) {
        matcher_close(m);
        return NULL;
    }
    return m;
}

void matcher_close(struct matcher *m)
{
    if (!m)
        return;
    pattern_close(m->exact);
    pattern_close(m->nocase);
    free((void *)(uintptr_t)m->text.at);
    free((void *)(uintptr_t)m->folded.at);
    free(m);
}

/* ---- a part ---- */

static bool ascii_part(struct span needle, struct span value)
{
    uint8_t first = needle.at[0], other = first >= 'a' && first <= 'z' ? (uint8_t)(first - 32) : first;

    for (size_t i = 0; i + needle.len <= value.len; i++) {
        size_t j = 1;

        if (value.at[i] != first && value.at[i] != other)
            continue;
        while (j < needle.len && low(value.at[i + j]) == needle.at[j])
            j++;
        if (j == needle.len)
            return true;
    }
    return false;
}

static bool has_part(const struct matcher *m, struct span value, bool exact)
{
    uint8_t *folded;
    bool found;

    if (m->text.len == 0)
        return true;
    if (m->text.len > value.len)
        return false;
    if (exact)
        return memmem(value.at, value.len, m->text.at, m->text.len) != NULL;
    if (m->ascii)
        return ascii_part(m->folded, value);
    folded = memory_get(value.len);
    text_fold(folded, value);
    found = memmem(folded, value.len, m->folded.at, m->folded.len) != NULL;
    free(folded);
    return found;
}

/* ---- the whole ---- */

static uint32_t next_small(struct span *s)
{
    if (s->at[0] < 0x80) {
        uint32_t c = low(s->at[0]);
        *s = span_of(s->at + 1, s->len - 1);
        return c;
    }
    return text_small(text_next(s));
}

static uint32_t next(struct span *s, bool exact)
{
    return exact ? text_next(s) : next_small(s);
}

static bool is_whole(const struct matcher *m, struct span value, bool exact)
{
    struct span text = m->text;

    if (value.len != text.len)
        return false;
    while (text.len && value.len)
        if (next(&text, exact) != next(&value, exact))
            return false;
    return text.len == value.len;
}

/* Each `*` is tried at one place after another; only the last one is ever moved. */
static bool is_glob(const struct matcher *m, struct span value, bool exact)
{
    struct span glob = m->text, star = SPAN_NONE, retry = SPAN_NONE;

    for (;;) {
        if (glob.len && glob.at[0] == '*') {
            star = glob = span_of(glob.at + 1, glob.len - 1);
            retry = value;
            continue;
        }
        if (!value.len && !glob.len)
            return true;
        if (value.len && glob.len) {
            struct span g = glob, v = value;
            bool any = g.at[0] == '?';
            uint32_t a = next(&g, exact), b = next(&v, exact);

            if (any || a == b) {
                glob = g;
                value = v;
                continue;
            }
        }
        if (!star.at || !retry.len)
            return false;
        text_next(&retry);
        glob = star;
        value = retry;
    }
}

static bool answers_text(const struct matcher *m, struct span value, bool exact)
{
    switch (m->kind) {
    case MATCHER_PART:
        return has_part(m, value, exact);
    case MATCHER_WHOLE:
        return is_whole(m, value, exact)
            || (m->tail && is_whole(m, span_file_name(value), exact));
    case MATCHER_GLOB:
        return is_glob(m, value, exact)
            || (m->tail && is_glob(m, span_file_name(value), exact));
    case MATCHER_REGEX:
        break;
    }
    return false;
}

enum match matcher_answers(const struct matcher *m, struct span value)
{
    bool exact = m->path && value.len && value.at[0] == '/';

    if (!span_logged(value))
        return MATCH_NO;
    if (m->kind == MATCHER_REGEX)
        return pattern_find(exact ? m->exact : m->nocase, value, NULL);
    return answers_text(m, value, exact) ? MATCH_YES : MATCH_NO;
}
