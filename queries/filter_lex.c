/* Words and values of a filter's text, and where it is off.
 *
 * A backslash is itself; it escapes only a quote inside quotes.  The surprise: a
 * parenthesis inside a word belongs to it as long as it is closed there, so that
 * `setup(1).dll` needs no quotes. */
#include "queries/filter_parse.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>

static size_t column_of(const struct parser *p, size_t at)
{
    struct span before = span_of(p->text.at, at);
    size_t column = 1;

    while (before.len) {
        text_next(&before);
        column++;
    }
    return column;
}

bool parser_fault(struct parser *p, size_t at, size_t len, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (p->where)
        *p->where = (struct filter_place){ at, len };
    return fault(p->fault, FAULT_USAGE, "column %zu: %s", column_of(p, at), text);
}

/* Behind an opening quote; writes what is quoted. */
static bool take_quoted(struct parser *p, size_t opened, uint8_t *out, size_t *len)
{
    while (!at_end(p) && peek(p, 0) != '"') {
        if (peek(p, 0) == '\\' && peek(p, 1) == '"')
            p->at++;
        out[(*len)++] = p->text.at[p->at++];
    }
    if (at_end(p))
        return parser_fault(p, opened, p->text.len - opened,
                            "this quote is not closed (a \\ in front of a quote makes it part of"
                            " the text)");
    p->at++;
    return true;
}

static bool take_pieces(struct parser *p, uint8_t *out, size_t *len, bool *quoted)
{
    size_t open = 0;

    while (!at_end(p) && !is_blank(peek(p, 0))) {
        uint8_t c = peek(p, 0);

        if (c == '"') {
            size_t opened = p->at++;
            *quoted = true;
            if (!take_quoted(p, opened, out, len))
                return false;
            continue;
        }
        if (c == ')' && open == 0)
            break;
        open += c == '(' ? 1 : c == ')' ? (size_t)-1 : 0;
        out[(*len)++] = c;
        p->at++;
    }
    return true;
}

/* The length of `/.../` here, or 0: a slash opens a regular expression if the
 * next one that no backslash precedes ends the word.  (A path has more behind.) */
static size_t regex_length(const struct parser *p)
{
    struct span rest = span_of(p->text.at + p->at, p->text.len - p->at);
    size_t i = 1;

    if (rest.len < 2 || rest.at[0] != '/')
        return 0;
    while (i < rest.len && rest.at[i] != '/')
        i += rest.at[i] == '\\' ? 2 : 1;
    if (i >= rest.len || i == 1)
        return 0;
    return i + 1 == rest.len || is_blank(rest.at[i + 1]) || rest.at[i + 1] == ')' ? i + 1 : 0;
}

/* What stands between the slashes; a slash among it was written `\/`. */
static size_t take_regex(struct span raw, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] == '\\' && i + 1 < raw.len && raw.at[i + 1] != '/')
            out[len++] = raw.at[i++];
        else if (raw.at[i] == '\\' && i + 1 < raw.len)
            i++;
        out[len++] = raw.at[i];
    }
    return len;
}

/* One slash and signs that no path would have: a regular expression that is not closed. */
static bool looks_open(const struct parser *p, const struct lexeme *l)
{
    struct span raw = span_of(p->text.at + l->at, l->len);

    if (l->quoted || raw.len < 2 || raw.at[0] != '/' || memchr(raw.at + 1, '/', raw.len - 1))
        return false;
    for (size_t i = 1; i < raw.len; i++)
        if (strchr("|^$\\[({", raw.at[i]))
            return true;
    return false;
}

bool parser_lexeme(struct parser *p, bool value, struct lexeme *out)
{
    size_t regex = value ? regex_length(p) : 0, len = 0;
    uint8_t *bytes = arena_bytes(&p->filter->arena, p->text.len - p->at + 1);

    *out = (struct lexeme){ .at = p->at };
    if (!bytes)
        return parser_fault(p, p->at, 1, "the filter is too long");
    if (regex) {
        len = take_regex(span_of(p->text.at + p->at + 1, regex - 2), bytes);
        out->regex = true;
        p->at += regex;
    } else if (!take_pieces(p, bytes, &len, &out->quoted)) {
        return false;
    }
    arena_trim(&p->filter->arena, bytes, len);
    out->text = span_of(bytes, len);
    out->len = p->at - out->at;
    if (value && !regex && looks_open(p, out))
        return parser_fault(p, out->at, out->len,
                            "this regular expression has no closing / (quote it to ask for it as it stands)");
    return true;
}
