/* What the tools of packages print: verify flags, owners, lists of hashes.
 *
 * Never takes silence for a yes: a path that dpkg -V does not name is no fact. */
#include "ingest/facts_form.h"

#include <ctype.h>

static void took(struct facts *x, enum fact_form form)
{
    x->forms |= 1u << form;
}

static bool is_path(struct span path)
{
    return path.len > 1 && path.at[0] == '/';
}

/* ---- verify ---- */

/* SM5DLUGTP, each by itself, `.` where the test passed, `?` where it was not made. */
static bool is_flags(struct span word)
{
    static const char letters[] = "SM5DLUGTP";

    if (word.len != 8 && word.len != 9)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] != letters[i] && word.at[i] != '.' && word.at[i] != '?')
            return false;
    return true;
}

/* Behind the flags: `c /etc/x`, a kind of file, or the path at once. */
static struct span verified_path(struct span rest)
{
    if (rest.len > 2 && rest.at[1] == ' ' && memchr("cdglmrna", rest.at[0], 8)) {
        (void)facts_word(&rest);
    }
    return is_path(rest) ? rest : SPAN_NONE;
}

static bool debsums(struct facts *x, struct span line)
{
    bool changed = facts_take(&line, "debsums: changed file "), ended = false;
    struct span path, package = SPAN_NONE;
    static const struct { const char *end; enum fact_says says; } ends[] = {
        { "OK", FACT_SAME }, { "FAILED", FACT_DIFFERS }, { "REPLACED", FACT_CHANGED },
        { "MISSING", FACT_MISSING },
    };

    if (changed || facts_take(&line, "debsums: missing file ")) {
        path = facts_before(line, " package)");
        for (size_t i = path.len; i > 7 && !ended; i--)
            if ((ended = memcmp(path.at + i - 7, " (from ", 7) == 0)) {
                package = span_of(path.at + i, path.len - i);
                path.len = i - 7;
            }
        if (!ended || !is_path(path))
            return false;
        facts_say(x, changed ? FACT_DIFFERS : FACT_MISSING, path, SPAN_NONE, package);
        took(x, FORM_DEBSUMS);
        return true;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        path = facts_before(line, ends[i].end);
        if (path.len < 3 || path.at[path.len - 1] != ' ' || !is_path(path))
            continue;
        facts_say(x, ends[i].says, span_trimmed(path), SPAN_NONE, SPAN_NONE);
        took(x, FORM_DEBSUMS);
        return true;
    }
    return false;
}

bool facts_verify(struct facts *x, struct span line)
{
    struct span rest = line, flags = facts_word(&rest), path;

    if (span_is(flags, "missing") && (path = verified_path(rest)).at) {
        facts_say(x, FACT_MISSING, path, SPAN_NONE, SPAN_NONE);
        took(x, FORM_DPKG_V); /* rpm's looks the same */
        return true;
    }
    if (!is_flags(flags) || !(path = verified_path(rest)).at)
        return debsums(x, line);
    facts_say(x, flags.at[2] == '5' ? FACT_DIFFERS : flags.at[2] == '.' ? FACT_SAME : FACT_CHANGED,
              path, SPAN_NONE, SPAN_NONE);
    took(x, memchr(flags.at, '?', flags.len) && flags.at[0] == '?' ? FORM_DPKG_V : FORM_RPM_V);
    return true;
}

/* ---- owners ---- */

/* `libc6:amd64, libc6:i386: /usr/share/doc/libc6` */
static bool dpkg_owner(struct facts *x, struct span line)
{
    size_t at = 0;

    while (at + 2 < line.len && (line.at[at] != ':' || line.at[at + 1] != ' '))
        at++;
    struct span packages = span_of(line.at, at), path;

    if (!at || at + 3 >= line.len)
        return false;
    path = span_of(line.at + at + 2, line.len - at - 2);
    for (size_t i = 0; i < packages.len; i++)
        if (!isalnum(packages.at[i]) && !memchr("+-.:, ", packages.at[i], 6))
            return false;
    if (!is_path(path) || isupper(packages.at[0]))
        return false;
    took(x, FORM_DPKG_S);
    if (!span_starts(packages, SPAN("diversion by ")) && !span_starts(packages, SPAN("local diversion")))
        facts_say(x, FACT_OWNED, path, SPAN_NONE, packages);
    return true;
}

