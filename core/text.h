/* Text: into valid UTF-8 on the way in, and into what may be shown on the way
 * out.
 *
 * Everything in a case is valid UTF-8 without NUL: a bad byte or a lone
 * surrogate is stored as U+FFFD, a NUL as U+2400, and `altered` is set.
 * Nothing of evidence reaches a terminal except through text_show() (lines of
 * output) or tui/grid.c (the screen), which share text_hidden(). */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/arena.h"

/* UTF-16LE to UTF-8.  An odd last byte is U+FFFD.  *altered is set, never
 * cleared.  Past the arena's ceiling: SPAN_NONE and *full set. */
struct span text_from_utf16le(struct arena *a, struct span in, bool *altered, bool *full);

/* One byte a character, Windows-1252, to UTF-8. */
struct span text_from_cp1252(struct arena *a, struct span in, bool *altered, bool *full);

/* UTF-8 as it came to valid UTF-8; gives the span itself where nothing needs
 * mending.  SPAN_NONE stays itself. */
struct span text_clean(struct arena *a, struct span in, bool *altered, bool *full);

bool text_is_utf8(struct span in);

/* The beginning of valid UTF-8, at most `most` bytes of it, in whole characters. */
static inline struct span text_head(struct span s, size_t most)
{
    if (s.len > most)
        for (s.len = most; s.len && (s.at[s.len] & 0xc0) == 0x80;)
            s.len--;
    return s;
}

/* The next code point of valid or invalid UTF-8; moves *in behind it.  A byte
 * that is part of no valid sequence gives 0xFFFD and moves one byte. */
uint32_t text_next(struct span *in);

/* Writes code point c (<= 0x10FFFF) and returns the number of bytes, 1 to 4. */
size_t text_put(uint8_t out[static 4], uint32_t c);

/* ASCII letters to lower case, every other byte as it is.  This is what the
 * seed's lower() means for its patterns, which hold ASCII letters only: a
 * Kelvin sign or a long s never becomes one of them.  out may be in.at. */
void text_lower(uint8_t *out, struct span in);

/* Letters to lower case beyond ASCII, too (Latin, Greek, Cyrillic, Armenian), for
 * names that match without case; the length stays.  in is valid UTF-8, out may be
 * in.at. */
void text_fold(uint8_t *out, struct span in);
/* The same of one code point. */
uint32_t text_small(uint32_t c);

/* May this code point not be drawn?  Controls (C0, DEL, C1), format characters
 * (bidi, zero width, tags, soft hyphen, variation selectors), surrogates,
 * private use, line and paragraph separators, fillers. */
bool text_hidden(uint32_t c);

/* Columns a code point takes on a terminal: 0 (combining), 1 or 2. */
int text_width(uint32_t c);

/* What may be shown of `in`, ended by a zero: hidden code points, lone
 * combining characters and bad bytes as `<U+001B>`; a backslash is itself.
 * At most `size` bytes with the zero, cut between characters; returns the
 * length that the whole would have. */
size_t text_show(char *out, size_t size, struct span in);

#endif
