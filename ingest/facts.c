/* The lines of a text of facts, each offered to every form in turn.
 *
 * The surprise: codesign describes a program over several lines, so that what it
 * says is handed on with the next program, a blank line, or the end. */
#include "ingest/facts_form.h"

#include "core/text.h"

#include <stdio.h>

static const struct {
    const char *name;
    enum platform platform;
    bool verify;
} forms[FACT_FORMS] = {
    [FORM_DPKG_V] = { "dpkg -V", PLATFORM_LINUX, true },
    [FORM_RPM_V] = { "rpm -V", PLATFORM_LINUX, true },
    [FORM_DEBSUMS] = { "debsums", PLATFORM_LINUX, true },
    [FORM_DPKG_S] = { "dpkg -S", PLATFORM_LINUX, false },
    [FORM_RPM_QF] = { "rpm -qf", PLATFORM_LINUX, false },
    [FORM_HASHES] = { "hashes", PLATFORM_UNKNOWN, false },
    [FORM_CODESIGN] = { "codesign", PLATFORM_MACOS, false },
    [FORM_MOUNTINFO] = { "mountinfo", PLATFORM_LINUX, false },
};

struct span facts_word(struct span *line)
{
    size_t len = 0;
    struct span word;

    while (len < line->len && line->at[len] != ' ' && line->at[len] != '\t')
        len++;
    word = span_of(line->at, len);
    while (len < line->len && (line->at[len] == ' ' || line->at[len] == '\t'))
        len++;
    *line = span_of(line->at + len, line->len - len);
    return word;
}

bool facts_take(struct span *line, const char *start)
{
    struct span with = span_text(start);

    if (!span_starts(*line, with))
        return false;
    *line = span_of(line->at + with.len, line->len - with.len);
    return true;
}

struct span facts_before(struct span line, const char *end)
{
    struct span with = span_text(end);

    if (line.len < with.len || memcmp(line.at + line.len - with.len, with.at, with.len) != 0)
        return SPAN_NONE;
    return span_of(line.at, line.len - with.len);
}

void facts_say(struct facts *x, enum fact_says says, struct span path, struct span hash,
               struct span detail)
{
    struct fact f = { .says = says, .hash = hash };
    bool altered = false, full = false;

    f.path = text_clean(&x->arena, path, &altered, &full);
    f.detail = text_clean(&x->arena, detail, &altered, &full);
    if (full) /* a line has a ceiling, and the arena room for several */
        return;
    x->told->facts++;
    if (x->each && !x->ended && !x->each(x->ctx, &f))
        x->ended = true;
}

static bool take_line(struct facts *x, struct span line)
{
    if (line.len > FACT_LINE_MAX)
        return false;
    return facts_verify(x, line) || facts_owner(x, line) || facts_mount(x, line)
        || facts_hash(x, line) || facts_codesign(x, line);
}

static void tell_forms(struct facts *x)
{
    struct facts_told *t = x->told;
    size_t used = 0;

    for (unsigned i = 0; i < FACT_FORMS; i++) {
        if (!(x->forms & 1u << i))
            continue;
        int n = snprintf(t->form + used, sizeof t->form - used, "%s%s", used ? ", " : "",
                         forms[i].name);
        used += n > 0 && (size_t)n < sizeof t->form - used ? (size_t)n : 0;
        t->verify = t->verify || forms[i].verify;
        if (forms[i].platform == PLATFORM_UNKNOWN)
            continue;
        t->contradicts = t->contradicts || (t->platform && t->platform != forms[i].platform);
        t->platform = forms[i].platform;
    }
}

bool facts_read(struct span text, bool (*each)(void *ctx, const struct fact *f), void *ctx,
                struct facts_told *told)
{
    struct facts x = { .each = each, .ctx = ctx, .told = told };
    size_t at = 0;

    *told = (struct facts_told){ 0 };
    arena_init(&x.arena, 16 * FACT_LINE_MAX);
    (void)arena_bytes(&x.arena, 1);
    while (at < text.len && !x.ended) {
        const uint8_t *end = memchr(text.at + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.at) - at : text.len - at, next = at + len + 1;
        struct arena_mark mark = arena_mark(&x.arena);
        struct span line = span_of(text.at + at, len);

        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        if (!line.len || line.at[0] == '#') {
            facts_codesign_end(&x);
        } else if (take_line(&x, line)) {
            told->read++;
        } else {
            told->unread_at = told->unread++ ? told->unread_at : at;
        }
        arena_rewind(&x.arena, mark);
        at = next;
    }
    if (!x.ended)
        facts_codesign_end(&x);
    tell_forms(&x);
    arena_clear(&x.arena);
    return !x.ended;
}
