/* Values of audit records: quoted as they are, bare hexadecimal where the
 * kernel could not quote, words where ausearch has interpreted them.
 *
 * Hexadecimal is only read where the value stands bare in a raw record: a quoted
 * "DEADBEEF" is a name.  Never reads past its span. */
#include "ingest/auditd.h"

#include "core/text.h"

#define ENRICHED 0x1d /* between a record and what auditd adds to it */

static bool is_gap(uint8_t c)
{
    return c == ' ' || c == ENRICHED;
}

bool audit_field(struct span *body, struct span *name, struct audit_value *v)
{
    const uint8_t *at = body->at, *end = body->at + body->len;

    for (;;) {
        while (at < end && is_gap(*at))
            at++;
        const uint8_t *start = at;
        while (at < end && *at != '=' && !is_gap(*at))
            at++;
        if (at == end) {
            *body = span_of(end, 0);
            return false;
        }
        if (*at == '=' && at > start) {
            *name = span_of(start, (size_t)(at - start));
            break;
        }
        at++; /* a word by itself, as in `avc:  denied` */
    }
    const uint8_t *start = ++at, *stop;
    v->writing = AUDIT_BARE;
    if (at < end && *at == '"' && (stop = memchr(at + 1, '"', (size_t)(end - at - 1))) != NULL) {
        v->writing = AUDIT_QUOTED;
        start++;
        at = stop + 1;
    } else if (at < end && *at == '\''
               && (stop = memrchr(at + 1, '\'', (size_t)(end - at - 1))) != NULL) {
        v->writing = AUDIT_QUOTED;
        start++;
        at = stop + 1;
    } else {
        while (at < end && !is_gap(*at))
            at++;
        stop = at;
    }
    v->text = span_of(start, (size_t)(stop - start));
    *body = span_of(at, (size_t)(end - at));
    return true;
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Values that the kernel quotes, or writes in hexadecimal. */
static bool is_of_text(struct span name)
{
    static const char *const texts[] = { "name", "cwd", "exe", "comm", "key", "proctitle" };

    if (name.len > 1 && name.at[0] == 'a' && hex_digit(name.at[1]) >= 0 && name.at[1] <= '9')
        return true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (span_is(name, texts[i]))
            return true;
    return false;
}

static bool is_half_hex(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (hex_digit(s.at[i]) < 0 || s.at[i] >= 'a')
            return false;
    return s.len % 2;
}

bool audit_body_whole(struct span *body)
{
    size_t start = body->len;

    while (start && !is_gap(body->at[start - 1]))
        start--;
    struct span last = span_of(body->at + start, body->len - start);
    const uint8_t *equals = last.len ? memchr(last.at, '=', last.len) : NULL;
    uint8_t end = last.len ? last.at[last.len - 1] : 0;
    bool whole;
    if (!equals) { /* the end of AUID="a name", or a name by itself */
        whole = end == '"' || end == '\'' || end == ')' || !last.len;
    } else {
        struct span name = span_of(last.at, (size_t)(equals - last.at));
        struct span value = span_of(equals + 1, last.len - name.len - 1);

        whole = value.len && (value.at[0] == '"' ? value.len > 1 && end == '"'
                                                 : !is_of_text(name) || !is_half_hex(value));
    }
    if (!whole)
        body->len = start;
    return whole;
}

/* The kernel writes upper case and whole bytes. */
static bool is_hex_text(struct span s)
{
    if (s.len < 2 || s.len % 2)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (hex_digit(s.at[i]) < 0 || s.at[i] >= 'a')
            return false;
    return true;
}

size_t audit_bytes(struct audit_value v, bool interpreted, uint8_t *out)
{
    struct span s = v.text;

    if (v.writing == AUDIT_BARE && !interpreted && is_hex_text(s)) {
        for (size_t i = 0; i < s.len / 2; i++)
            out[i] = (uint8_t)(hex_digit(s.at[2 * i]) * 16 + hex_digit(s.at[2 * i + 1]));
        return s.len / 2;
    }
    if (s.len)
        memcpy(out, s.at, s.len);
    return s.len;
}

struct span audit_text(struct arena *a, struct audit_value v, bool interpreted, bool *altered,
                       bool *full)
{
    struct span s = v.text;
    uint8_t *bytes;

    if (!s.at || (v.writing == AUDIT_BARE && (span_is(s, "(null)") || span_is(s, "?"))))
        return SPAN_NONE;
    if (s.len == 0)
        return SPAN_EMPTY;
    if (!(bytes = arena_bytes(a, s.len))) {
        *full = true;
        return SPAN_NONE;
    }
    size_t len = audit_bytes(v, interpreted, bytes);
    arena_trim(a, bytes, len);
    return text_clean(a, span_of(bytes, len), altered, full);
}

bool audit_number(struct span s, bool hex, uint64_t *out)
{
    uint64_t n = 0;
    bool minus = false;

    if (s.len > 2 && s.at[0] == '0' && s.at[1] == 'x') {
        s = span_of(s.at + 2, s.len - 2);
        hex = true;
    } else if (!hex && s.len > 1 && s.at[0] == '-') {
        s = span_of(s.at + 1, s.len - 1);
        minus = true;
    }
    if (!s.len || s.len > (hex ? 16 : 20))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        int d = hex_digit(s.at[i]);

        if (d < 0 || (!hex && d > 9))
            return false;
        n = n * (hex ? 16 : 10) + (uint64_t)d;
    }
    *out = minus ? 0 - n : n;
    return true;
}

/* The words that ausearch -i writes for what we ask. */
static const struct {
    const char *word;
    uint64_t value;
} words[] = {
    { "PROT_EXEC", 4 }, { "MAP_ANONYMOUS", 0x20 }, { "O_CREAT", 0x40 },
    { "O_DIRECTORY", 0x10000 }, { "O_CLOEXEC", 0x80000 }, { "AT_FDCWD", 0xffffff9c },
};

uint64_t audit_flags(struct span s, bool interpreted)
{
    uint64_t n = 0;

    if (audit_number(s, !interpreted, &n))
        return n;
    n = 0;
    while (s.len) {
        const uint8_t *bar = memchr(s.at, '|', s.len);
        struct span word = span_of(s.at, bar ? (size_t)(bar - s.at) : s.len);

        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (span_is(word, words[i].word))
                n |= words[i].value;
        s = bar ? span_of(bar + 1, s.len - word.len - 1) : SPAN_EMPTY;
    }
    return n;
}
