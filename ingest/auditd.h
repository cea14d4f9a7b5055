/* The parts of the auditd reader: a line is a record, records of one (node,
 * time, serial) are an event, and events of a host in order make loads.
 *
 *   auditd_line    where a record begins in a line, whoever carried it
 *   auditd_value   values: quoted, hexadecimal, interpreted
 *   auditd_record  one record's fields into its event; auditd_argument: EXECVE's
 *   auditd_group   the records of a piece into events; the rest are others
 *   auditd_syscall which system call matters, on every architecture
 *   auditd_follow  events in order into loads, processes and context */
#ifndef INGEST_AUDITD_H
#define INGEST_AUDITD_H

#include "core/load.h"

/* ---- lines ---- */

/* A record as its line says it; all spans borrow the line. */
struct audit_head {
    struct span node;   /* node=, else the host of a syslog line; SPAN_NONE */
    struct span type;   /* "SYSCALL", "1300", "UNKNOWN[1337]" */
    struct span body;   /* the fields */
    int64_t time;       /* microseconds */
    uint64_t serial;
    bool interpreted;   /* ausearch -i: values stand bare and have been decoded */
    bool zone_assumed;  /* its time names no zone */
};

enum audit_line {
    AUDIT_RECORD,
    AUDIT_NOTHING, /* empty, a comment, what ausearch puts between events */
    AUDIT_BROKEN,  /* neither */
};

/* `carried`: anything may stand before the record, and a line without one is
 * AUDIT_NOTHING. */
enum audit_line audit_line(struct span line, bool carried, struct audit_head *h);

/* ---- values ---- */

/* How a value stands in its record. */
enum audit_writing { AUDIT_BARE, AUDIT_QUOTED };

struct audit_value {
    struct span text; /* without its quotes */
    enum audit_writing writing;
};

/* The next `name=value` of a body; false behind the last. */
bool audit_field(struct span *body, struct span *name, struct audit_value *v);

/* Leaves the last value of a raw body out where it is cut: a quote that never closes,
 * half a byte of hexadecimal, a name without a value.  False where it was. */
bool audit_body_whole(struct span *body);

/* The bytes of a value, without its hexadecimal, into out (v.text.len bytes). */
size_t audit_bytes(struct audit_value v, bool interpreted, uint8_t *out);

/* A text that the kernel writes quoted, or in hexadecimal where it can't: as
 * valid UTF-8 in the arena.  "(null)" and "?" are SPAN_NONE. */
struct span audit_text(struct arena *a, struct audit_value v, bool interpreted, bool *altered,
                       bool *full);

/* A number, hexadecimal without 0x where `hex`; -1 as 2^64-1. */
bool audit_number(struct span s, bool hex, uint64_t *out);

/* The flags of a system call: a number, or ausearch's words, of which those we
 * ask for are known (O_CREAT, PROT_EXEC, MAP_ANONYMOUS, AT_FDCWD ...). */
uint64_t audit_flags(struct span s, bool interpreted);

/* ---- events ---- */

/* What an event's system call is to us. */
enum audit_what {
    AUDIT_OTHER,
    AUDIT_OPEN,      /* open: a1 is its flags */
    AUDIT_OPENAT,    /* openat: a0 is its folder, a2 its flags */
    AUDIT_OPENAT2,   /* openat2: its flags are in a record of their own */
    AUDIT_CREAT,
    AUDIT_HANDLE,    /* open_by_handle_at: a descriptor of an unknown file */
    AUDIT_MEMFD,
    AUDIT_DUP,       /* dup, dup2, dup3: a0 is the old one, exit the new */
    AUDIT_CLOSE,
    AUDIT_EXEC,
    AUDIT_MMAP,      /* a2 is its protection */
    AUDIT_OLD_MMAP,  /* its arguments lie behind a pointer: protection unknown */
    AUDIT_MPROTECT,
    AUDIT_EXIT,      /* exit_group */
};

enum audit_nametype { AUDIT_NAME_NORMAL, AUDIT_NAME_PARENT, AUDIT_NAME_CREATE, AUDIT_NAME_DELETE };

struct audit_path {
    struct audit_path *next;
    struct audit_value raw; /* borrows the piece until audit_group_end */
    struct span name;
    enum audit_nametype nametype;
    uint32_t item;
    bool has_nametype;
    struct span inode, dev, mode, ouid, OUID;
};

struct audit_argument {
    struct audit_argument *next;
    struct audit_value raw;
    uint64_t order; /* its number, and which piece of it */
};

/* One event.  Until audit_group_end its texts borrow the piece; then they are
 * valid UTF-8 in the batch's arena. */
