/* One line of eslogger into the parts that are asked for.
 *
 * A table leads from (where we stand, name) to where the value belongs; a process
 * is read the same way wherever it stands.  Never guesses by position, but in an
 * audit_token that is written as the kernel's eight numbers. */
#include "ingest/eslogger.h"

#include <stddef.h>

enum node {
    NODE_NONE, NODE_TOP, NODE_EVENT, NODE_MMAP, NODE_EXEC, NODE_CREATE, NODE_NEW_PATH,
    NODE_CLOSE, NODE_UNLINK, NODE_FILE, NODE_STAT, NODE_DIR, NODE_CWD, NODE_ARGS, NODE_ENV,
    /* of the acting process, then in the same order of the new one */
    NODE_PROCESS, NODE_TOKEN, NODE_PARENT, NODE_EXECUTABLE,
    NODE_TARGET,
};
#define NODES_OF_A_PROCESS (NODE_TARGET - NODE_PROCESS)

#define AT(member) offsetof(struct es_event, member)
#define NOWHERE SIZE_MAX

struct row {
    enum node node;
    const char *name;
    enum node below;  /* where an object or array leads */
    size_t slot;      /* where a value belongs */
};

#define TO(node, name, below) { node, name, below, NOWHERE }
#define INTO(node, name, part) { node, name, NODE_NONE, AT(part) }

static const struct row rows[] = {
    TO(NODE_TOP, "process", NODE_PROCESS),
    TO(NODE_TOP, "event", NODE_EVENT),
    INTO(NODE_TOP, "time", part[ES_EVENT_time]),
    INTO(NODE_TOP, "event_type", part[ES_EVENT_event_type]),
    INTO(NODE_TOP, "global_seq_num", part[ES_EVENT_global_seq_num]),

    TO(NODE_EVENT, "mmap", NODE_MMAP),
    TO(NODE_EVENT, "exec", NODE_EXEC),
    TO(NODE_EVENT, "create", NODE_CREATE),
    TO(NODE_EVENT, "close", NODE_CLOSE),
    TO(NODE_EVENT, "unlink", NODE_UNLINK),

    TO(NODE_MMAP, "source", NODE_FILE),
    INTO(NODE_MMAP, "protection", part[ES_EVENT_protection]),
    TO(NODE_EXEC, "target", NODE_TARGET),
    TO(NODE_EXEC, "args", NODE_ARGS),
    TO(NODE_EXEC, "env", NODE_ENV),
    TO(NODE_EXEC, "cwd", NODE_CWD),
    TO(NODE_CREATE, "destination", NODE_CREATE),
    TO(NODE_CREATE, "existing_file", NODE_FILE),
    TO(NODE_CREATE, "new_path", NODE_NEW_PATH),
    TO(NODE_NEW_PATH, "dir", NODE_DIR),
    INTO(NODE_NEW_PATH, "filename", part[ES_EVENT_filename]),
    TO(NODE_CLOSE, "target", NODE_FILE),
    INTO(NODE_CLOSE, "modified", part[ES_EVENT_modified]),
    TO(NODE_UNLINK, "target", NODE_FILE),

    INTO(NODE_FILE, "path", file[ES_FILE_path]),
    INTO(NODE_FILE, "path_truncated", file[ES_FILE_path_truncated]),
    TO(NODE_FILE, "stat", NODE_STAT),
    INTO(NODE_STAT, "st_ino", file[ES_FILE_st_ino]),
    INTO(NODE_STAT, "st_dev", file[ES_FILE_st_dev]),
    INTO(NODE_STAT, "st_mode", file[ES_FILE_st_mode]),
    INTO(NODE_STAT, "st_uid", file[ES_FILE_st_uid]),
    INTO(NODE_DIR, "path", part[ES_EVENT_dir]),
    INTO(NODE_DIR, "path_truncated", file[ES_FILE_path_truncated]),
    INTO(NODE_CWD, "path", part[ES_EVENT_cwd]),
};

#define OF(name, what) INTO(NODE_PROCESS, name, process.part[ES_PROCESS_##what])

static const struct row process_rows[] = {
    TO(NODE_PROCESS, "audit_token", NODE_TOKEN),
    TO(NODE_PROCESS, "parent_audit_token", NODE_PARENT),
    TO(NODE_PROCESS, "executable", NODE_EXECUTABLE),
    OF("ppid", ppid), OF("signing_id", signing_id), OF("team_id", team_id), OF("cdhash", cdhash),
    OF("codesigning_flags", flags), OF("is_platform_binary", is_platform_binary),
    TO(NODE_TOKEN, "val", NODE_TOKEN),
    INTO(NODE_TOKEN, "pid", process.part[ES_PROCESS_pid]),
    INTO(NODE_TOKEN, "pidversion", process.part[ES_PROCESS_pidversion]),
    INTO(NODE_TOKEN, "auid", process.part[ES_PROCESS_auid]),
    INTO(NODE_TOKEN, "euid", process.part[ES_PROCESS_euid]),
    INTO(NODE_TOKEN, "asid", process.part[ES_PROCESS_asid]),
    TO(NODE_PARENT, "val", NODE_PARENT),
    INTO(NODE_PARENT, "pid", process.part[ES_PROCESS_parent_pid]),
    INTO(NODE_PARENT, "pidversion", process.part[ES_PROCESS_parent_pidversion]),
    INTO(NODE_EXECUTABLE, "path", process.part[ES_PROCESS_path]),
    INTO(NODE_EXECUTABLE, "path_truncated", process.part[ES_PROCESS_path_truncated]),
};

