/* What the rules of a log's host let one see, as notes of the ledger.
 *
 * Tells what the log shows, never what the rules say: CONFIG_CHANGE holds no
 * rule's text.  docs/telemetry has the rules that show everything. */
#include "ingest/auditd_seen.h"

#include <stdarg.h>
#include <stdio.h>

#define UNRESOLVED_PERCENT 20

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

__attribute__((format(printf, 3, 4)))
static void say(struct batch *b, uint64_t place, const char *format, ...)
{
    char text[400];
    bool full = false;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* With its zero: a reason is a C string. */
    struct span kept = arena_copy(&b->arena, span_of(text, strlen(text) + 1), &full);
    if (!full)
        batch_note(b, place, (const char *)kept.at);
}

static void say_opens(const struct audit_seen *s, struct batch *b)
{
    char list[300] = "";
    size_t len = 0;

    if (s->opens == 0) {
        say(b, 0, "no open is audited: no executable map can be given a path");
        return;
    }
    if (!s->library && !s->more_folders && s->folders && s->execs + s->maps > 0) {
        for (unsigned i = 0; i < s->folders && len + 70 < sizeof list; i++)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%.*s", i ? ", " : "",
                                    (int)s->folder[i].len, s->folder[i].name);
        say(b, 0, "opens are audited only in some folders, it seems: %s", list);
    }
    if (s->unresolved * 100 > s->maps * UNRESOLVED_PERCENT)
        say(b, 0, "%llu of %llu executable maps are unresolved: opens are not audited everywhere "
            "on this host, paths are inferred", (unsigned long long)s->unresolved,
            (unsigned long long)s->maps);
}

void audit_seen_say(struct audit_seen *s, struct batch *b, uint64_t given_up)
{
    if (s->execs + s->opens + s->maps > 0) {
        if (s->maps == 0)
            say(b, 0, "no mmap with PROT_EXEC is audited: no module load can be told");
        say_opens(s, b);
    }
    if (s->sysmon)
        say(b, 0, "Sysmon for Linux logs processes and files, and no module loads: auditd does");
    if (s->rules)
        say(b, s->rules_place, "audit rules changed %llu times while the log was written",
            (unsigned long long)s->rules);
    if (s->off)
        say(b, s->off_place, "auditing was switched off");
    if (s->lost)
        say(b, s->lost_place, "the kernel lost records: lost=%llu",
            (unsigned long long)s->lost_records);
    if (s->urings)
        say(b, 0, "%llu files were opened by io_uring, which tells no descriptor",
            (unsigned long long)s->urings);
    if (given_up)
        say(b, 0, "%llu processes, descriptors or names were given up for a ceiling",
            (unsigned long long)given_up);
}
