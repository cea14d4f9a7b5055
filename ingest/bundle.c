/* The reader's side of the child: starts it, listens to it, ends it.
 *
 * Never parses an archive and never waits for ever: without a frame for
 * SILENCE_SECONDS the child is ended.  The surprise: the child is this program,
 * started again through /proc/self/exe with one hidden word, because a process
 * with threads and an open case must not fork itself. */
#include "ingest/bundle_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SILENCE_SECONDS 60
#define LOOK_MS 100          /* how long a wish to stop may go unnoticed */
#define PIPE_BYTES (1 << 20)
#define LOW_DESCRIPTOR 10    /* ours stand above those that the child gets */
#define ENVIRONMENT_MAX 8
#define SLACK_BYTES (1ull << 20)

struct bundle {
    pid_t pid;           /* 0: ended */
    int frames;
    bool (*stopping)(void *ctx);
    void *ctx;
    struct bundle_limits limits;
    struct frame_order order;
    struct frame frame;  /* the one that is peeked, or whose data is being read */
    bool peeked, broken;
    uint64_t data_left, consumed;
    uint64_t members, member_bytes, bundle_bytes; /* counted by us */
    char why[FRAME_TEXT_MAX];
    uint8_t words[FRAME_WORDS_MAX];
};

/* ---- starting ---- */

static char **environment(char *texts[ENVIRONMENT_MAX])
{
    static const char *const kept[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", NULL };
    size_t n = 0;

    texts[n++] = memory_text("TZ=UTC0");
    texts[n++] = memory_text("LC_ALL=C.UTF-8");
    for (size_t i = 0; kept[i]; i++) {
        const char *value = getenv(kept[i]);
        size_t room = strlen(kept[i]) + (value ? strlen(value) : 0) + 2;

        if (!value)
            continue;
        texts[n] = memory_get(room);
        snprintf(texts[n++], room, "%s=%s", kept[i], value);
    }
    texts[n] = NULL;
    return texts;
}

static bool spawn(struct bundle *b, int evidence, int frames, int setup, struct fault *f)
{
    char *argv[] = { (char[]){ "modhunt" }, (char[]){ BUNDLE_WORD }, NULL };
    char *env[ENVIRONMENT_MAX];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int error;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, evidence, CHILD_EVIDENCE);
    posix_spawn_file_actions_adddup2(&files, frames, CHILD_FRAMES);
    posix_spawn_file_actions_adddup2(&files, setup, CHILD_SETUP);
    /* A group of its own: Ctrl-C at the terminal is for us to act on. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    error = posix_spawn(&b->pid, "/proc/self/exe", &files, &attributes, argv, environment(env));
    for (size_t i = 0; env[i]; i++)
        free(env[i]);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error) {
        errno = error;
        b->pid = 0;
        return fault_errno(f, "the reader of archives could not be started");
    }
    return true;
}

/* A pipe whose ends stand above the child's; false, and nothing open. */
static bool make_pipe(int ends[2], struct fault *f)
{
    int raw[2];
    bool ok;

    if (pipe2(raw, O_CLOEXEC) != 0)
        return fault_errno(f, "no pipe could be made");
    for (int i = 0; i < 2; i++)
        ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, LOW_DESCRIPTOR);
    ok = ends[0] >= 0 && ends[1] >= 0;
    if (!ok)
        fault_errno(f, "no pipe could be made");
    for (int i = 0; i < 2; i++) {
        close(raw[i]);
        if (!ok && ends[i] >= 0)
            close(ends[i]);
    }
    return ok;
}

