/* What a running system says of itself: mount points, and code signatures. */
#include "ingest/facts_form.h"

#include <ctype.h>

/* ---- /proc/self/mountinfo ---- */

static bool is_number(struct span word)
{
    uint64_t n;

    return word.len && isdigit(word.at[0]) && span_number(word, &n);
}

/* `\040` and its like. */
static struct span unescaped(struct facts *x, struct span in)
{
    uint8_t *out = arena_bytes(&x->arena, in.len);
    size_t n = 0;

    for (size_t i = 0; out && i < in.len; n++) {
        if (in.at[i] == '\\' && i + 3 < in.len && in.at[i + 1] >= '0' && in.at[i + 1] <= '3'
            && in.at[i + 2] >= '0' && in.at[i + 2] <= '7' && in.at[i + 3] >= '0' && in.at[i + 3] <= '7') {
            out[n] = (uint8_t)((in.at[i + 1] - '0') << 6 | (in.at[i + 2] - '0') << 3
                               | (in.at[i + 3] - '0'));
            i += 4;
        } else {
            out[n] = in.at[i++];
        }
    }
    return out ? span_of(out, n) : SPAN_NONE;
}

/* 36 35 98:0 /root /mount/point rw,noatime master:1 - nfs4 server:/x rw */
bool facts_mount(struct facts *x, struct span line)
{
    struct span rest = line, id = facts_word(&rest), parent = facts_word(&rest);
    struct span device = facts_word(&rest), root = facts_word(&rest), point = facts_word(&rest), word;

    if (!is_number(id) || !is_number(parent) || !memchr(device.at, ':', device.len) || !root.len
        || !point.len || point.at[0] != '/')
        return false;
    do
        word = facts_word(&rest);
    while (word.len && !span_is(word, "-"));
    word = facts_word(&rest);
    if (!word.len)
        return false;
    facts_say(x, FACT_MOUNT, unescaped(x, point), SPAN_NONE, word);
    x->forms |= 1u << FORM_MOUNTINFO;
    return true;
}

/* ---- codesign ---- */

void facts_codesign_end(struct facts *x)
{
    bool team = x->team.len && !span_is(x->team, "not set");

    /* Neither: displayed without who signed it (codesign -d without -vv). */
    if (x->executable.len && x->adhoc)
        facts_say(x, FACT_ADHOC, x->executable, SPAN_NONE, SPAN_NONE);
    else if (x->executable.len && (x->authority.len || team))
        facts_say(x, FACT_SIGNED, x->executable, SPAN_NONE, x->authority.len ? x->authority : x->team);
    x->described = x->adhoc = false;
    x->executable = x->authority = x->team = SPAN_NONE;
}

/* `/path: what is wrong with it`. */
static bool verdict(struct facts *x, struct span line)
{
    static const struct { const char *end; enum fact_says says; } ends[] = {
        { ": code object is not signed at all", FACT_UNSIGNED },
        { ": invalid signature (code or signature have been modified)", FACT_BROKEN },
        { ": a sealed resource is missing or invalid", FACT_BROKEN },
        { ": code has no resources but signature indicates they must be present", FACT_BROKEN },
        { ": valid on disk", FACT_SAYS_COUNT },
        { ": satisfies its Designated Requirement", FACT_SAYS_COUNT },
        { ": No such file or directory", FACT_SAYS_COUNT },
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct span path = facts_before(line, ends[i].end);

        if (path.len < 2 || path.at[0] != '/')
            continue;
        facts_codesign_end(x);
        if (ends[i].says != FACT_SAYS_COUNT)
            facts_say(x, ends[i].says, path, SPAN_NONE, SPAN_NONE);
        x->described = true; /* `In architecture: x86_64` */
        return true;
    }
    return false;
}

bool facts_codesign(struct facts *x, struct span line)
{
    if (facts_take(&line, "Executable=")) {
        facts_codesign_end(x);
        x->described = true;
        x->executable = line;
    } else if (!verdict(x, line)) {
        if (!x->described)
            return false;
        if (facts_take(&line, "Authority="))
            x->authority = x->authority.at ? x->authority : line;
        else if (facts_take(&line, "TeamIdentifier="))
            x->team = line;
        else if (facts_take(&line, "Signature=adhoc"))
            x->adhoc = true;
    }
    x->forms |= 1u << FORM_CODESIGN;
    return true;
}
