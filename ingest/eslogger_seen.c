/* What an eslogger log lets one see, as notes of the ledger.
 *
 * The kernel numbers what it hands to a client; a number that is missing is an event
 * that was dropped, or a line that was damaged.  A number that goes back begins
 * another run of eslogger and is no gap. */
#include "ingest/eslogger.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void gap(struct es_seen *s, uint64_t from, uint64_t to, uint64_t place)
{
    if (to <= from || to - from == 1)
        return;
    if (!s->gaps++)
        s->gap_at = place;
    s->missing += to - from - 1;
}

void es_seen_number(struct es_seen *s, uint64_t number, uint64_t place)
{
    if (s->numbered)
        gap(s, s->last, number, place);
    else
        s->first = number;
    s->numbered = true;
    s->last = number;
}

void es_seen_add(struct es_seen *s, const struct es_seen *later, uint64_t place)
{
    if (later->numbered) {
        if (s->numbered)
            gap(s, s->last, later->first, place);
        s->last = later->last;
        s->numbered = true;
    }
    if (later->gaps && !s->gaps)
        s->gap_at = later->gap_at;
    s->gaps += later->gaps;
    s->missing += later->missing;
    if (later->cut && !s->cut)
        s->cut_at = later->cut_at;
    s->cut += later->cut;
    s->events += later->events;
    s->maps += later->maps;
    s->loads += later->loads;
    s->execs += later->execs;
    s->files += later->files;
}

/* In the ledger where it is about a place, and always beside the host. */
#define NO_NOTE UINT64_MAX

__attribute__((format(printf, 5, 6)))
static void say(struct batch *b, struct span Computer, const char *what, uint64_t place,
                const char *format, ...)
{
    char text[300];
    bool full = false;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* With its zero: a reason is a C string. */
    struct span kept = arena_copy(&b->arena, span_of(text, strlen(text) + 1), &full);
    if (full)
        return;
    if (place != NO_NOTE)
        batch_note(b, place, (const char *)kept.at);
    batch_host_note(b, Computer, what, span_of(kept.at, kept.len - 1));
}

void es_seen_say(const struct es_seen *s, struct batch *b)
{
    struct span host = batch_host(b, SPAN_NONE);

    if (s->events == 0)
        return;
    if (s->maps)
        say(b, host, "maps", NO_NOTE, "mmap is logged (libraries of the shared cache are never mapped "
            "as files)");
    else
        say(b, host, "no-maps", 0, "no mmap is logged: no module load can be told (`eslogger mmap exec "
            "create close unlink`)");
    if (s->execs)
        say(b, host, "execs", NO_NOTE, "exec is logged");
    else
        say(b, host, "no-execs", 0, "no exec is logged: no command line is known");
    if (s->files == 0)
        say(b, host, "no-files", 0, "no create, close or unlink is logged: who dropped a file is not "
            "known");
    if (s->gaps)
        say(b, host, "lost", s->gap_at, "events were lost: %" PRIu64 " numbers of global_seq_num are "
            "missing, in %" PRIu64 " gaps", s->missing, s->gaps);
    if (s->cut)
        say(b, host, "cut", s->cut_at, "%" PRIu64 " paths were cut short by Endpoint Security "
            "(path_truncated)", s->cut);
}
