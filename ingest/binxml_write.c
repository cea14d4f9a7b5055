/* Writes XML for binxml_text.c.  Never a byte past XML_TEXT_MAX; a control
 * character is written as a number, although XML 1.0 has none for it. */
#include "ingest/binxml_write.h"

#include "core/text.h"

#include <stdio.h>

#define BYTES_A_WORK 64 /* of a value: each costs work */
#define INDENT 2

/* ---- writing ---- */

bool writer_put(struct writer *w, struct span s)
{
    if (XML_TEXT_MAX - w->used < s.len)
        return binxml_broken(w->x, "it would become more text than can be shown");
    memcpy(w->out + w->used, s.at, s.len);
    w->used += s.len;
    return true;
}

bool writer_line(struct writer *w, unsigned depth)
{
    bool ok = w->used == 0 || writer_put(w, SPAN("\n"));

    for (unsigned i = 0; ok && i < depth * INDENT; i++)
        ok = writer_put(w, SPAN(" "));
    return ok;
}

/* The escape of an ASCII character; NULL where it stands for itself. */
static const char *escape_of(uint8_t c, bool in_attribute, char number[static 8])
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return in_attribute ? "&quot;" : NULL;
    case '\t': case '\n':
        if (!in_attribute)
            return NULL;
        break;
    default:
        if (c >= 0x20 && c != 0x7f)
            return NULL;
        break;
    }
    snprintf(number, 8, "&#x%X;", c);
    return number;
}

static bool put_escaped(struct writer *w, struct span text, bool in_attribute)
{
    bool ok = true;

    while (ok && text.len) {
        const uint8_t *at = text.at;
        char number[8];
        const char *escape = escape_of(*at, in_attribute, number);

        text_next(&text); /* whole characters: no half of one stands at the end */
        ok = writer_put(w, escape ? span_text(escape) : span_of(at, (size_t)(text.at - at)));
    }
    return ok;
}

/* ---- what was mended ---- */

void writer_note(struct writer *w, const uint8_t *at, size_t len, const char *why)
{
    struct binxml_text *to = w->to;

    if (to->mends < BINXML_MENDS_MAX)
        to->mend[to->mends] = (struct binxml_mend){ (uint32_t)(at - w->x->chunk.at),
                                                    (uint32_t)len, why };
    to->mends++;
}

/* Which units of a text are no characters. */
static void note_units(struct writer *w, struct span s)
{
    for (size_t i = 0; i + 1 < s.len; i += 2) {
        uint16_t unit = raw_u16(s.at + i);
        bool high = unit >= 0xd800 && unit < 0xdc00;

        if (high && i + 3 < s.len && (raw_u16(s.at + i + 2) & 0xfc00) == 0xdc00)
            i += 2;
        else if (unit == 0)
            writer_note(w, s.at + i, 2, "a NUL in a text");
        else if (unit >= 0xd800 && unit < 0xe000)
            writer_note(w, s.at + i, 2, "half of a surrogate pair");
    }
    if (s.len & 1)
        writer_note(w, s.at + s.len - 1, 1, "half of a character");
}

static void note_value(struct writer *w, struct value v)
{
    size_t before = w->to->mends;

    if ((v.type & ~VALUE_ARRAY) == VALUE_WSTRING)
        note_units(w, span_of(v.at, v.len));
    if (w->to->mends == before)
        writer_note(w, v.at, v.len, "a value that is not what its type says");
}

/* ---- names and values ---- */

bool writer_name(struct writer *w, struct span utf16)
{
    struct arena_mark mark = arena_mark(&w->scratch);
    bool altered = false, full = false, ok;
    struct span text = text_from_utf16le(&w->scratch, utf16, &altered, &full);

    if (altered)
        note_units(w, utf16);
    ok = !full && put_escaped(w, text, true);
    arena_rewind(&w->scratch, mark);
    return ok;
}

bool writer_value(struct writer *w, struct value v, bool in_attribute)
{
    struct arena_mark mark = arena_mark(&w->scratch);
    bool altered = false, full = false, ok;
    struct span text;

    if (!binxml_spend(w->x, 1 + v.len / BYTES_A_WORK))
        return false;
    text = value_text(&w->scratch, v, &altered, &full);
    if (altered)
        note_value(w, v);
    ok = full ? binxml_broken(w->x, "a value is too large to be shown")
              : put_escaped(w, text, in_attribute);
    arena_rewind(&w->scratch, mark);
    return ok;
}
