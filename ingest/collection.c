/* From where a source lies to the collection that it belongs to.
 *
 * First the innermost folder or archive that a collector's convention names,
 * from the source outwards; else the innermost archive, or a folder in it that
 * holds a host's disk; else a folder of the disk.  Nothing is opened: on the
 * disk only names are resolved, and client_info.json is looked for. */
#include "ingest/collection.h"

#include "core/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PARTS_MAX 256 /* folders of a path; deeper ones are passed over */
#define STANDARD_INPUT "standard input"

/* The folders of a path, the file's name left out. */
struct parts {
    struct span at[PARTS_MAX];
    size_t count;
    struct span name;
};

static void split(struct parts *p, struct span path, bool windows)
{
    size_t start = 0;

    p->count = 0;
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] != '/' && !(windows && path.at[i] == '\\'))
            continue;
        if (i > start && p->count < PARTS_MAX
            && !span_is(span_of(path.at + start, i - start), "."))
            p->at[p->count++] = span_of(path.at + start, i - start);
        start = i + 1;
    }
    p->name = span_of(path.at + start, path.len - start);
}

/* ---- what is found ---- */

static void show_as(struct collection *c, struct span name, enum host_trust trust)
{
    struct arena a;
    bool altered = false, full = false;

    arena_init(&a, 16 * ASSUMED_NAME_MAX);
    if (name.len > ASSUMED_NAME_MAX / 3)
        name.len = ASSUMED_NAME_MAX / 3; /* a bad byte becomes three */
    struct span text = text_clean(&a, name, &altered, &full);

    c->trust = trust;
    c->host_len = text.len;
    if (text.len)
        memcpy(c->host, text.at, text.len);
    arena_clear(&a);
}

static void known_by(struct collection *c, const uint8_t key[static COLLECTION_KEY_BYTES])
{
    c->unnamed[0] = UNNAMED_MARK;
    c->unnamed[1] = UNNAMED_COLLECTION;
    memcpy(c->unnamed + UNNAMED_HEAD, key, COLLECTION_KEY_BYTES);
    c->unnamed_len = UNNAMED_HEAD + COLLECTION_KEY_BYTES;
}

/* The first `count` folders of a place; `what` keeps disk, archive and input apart. */
static void known_as(struct collection *c, const char *what, struct span in,
                     const struct parts *p, size_t count)
{
    uint8_t key[SHA256_BYTES];
    struct digest *d = digest_open();

    digest_add(d, span_text(what));
    digest_add(d, in);
    for (size_t i = 0; i < count; i++) {
        digest_add(d, SPAN("/"));
        digest_add(d, p->at[i]);
    }
    digest_take(d, key);
    digest_close(d);
    known_by(c, key);
}

static void folder_of(struct collection *c, const struct around *in, const struct parts *p,
                      size_t count)
{
    if (in)
        known_as(c, "archive", span_of(in->fingerprint, FINGERPRINT_BYTES), p, count);
    else
        known_as(c, "folder", SPAN_EMPTY, p, count);
}

/* ---- the disk ---- */

/* The folder of the file, resolved, with a slash at its end and the name. */
static struct span resolved(struct span path, char out[static PATH_MAX + NAME_MAX + 2])
{
    char folder[PATH_MAX] = ".";
    struct span name = path;
    size_t cut = path.len;

    while (cut > 0 && path.at[cut - 1] != '/')
        cut--;
    name = span_of(path.at + cut, path.len - cut);
    if (cut >= sizeof folder || name.len > NAME_MAX)
        return path;
    if (cut > 0) {
        memcpy(folder, path.at, cut);
        folder[cut] = 0;
    }
    if (!realpath(folder, out))
        return path;
    size_t len = strlen(out);
    if (len == 0 || out[len - 1] != '/')
        out[len++] = '/';
    memcpy(out + len, name.at, name.len);
    return span_of(out, len + name.len);
}

/* How many folders lead to the given one: of a file its own folder. */
static size_t given_folders(const char *given, size_t most)
{
    char path[PATH_MAX];
    struct parts *p = memory_get(sizeof *p);
    size_t count = most;

    if (realpath(given, path)) {
        size_t len = strlen(path);

        split(p, span_of(path, len), false);
        count = p->count + 1; /* a folder counts itself; a file is not there as a folder */
    }
    free(p);
    return count < most ? count : most;
}

static bool has_facts(const struct parts *p, size_t count)
{
    char path[PATH_MAX];
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        if (len + p->at[i].len + 2 + sizeof COLLECTION_FACTS > sizeof path)
            return false;
        path[len++] = '/';
        memcpy(path + len, p->at[i].at, p->at[i].len);
        len += p->at[i].len;
    }
    snprintf(path + len, sizeof path - len, "/%s", COLLECTION_FACTS);
    return access(path, F_OK) == 0;
}

