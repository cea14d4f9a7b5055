/* Terminals of every kind: tiny, huge, dumb, colourless, lost; and hostile text,
 * of which no byte may reach one. */
#include "tests/console/evidence.h"
#include "tests/console/start.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *hostile(void)
{
    static char path[8192];

    if (path[0])
        return path;
    evidence_hostile("hostile.xml");
    /* one file name is hostile, too: the ledger shows it */
    char odd[8192];
    snprintf(odd, sizeof odd, "%s/odd\x1b]0;x\x07\xE2\x80\xAE.xml", evidence_folder());
    snprintf(path, sizeof path, "%s/hostile.xml", evidence_folder());
    assert_int_equal(rename(path, odd), 0);
    snprintf(path, sizeof path, "%s", evidence_case("hostile.modhunt", "odd\x1b]0;x\x07\xE2\x80\xAE.xml", 0));
    return path;
}

static const char *tale(void)
{
    static char path[8192];

    if (!path[0]) {
        evidence_tale("tale.xml");
        snprintf(path, sizeof path, "%s", evidence_case("tale.modhunt", "tale.xml", 0));
    }
    return path;
}

/* TERMINFO with a terminal of 16 colours, which Debian's base has none of. */
static const char *terminfo(void)
{
    static char set[16384];
    char source[8192], folder[8192];
    const char *const argv[] = { "tic", "-x", "-o", folder, source, NULL };
    FILE *f;

    if (set[0])
        return set;
    snprintf(source, sizeof source, "%s/terminal.ti", evidence_folder());
    snprintf(folder, sizeof folder, "%s/terminfo", evidence_folder());
    f = fopen(source, "w");
    assert_non_null(f);
    fputs("xterm-of-16|an xterm of 16 colours,\n\tcolors#16, pairs#256,\n"
          "\tsetab=\\E[%?%p1%{8}%<%t%p1%{40}%+%e%p1%{92}%+%;%dm,\n"
          "\tsetaf=\\E[%?%p1%{8}%<%t%p1%{30}%+%e%p1%{82}%+%;%dm,\n\tuse=xterm,\n", f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(evidence_run(argv), 0);
    snprintf(set, sizeof set, "TERMINFO=%s", folder);
    return set;
}

/* ---- what is on the wire ---- */

/* One escape sequence of those that curses sends to an xterm: its length, or 0. */
static size_t allowed_escape(const uint8_t *p, size_t len)
{
    size_t n = 2;

    if (len < 2)
        return 0;
    switch (p[1]) {
    case '[':
        while (n < len && ((p[n] >= '0' && p[n] <= '9') || p[n] == ';' || p[n] == '?' || p[n] == '>'))
            n++;
        /* xterm's smcup and rmcup: the title's stack, no title */
        if (n < len && p[n] == 't')
            return memcmp(p + 2, "22;0;0t", 7) == 0 || memcmp(p + 2, "23;0;0t", 7) == 0 ? n + 1 : 0;
        return n < len && p[n] != 0 && strchr("mHJKABCDGdhlrXPL@MSTZ`ebfg", p[n]) ? n + 1 : 0;
    case '(':
    case ')':
        return len > 2 && strchr("B0", p[2]) ? 3 : 0;
    case '7':
    case '8':
    case '=':
    case '>':
    case 'M':
        return 2;
    default:
        return 0;
    }
}

static void fail_at(const uint8_t *raw, size_t len, size_t at)
{
    for (size_t i = at > 40 ? at - 40 : 0; i < len && i < at + 40; i++)
        print_error(raw[i] >= 0x20 && raw[i] < 0x7F ? "%c" : "\\x%02x", raw[i]);
    fail_msg("byte %zu of what was sent is not ours", at);
}

/* Nothing but printable UTF-8, curses' own escapes and CR, LF, BS, TAB, SI, SO. */
static void only_ours_on_the_wire(struct screen *s, bool ascii)
{
    static const char *const never[] = {
        "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8B",
        "\xE2\x80\xA8", "\xF3\xA0\x80\x81", "\xEE\x80\x80", "\x1b[31mESCRAW",
    };
    size_t len;
    const uint8_t *raw = screen_raw(s, &len);

    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const uint8_t *at = memmem(raw, len, never[i], strlen(never[i]));

        if (at)
            fail_at(raw, len, (size_t)(at - raw));
    }
    for (size_t i = 0; i < len;) {
        size_t n = 1;

        if (raw[i] == 0x1b)
            n = allowed_escape(raw + i, len - i);
        else if (raw[i] < 0x20)
            n = strchr("\r\n\b\t\x0f\x0e", raw[i]) && raw[i] ? 1 : 0;
        else if (raw[i] == 0x7F || (raw[i] >= 0x80 && raw[i] < 0xC2) || (ascii && raw[i] >= 0x80))
            n = 0;
        else if (raw[i] == 0xC2 && i + 1 < len && raw[i + 1] < 0xA0)
            n = 0; /* C1 */
        else if (raw[i] >= 0xC2)
            n = raw[i] < 0xE0 ? 2 : raw[i] < 0xF0 ? 3 : 4;
        if (n == 0)
            fail_at(raw, len, i);
        i += n;
    }
}

