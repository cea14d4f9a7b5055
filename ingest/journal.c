/* A journal's value that is an array of byte numbers, into those bytes.
 *
 * Reads no JSON but this; never writes past `room`. */
#include "ingest/journal.h"

#include "core/text.h"

static bool is_between(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

size_t journal_bytes(struct span array, uint8_t *out, size_t room)
{
    const uint8_t *at = array.at, *end = array.at + array.len;
    size_t len = 0;

    while (len < room) {
        unsigned n = 0;

        while (at < end && is_between(*at))
            at++;
        if (at == end || *at == ']')
            break;
        const uint8_t *digits = at;
        while (at < end && *at >= '0' && *at <= '9' && n <= UINT8_MAX)
            n = n * 10 + (unsigned)(*at++ - '0');
        if (at == digits || n > UINT8_MAX)
            return 0;
        out[len++] = (uint8_t)n;
    }
    return len;
}

struct span journal_text(struct arena *a, struct span array, bool *altered, bool *full)
{
    size_t room = array.len / 2 + 1; /* a digit and a comma each */
    uint8_t *bytes = arena_bytes(a, room);

    if (!bytes) {
        *full = true;
        return SPAN_NONE;
    }
    size_t len = journal_bytes(array, bytes, room);
    arena_trim(a, bytes, len);
    return len ? text_clean(a, span_of(bytes, len), altered, full) : SPAN_NONE;
}

bool journal_is_ours(struct span identifier)
{
    return span_is(identifier, "audisp-syslog") || span_is(identifier, "audispd")
        || span_is(identifier, "sysmon");
}
