/* What the rules of a log's host let one see, as notes of the ledger.
 *
 * Tells what the log shows, never what the rules say: CONFIG_CHANGE holds no
 * rule's text.  docs/telemetry has the rules that show everything. */
#include "ingest/auditd_seen.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>

#define UNRESOLVED_PERCENT 20
#define HOST_SHOWN_MAX 100 /* bytes of a host's name in a note */
#define NO_NOTE UINT64_MAX /* no news for the ledger, but a fact of the host */

/* The first two parts of a path: "/usr/lib". */
static struct span folder_of(struct span name)
{
    size_t len = 0, slashes = 0;

    while (len < name.len && (name.at[len] != '/' || ++slashes < 3))
        len++;
    while (slashes < 3 && len > 1 && name.at[len - 1] != '/')
        len--;
    if (slashes < 3 && len > 1)
        len--;
    return span_of(name.at, len);
}

/* What every program opens: where that is audited, all is. */
static bool is_library(struct span name)
{
    static const struct span lib = SPAN_INIT("/lib"), usr = SPAN_INIT("/usr/lib");

    return span_is(name, "/etc/ld.so.cache") || span_starts(name, lib) || span_starts(name, usr);
}

void audit_seen_open(struct audit_seen *s, struct span name)
{
    struct span folder = name.at ? folder_of(name) : SPAN_NONE;

    s->opens++;
    s->library = s->library || (name.at && is_library(name));
    if (s->more_folders || !folder.len)
        return;
    for (unsigned i = 0; i < s->folders; i++)
        if (s->folder[i].len == folder.len && memcmp(s->folder[i].name, folder.at, folder.len) == 0)
            return;
    if (s->folders == sizeof s->folder / sizeof *s->folder || folder.len > sizeof s->folder[0].name) {
        s->more_folders = true;
        return;
    }
    memcpy(s->folder[s->folders].name, folder.at, folder.len);
    s->folder[s->folders++].len = folder.len;
}

void audit_seen_map(struct audit_seen *s, enum resolution r)
{
    s->maps++;
    s->unresolved += r == RESOLUTION_UNRESOLVED;
    s->inferred += r == RESOLUTION_INFERRED;
}

void audit_seen_notice(struct audit_seen *s, const struct audit_notice *n)
{
    switch (n->said) {
    case AUDIT_SAID_START:
        break;
    case AUDIT_SAID_RULES:
        if (!s->rules++)
            s->rules_place = n->place;
        break;
    case AUDIT_SAID_LOST:
        if (!s->lost++)
            s->lost_place = n->place;
        s->lost_records = n->count > s->lost_records ? n->count : s->lost_records;
        break;
    case AUDIT_SAID_OFF:
        s->off = true;
        s->off_place = n->place;
        break;
    case AUDIT_SAID_URING:
        s->urings++;
        break;
    }
}

/* Whose notes, and where they go. */
struct saying {
    struct batch *b;
    struct span Computer;
    bool named;
};

/* A note of the ledger, and the host's. */
PRINTF_LIKE(4, 5)
static void say(const struct saying *to, const char *what, uint64_t place, const char *format, ...)
{
    struct span Computer = text_head(to->Computer, HOST_SHOWN_MAX);
    char text[600];
    size_t head = 0;
    bool full = false, name = to->named && to->Computer.len && to->Computer.at[0] != UNNAMED_MARK;
    va_list args;

    if (name)
        head = (size_t)snprintf(text, sizeof text, "%.*s: ", (int)Computer.len,
                                (const char *)Computer.at);
    va_start(args, format);
    vsnprintf(text + head, sizeof text - head, format, args);
    va_end(args);
    /* With its zero: a reason is a C string. */
    struct span kept = arena_copy(&to->b->arena, span_of(text, strlen(text) + 1), &full);
    if (full)
        return;
    if (place != NO_NOTE)
        batch_note(to->b, place, (const char *)kept.at);
    batch_host_note(to->b, to->Computer, what, span_of(kept.at + head, kept.len - 1 - head));
}

static void say_opens(const struct audit_seen *s, const struct saying *to)
{
    char list[300] = "";
    size_t len = 0;

    if (s->opens == 0 && !s->library) {
        say(to, "no-opens", 0, "no open is audited: no executable map can be given a path");
        return;
    }
    if (!s->library && !s->more_folders && s->folders && s->execs + s->maps > 0) {
        for (unsigned i = 0; i < s->folders && len + 70 < sizeof list; i++)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%.*s", i ? ", " : "",
                                    (int)s->folder[i].len, s->folder[i].name);
        say(to, "no-opens", 0, "opens are audited only in some folders, it seems: %s", list);
    } else if (s->library) {
        say(to, "opens", NO_NOTE, "opens are audited everywhere, it seems");
    }
    if (s->unresolved * 100 > s->maps * UNRESOLVED_PERCENT)
        say(to, "unresolved", 0, "%llu of %llu executable maps are unresolved: opens are not audited "
            "everywhere on this host, paths are inferred", (unsigned long long)s->unresolved,
            (unsigned long long)s->maps);
}

void audit_seen_say(const struct audit_seen *s, struct batch *b, struct span Computer, bool named)
{
    struct saying to = { b, Computer, named };

    if (s->execs + s->opens + s->maps > 0) {
        if (s->maps)
            say(&to, "maps", NO_NOTE, "mmap with PROT_EXEC is audited");
        else
            say(&to, "no-maps", 0, "no mmap with PROT_EXEC is audited: no module load can be told");
        say_opens(s, &to);
    }
    if (s->sysmon)
        say(&to, "sysmon", 0, "Sysmon for Linux logs processes and files, and no module loads: auditd does");
    if (s->rules)
        say(&to, "rules", s->rules_place, "audit rules changed %llu times while the log was written",
            (unsigned long long)s->rules);
    if (s->off)
        say(&to, "off", s->off_place, "auditing was switched off");
    if (s->lost)
        say(&to, "lost", s->lost_place, "the kernel lost records: lost=%llu",
            (unsigned long long)s->lost_records);
    if (s->urings)
        say(&to, "uring", 0, "%llu files were opened by io_uring, which tells no descriptor",
            (unsigned long long)s->urings);
}

void audit_seen_given_up(struct batch *b, uint64_t given_up)
{
    char text[96];
    bool full = false;

    if (!given_up)
        return;
    snprintf(text, sizeof text, "%llu processes, descriptors or names were given up for a ceiling",
             (unsigned long long)given_up);
    struct span kept = arena_copy(&b->arena, span_of(text, strlen(text) + 1), &full);
    if (!full)
        batch_note(b, 0, (const char *)kept.at);
}
