/* YAML as our settings and the field's rules need it.
 *
 * libyaml's events become a tree in the caller's arena; nothing is kept in
 * between.  Depth and number of nodes have ceilings, and everything that makes
 * one document mean more than it shows (aliases, tags) is refused. */
#include "core/yaml.h"

#include "core/text.h"

#include <yaml.h>

#define DEPTH_MAX 16
#define NODES_MAX 200000
#define KEYS_MAX 2000 /* of one map: each is compared with all before it */
#define SCANNED_LINES_MAX 1000000u

struct reading {
    yaml_parser_t parser;
    struct arena *arena;
    struct fault *fault;
    size_t nodes;
};

static bool refuse(struct reading *r, size_t line, const char *why)
{
    return fault(r->fault, FAULT_FORMAT, "line %zu: %s", line + 1, why);
}

static bool next(struct reading *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return true;
    if (r->parser.error == YAML_MEMORY_ERROR)
        fault_memory();
    size_t line = r->parser.problem_mark.line;
    if (r->parser.error == YAML_READER_ERROR)
        return fault(r->fault, FAULT_FORMAT, "byte %zu: %s", r->parser.problem_offset,
                     r->parser.problem ? r->parser.problem : "can't be read");
    return refuse(r, line < SCANNED_LINES_MAX ? line : 0,
                  r->parser.problem ? r->parser.problem : "is no YAML");
}

static struct yaml *node(struct reading *r, enum yaml_kind kind, const yaml_event_t *e)
{
    struct yaml *y = r->nodes < NODES_MAX ? arena_get(r->arena, sizeof *y) : NULL;

    if (!y) {
        fault(r->fault, FAULT_LIMIT, "line %zu: more than is read of one file",
              e->start_mark.line + 1);
        return NULL;
    }
    r->nodes++;
    y->kind = kind;
    y->line = (unsigned)e->start_mark.line + 1;
    return y;
}

static bool scalar(struct reading *r, const yaml_event_t *e, struct span *out)
{
    bool full = false;

    if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
        return refuse(r, e->start_mark.line, "a NUL in a text");
    *out = arena_copy(r->arena, span_of(e->data.scalar.value, e->data.scalar.length), &full);
    return !full || fault(r->fault, FAULT_LIMIT, "line %zu: more than is read of one file",
                          e->start_mark.line + 1);
}

static bool plain_only(struct reading *r, const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (e->type == YAML_SCALAR_EVENT)
        anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
    else if (e->type == YAML_MAPPING_START_EVENT)
        anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
    else if (e->type == YAML_ALIAS_EVENT)
        return refuse(r, e->start_mark.line, "an alias (*name) is not read: write it out");
    if (anchor)
        return refuse(r, e->start_mark.line, "an anchor (&name) is not read");
    return !tag || refuse(r, e->start_mark.line, "a tag (!name) is not read");
}

static struct yaml *value(struct reading *r, const yaml_event_t *e, unsigned depth);

/* Children up to the event that ends them. */
static bool children(struct reading *r, struct yaml *parent, unsigned depth)
{
    bool map = parent->kind == YAML_MAP;
    const struct yaml **last = &parent->first;

    for (;;) {
        struct span key = SPAN_NONE;
        struct yaml *child = NULL;
        yaml_event_t e;
        bool ends, ok = true;

        if (!next(r, &e))
            return false;
        ends = e.type == YAML_MAPPING_END_EVENT || e.type == YAML_SEQUENCE_END_EVENT;
        if (map && !ends) {
            ok = plain_only(r, &e)
                && (e.type == YAML_SCALAR_EVENT
                    || refuse(r, e.start_mark.line, "a key is not a list or a map"))
                && scalar(r, &e, &key);
            if (ok && parent->count == KEYS_MAX)
                ok = refuse(r, e.start_mark.line, "more keys than are read of one map");
            for (const struct yaml *y = parent->first; ok && y; y = y->next)
                if (span_equal(y->key, key))
                    ok = fault(r->fault, FAULT_FORMAT, "line %zu: `%.*s` is written twice",
                               e.start_mark.line + 1, (int)(key.len < 64 ? key.len : 64),
                               (const char *)key.at);
            yaml_event_delete(&e);
            if (!ok || !next(r, &e))
                return false;
        }
        if (ok && !ends)
            child = value(r, &e, depth + 1);
        yaml_event_delete(&e);
        if (ends)
            return true;
        if (!child)
            return false;
        child->key = key;
        *last = child;
        last = &child->next;
        parent->count++;
    }
}

static struct yaml *value(struct reading *r, const yaml_event_t *e, unsigned depth)
{
    enum yaml_kind kind = e->type == YAML_MAPPING_START_EVENT ? YAML_MAP
                        : e->type == YAML_SEQUENCE_START_EVENT ? YAML_LIST : YAML_SCALAR;
    struct yaml *y;

    if (!plain_only(r, e))
        return NULL;
    if (depth > DEPTH_MAX) {
        refuse(r, e->start_mark.line, "deeper than 16");
        return NULL;
    }
    if (!(y = node(r, kind, e)))
        return NULL;
    if (kind != YAML_SCALAR)
        return children(r, y, depth) ? y : NULL;
    y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return scalar(r, e, &y->text) ? y : NULL;
}

/* stream start, document start, the value, document end, stream end. */
static const struct yaml *document(struct reading *r)
{
    struct yaml *root = NULL;
    yaml_event_t e;

    for (;;) {
        if (!next(r, &e))
            return NULL;
        yaml_event_type_t type = e.type;
        bool ok = true;

        if (type == YAML_DOCUMENT_START_EVENT && root)
            ok = refuse(r, e.start_mark.line, "a second document");
        else if (type == YAML_STREAM_END_EVENT && !root)
            ok = (root = node(r, YAML_MAP, &e)) != NULL;
        else if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT
                 || type == YAML_MAPPING_START_EVENT || type == YAML_ALIAS_EVENT)
            ok = (root = value(r, &e, 1)) != NULL;
        yaml_event_delete(&e);
        if (!ok)
            return NULL;
        if (type == YAML_STREAM_END_EVENT)
            return root;
    }
}

const struct yaml *yaml_read(struct span text, struct arena *a, struct fault *f)
{
    struct reading r = { .arena = a, .fault = f };
    const struct yaml *root;

    if (text.len > YAML_BYTES_MAX) {
        fault(f, FAULT_LIMIT, "more than %u bytes", YAML_BYTES_MAX);
        return NULL;
    }
    if (!text_is_utf8(text)) {
        fault(f, FAULT_FORMAT, "is not UTF-8");
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser))
        fault_memory();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, text.at, text.len);
    root = document(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (map && map->kind == YAML_MAP)
        for (const struct yaml *y = map->first; y; y = y->next)
            if (span_is(y->key, key))
                return y;
    return NULL;
}
