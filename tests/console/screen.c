/* The harness: a pseudo-terminal, a child on it, libvterm reading it.
 *
 * The surprise: the slave stays open here, so that its modes can be compared
 * after the child has gone. */
#include "tests/console/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include <cmocka.h>

#define VTERM_ROWS_MIN 5
#define VTERM_COLUMNS_MIN 19

#define RAW_MAX (64u << 20)
#define LINE_BYTES 8192

struct screen {
    int master, slave;
    pid_t pid;
    bool ended;
    int status;
    double cpu_s;
    int rows, columns;
    VTerm *vt;
    VTermScreen *vs;
    struct termios before;
    uint8_t *raw;
    size_t raw_len, raw_room;
    char line[LINE_BYTES];
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void child(int slave, const char *const *argv, const char *const *env, bool ignore_hup)
{
    for (size_t i = 0; env && env[i]; i++) {
        char *pair = strdup(env[i]), *value = pair ? strchr(pair, '=') : NULL;

        if (!value)
            _exit(126);
        *value++ = '\0';
        if (*value)
            setenv(pair, value, 1);
        else
            unsetenv(pair);
    }
    if (login_tty(slave) < 0)
        _exit(126);
    signal(SIGHUP, ignore_hup ? SIG_IGN : SIG_DFL);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

struct screen *screen_start(const char *const *argv, const char *const *env, int rows, int columns,
                            bool ignore_hup)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
    struct screen *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_int_equal(openpty(&s->master, &s->slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(s->slave, &s->before), 0);
    fcntl(s->master, F_SETFD, FD_CLOEXEC);
    s->rows = rows;
    s->columns = columns;
    s->vt = vterm_new(rows, columns);
    vterm_set_utf8(s->vt, 1);
    s->vs = vterm_obtain_screen(s->vt);
    vterm_screen_enable_altscreen(s->vs, 1);
    vterm_screen_reset(s->vs, 1);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0)
        child(s->slave, argv, env, ignore_hup);
    return s;
}

static void ended(struct screen *s, int status, const struct rusage *used)
{
    s->ended = true;
    s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    s->cpu_s = (double)used->ru_utime.tv_sec + (double)used->ru_stime.tv_sec
        + (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

static void keep(struct screen *s, const uint8_t *bytes, size_t len)
{
    if (s->raw_len + len > s->raw_room) {
        s->raw_room = (s->raw_len + len) * 2;
        assert_true(s->raw_room <= RAW_MAX);
        s->raw = realloc(s->raw, s->raw_room);
        assert_non_null(s->raw);
    }
    memcpy(s->raw + s->raw_len, bytes, len);
    s->raw_len += len;
}

/* Reads what is there within `ms`.  False: nothing came. */
static bool take(struct screen *s, int ms)
{
    struct pollfd p = { .fd = s->master, .events = POLLIN };
    uint8_t bytes[16384];
    ssize_t n;

    if (s->master < 0 || poll(&p, 1, ms) <= 0 || !(p.revents & POLLIN))
        return false;
    n = read(s->master, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    keep(s, bytes, (size_t)n);
    vterm_input_write(s->vt, (const char *)bytes, (size_t)n);
    return true;
}

void screen_rest(struct screen *s, int ms)
{
    int64_t until = now_ms() + ms;

    while (now_ms() < until)
        if (!take(s, 10) && s->master < 0)
            usleep(10000);
}

void screen_type(struct screen *s, const char *bytes)
{
    size_t len = strlen(bytes);

    while (len) {
        ssize_t n = write(s->master, bytes, len);

        assert_true(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80)
        return (out[0] = (char)c, 1);
    if (c < 0x800)
        return (out[0] = (char)(0xC0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3F)), 2);
    if (c < 0x10000)
        return (out[0] = (char)(0xE0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 0x3F)),
                out[2] = (char)(0x80 | (c & 0x3F)), 3);
    return (out[0] = (char)(0xF0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 0x3F)),
            out[2] = (char)(0x80 | (c >> 6 & 0x3F)), out[3] = (char)(0x80 | (c & 0x3F)), 4);
}

static bool cell_at(struct screen *s, int row, int column, VTermScreenCell *cell)
{
    VTermPos at = { .row = row, .col = column };

    return vterm_screen_get_cell(s->vs, at, cell) != 0;
}

const char *screen_line(struct screen *s, int row)
{
    VTermScreenCell cell;
    size_t n = 0, end = 0;

    for (int x = 0; x < s->columns && n + 32 < sizeof s->line; x++) {
        if (!cell_at(s, row, x, &cell))
            break;
        if (cell.chars[0] == (uint32_t)-1)
            continue; /* the right half of a wide one */
        for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            n += put_utf8(s->line + n, cell.chars[i]);
        if (cell.chars[0] == 0)
            s->line[n++] = ' ';
        if (s->line[n - 1] != ' ')
            end = n;
    }
    s->line[end] = '\0';
    return s->line;
}

int screen_row(struct screen *s, const char *text)
{
    for (int y = 0; y < s->rows; y++)
        if (strstr(screen_line(s, y), text))
            return y;
    return -1;
}

bool screen_has(struct screen *s, const char *text)
{
    return screen_row(s, text) >= 0;
}

/* The column where the text begins, counted in cells. */
int screen_column(struct screen *s, int row, const char *text)
{
    const char *line = screen_line(s, row), *at = strstr(line, text);
    int column = 0;

    if (!at)
        return -1;
    for (const char *p = line; p < at; p++)
        column += (*p & 0xC0) != 0x80;
    return column;
}

struct screen_look screen_look(struct screen *s, int row, int column)
{
    VTermScreenCell cell = { 0 };

    cell_at(s, row, column, &cell);
    return (struct screen_look){
        .bold = cell.attrs.bold, .underline = cell.attrs.underline != 0,
        .reverse = cell.attrs.reverse,
        .fg_default = VTERM_COLOR_IS_DEFAULT_FG(&cell.fg),
        .bg_default = VTERM_COLOR_IS_DEFAULT_BG(&cell.bg),
        .fg = VTERM_COLOR_IS_INDEXED(&cell.fg) ? cell.fg.indexed.idx : -1,
        .bg = VTERM_COLOR_IS_INDEXED(&cell.bg) ? cell.bg.indexed.idx : -1,
    };
}

static void print_screen(struct screen *s)
{
    for (int y = 0; y < s->rows; y++)
        print_error("|%s\n", screen_line(s, y));
}

static void wait_for(struct screen *s, const char *text, bool there)
{
    int64_t until = now_ms() + SCREEN_WAIT_MS;

    while (screen_has(s, text) != there) {
        if (now_ms() > until) {
            print_screen(s);
            fail_msg("the screen %s: %s", there ? "does not show" : "still shows", text);
        }
        take(s, 20);
    }
}

void screen_shows(struct screen *s, const char *text)
{
    wait_for(s, text, true);
}

void screen_hides(struct screen *s, const char *text)
{
    wait_for(s, text, false);
}

void screen_orders(struct screen *s, const char *above, const char *below)
{
    int64_t until = now_ms() + SCREEN_WAIT_MS;

    for (;;) {
        int first = screen_row(s, above), second = screen_row(s, below);

        if (first >= 0 && second >= 0 && first < second)
            return;
        if (now_ms() > until) {
            print_screen(s);
            fail_msg("%s does not stand above %s", above, below);
        }
        take(s, 20);
    }
}

void screen_resize_terminal(struct screen *s, int rows, int columns)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

    ioctl(s->master, TIOCSWINSZ, &size);
}

void screen_resize(struct screen *s, int rows, int columns)
{
    screen_resize_terminal(s, rows, columns);
    /* libvterm 0.3 itself breaks at a few cells: such a screen is not read. */
    if (rows >= VTERM_ROWS_MIN && columns >= VTERM_COLUMNS_MIN) {
        s->rows = rows;
        s->columns = columns;
        vterm_set_size(s->vt, rows, columns);
    }
}

void screen_kill(struct screen *s, int number)
{
    assert_false(s->ended);
    kill(s->pid, number);
}

void screen_hang_up(struct screen *s)
{
    close(s->master);
    s->master = -1;
}

int screen_end(struct screen *s, int ms)
{
    int64_t until = now_ms() + ms;
    struct rusage used;
    int status;

    while (!s->ended) {
        if (wait4(s->pid, &status, WNOHANG, &used) == s->pid) {
            ended(s, status, &used);
            break;
        }
        if (now_ms() > until)
            return -1;
        if (!take(s, 5))
            usleep(2000);
    }
    while (take(s, 50))
        continue;
    return s->status;
}

double screen_cpu_s(const struct screen *s)
{
    return s->cpu_s;
}

bool screen_restored(struct screen *s)
{
    struct termios after;

    if (tcgetattr(s->slave, &after) < 0)
        return false;
    return after.c_iflag == s->before.c_iflag && after.c_oflag == s->before.c_oflag
        && after.c_cflag == s->before.c_cflag && after.c_lflag == s->before.c_lflag
        && memcmp(after.c_cc, s->before.c_cc, sizeof after.c_cc) == 0;
}

const uint8_t *screen_raw(const struct screen *s, size_t *len)
{
    *len = s->raw_len;
    return s->raw;
}

void screen_free(struct screen *s)
{
    if (!s)
        return;
    if (!s->ended) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    if (s->master >= 0)
        close(s->master);
    close(s->slave);
    vterm_free(s->vt);
    free(s->raw);
    free(s);
}