/* Goes through every view with hostile text in it. */
static void tour(struct screen *s)
{
    screen_shows(s, "hits of");
    for (int i = 0; i < 20; i++) {
        screen_type(s, i ? "j" : "\r");
        screen_rest(s, 40);
    }
    screen_type(s, "l");
    screen_shows(s, "loads of");
    screen_rest(s, 200);
    screen_type(s, "\r");
    screen_rest(s, 200);
    screen_type(s, "\x7fo");
    screen_rest(s, 300);
    screen_type(s, "\x7f" "E");
    screen_shows(s, ".xml");
    screen_type(s, "\r");
    screen_rest(s, 300);
    screen_type(s, "\x7f" "gAbecause \xE2\x80\xAEx\r"); /* typed text is no better */
    screen_shows(s, "1 allowed");
    screen_type(s, "L");
    screen_shows(s, "because");
    screen_type(s, "\r");
    screen_rest(s, 300);
    screen_type(s, "\x7f?");
    screen_rest(s, 200);
    screen_type(s, "\x7fu");
    screen_shows(s, "0 allowed");
    screen_type(s, "\x1b/\xE2\x80\xAE");
    screen_shows(s, "<U+202E>");
    screen_type(s, "\x1b");
}

static void hostile_text_is_written_out_and_never_sent(void **state)
{
    struct screen *s = start(hostile(), 40, 160);
    (void)state;

    screen_shows(s, "ESCRAW");
    screen_shows(s, "<U+001B>[31mESCRAW");
    screen_shows(s, "<U+202E>lld.bidi");
    screen_shows(s, "<U+009B>31mCONE");
    screen_shows(s, "zero<U+200B>width");
    /* what is written out is told apart from text that merely looks like it */
    int row = screen_row(s, "<U+202E>lld.bidi");
    struct screen_look hidden = screen_look(s, row, screen_column(s, row, "<U+202E>"));
    struct screen_look plain = screen_look(s, row, screen_column(s, row, "lld.bidi"));
    assert_true(hidden.underline && !plain.underline);
    assert_true(hidden.bg != plain.bg);
    tour(s);
    quit(s);
}

static void the_wire_is_clean_on_every_terminal(void **state)
{
    static const struct { const char *term, *locale; bool ascii; } table[] = {
        { "TERM=xterm-256color", "LC_ALL=C.UTF-8", false },
        { "TERM=xterm", "LC_ALL=C.UTF-8", false },
        { "TERM=xterm-of-16", "LC_ALL=C.UTF-8", false },
        { "TERM=vt100", "LC_ALL=C.UTF-8", false },
        { "TERM=tmux-256color", "LC_ALL=C", true },
        { "TERM=xterm-256color", "LC_ALL=POSIX", true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *env[] = { table[i].term, table[i].locale, "NO_COLOR=", terminfo(), NULL };
        struct screen *s = start_env(hostile(), env, 30, 120);

        tour(s);
        screen_type(s, "q");
        assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 0);
        assert_true(screen_restored(s));
        only_ours_on_the_wire(s, table[i].ascii);
        screen_free(s);
    }
}

/* ---- colours ---- */

static bool sends_colour(struct screen *s)
{
    size_t len;
    const uint8_t *raw = screen_raw(s, &len);

    for (size_t i = 0; i + 2 < len; i++) {
        unsigned n = 0;
        bool any = false;

        if (raw[i] != 0x1b || raw[i + 1] != '[')
            continue;
        for (i += 2; i < len && (raw[i] == ';' || (raw[i] >= '0' && raw[i] <= '9')); i++) {
            n = raw[i] == ';' ? 0 : n * 10 + (raw[i] - '0');
            any |= (n >= 30 && n <= 38) || (n >= 40 && n <= 48) || (n >= 90 && n <= 107);
        }
        if (any && i < len && raw[i] == 'm')
            return true;
    }
    return false;
}

static void colours_are_used_where_there_are_some_and_wanted(void **state)
{
    static const struct { const char *term, *no_color; bool colour; } table[] = {
        { "TERM=xterm-256color", "NO_COLOR=", true }, { "TERM=xterm-256color", "NO_COLOR=1", false },
        { "TERM=xterm-of-16", "NO_COLOR=", true },  { "TERM=linux", "NO_COLOR=", true },
        { "TERM=vt100", "NO_COLOR=", false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *env[] = { table[i].term, "LC_ALL=C.UTF-8", table[i].no_color, terminfo(), NULL };
        struct screen *s = start_env(tale(), env, 24, 80);

        screen_shows(s, "T1129.dll");
        /* the cursor's row and the score are marked without any colour, too */
        int row = screen_row(s, "T1129.dll");
        struct screen_look look = screen_look(s, row, screen_column(s, row, "T1129.dll"));
        assert_true(look.reverse || (look.bg >= 0 && !look.bg_default));
        assert_non_null(strstr(screen_line(s, row), "!  3"));
        screen_type(s, "\r");
        screen_shows(s, "[\\rundll32.exe]");
        screen_type(s, "\x1bq");
        assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 0);
        if (sends_colour(s) != table[i].colour)
            fail_msg("%s %s: colours %s", table[i].term, table[i].no_color,
                     table[i].colour ? "are missing" : "are sent");
        screen_free(s);
    }
}