bool facts_owner(struct facts *x, struct span line)
{
    struct span path;

    if (facts_take(&line, "dpkg-query: no path found matching pattern ")) {
        took(x, FORM_DPKG_S);
        /* The detail is the name that was asked for: dpkg does not follow /lib. */
        if (is_path(line) && !memchr(line.at, '*', line.len) && !memchr(line.at, '?', line.len)
            && !memchr(line.at, '[', line.len))
            facts_say(x, FACT_UNOWNED, line, SPAN_NONE, line);
        return true;
    }
    if (facts_take(&line, "file ")) {
        path = facts_before(line, " is not owned by any package");
        if (!path.at || !is_path(path))
            return false;
        facts_say(x, FACT_UNOWNED, path, SPAN_NONE, SPAN_NONE);
        took(x, FORM_RPM_QF);
        return true;
    }
    return dpkg_owner(x, line);
}

/* ---- hashes ---- */

static bool is_hash(struct span word)
{
    if (word.len != 32 && word.len != 40 && word.len != 64)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!isxdigit(word.at[i]))
            return false;
    return true;
}

static struct span lowered(struct facts *x, struct span hash)
{
    uint8_t *out = arena_bytes(&x->arena, hash.len);

    for (size_t i = 0; out && i < hash.len; i++)
        out[i] = (uint8_t)tolower(hash.at[i]);
    return out ? span_of(out, hash.len) : SPAN_NONE;
}

/* md5sums of dpkg are relative to the root; any other relative path says nothing. */
static struct span hash_path(struct facts *x, struct span path, size_t digits)
{
    uint8_t *out;

    if (is_path(path) || !path.len)
        return path.len ? path : SPAN_NONE;
    if (digits != 32 || path.at[0] == '.' || !memchr(path.at, '/', path.len)
        || !(out = arena_bytes(&x->arena, path.len + 1)))
        return SPAN_NONE;
    out[0] = '/';
    memcpy(out + 1, path.at, path.len);
    return span_of(out, path.len + 1);
}

/* `SHA256 (/usr/lib/x) = 00ff...`, as the BSDs and macOS print it. */
static bool tagged_hash(struct facts *x, struct span line)
{
    const uint8_t *open = memchr(line.at, '(', line.len);
    size_t head = open ? (size_t)(open - line.at) : 0, end = line.len;

    if (head < 4 || head > 7 || line.at[head - 1] != ' ')
        return false;
    while (end > head && line.at[end - 1] != ' ')
        end--;
    struct span hash = span_of(line.at + end, line.len - end);
    struct span path = facts_before(span_of(line.at + head + 1, end - head - 1), ") = ");

    if (!is_hash(hash) || !path.at)
        return false;
    facts_say(x, FACT_HASH, is_path(path) ? path : SPAN_NONE, lowered(x, hash), SPAN_NONE);
    took(x, FORM_HASHES);
    return true;
}

bool facts_hash(struct facts *x, struct span line)
{
    bool escaped = facts_take(&line, "\\"); /* a line end in the name */
    struct span rest = line, hash = facts_word(&rest);

    if (!is_hash(hash))
        return tagged_hash(x, line);
    if (rest.len && rest.at[0] == '*') /* read as binary */
        rest = span_of(rest.at + 1, rest.len - 1);
    facts_say(x, FACT_HASH, escaped ? SPAN_NONE : hash_path(x, rest, hash.len), lowered(x, hash),
              SPAN_NONE);
    took(x, FORM_HASHES);
    return true;
}
