/* auditd's log: processes that start, open shared objects and map them.
 *
 * A load is no record of its own there: it is an mmap with PROT_EXEC of a
 * descriptor that an openat of the same process gave.  The answer counts audit
 * events (groups of records with one serial), not lines.  With one host the
 * log names no node, as a plain audit.log does. */
#include "tests/gen/gen.h"

#include <stdlib.h>

#define DAY_BEGINS_MS INT64_C(1772434800000)
#define FD_LOADED 3

static const struct program {
    const char *exe, *comm, *argv[4];
    const char *own; /* the module that makes it worth a look, or NULL */
} programs[] = {
    { "/usr/bin/ls", "ls", { "ls", "-l", "/var/log", NULL }, NULL },
    { "/usr/bin/python3.11", "python3", { "python3", "/srv/app/report.py", NULL, NULL }, NULL },
    { "/usr/sbin/sshd", "sshd", { "sshd", "-D", NULL, NULL }, NULL },
    { "/usr/bin/curl", "curl", { "curl", "-s", "https://intranet.example/health", NULL }, NULL },
    { "/usr/bin/bash", "bash", { "bash", "/etc/cron.daily/rotate", NULL, NULL }, NULL },
    { "/usr/bin/nginx", "nginx", { "nginx", "-g", "daemon off;", NULL }, NULL },
};
static const struct program evil_programs[] = {
    { "/usr/bin/python3.11", "python3", { "python3", "/tmp/run.py", NULL, NULL },
      "/tmp/libhelper.so" },
    { "/usr/bin/perl", "perl", { "perl", "-e", "require DynaLoader", NULL },
      "/dev/shm/.x/a b.so" },
    { "/usr/bin/sqlite3", "sqlite3", { "sqlite3", "db", ".load /var/tmp/ext", NULL },
      "/var/tmp/ext.so" },
};
static const char *const libraries[] = {
    "/etc/ld.so.cache", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libm.so.6",
    "/lib/x86_64-linux-gnu/libz.so.1", "/lib/x86_64-linux-gnu/libcrypto.so.3",
    "/lib/x86_64-linux-gnu/libpthread.so.0", "/lib/x86_64-linux-gnu/libdl.so.2",
    "/lib/x86_64-linux-gnu/libexpat.so.1", "/lib/x86_64-linux-gnu/libpcre2-8.so.0",
};

struct audit {
    FILE *f, *rows;
    unsigned host, hosts;
    int64_t ms;
    uint64_t serial, records, lines, loads, processes, other, limit;
    struct chance chance;
};

static void head(struct audit *a, const char *type)
{
    if (a->hosts > 1)
        fprintf(a->f, "node=lnx-%03u ", a->host + 1);
    fprintf(a->f, "type=%s msg=audit(%lld.%03lld:%llu): ", type, (long long)(a->ms / 1000),
            (long long)(a->ms % 1000), (unsigned long long)a->serial);
    a->lines++;
}

/* Quoted, or as hexadecimal digits where auditd does not trust the text. */
static void text(FILE *f, const char *s)
{
    bool plain = true;
    for (const char *p = s; *p; p++)
        plain = plain && *p > 0x20 && *p < 0x7f && *p != '"';
    if (plain) {
        fprintf(f, "\"%s\"", s);
        return;
    }
    for (const char *p = s; *p; p++)
        fprintf(f, "%02X", (unsigned)(uint8_t)*p);
}

static void syscall_line(struct audit *a, int number, const char *exit_value, const char *args,
                         int items, uint32_t pid, const struct program *p, const char *key)
{
    a->serial++;
    a->ms += 1 + chance_below(&a->chance, 6);
    head(a, "SYSCALL");
    fprintf(a->f, "arch=c000003e syscall=%d success=yes exit=%s %s items=%d ppid=%u pid=%u "
                  "auid=1001 uid=1001 gid=1001 euid=1001 suid=1001 fsuid=1001 egid=1001 "
                  "sgid=1001 fsgid=1001 tty=pts0 ses=4 comm=\"%s\" exe=\"%s\" "
                  "subj=unconfined key=\"%s\"\n",
            number, exit_value, args, items, 900 + pid % 50, pid, p->comm, p->exe, key);
    a->records++;
}

static void title(struct audit *a, const struct program *p)
{
    head(a, "PROCTITLE");
    fputs("proctitle=", a->f);
    for (int i = 0; p->argv[i]; i++) {
        for (const char *c = p->argv[i]; *c; c++)
            fprintf(a->f, "%02X", (unsigned)(uint8_t)*c);
        if (p->argv[i + 1])
            fputs("00", a->f);
    }
    fputc('\n', a->f);
}

