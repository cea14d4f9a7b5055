/* What collectors call things, and what they say of the host.
 *
 * Names are evidence: they only lead to a name that is shown as assumed. */
#include "ingest/collection.h"

#include "ingest/json.h"

#define FACTS_DEPTH_MAX 4

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* `9` is a digit, anything else itself. */
static bool follows(struct span s, const char *picture)
{
    size_t i = 0;

    for (; picture[i] && i < s.len; i++)
        if (picture[i] == '9' ? !is_digit(s.at[i]) : s.at[i] != (uint8_t)picture[i])
            return false;
    return !picture[i];
}

static struct span from(struct span s, size_t n)
{
    return span_of(s.at + n, s.len - n);
}

static bool starts_nocase(struct span s, const char *with)
{
    size_t len = strlen(with);

    return s.len >= len && span_equal_nocase(span_of(s.at, len), span_text(with));
}

struct span collection_stem(struct span name)
{
    static const char *const ends[] = { ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".tgz",
                                        ".txz", ".tbz2", ".tar" };
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            size_t len = strlen(ends[i]);

            if (name.len > len && starts_nocase(from(name, name.len - len), ends[i])) {
                name.len -= len;
                again = true;
            }
        }
    }
    return name;
}

/* `uac-HOST-OS` or `uac-HOST-OS-TIME`: the last OS counts, for hosts have dashes. */
static struct span uac(struct span name)
{
    static const char *const systems[] = { "aix", "android", "esxi", "freebsd", "linux", "macos",
                                           "netbsd", "netscaler", "openbsd", "solaris" };
    struct span host = SPAN_NONE;

    if (!starts_nocase(name, "uac-"))
        return SPAN_NONE;
    name = from(name, 4);
    for (size_t at = 1; at + 1 < name.len; at++)
        for (size_t i = 0; name.at[at] == '-' && i < sizeof systems / sizeof *systems; i++) {
            struct span rest = from(name, at + 1);
            size_t len = strlen(systems[i]);

            if (starts_nocase(rest, systems[i])
                && (rest.len == len || follows(from(rest, len), "-9")))
                host = span_of(name.at, at);
        }
    return host;
}

/* `Collection-HOST-2024-05-01T...`, `HOST-C.0123456789abcdef-F.FLOW`. */
static struct span velociraptor(struct span name)
{
    bool offline = starts_nocase(name, "Collection-");

    if (offline)
        name = from(name, 11);
    for (size_t at = 1; at < name.len; at++) {
        struct span rest = from(name, at);

        if (offline ? follows(rest, "-9999-99-99T")
                    : span_starts(rest, SPAN("-C.")) && memmem(rest.at, rest.len, "-F.", 3))
            return span_of(name.at, at);
    }
    return SPAN_NONE;
}

/* `2024-05-01T101500_HOST`, `20240501T101500HOST`. */
static struct span kape(struct span name)
{
    size_t at = follows(name, "9999-99-99T999999") ? 17 : follows(name, "99999999T999999") ? 15 : 0;

    if (at == 0 || at >= name.len)
        return SPAN_NONE;
    if (name.at[at] == '_' || name.at[at] == '-')
        at++;
    return at < name.len && !is_digit(name.at[at]) && name.at[at] != '.' ? from(name, at)
                                                                          : SPAN_NONE;
}

struct span collection_host_named(struct span name)
{
    struct span host;

    name = collection_stem(name);
    if ((host = uac(name)).len || (host = velociraptor(name)).len)
        return host;
    return kape(name);
}

bool collection_is_root(struct span name)
{
    static const char *const names[] = {
        "[root]", "live_response", "bodyfile", "uploads", "Windows", "Users", "ProgramData",
        "Program Files", "Program Files (x86)", "var", "etc", "usr", "opt", "root", "home", "proc",
        "private", "Library", "Volumes",
    };
    bool letter = name.len > 0 && name.at[0] >= 'A' && name.at[0] <= 'Z';

    if (letter && (name.len == 1 || (name.len == 2 && name.at[1] == ':')
                   || span_equal_nocase(from(name, 1), SPAN("%3A"))))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal_nocase(name, span_text(names[i])))
            return true;
    return false;
}

/* ---- client_info.json ---- */

static size_t keep(const struct json_item *item, uint8_t out[static ASSUMED_NAME_MAX])
{
    struct arena a;
    bool altered = false, full = false;
    size_t len = 0;

    arena_init(&a, 16 * ASSUMED_NAME_MAX);
    if (item->text.len <= 6 * ASSUMED_NAME_MAX) {
        struct span text = json_text(&a, item->text, item->text_marks, &altered, &full);

        if (!altered && text.len <= ASSUMED_NAME_MAX) {
            len = text.len;
            if (len)
                memcpy(out, text.at, len);
        }
    }
    arena_clear(&a);
    return len;
}

size_t collection_facts(struct span json, uint8_t out[static ASSUMED_NAME_MAX])
{
    uint8_t host[ASSUMED_NAME_MAX], whole[ASSUMED_NAME_MAX];
    size_t host_len = 0, whole_len = 0;
    struct json_item item;
    struct json j;

    if (span_starts(json, SPAN("\xEF\xBB\xBF")))
        json = from(json, 3);
    j = json_of(json);
    for (enum json_step step = json_next(&j, &item);
         step == JSON_VALUE || step == JSON_OPEN || step == JSON_CLOSE;
         step = json_next(&j, &item)) {
        if (step != JSON_VALUE || item.kind != JSON_STRING || j.depth > FACTS_DEPTH_MAX)
            continue;
        if (!host_len && span_equal_nocase(item.key, SPAN("hostname")))
            host_len = keep(&item, host);
        else if (!whole_len && span_equal_nocase(item.key, SPAN("fqdn")))
            whole_len = keep(&item, whole);
    }
    if (host_len)
        memcpy(out, host, host_len);
    else if (whole_len)
        memcpy(out, whole, whole_len);
    return host_len ? host_len : whole_len;
}
