/* The demonstration's Linux host: test 3 as auditd logs it. */
#include "tests/gen/gen.h"

struct audit_story {
    FILE *f;
    int64_t ms;
    unsigned serial;
    struct truth *truth;
    const char *command; /* of the process at hand */
};

static void tell(struct audit_story *s, enum gen_kind kind, const char *exe, const char *module)
{
    struct posix_event e = { .kind = kind, .time = s->ms * 1000, .Computer = SPAN("~LNX-BUILD"),
                             .User = SPAN("1001"), .Image = span_text(exe) };
    if (kind == KIND_LOAD) {
        e.CommandLine = span_text(s->command);
        e.ImageLoaded = span_text(module);
        e.temp = strncmp(module, "/tmp/", 5) == 0;
        e.good = strncmp(module, "/lib/", 5) == 0;
        e.loader = strstr(exe, "python") != NULL;
    }
    truth_posix(s->truth, &e);
}

static void stamp(struct audit_story *s, const char *type)
{
    fprintf(s->f, "type=%s msg=audit(%lld.%03lld:%u): ", type, (long long)(s->ms / 1000),
            (long long)(s->ms % 1000), s->serial);
}

static void call(struct audit_story *s, int number, const char *exit_value, const char *args,
                 int items, unsigned pid, unsigned ppid, const char *comm, const char *exe,
                 const char *key)
{
    s->serial++;
    s->ms += 4;
    stamp(s, "SYSCALL");
    fprintf(s->f, "arch=c000003e syscall=%d success=yes exit=%s %s items=%d ppid=%u pid=%u "
                  "auid=1001 uid=1001 gid=1001 euid=1001 suid=1001 fsuid=1001 egid=1001 "
                  "sgid=1001 fsgid=1001 tty=pts1 ses=7 comm=\"%s\" exe=\"%s\" "
                  "subj=unconfined key=\"%s\"\n",
            number, exit_value, args, items, ppid, pid, comm, exe, key);
}

static void cwd(struct audit_story *s)
{
    stamp(s, "CWD");
    fputs("cwd=\"/home/builder\"\n", s->f);
}

static void path(struct audit_story *s, int item, const char *name, const char *type)
{
    stamp(s, "PATH");
    fprintf(s->f, "item=%d name=\"%s\" inode=%llu dev=fe:00 mode=0100755 ouid=1001 ogid=1001 "
                  "rdev=00:00 nametype=%s cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n",
            item, name, (unsigned long long)(chance_of(span_text(name)) % 9000000), type);
}

static void run(struct audit_story *s, unsigned pid, unsigned ppid, const char *comm,
                const char *exe, const char *argv, const char *command)
{
    s->command = command;
    call(s, 59, "0", "a0=55d0c0 a1=55d0e8 a2=55d110 a3=8", 2, pid, ppid, comm, exe, "t1129_exec");
    stamp(s, "EXECVE");
    fprintf(s->f, "%s\n", argv);
    cwd(s);
    path(s, 0, exe, "NORMAL");
    path(s, 1, "/lib64/ld-linux-x86-64.so.2", "NORMAL");
    tell(s, KIND_PROCESS, exe, NULL);
}

static void map(struct audit_story *s, unsigned pid, unsigned ppid, const char *comm,
                const char *exe, const char *module)
{
    call(s, 257, "3", "a0=ffffff9c a1=13835540 a2=80000 a3=0", 1, pid, ppid, comm, exe,
         "t1129_open");
    cwd(s);
    path(s, 0, module, "NORMAL");
    tell(s, KIND_OTHER, exe, NULL);
    call(s, 9, "140097754230784", "a0=7f6b0cdff000 a1=1000 a2=5 a3=812", 0, pid, ppid, comm, exe,
         "t1129_mmap_x");
    stamp(s, "MMAP");
    fputs("fd=3 flags=0x812\n", s->f);
    tell(s, KIND_LOAD, exe, module);
}

static FILE *created(const char *name)
{
    FILE *f = fopen(name, "wb");
    if (!f)
        gen_die("can't create %s", name);
    return f;
}

void demo_linux(const char *name, int64_t time, struct truth *truth)
{
    static const char *const libraries[] = { "/lib/x86_64-linux-gnu/libc.so.6",
        "/lib/x86_64-linux-gnu/libm.so.6", "/lib/x86_64-linux-gnu/libz.so.1",
        "/lib/x86_64-linux-gnu/libexpat.so.1" };
    struct audit_story s = { created(name), time / 1000, 410, truth, NULL };
    run(&s, 4101, 2210, "gcc", "/usr/bin/x86_64-linux-gnu-gcc-12",
        "argc=6 a0=\"gcc\" a1=\"-shared\" a2=\"-fPIC\" a3=\"-o\" "
        "a4=\"/tmp/df00tech_test_module.so\" a5=\"/tmp/df00tech_test_module.c\"",
        "gcc -shared -fPIC -o /tmp/df00tech_test_module.so /tmp/df00tech_test_module.c");
    map(&s, 4101, 2210, "gcc", "/usr/bin/x86_64-linux-gnu-gcc-12", libraries[0]);
    run(&s, 4104, 4101, "ld", "/usr/bin/x86_64-linux-gnu-ld.bfd",
        "argc=4 a0=\"/usr/bin/ld\" a1=\"-shared\" a2=\"-o\" a3=\"/tmp/df00tech_test_module.so\"",
        "/usr/bin/ld -shared -o /tmp/df00tech_test_module.so");
    map(&s, 4104, 4101, "ld", "/usr/bin/x86_64-linux-gnu-ld.bfd", libraries[0]);
    call(&s, 257, "5", "a0=ffffff9c a1=55d09a a2=241 a3=1b6", 2, 4104, 4101, "ld",
         "/usr/bin/x86_64-linux-gnu-ld.bfd", "t1129_open");
    cwd(&s);
    path(&s, 0, "/tmp/", "PARENT");
    path(&s, 1, "/tmp/df00tech_test_module.so", "CREATE");
    tell(&s, KIND_CONTEXT, NULL, NULL);
    run(&s, 4120, 2210, "python3", "/usr/bin/python3.11",
        "argc=3 a0=\"python3\" a1=\"-c\" "
        "a2=696D706F7274206374797065733B206374797065732E43444C4C28222F746D702F64663030746563685F"
        "746573745F6D6F64756C652E736F2229",
        "python3 -c import ctypes; ctypes.CDLL(\"/tmp/df00tech_test_module.so\")");
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        map(&s, 4120, 2210, "python3", "/usr/bin/python3.11", libraries[i]);
    map(&s, 4120, 2210, "python3", "/usr/bin/python3.11", "/tmp/df00tech_test_module.so");
    if (fclose(s.f) != 0)
        gen_die("can't write %s", name);
}