struct audit_event {
    struct audit_event *next;
    struct span node, type; /* type: of the first record */
    int64_t time;
    uint64_t serial, place, hash;
    uint32_t flags;         /* enum record_flags */
    uint32_t arch, syscall; /* 0 where not told */
    bool has_syscall, success, interpreted, has_mmap, has_argv, full;
    bool argv_cut, path_cut; /* a record of them was cut: it is not known what is missing */
    bool lost;               /* its call was cut before the process: nothing can be told of it */
    enum audit_what what;
    int64_t exit, pid, ppid, mmap_fd; /* -1: not logged */
    uint64_t a[4], mmap_flags, oflag;
    struct span arch_text, syscall_text, argument[4]; /* as they stand */
    struct audit_value exe, comm, key, cwd, proctitle;
    struct span Image, RuleName, CurrentDirectory, CommandLine;
    struct span uid, UID, auid, AUID, ses;
    struct span User, LoginUser;
    struct audit_path *paths, *last_path;
    struct audit_argument *argv, *last_argv;
    size_t argc, path_count;
    uint64_t argc_said;       /* as EXECVE begins; 0: it does not say */
};

/* What follow needs to know of records that are no system calls. */
struct audit_notice {
    struct audit_notice *next;
    uint64_t place;
    struct span node;
    int64_t time;
    enum audit_said {
        AUDIT_SAID_START,   /* DAEMON_START */
        AUDIT_SAID_RULES,   /* CONFIG_CHANGE of rules */
        AUDIT_SAID_LOST,    /* lost=, or the backlog was full */
        AUDIT_SAID_OFF,     /* audit_enabled=0 */
        AUDIT_SAID_URING,   /* an open by io_uring */
    } said;
    uint64_t count;
};

/* What decode leaves for follow, in b->left. */
struct audit_left {
    struct audit_event *events; /* those that may be more than an other */
    struct audit_notice *notices;
    uint64_t *keys;             /* hashes of every event of the piece */
    size_t key_count;
};

/* False where the record is cut short: what is whole of it was taken. */
bool audit_record(struct audit_event *e, struct span type, struct span body, struct arena *a);

/* Its parts, for whoever has the fields already (LAUREL). */
void audit_call_field(struct audit_event *e, struct span name, struct audit_value v);
void audit_map_field(struct audit_event *e, struct span name, struct audit_value v);
struct audit_path *audit_path_new(struct audit_event *e, struct arena *a); /* NULL past the ceiling */
void audit_path_field(struct audit_path *p, struct span name, struct audit_value v);
void audit_arguments(struct audit_event *e, struct span body, struct arena *a); /* EXECVE */
void audit_argument_add(struct audit_event *e, uint64_t order, struct audit_value v,
                        struct arena *a);

/* Names the call: e->what, from arch and syscall as they stand. */
void audit_name_call(struct audit_event *e);
enum audit_what audit_call(uint32_t arch, uint32_t number);
enum audit_what audit_call_named(struct span name);
uint32_t audit_arch_named(struct span name);

/* ---- groups ---- */

/* Serials are numbers of this. */
#define AUDIT_CHANNEL SPAN("audit")

/* ---- auditd_said.c ---- */
bool audit_said_of(const struct audit_head *h, enum audit_said *said, uint64_t *count);
/* `web1 kernel: [1.2] audit: audit_lost=44 audit_rate_limit=0 audit_backlog_limit=64` */
bool audit_said_lost(struct span line, struct span *node, uint64_t *count);

struct audit_group;

struct audit_group *audit_group_open(struct batch *b);
/* The line's bytes must live until audit_group_end. */
void audit_group_take(struct audit_group *g, const struct audit_head *h, uint64_t place);
/* The event of a record, made where it is new, for whoever fills it; NULL where
 * the batch is full, and the loss is counted. */
struct audit_event *audit_group_event(struct audit_group *g, const struct audit_head *h,
                                      uint64_t place);
/* A line of the kernel's own that tells of lost records, in a syslog: false where it is none. */
bool audit_group_kernel(struct audit_group *g, struct span line, uint64_t place);
/* Counts what is nothing to us, leaves the rest in b->left, and frees. */
void audit_group_end(struct audit_group *g);

/* `1795499077.443:238` into time and serial. */
bool audit_stamp(struct span s, struct audit_head *h);

/* Counts the event as one of the others. */
void audit_other(struct batch *b, const struct audit_event *e);

/* Behind the last line before which no event is open, judged by the lines of a
 * window; *state is AUDIT_CUT_BYTES of zeroed memory. */
size_t audit_cut(void *state, struct span bytes, uint64_t offset, bool at_end);

/* As struct decoder's whole: behind the last line.  Asked once the log was quiet
 * for a moment, so that no event is being written. */
size_t audit_whole(void *state, struct span bytes, uint64_t offset);
#define AUDIT_WINDOW_LINES 1024 /* looked at, from the end */
struct audit_cut {
    size_t start[AUDIT_WINDOW_LINES + 1];       /* of a line; the last one first */
    uint64_t key[AUDIT_WINDOW_LINES];           /* of its event; 0: none */
    uint64_t slot_key[2 * AUDIT_WINDOW_LINES];
    uint32_t slot_line[2 * AUDIT_WINDOW_LINES]; /* the line of the event that was met first */
};

/* ---- follow ---- */

struct audit_follow;
#define AUDIT_FOLLOW_BYTES sizeof(struct audit_follow *)
void audit_follow(void *state, struct batch *b, bool last);
void audit_follow_end(void *state);

#endif
