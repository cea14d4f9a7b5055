/* Endpoint Security's events as eslogger prints them: between the files that read
 * them.
 *
 * eslogger's own manual calls its output no interface, so members are asked for by
 * name, in any order, as numbers or as texts; what is not asked for costs nothing.
 * All spans borrow the line until eslogger.c copies them. */
#ifndef INGEST_ESLOGGER_H
#define INGEST_ESLOGGER_H

#include "core/load.h"
#include "ingest/json.h"

#define ES_CHANNEL SPAN("eslogger")

/* What is said of a process, the acting one or an exec's new one. */
#define ES_PROCESS(_) \
    _(path) _(path_truncated) _(pid) _(pidversion) _(auid) _(euid) _(ppid) _(asid) \
    _(parent_pid) _(parent_pidversion) _(signing_id) _(team_id) _(cdhash) _(flags) \
    _(is_platform_binary)

/* What is said of the file: of mmap, close and unlink, and an exec's folder. */
#define ES_FILE(_) \
    _(path) _(path_truncated) _(st_ino) _(st_dev) _(st_mode) _(st_uid)

#define ES_EVENT(_) \
    _(time) _(event_type) _(global_seq_num) _(protection) _(modified) _(filename) _(dir) \
    _(cwd)

#define ES_PROCESS_ENUM(name) ES_PROCESS_##name,
#define ES_FILE_ENUM(name) ES_FILE_##name,
#define ES_EVENT_ENUM(name) ES_EVENT_##name,
enum es_process_part { ES_PROCESS(ES_PROCESS_ENUM) ES_PROCESS_PARTS };
enum es_file_part { ES_FILE(ES_FILE_ENUM) ES_FILE_PARTS };
enum es_event_part { ES_EVENT(ES_EVENT_ENUM) ES_EVENT_PARTS };

enum es_kind { ES_OTHER, ES_MMAP, ES_EXEC, ES_CREATE, ES_CLOSE, ES_UNLINK };

struct es_process {
    struct json_item part[ES_PROCESS_PARTS]; /* text.at NULL: not said */
};

struct es_event {
    enum es_kind kind;
    struct span name;             /* the key below `event`; SPAN_NONE */
    struct json_item part[ES_EVENT_PARTS];
    struct es_process process, target;
    struct json_item file[ES_FILE_PARTS];
    struct span args, env;        /* from the bracket on; SPAN_NONE */
    bool envelope;                /* it has what every line of eslogger has */
};

/* NULL, or why the line is no event. */
const char *es_read(struct span line, struct es_event *e);

/* What a log of them lets one see, and where its numbers leave a gap. */
struct es_seen {
    uint64_t events, maps, loads, execs, files;
    uint64_t first, last;         /* global_seq_num */
    uint64_t missing, gaps, gap_at;
    uint64_t cut, cut_at;         /* path_truncated */
    bool numbered;
};

void es_seen_number(struct es_seen *s, uint64_t number, uint64_t place);

/* `later` is of what stands behind it in the log. */
void es_seen_add(struct es_seen *s, const struct es_seen *later, uint64_t place);

/* Adds the notes to the batch. */
void es_seen_say(const struct es_seen *s, struct batch *b);

/* A piece being decoded. */
struct es_file {
    struct batch *b;
    struct es_seen *seen; /* in the batch's arena; NULL where that is full */
    struct span host;
    const struct es_event *e;
    uint64_t place;
    bool altered, full;
};

/* ---- eslogger_emit.c: the event as an item of the batch; false where it was full ---- */
struct origin es_origin(const struct es_file *f);
bool es_emit_load(struct es_file *f);
void es_emit_exec(struct es_file *f);
void es_emit_context(struct es_file *f);

/* The number that an item says, as a number or as a text; false where none. */
bool es_number(const struct json_item *item, uint64_t *out);
bool es_true(const struct json_item *item);

#endif