static void path(struct audit *a, int item, const char *name)
{
    head(a, "PATH");
    fprintf(a->f, "item=%d name=", item);
    text(a->f, name);
    fprintf(a->f, " inode=%llu dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL "
                  "cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n",
            (unsigned long long)(chance_of(span_text(name)) % 9000000 + 100000));
}

static void execve_group(struct audit *a, uint32_t pid, const struct program *p)
{
    int argc = 0;
    while (p->argv[argc])
        argc++;
    syscall_line(a, 59, "0", "a0=55d0c0 a1=55d0e8 a2=55d110 a3=8", 2, pid, p, "t1129_exec");
    head(a, "EXECVE");
    fprintf(a->f, "argc=%d", argc);
    for (int i = 0; i < argc; i++) {
        fprintf(a->f, " a%d=", i);
        text(a->f, p->argv[i]);
    }
    fputc('\n', a->f);
    head(a, "CWD");
    fputs("cwd=\"/srv/app\"\n", a->f);
    path(a, 0, p->exe);
    path(a, 1, "/lib64/ld-linux-x86-64.so.2");
    title(a, p);
    a->processes++;
}

static void map_group(struct audit *a, uint32_t pid, const struct program *p, const char *module)
{
    char when[32];
    syscall_line(a, 9, "140097754230784", "a0=7f6b0cdff000 a1=1000 a2=5 a3=812", 0, pid, p,
                 "t1129_mmap_x");
    head(a, "MMAP");
    fprintf(a->f, "fd=%d flags=0x812\n", FD_LOADED);
    title(a, p);
    a->loads++;
    if (!a->rows)
        return;
    gen_clock(a->ms * 1000, 'T', 6, when);
    fprintf(a->rows, "%sZ\t", when);
    if (a->hosts > 1)
        fprintf(a->rows, "lnx-%03u", a->host + 1);
    fprintf(a->rows, "\t%u\t%s\t%s\n", pid, p->exe, module);
}

static void load(struct audit *a, uint32_t pid, const struct program *p, const char *module)
{
    syscall_line(a, 257, "3", "a0=ffffff9c a1=7ffd1200 a2=80000 a3=0", 1, pid, p, "t1129_open");
    head(a, "CWD");
    fputs("cwd=\"/srv/app\"\n", a->f);
    path(a, 0, module);
    title(a, p);
    a->other++;
    if (strcmp(module, libraries[0]) != 0 && a->records < a->limit)
        map_group(a, pid, p, module);
}

static void process(struct audit *a, uint32_t pid, bool evil)
{
    const size_t evils = sizeof evil_programs / sizeof *evil_programs;
    const struct program *p = evil ? &evil_programs[chance_below(&a->chance, (uint32_t)evils)]
                                   : &programs[chance_below(&a->chance, 6)];
    size_t count = 3 + chance_below(&a->chance, 7);
    execve_group(a, pid, p);
    for (size_t i = 0; i < count && a->records < a->limit; i++)
        load(a, pid, p, libraries[i]);
    if (p->own && a->records < a->limit)
        load(a, pid, p, p->own);
}

void auditd_write(const struct stream_options *o, FILE *f, FILE *truth, FILE *rows)
{
    struct audit a = { .f = f, .rows = rows, .hosts = o->hosts ? o->hosts : 1,
                       .ms = DAY_BEGINS_MS, .serial = 200, .limit = o->records };
    chance_seed(&a.chance, o->seed);
    double share = o->evil * 6 >= 1 ? 0.999999 : o->evil * 6; /* of processes */
    if (rows)
        fputs("_time\thost\tpid\tImage\tImageLoaded\n", rows);
    for (uint32_t pid = 2000; a.records < o->records; pid++) {
        a.host = chance_below(&a.chance, a.hosts);
        process(&a, pid % 4000000, chance_below(&a.chance, 1000000) < share * 1000000);
    }
    if (truth)
        fprintf(truth, "{\n  \"records\": %llu,\n  \"lines\": %llu,\n  \"loads\": %llu,\n"
                       "  \"processes\": %llu,\n  \"other\": %llu\n}\n",
                (unsigned long long)a.records, (unsigned long long)a.lines,
                (unsigned long long)a.loads, (unsigned long long)a.processes,
                (unsigned long long)a.other);
}