/* The one that holds client_info.json, the one that a disk lies below, the first
 * below the given one, or that itself. */
static void of_disk(struct collection *c, const struct parts *p, const char *given)
{
    size_t top = given_folders(given, p->count), take = top < p->count ? top + 1 : top;

    for (size_t i = top ? top : 1; i <= p->count; i++)
        if (i > 1 && collection_is_root(p->at[i - 1])) {
            take = i - 1;
            break;
        }
    for (size_t i = p->count; i > 0 && i + 1 >= top; i--)
        if (has_facts(p, i)) {
            take = i;
            break;
        }
    folder_of(c, NULL, p, take);
    show_as(c, take ? p->at[take - 1] : SPAN("/"), HOST_OF_FOLDER);
}

/* ---- archives ---- */

/* A compressed stream of one file is no collection: what it lies in is.  Its only
 * member has its name. */
static bool is_one_file(const struct around *a, const struct parts *inside)
{
    struct span name = span_file_name(a->path);

    return a->compressed && inside->count == 0 && inside->name.len
        && span_starts(name, inside->name);
}

static void of_archive(struct collection *c, const struct around *a, const struct parts *p)
{
    struct span name = span_is(a->path, "-") ? SPAN(STANDARD_INPUT)
                                             : collection_stem(span_file_name(a->path));
    size_t take = 0;

    while (take < p->count && !collection_is_root(p->at[take]))
        take++;
    if (take == p->count)
        take = 0;
    folder_of(c, a, p, take);
    show_as(c, take ? p->at[take - 1] : name, HOST_OF_FOLDER);
}

/* By a convention, from the source outwards. */
static bool by_name(struct collection *c, const struct lying *at, struct span disk,
                    struct parts *p)
{
    for (size_t k = at->depth + 1; k-- > 0;) {
        const struct around *in = k ? &at->around[k - 1] : NULL;
        struct span host;

        split(p, k == at->depth ? (k ? at->path : disk) : k ? at->around[k].path : disk, k > 0);
        for (size_t i = p->count; i > 0; i--)
            if ((host = collection_host_named(p->at[i - 1])).len) {
                folder_of(c, in, p, i);
                show_as(c, host, HOST_OF_NAME);
                return true;
            }
        if (in && !is_one_file(in, p)
            && (host = collection_host_named(span_file_name(in->path))).len) {
            folder_of(c, in, p, 0);
            show_as(c, host, HOST_OF_NAME);
            return true;
        }
    }
    return false;
}

static void by_place(struct collection *c, const struct lying *at, struct span disk,
                     struct parts *p)
{
    for (size_t k = at->depth; k > 0; k--) {
        split(p, k == at->depth ? at->path : at->around[k].path, true);
        if (!is_one_file(&at->around[k - 1], p)) {
            of_archive(c, &at->around[k - 1], p);
            return;
        }
    }
    if (strcmp(at->given, "-") == 0) {
        known_as(c, "input", at->head, NULL, 0);
        show_as(c, SPAN(STANDARD_INPUT), HOST_OF_FOLDER);
        return;
    }
    split(p, disk, false);
    of_disk(c, p, at->given);
}

static void given(struct collection *c, const char *host)
{
    size_t len = strlen(host);

    if (len > ASSUMED_NAME_MAX)
        len = ASSUMED_NAME_MAX;
    c->unnamed[0] = UNNAMED_MARK;
    c->unnamed[1] = UNNAMED_GIVEN;
    memcpy(c->unnamed + UNNAMED_HEAD, host, len);
    memcpy(c->host, host, len);
    c->host_len = len;
    c->unnamed_len = UNNAMED_HEAD + len;
    c->trust = HOST_GIVEN;
}

void collection_find(struct collection *c, const struct lying *at)
{
    char room[PATH_MAX + NAME_MAX + 2];
    struct span outermost = at->depth ? at->around[0].path : at->path;
    uint8_t said[ASSUMED_NAME_MAX];
    struct parts *p;
    size_t len;

    *c = (struct collection){ 0 };
    if (at->host) {
        given(c, at->host);
        return;
    }
    p = memory_get(sizeof *p);
    if (strcmp(at->given, "-") != 0)
        outermost = resolved(outermost, room);
    if (!by_name(c, at, outermost, p))
        by_place(c, at, outermost, p);
    if (span_equal_nocase(span_file_name(at->path), SPAN(COLLECTION_FACTS))
        && (len = collection_facts(at->head, said)) > 0)
        show_as(c, span_of(said, len), HOST_OF_FACTS);
    free(p);
}