/* ---- terminals that can't be used ---- */

static void a_terminal_that_can_not_be_used_is_refused_with_a_sentence(void **state)
{
    static const char *const terms[] = { "TERM=dumb", "TERM=", "TERM=no-such-terminal" };
    (void)state;

    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        const char *env[] = { terms[i], "LC_ALL=C.UTF-8", NULL };
        struct screen *s = start_env(tale(), env, 24, 80);

        screen_shows(s, "TERM=");
        assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 3);
        assert_true(screen_restored(s));
        screen_free(s);
    }
}

/* ---- sizes ---- */

static void no_size_breaks_it(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 0, 0 }, { 1, 500 }, { 500, 1 }, { 10, 40 },
                                    { 60, 200 }, { 5, 19 }, { 24, 80 } };
    struct screen *s = start(hostile(), 24, 80);
    unsigned chance = 12345;
    (void)state;

    screen_shows(s, "hits of");
    screen_type(s, "\r");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        screen_resize(s, sizes[i][0], sizes[i][1]);
        screen_type(s, "j");
        screen_rest(s, 60);
    }
    for (int i = 0; i < 300; i++) {
        chance = chance * 1103515245 + 12345;
        screen_resize_terminal(s, (int)(chance >> 16) % 70, (int)(chance >> 8) % 220);
        if (i % 10 == 0)
            screen_rest(s, 15);
    }
    screen_resize(s, 24, 80);
    screen_type(s, "\x1b\x1b\x0c");
    screen_shows(s, "hits of");
    screen_shows(s, "Factors");
    quit(s);
    s = start(tale(), 10, 40);
    screen_shows(s, "T1129.dll");
    screen_type(s, "\r");
    screen_shows(s, "SuspicionScore");
    screen_type(s, "\x1b");
    screen_shows(s, "T1129.dll");
    quit(s);
}

/* ---- the end ---- */

static void a_lost_terminal_ends_it_at_once(void **state)
{
    (void)state;
    for (int ignore_hup = 0; ignore_hup <= 1; ignore_hup++) {
        const char *const argv[] = { getenv("MODHUNT"), tale(), NULL };
        static const char *const env[] = { "TERM=xterm-256color", "LC_ALL=C.UTF-8", NULL };
        struct screen *s = screen_start(argv, env, 24, 80, ignore_hup);

        screen_shows(s, "T1129.dll");
        screen_rest(s, 500);
        screen_hang_up(s);
        assert_true(screen_end(s, 1000) >= 0);
        assert_true(screen_cpu_s(s) < 5); /* it does not spin */
        screen_free(s);
    }
}

static void a_signal_ends_it_and_the_terminal_is_restored(void **state)
{
    static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT };
    (void)state;

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct screen *s = start(tale(), 24, 80);

        screen_shows(s, "T1129.dll");
        screen_rest(s, 500);
        screen_kill(s, signals[i]);
        assert_true(screen_end(s, 1500) >= 0);
        assert_true(screen_restored(s));
        screen_free(s);
    }
}

static void what_was_saved_is_there_after_the_terminal_is_lost(void **state)
{
    const char *path;
    struct screen *s;
    (void)state;

    evidence_tale("lost.xml");
    path = evidence_case("lost.modhunt", "lost.xml", 0);
    s = start(path, 24, 80);
    screen_shows(s, "T1129.dll");
    screen_hides(s, "checking"); /* until then the case is read-only */
    screen_type(s, "Aacknowledged\r");
    screen_hides(s, "T1129.dll");
    screen_hang_up(s);
    assert_true(screen_end(s, 1500) >= 0);
    screen_free(s);
    s = start(path, 24, 80);
    screen_shows(s, "1 allowed");
    quit(s);
}

static void ctrl_c_and_ctrl_z(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_kill(s, SIGTSTP); /* an orphaned group does not stop; it must go on */
    screen_rest(s, 200);
    screen_kill(s, SIGCONT);
    screen_type(s, "j");
    screen_shows(s, "row 2 of 3");
    screen_type(s, "\x03");
    assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 0);
    assert_true(screen_restored(s));
    screen_free(s);
}

static int clean(void **state)
{
    (void)state;
    evidence_remove();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_is_written_out_and_never_sent),
        cmocka_unit_test(the_wire_is_clean_on_every_terminal),
        cmocka_unit_test(colours_are_used_where_there_are_some_and_wanted),
        cmocka_unit_test(a_terminal_that_can_not_be_used_is_refused_with_a_sentence),
        cmocka_unit_test(no_size_breaks_it),
        cmocka_unit_test(a_lost_terminal_ends_it_at_once),
        cmocka_unit_test(a_signal_ends_it_and_the_terminal_is_restored),
        cmocka_unit_test(what_was_saved_is_there_after_the_terminal_is_lost),
        cmocka_unit_test(ctrl_c_and_ctrl_z),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
