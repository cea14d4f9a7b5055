/* One host's part in the demonstration case: its events, told in any order and
 * written in the order of their times. */
#ifndef TESTS_GEN_TALE_H
#define TESTS_GEN_TALE_H

#include "tests/gen/gen.h"

#define MINUTE INT64_C(60000000)

struct tale {
    const struct world *world;
    struct host host;
    struct gen_event **sysmon, **security;
    size_t sysmon_count, security_count;
    uint32_t pids;
    struct chance chance;
};

struct tale tale_begin(const struct world *w, const char *Computer, const char *user,
                       enum sysmon_schema schema);

/* A process starts: Event ID 1, and Security 4688 where the host audits it. */
struct running *tale_start(struct tale *t, const struct image *image, const struct running *parent,
                           const char *CommandLine, int64_t time);
/* It loads what its image always loads, one every few milliseconds, from `time`
 * on; gives the time after the last. */
int64_t tale_loads(struct tale *t, const struct running *p, int64_t time);
void tale_load(struct tale *t, const struct running *p, const struct module *m, int64_t time);
void tale_file(struct tale *t, const struct running *p, const char *target, int64_t time);
/* Event ID 15: the mark of the web. */
void tale_stream(struct tale *t, const struct running *p, const char *target, const char *url,
                 const struct module *content, int64_t time);
void tale_network(struct tale *t, const struct running *p, const char *ip, int64_t time);
void tale_end(struct tale *t, const struct running *p, int64_t time);
void tale_logon(struct tale *t, int64_t time);

/* An ordinary morning: processes that start, load and end.  Without `loads` the
 * host logs no Event ID 7. */
void tale_day(struct tale *t, int64_t time, unsigned processes, bool loads);

/* Writes sysmon (in `format`) and Security.evtx into the folder.  With `damaged`
 * some records in the middle are spoilt. */
void tale_write(struct tale *t, const char *folder, enum gen_format format, unsigned damaged,
                struct truth *truth);

/* An image that is not of the ordinary world. */
const struct image *image_make(const char *path, const char *description, const char *company,
                               const char *Signed, const struct image *parent);

#endif
