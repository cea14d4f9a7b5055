/* A path as it is meant, built part by part.
 *
 * Lexical: a link in the middle is not known, so `a/link/..` may in truth be
 * somewhere else; that is why the raw text is kept beside it.  Never touches a
 * disk.  The surprise: `//host/share` keeps nothing of its two slashes here,
 * because Linux gives them no meaning. */
#include "ingest/path.h"

/* Appends the parts of one text to the path built so far. */
static size_t add_parts(uint8_t *out, size_t len, struct span text)
{
    const uint8_t *at = text.at, *end = text.at + text.len;

    while (at < end) {
        const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
        struct span part = span_of(at, (size_t)((slash ? slash : end) - at));

        at = slash ? slash + 1 : end;
        if (part.len == 0 || span_is(part, "."))
            continue;
        if (span_is(part, "..")) {
            while (len > 0 && out[len - 1] != '/')
                len--;
            len -= len > 0;
            continue;
        }
        out[len++] = '/';
        memcpy(out + len, part.at, part.len);
        len += part.len;
    }
    return len;
}

static bool is_plain(struct span s)
{
    return s.len > 1 && s.at[0] == '/' && s.at[s.len - 1] != '/' && !memmem(s.at, s.len, "//", 2)
        && !memmem(s.at, s.len, "/.", 2);
}

struct span path_meant(struct arena *a, struct span folder, struct span name, bool *full)
{
    bool relative = name.len == 0 || name.at[0] != '/';
    uint8_t *out;
    size_t len = 0;

    if (!name.at || name.len == 0)
        return SPAN_NONE;
    if (is_plain(name))
        return name;
    if (relative && (!folder.len || folder.at[0] != '/'))
        return SPAN_NONE;
    out = arena_bytes(a, (relative ? folder.len : 0) + name.len + 2);
    if (!out) {
        *full = true;
        return SPAN_NONE;
    }
    if (relative)
        len = add_parts(out, len, folder);
    len = add_parts(out, len, name);
    if (len == 0)
        out[len++] = '/';
    arena_trim(a, out, len);
    return span_of(out, len);
}

void path_make_plain(struct arena *a, struct span *path, struct span *raw, bool *full)
{
    struct arena_mark before = arena_mark(a);
    struct span plain = path_meant(a, SPAN_NONE, *path, full);

    *raw = SPAN_NONE;
    if (!plain.at)
        return;
    if (span_equal(plain, *path)) {
        arena_rewind(a, before);
        return;
    }
    *raw = *path;
    *path = plain;
}
