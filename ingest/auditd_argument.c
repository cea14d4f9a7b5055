/* EXECVE's arguments into their event, whole or in pieces, in any order of records.
 *
 * Never joins them: where all records were read, auditd_group does.  The surprise:
 * what ausearch -i prints bare may hold what looks like the next argument; only the
 * very next number is believed. */
#include "ingest/auditd.h"

#include <stdio.h>

#define ARGUMENTS_MAX 4096 /* pieces of one command line */
#define NEXT_MAX 32        /* ` a4095[999999999]=` */

static size_t read_number(struct span s, size_t i, uint32_t *n)
{
    size_t start = i;

    for (*n = 0; i < s.len && s.at[i] >= '0' && s.at[i] <= '9' && i - start < 9; i++)
        *n = *n * 10 + (uint32_t)(s.at[i] - '0');
    return i > start ? i : 0;
}

/* `a12`, or `a12[3]`, the fourth piece of one that was too long for a record. */
static bool argument_order(struct span name, uint64_t *order)
{
    uint32_t number, piece = 0;
    size_t i = name.len > 1 && name.at[0] == 'a' ? read_number(name, 1, &number) : 0;

    if (!i)
        return false;
    if (i < name.len && (name.at[i] != '[' || !(i = read_number(name, i + 1, &piece))))
        return false;
    *order = (uint64_t)number << 32 | piece;
    return i == name.len || name.at[i] == ']';
}

void audit_argument_add(struct audit_event *e, uint64_t order, struct audit_value v,
                        struct arena *a)
{
    struct audit_argument *x;

    if (e->argc >= ARGUMENTS_MAX) {
        e->flags |= RECORD_ALTERED;
        return;
    }
    if (!(x = arena_get(a, sizeof *x))) {
        e->full = true;
        return;
    }
    x->raw = v;
    x->order = order;
    if (e->last_argv)
        e->last_argv->next = x;
    else
        e->argv = x;
    e->last_argv = x;
    e->argc++;
}

/* `a1=`, `a1_len=` or `a1[2]=` at `at`: behind it, or NULL where none is. */
static const uint8_t *bare_name(const uint8_t *at, const uint8_t *end, uint64_t *order, bool *len)
{
    const uint8_t *equals = at < end ? memchr(at, '=', (size_t)(end - at)) : NULL;
    struct span name = span_of(at, equals ? (size_t)(equals - at) : 0);

    *len = name.len > 4 && memcmp(name.at + name.len - 4, "_len", 4) == 0;
    if (*len)
        name.len -= 4;
    return equals && argument_order(name, order) ? equals + 1 : NULL;
}

/* Where ` aN` with this end begins, if before `stop`. */
static const uint8_t *earlier(struct span rest, const uint8_t *stop, unsigned n, const char *tail)
{
    char next[NEXT_MAX];
    int len = snprintf(next, sizeof next, " a%u%s=", n, tail);
    const uint8_t *at = memmem(rest.at, rest.len, next, (size_t)len);

    return at && (!stop || at < stop) ? at : stop;
}

/* ausearch -i: an argument ends where ` aN=` of the next begins, or the next piece
 * of it, ` aN[M]=`; what tells its length first, `aN_len=20`, is none. */
static void bare_arguments(struct audit_event *e, struct span body, struct arena *a)
{
    static const struct span argc = SPAN_INIT("argc=");
    const uint8_t *at = body.at, *end = body.at + body.len, *value;
    uint64_t order;
    bool len;

    if (span_starts(body, argc) && (at = memchr(body.at, ' ', body.len)) != NULL)
        at++;
    while (at && (value = bare_name(at, end, &order, &len)) != NULL && e->argc < ARGUMENTS_MAX) {
        unsigned n = (unsigned)(order >> 32), piece = (unsigned)(order & UINT32_MAX);
        struct span rest = span_of(value, (size_t)(end - value));
        char next[NEXT_MAX / 2];

        snprintf(next, sizeof next, "[%u]", len ? 0 : piece + 1);
        const uint8_t *stop = earlier(rest, NULL, n, next);
        if (!len) {
            stop = earlier(rest, stop, n + 1, "");
            stop = earlier(rest, stop, n + 1, "_len");
        }
        struct span text = span_of(value, (size_t)((stop ? stop : end) - value));
        while (!stop && text.len && text.at[text.len - 1] == ' ')
            text.len--;
        if (!len)
            audit_argument_add(e, order, (struct audit_value){ text, AUDIT_BARE }, a);
        at = stop ? stop + 1 : NULL;
    }
}

void audit_arguments(struct audit_event *e, struct span body, struct arena *a)
{
    struct span name;
    struct audit_value v;
    uint64_t order;

    e->has_argv = true;
    if (e->interpreted) {
        bare_arguments(e, body, a);
        return;
    }
    while (audit_field(&body, &name, &v))
        if (argument_order(name, &order))
            audit_argument_add(e, order, v, a);
        else if (span_is(name, "argc") && !audit_number(v.text, false, &e->argc_said))
            e->argc_said = 0;
}