static void close_pipe(int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* All of it fits into the pipe, so that nobody waits. */
static bool send_setup(const struct bundle *b, const struct bundle_input *in,
                       const char *passwords, int to, struct fault *f)
{
    struct bundle_setup s = {
        .magic = SETUP_MAGIC, .limits = b->limits, .parent = getpid(), .stream = in->stream,
        .probe = in->probe, .name_len = (uint32_t)in->name.len,
        .passwords_len = (uint32_t)(passwords ? strlen(passwords) : 0),
    };

    if (in->name.len > FRAME_NAME_MAX || s.passwords_len > PASSWORDS_BYTES_MAX)
        return fault(f, FAULT_LIMIT, "a name is too long, or the passwords are");
    if (write(to, &s, sizeof s) != (ssize_t)sizeof s
        || (s.name_len && write(to, in->name.at, s.name_len) != (ssize_t)s.name_len)
        || (s.passwords_len
            && write(to, passwords, s.passwords_len) != (ssize_t)s.passwords_len))
        return fault_errno(f, "the reader of archives could not be set up");
    return true;
}

static bool start(struct bundle *b, const struct bundle_input *in, const char *passwords,
                  struct fault *f)
{
    int frames[2] = { -1, -1 }, setup[2] = { -1, -1 };
    int evidence = fcntl(in->fd, F_DUPFD_CLOEXEC, LOW_DESCRIPTOR);
    bool ok = evidence >= 0 || fault_errno(f, "the archive could not be handed on");

    ok = ok && make_pipe(frames, f) && make_pipe(setup, f)
        && send_setup(b, in, passwords, setup[1], f)
        && spawn(b, evidence, frames[1], setup[0], f);
    if (ok) {
        fcntl(frames[0], F_SETPIPE_SZ, PIPE_BYTES); /* a wish: the usual size does, too */
        fcntl(frames[0], F_SETFL, O_NONBLOCK);
        b->frames = frames[0];
        frames[0] = -1;
    }
    if (evidence >= 0)
        close(evidence);
    close_pipe(frames);
    close_pipe(setup);
    return ok;
}

struct bundle *bundle_open(const struct bundle_input *in, const struct bundle_options *o,
                           struct fault *f)
{
    static const struct bundle_limits usual = BUNDLE_LIMITS_USUAL;
    struct bundle *b;

    if (!bundle_can_start()) {
        fault(f, FAULT_USAGE, "this program can't open archives");
        return NULL;
    }
    b = memory_zero(1, sizeof *b);
    b->frames = -1;
    b->stopping = in->stopping;
    b->ctx = in->ctx;
    b->limits = o->limits.members ? o->limits : usual;
    if (b->limits.depth > BUNDLE_DEPTH_MAX)
        b->limits.depth = BUNDLE_DEPTH_MAX;
    if (b->limits.held_bytes > HELD_MAX)
        b->limits.held_bytes = HELD_MAX;
    if (!start(b, in, o->passwords, f)) {
        bundle_close(b);
        return NULL;
    }
    return b;
}

/* ---- listening ---- */

static bool broken(struct bundle *b, const char *why)
{
    if (!b->broken)
        snprintf(b->why, sizeof b->why, "%s", why);
    b->broken = true;
    return false;
}

/* The pipe is at its end: how did the child end? */
static bool child_ended(struct bundle *b)
{
    int status = 0;

    while (b->pid && waitpid(b->pid, &status, 0) < 0 && errno == EINTR)
        ;
    b->pid = 0;
    if (b->order.over)
        return false;
    if (WIFSIGNALED(status)) {
        char text[FRAME_TEXT_MAX];

        snprintf(text, sizeof text, "the archive's reader was ended by signal %d (%s)",
                 WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
        return broken(b, text);
    }
    return broken(b, "the archive's reader ended early: it ran out of memory, or broke");
}

/* Waits until there is something to read. */
static bool wait_for_bytes(struct bundle *b)
{
    for (int waited_ms = 0; waited_ms < SILENCE_SECONDS * 1000; waited_ms += LOOK_MS) {
        struct pollfd poll_for = { .fd = b->frames, .events = POLLIN };

        if (b->stopping && b->stopping(b->ctx))
            return broken(b, "stopped");
        if (poll(&poll_for, 1, LOOK_MS) > 0)
            return true;
    }
    return broken(b, "the archive's reader made no progress for a minute and was ended");
}

static bool take(struct bundle *b, uint8_t *to, size_t len)
{
    while (len > 0) {
        ssize_t n = b->broken ? 0 : read(b->frames, to, len);

        if (n > 0) {
            to += n;
            len -= (size_t)n;
        } else if (b->broken) {
            return false;
        } else if (n == 0) {
            return child_ended(b);
        } else if (errno == EAGAIN ? !wait_for_bytes(b) : errno != EINTR) {
            return broken(b, "the archive's reader can't be heard");
        }
    }
    return true;
}

/* Does the child keep to the limits that it was given? */
static bool within_limits(struct bundle *b, const struct frame *f)
{
    if (f->kind == FRAME_MEMBER) {
        b->members++;
        b->member_bytes = 0;
    } else if (f->kind == FRAME_DATA) {
        b->member_bytes += f->len;
        b->bundle_bytes += f->len;
    }
    return b->members <= b->limits.members + 1
        && b->member_bytes <= b->limits.member_bytes + SLACK_BYTES
        && b->bundle_bytes <= b->limits.bundle_bytes + SLACK_BYTES;
}

/* Makes b->frame the next one; of data only the head is read. */
static bool peek(struct bundle *b)
{
    uint8_t head[FRAME_HEAD_BYTES];

    while (!b->peeked) {
        if (b->order.over || !take(b, head, sizeof head))
            return false;
        if (!frame_head(&b->order, head, &b->frame) || !within_limits(b, &b->frame))
            return broken(b, "the archive's reader broke its rules and was ended");
        if (b->frame.kind == FRAME_DATA) {
            b->data_left = b->frame.len;
            if (b->frame.consumed > b->consumed)
                b->consumed = b->frame.consumed;
        } else if (!take(b, b->words, b->frame.len)) {
            return false;
        } else if (!frame_words(&b->order, span_of(b->words, b->frame.len), &b->frame)) {
            return broken(b, "the archive's reader broke its rules and was ended");
        }
        b->peeked = b->frame.kind != FRAME_TICK;
    }
    return true;
}

size_t bundle_read(struct bundle *b, uint8_t *to, size_t len)
{
    size_t have = 0;

    while (have < len && peek(b) && b->frame.kind == FRAME_DATA) {
        size_t n = len - have < b->data_left ? len - have : (size_t)b->data_left;

        if (!take(b, to + have, n))
            break;
        have += n;
        b->data_left -= n;
        b->peeked = b->data_left > 0;
    }
    return have;
}

bool bundle_next(struct bundle *b, struct frame *f)
{
    uint8_t skipped[4096];

    while (bundle_read(b, skipped, sizeof skipped) == sizeof skipped)
        ;
    if (!peek(b))
        return false;
    b->peeked = false;
    *f = b->frame;
    return true;
}

uint64_t bundle_consumed(const struct bundle *b)
{
    return b->consumed;
}

const char *bundle_why(const struct bundle *b)
{
    return b->broken ? b->why : NULL;
}

pid_t bundle_pid(const struct bundle *b)
{
    return b->pid;
}

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    if (b->frames >= 0)
        close(b->frames);
    if (b->pid) {
        kill(b->pid, SIGKILL);
        while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(b);
}