/* audit_token_t's eight numbers, by their place. */
static const size_t in_token[] = {
    AT(process.part[ES_PROCESS_auid]), AT(process.part[ES_PROCESS_euid]), NOWHERE, NOWHERE,
    NOWHERE, AT(process.part[ES_PROCESS_pid]), AT(process.part[ES_PROCESS_asid]),
    AT(process.part[ES_PROCESS_pidversion]),
};
static const size_t in_parent[] = {
    NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, AT(process.part[ES_PROCESS_parent_pid]), NOWHERE,
    AT(process.part[ES_PROCESS_parent_pidversion]),
};
#define TOKEN_NUMBERS (sizeof in_token / sizeof *in_token)

static const struct row *row_of(const struct row *of, size_t count, enum node node, struct span key)
{
    for (size_t i = 0; i < count; i++)
        if (of[i].node == node && span_is(key, of[i].name))
            return &of[i];
    return NULL;
}

/* One line being read. */
struct reading {
    struct es_event *e;
    struct json j;
    struct span line;
    enum node at[JSON_DEPTH_MAX + 1];  /* by depth */
    uint32_t index[JSON_DEPTH_MAX + 1];
};

static bool is_target(enum node n)
{
    return n >= NODE_TARGET;
}

/* Where the member leads; *slot where its value belongs. */
static enum node lead(const struct reading *r, unsigned depth, struct span key, size_t *slot)
{
    enum node at = r->at[depth];
    bool target = is_target(at);
    enum node as = target ? at - NODES_OF_A_PROCESS : at;
    const struct row *row;

    *slot = NOWHERE;
    if (at == NODE_NONE)
        return NODE_NONE;
    if (!key.at && (as == NODE_TOKEN || as == NODE_PARENT) && r->index[depth] < TOKEN_NUMBERS) {
        *slot = (as == NODE_TOKEN ? in_token : in_parent)[r->index[depth]];
        if (*slot != NOWHERE && target)
            *slot += AT(target) - AT(process);
        return NODE_NONE;
    }
    row = as >= NODE_PROCESS
        ? row_of(process_rows, sizeof process_rows / sizeof *process_rows, as, key)
        : row_of(rows, sizeof rows / sizeof *rows, as, key);
    if (!row)
        return NODE_NONE;
    *slot = row->slot;
    if (*slot != NOWHERE && target)
        *slot += AT(target) - AT(process);
    return row->below != NODE_NONE && target ? row->below + NODES_OF_A_PROCESS : row->below;
}

static enum es_kind kind_named(struct span name)
{
    static const struct { const char *name; enum es_kind kind; } kinds[] = {
        { "mmap", ES_MMAP }, { "exec", ES_EXEC }, { "create", ES_CREATE }, { "close", ES_CLOSE },
        { "unlink", ES_UNLINK },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_equal_nocase(name, span_text(kinds[i].name)))
            return kinds[i].kind;
    return ES_OTHER;
}

/* `event_type`: a number, a name, or es_event_type_t's own name. */
static enum es_kind kind_typed(const struct json_item *type)
{
    static const struct { uint64_t type; enum es_kind kind; } types[] = {
        { 9, ES_EXEC }, { 12, ES_CLOSE }, { 13, ES_CREATE }, { 20, ES_MMAP }, { 32, ES_UNLINK },
    };
    static const struct span head = SPAN_INIT("ES_EVENT_TYPE_NOTIFY_");
    struct span name = type->text;
    uint64_t n;

    if (es_number(type, &n)) {
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            if (types[i].type == n)
                return types[i].kind;
        return ES_OTHER;
    }
    if (name.at && span_starts(name, head))
        name = span_of(name.at + head.len, name.len - head.len);
    return name.at ? kind_named(name) : ES_OTHER;
}

static void take_value(struct reading *r, const struct json_item *item, size_t slot)
{
    struct json_item *into;

    if (slot == NOWHERE || item->kind == JSON_NULL)
        return;
    into = (struct json_item *)(void *)((uint8_t *)r->e + slot);
    if (!into->text.at) /* of two the first counts */
        *into = *item;
}

static void take_open(struct reading *r, enum node below)
{
    struct span here = span_of(r->j.at - 1, (size_t)(r->line.at + r->line.len - (r->j.at - 1)));

    if (below == NODE_ARGS)
        r->e->args = here;
    else if (below == NODE_ENV)
        r->e->env = here;
}

const char *es_read(struct span line, struct es_event *e)
{
    struct reading r = { .e = e, .j = json_of(line), .line = line };
    struct json_item item;
    enum json_step step;
    unsigned depth = 0;
    bool process = false;

    *e = (struct es_event){ 0 };
    while ((step = json_next(&r.j, &item)) < JSON_DONE) {
        size_t slot = NOWHERE;
        enum node below;

        if (step == JSON_CLOSE) {
            depth--;
            r.index[depth]++;
            continue;
        }
        below = depth == 0 ? NODE_TOP : lead(&r, depth, item.key, &slot);
        if (step == JSON_VALUE) {
            take_value(&r, &item, slot);
            r.index[depth]++;
            continue;
        }
        if (r.at[depth] == NODE_EVENT && depth && !e->name.at)
            e->name = item.key;
        process |= below == NODE_PROCESS;
        take_open(&r, below);
        depth++;
        r.at[depth] = below;
        r.index[depth] = 0;
    }
    if (step != JSON_DONE)
        return "a line that is no JSON object";
    e->kind = e->name.at ? kind_named(e->name) : kind_typed(&e->part[ES_EVENT_event_type]);
    e->envelope = process && e->part[ES_EVENT_event_type].text.at;
    return NULL;
}

bool es_number(const struct json_item *item, uint64_t *out)
{
    return item->text.at && span_number(item->text, out);
}

bool es_true(const struct json_item *item)
{
    return item->kind == JSON_TRUE
        || (item->text.at && (span_is(item->text, "true") || span_is(item->text, "1")));
}
