/* The child that reads archives: takes its setup, gives up every right that it
 * does not need, and walks.
 *
 * It runs in a fresh image of this program, so that nothing of the case or of
 * other evidence is in its memory.  The only home of libseccomp.  The surprise:
 * whatever libraries load lazily (time zone, character sets, digests) is touched
 * before the doors close. */
#include "ingest/bundle_child.h"

#include <errno.h>
#include <locale.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_MAX (448u << 20)  /* and what may be held of inner bundles */
#define CPU_SECONDS_MAX (12 * 3600) /* the parent watches for progress; this is the last door */
#define FILES_MAX 16
#define STATUS_BROKEN 3

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static bool read_all(int fd, void *to, size_t len)
{
    uint8_t *at = to;

    while (len > 0) {
        ssize_t n = read(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static void write_all(const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(CHILD_FRAMES, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(STATUS_BROKEN); /* nobody listens any more */
        bytes += n;
        len -= (size_t)n;
    }
}

void child_send(const struct frame *f)
{
    static uint8_t out[FRAME_HEAD_BYTES + FRAME_WORDS_MAX];

    write_all(out, frame_write(f, out));
}

void child_send_data(const struct frame *f, const uint8_t *bytes)
{
    child_send(f);
    write_all(bytes, f->len);
}

/* ---- giving up rights ---- */

static bool limit(__rlimit_resource_t what, rlim_t value)
{
    return setrlimit(what, &(struct rlimit){ value, value }) == 0;
}

static bool limit_all(const struct child *c)
{
    return (SANITIZED || limit(RLIMIT_AS, MEMORY_MAX + c->setup.limits.held_bytes))
        && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, FILES_MAX)
        && limit(RLIMIT_CPU, CPU_SECONDS_MAX);
}

/* Calls that need no more than their name. */
static const int allowed[] = {
    SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(brk),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(futex),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(getrandom), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
    SCMP_SYS(tgkill),
};

static bool allow_all(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp evidence = SCMP_A0(SCMP_CMP_EQ, CHILD_EVIDENCE, 0),
                        frames = SCMP_A0(SCMP_CMP_EQ, CHILD_FRAMES, 0),
                        no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            return false;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, evidence) == 0
        && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, frames) == 0
        && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code) == 0
        && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) == 0;
}

/* In a build with sanitizers their own calls fail instead of ending the child. */
static bool close_doors(void)
{
    scmp_filter_ctx filter = seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM)
                                                    : SCMP_ACT_KILL_PROCESS);
    bool ok = filter && allow_all(filter)
        && (!SANITIZED || (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                            SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0)) == 0))
        && seccomp_load(filter) == 0;

    if (filter)
        seccomp_release(filter);
    return ok;
}

static void warm_up(struct child *c)
{
    setenv("TZ", "UTC0", 1);
    tzset();
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "");
    for (unsigned i = 0; i <= BUNDLE_DEPTH_MAX; i++) {
        uint8_t ignored[SHA256_BYTES];

        c->digest[i] = digest_open();
        digest_add(c->digest[i], SPAN("warm"));
        digest_take(c->digest[i], ignored);
        digest_reset(c->digest[i]);
    }
    archive_warm_up();
}

/* ---- beginning ---- */

static bool take_setup(struct child *c)
{
    struct bundle_setup *s = &c->setup;

    if (!read_all(CHILD_SETUP, s, sizeof *s) || s->magic != SETUP_MAGIC
        || s->name_len > FRAME_NAME_MAX || s->passwords_len > PASSWORDS_BYTES_MAX)
        return false;
    c->name = memory_zero(s->name_len + 1, 1);
    if (!read_all(CHILD_SETUP, c->name, s->name_len)
        || !read_all(CHILD_SETUP, c->passwords, s->passwords_len))
        return false;
    for (char *end = c->passwords; (end = strchr(end, '\n')); )
        *end++ = 0;
    return true;
}

static bool be_confined(const struct child *c)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == c->setup.parent
        && prctl(PR_SET_DUMPABLE, SANITIZED ? 1 : 0) == 0
        && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limit_all(c) && close_doors();
}

static _Noreturn void run_child(void)
{
    static struct child c;

    if (!take_setup(&c))
        _exit(STATUS_BROKEN);
    if (!SANITIZED)
        close(CHILD_SETUP);
    close_range(CHILD_SETUP + 1, ~0u, 0);
    warm_up(&c);
    if (!be_confined(&c))
        _exit(STATUS_BROKEN);
    archive_walk(&c);
    _exit(0);
}

static bool can_be_child;

bool bundle_can_start(void)
{
    return can_be_child;
}

void bundle_program(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], BUNDLE_WORD) == 0)
        run_child();
    can_be_child = true;
}
