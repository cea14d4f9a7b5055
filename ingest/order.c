/* Several walks over the same paths: files named after Sysmon that keep what the
 * name says, files whose first records promise loads, bundles, and the rest.
 *
 * Names only order, content decides.  Never holds a list of the files: what was
 * taken ahead is remembered by a hash of its path, up to AHEAD_MAX, and each of
 * the first walks looks at so many files and no more; behind them the order is
 * that of the names.  A file that comes or goes meanwhile is read once or not at
 * all, as with one walk. */
#include "ingest/order.h"

#include "ingest/promise.h"
#include "ingest/rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define NAMES_MAX 1000000  /* names that the first walk looks at */
#define TASTED_MAX 10000   /* files that are opened to look at their first bytes */
#define AHEAD_MAX 16384    /* files remembered */
#define SLOTS (2 * AHEAD_MAX)

enum pass { PASS_NAMED, PASS_PROMISING, PASS_BUNDLES, PASS_REST };

enum ahead { AHEAD_UNKNOWN, AHEAD_BUNDLE /* to be taken before the rest */, AHEAD_TAKEN };

struct slot {
    struct hash128 path;
    enum ahead state;
};

struct order {
    struct reader *r;
    enum pass pass;
    uint64_t looked;    /* files of this pass */
    size_t count, bundles;
    struct slot *slots;
    uint8_t *head;
};

/* The slot of a path, or the free one where it belongs. */
static struct slot *slot_of(const struct order *o, const struct walked *f)
{
    struct span key[] = { span_of(&f->given, sizeof f->given), span_text(f->path) };
    struct hash128 path = hash_spans(key, 2);
    size_t at = path.a % SLOTS;

    while (o->slots[at].state != AHEAD_UNKNOWN && !hash_equal(o->slots[at].path, path))
        at = (at + 1) % SLOTS;
    o->slots[at].path = path;
    return &o->slots[at];
}

/* Its first bytes; empty where they can't be read, which its reader will say. */
static struct span look(const struct order *o, const struct walked *f)
{
    int fd = walk_open(f->folder, f->name, f->named ? 0 : O_NOFOLLOW);
    ssize_t n;

    if (fd < 0)
        return SPAN_EMPTY;
    do
        n = pread(fd, o->head, SNIFF_BYTES, 0);
    while (n < 0 && errno == EINTR);
    close(fd);
    return span_of(o->head, n > 0 ? (size_t)n : 0);
}

static bool take(struct order *o, struct slot *slot, const struct walked *f)
{
    if (slot->state == AHEAD_UNKNOWN)
        o->count++;
    slot->state = AHEAD_TAKEN;
    return reader_take(o->r, f);
}

/* audit.log.2.gz: where the log's newer parts are read ahead, the older ones must
 * come before them. */
static bool is_old_log(const char *name)
{
    struct rotation r = rotation_of(span_text(name));

    return r.compressed && r.age > 0;
}

/* Takes it where its first bytes promise loads; a bundle only by its name. */
static bool taste(struct order *o, struct slot *slot, const struct walked *f)
{
    struct span head = look(o, f);
    struct taste t = source_taste(head);
    bool bundle = t.state == SOURCE_READING && t.magic.kind == KIND_BUNDLE;

    if ((t.decoder && promise_of_loads(head)) || (bundle && o->pass == PASS_NAMED)
        || (bundle && is_old_log(f->name)))
        return take(o, slot, f);
    if (bundle) {
        slot->state = AHEAD_BUNDLE;
        o->count++;
        o->bundles++;
    }
    return true;
}

static bool each(void *ctx, const struct walked *f)
{
    struct order *o = ctx;
    struct slot *slot = slot_of(o, f);

    if (line_stopping(o->r->line))
        return false;
    if (slot->state == AHEAD_TAKEN)
        return true;
    if (o->pass == PASS_REST)
        return reader_take(o->r, f);
    if (o->pass == PASS_BUNDLES)
        return slot->state != AHEAD_BUNDLE || (o->bundles--, take(o, slot, f) && o->bundles > 0);
    if (o->looked++ >= (o->pass == PASS_NAMED ? NAMES_MAX : TASTED_MAX) || o->count >= AHEAD_MAX)
        return false;
    if (f->listed || f->standard_input || f->stat.st_size == 0)
        return true;
    if (o->pass == PASS_NAMED && !promise_by_name(span_text(f->name)))
        return true;
    return slot->state == AHEAD_UNKNOWN ? taste(o, slot, f) : true;
}

bool order_read(struct reader *r, const struct walk *w)
{
    struct order o = { .r = r };
    struct walk walk = *w;

    o.slots = memory_zero(SLOTS, sizeof *o.slots);
    o.head = memory_get(SNIFF_BYTES);
    walk.each = each;
    walk.ctx = &o;
    for (o.pass = PASS_NAMED; o.pass <= PASS_REST && !line_stopping(r->line); o.pass++) {
        o.looked = 0;
        if (o.pass != PASS_BUNDLES || o.bundles > 0)
            walk_files(&walk);
    }
    free(o.slots);
    free(o.head);
    return !line_stopping(r->line);
}
