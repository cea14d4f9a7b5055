/* Curses, in one place.
 *
 * A frame is compared with the last one and only changed cells are given to
 * curses.  Never sends what curses would not: no title, no OSC. */
#include "tui/term.h"

#include "tui/signals.h"

#include <assert.h>
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termcap.h>
#include <termios.h>
#include <unistd.h>

#define ESC_WAIT_MS 25
#define SEQUENCE_MAX 64
#define SELECTED_PAIRS 32 /* pairs of selected styles start here */

static_assert(STYLE_COUNT < SELECTED_PAIRS, "a style needs a pair, and one when selected");

static SCREEN *screen;
static struct grid last;         /* what the terminal shows */
static struct termios before;    /* as we found it */
static bool ascii;
static attr_t attributes[STYLE_COUNT][2];
static short pairs[STYLE_COUNT][2];

/* ---- how styles look ---- */

struct look {
    short fg256, bg256; /* -1: the terminal's own */
    short fg8, bg8;
    attr_t colour, mono;
    short selected256;  /* the text's colour in the cursor's row */
};

#define ACCENT 31
#define CURSOR_BG 24
#define BAR_BG 236

static const struct look looks[STYLE_COUNT] = {
    /*                       fg256  bg256   fg8            bg8           colour     mono                  selected */
    [STYLE_PLAIN]        = {    -1,    -1, -1,            -1,           0,          0,                     255 },
    [STYLE_DIM]          = {   244,    -1, -1,            -1,           0,          A_DIM,                 250 },
    [STYLE_STRONG]       = {    -1,    -1, -1,            -1,           A_BOLD,     A_BOLD,                255 },
    [STYLE_BAR]          = {   252, BAR_BG, COLOR_WHITE,   COLOR_BLUE,   0,          A_REVERSE,             255 },
    [STYLE_BAR_STRONG]   = {   231, BAR_BG, COLOR_WHITE,   COLOR_BLUE,   A_BOLD,     A_REVERSE | A_BOLD,    255 },
    [STYLE_BAR_ALERT]    = {   222, BAR_BG, COLOR_YELLOW,  COLOR_BLUE,   0,          A_REVERSE,             222 },
    [STYLE_HEADING]      = {   244,    -1, -1,            -1,           A_UNDERLINE, A_UNDERLINE,          250 },
    [STYLE_HEADING_SORT] = { ACCENT,   -1, COLOR_CYAN,    -1,           A_UNDERLINE | A_BOLD, A_UNDERLINE | A_BOLD, 255 },
    [STYLE_SCORE_1]      = {    -1,    -1, -1,            -1,           0,          0,                     255 },
    [STYLE_SCORE_2]      = {   172,    -1, COLOR_YELLOW,  -1,           A_BOLD,     A_BOLD,                222 },
    [STYLE_SCORE_3]      = {   232,   214, COLOR_BLACK,   COLOR_YELLOW, A_BOLD,     A_REVERSE | A_BOLD,    232 },
    [STYLE_SCORE_4]      = {   231,   160, COLOR_WHITE,   COLOR_RED,    A_BOLD,     A_REVERSE | A_BOLD,    231 },
    [STYLE_HIDDEN]       = {   231,    90, COLOR_WHITE,   COLOR_MAGENTA, A_UNDERLINE, A_REVERSE | A_UNDERLINE, 231 },
    [STYLE_MATCH]        = { ACCENT,   -1, COLOR_CYAN,    -1,           A_BOLD,     A_BOLD,                255 },
    [STYLE_LABEL]        = {   244,    -1, -1,            -1,           0,          0,                     250 },
    [STYLE_KEY]          = { ACCENT,   -1, COLOR_CYAN,    -1,           A_BOLD,     A_BOLD,                255 },
    [STYLE_RULE]         = {   240,    -1, -1,            -1,           0,          A_DIM,                 250 },
    [STYLE_RULE_FOCUS]   = { ACCENT,   -1, COLOR_CYAN,    -1,           A_BOLD,     A_BOLD,                255 },
    [STYLE_MESSAGE]      = { ACCENT,   -1, COLOR_CYAN,    -1,           0,          0,                     255 },
    [STYLE_ERROR]        = {   160,    -1, COLOR_RED,     -1,           A_BOLD,     A_BOLD,                217 },
};

/* Styles whose background says something keep it in the cursor's row. */
static bool keeps_background(int style)
{
    return style == STYLE_SCORE_3 || style == STYLE_SCORE_4 || style == STYLE_HIDDEN;
}

static void look_256(int style)
{
    const struct look *l = &looks[style];
    short own = (short)(style + 1), selected = (short)(style + SELECTED_PAIRS);

    init_pair(own, l->fg256, l->bg256);
    init_pair(selected, l->selected256, keeps_background(style) ? l->bg256 : CURSOR_BG);
    pairs[style][0] = own;
    pairs[style][1] = selected;
    attributes[style][0] = attributes[style][1] = l->colour;
}

static void look_8(int style)
{
    const struct look *l = &looks[style];
    short own = (short)(style + 1);

    init_pair(own, l->fg8, l->bg8);
    pairs[style][0] = pairs[style][1] = own;
    attributes[style][0] = l->colour | (style == STYLE_DIM ? A_DIM : 0);
    attributes[style][1] = attributes[style][0];
    if (!keeps_background(style)) {
        pairs[style][1] = 0;
        attributes[style][1] = (l->colour & (attr_t)~A_DIM) | A_REVERSE;
    }
}

static void look_mono(int style)
{
    pairs[style][0] = pairs[style][1] = 0;
    attributes[style][0] = looks[style].mono;
    /* In the cursor's row, which is reversed, what is reversed stands out again. */
    attributes[style][1] = (looks[style].mono & (attr_t)~A_DIM) ^ A_REVERSE;
}

static void looks_open(void)
{
    const char *no_color = getenv("NO_COLOR");
    bool colour = has_colors() && !(no_color && no_color[0]);
    int own;

    if (colour)
        start_color();
    own = colour ? use_default_colors() : ERR;
    for (int i = 0; i < STYLE_COUNT; i++) {
        if (colour && COLORS >= 256 && COLOR_PAIRS >= 2 * SELECTED_PAIRS && own == OK)
            look_256(i);
        else if (colour && COLORS >= 8 && COLOR_PAIRS > STYLE_COUNT && own == OK)
            look_8(i);
        else
            look_mono(i);
    }
}

/* ---- open and close ---- */

/* A locale that is not UTF-8 must not garble what is shown. */
static void locale_open(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
        ascii = false;
        return;
    }
    ascii = true;
    setlocale(LC_CTYPE, "C");
}

/* Asked before curses starts: newterm leaks what it has where it fails. */
static bool can_draw(const char *name)
{
    char *nowhere = NULL; /* nothing is copied there */

    return tgetent(NULL, name) == 1 && tgetstr("cm", &nowhere) && tgetstr("cl", &nowhere);
}

/* What terminals send that do not heed the keypad's mode, or call themselves by
 * another's name. */
static void more_keys(void)
{
    static const struct { const char *sent; int key; } more[] = {
        { "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
        { "\033OA", KEY_UP }, { "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
        { "\033[H", KEY_HOME }, { "\033[F", KEY_END }, { "\033OH", KEY_HOME }, { "\033OF", KEY_END },
        { "\033[1~", KEY_HOME }, { "\033[4~", KEY_END }, { "\033[7~", KEY_HOME }, { "\033[8~", KEY_END },
        { "\033[3~", KEY_DC }, { "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE }, { "\033[Z", KEY_BTAB },
    };

    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (key_defined(more[i].sent) == 0)
            define_key(more[i].sent, more[i].key);
}

static void modes_open(const char *name)
{
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    more_keys();
    leaveok(stdscr, FALSE);
    set_escdelay(ESC_WAIT_MS);
    curs_set(0);
    /* On the Linux console curses would load libgpm and speak to its daemon. */
    if (strncmp(name, "linux", 5) != 0)
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
}

bool term_open(struct fault *f)
{
    const char *name = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return fault(f, FAULT_USAGE, "the console needs a terminal; `modhunt hunt` prints the hits anywhere");
    if (!name || !name[0] || strcmp(name, "dumb") == 0 || !can_draw(name))
        return fault(f, FAULT_USAGE, "the console can't draw on this terminal (TERM=%.64s); `modhunt hunt` prints the hits anywhere",
                     name ? name : "");
    if (tcgetattr(STDIN_FILENO, &before) < 0)
        return fault_errno(f, "the terminal can't be read");
    locale_open();
    if (!signals_open(&before, f))
        return false;
    screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        term_close();
        return fault(f, FAULT_USAGE, "the console can't draw on this terminal (TERM=%.64s)", name);
    }
    modes_open(name);
    looks_open();
    return true;
}

void term_close(void)
{
    if (screen) {
        endwin();
        delscreen(screen);
        screen = NULL;
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    signals_close();
    grid_free(&last);
}

void term_rescue(void)
{
    if (screen)
        endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void term_suspend(void)
{
    def_prog_mode();
    endwin();
    signals_stop();
    /* Here again when somebody continues us. */
    reset_prog_mode();
    grid_free(&last);
    clearok(stdscr, TRUE);
    refresh();
}

bool term_ascii(void)
{
    return ascii;
}

void term_size(int *rows, int *columns)
{
    struct winsize size = { 0 };

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
        *rows = size.ws_row < GRID_ROWS_MAX ? size.ws_row : GRID_ROWS_MAX;
        *columns = size.ws_col < GRID_COLUMNS_MAX ? size.ws_col : GRID_COLUMNS_MAX;
    } else {
        *rows = 24;
        *columns = 80;
    }
    if (*rows != LINES || *columns != COLS)
        resizeterm(*rows, *columns);
}

/* ---- in ---- */

static bool mouse_press(struct press *p)
{
    MEVENT e;

    if (getmouse(&e) != OK)
        return false;
    *p = (struct press){ .row = e.y, .column = e.x };
    if (e.bstate & BUTTON4_PRESSED)
        p->key = PRESS_WHEEL_UP;
    else if (e.bstate & BUTTON5_PRESSED)
        p->key = PRESS_WHEEL_DOWN;
    else if (e.bstate & BUTTON1_PRESSED)
        p->key = PRESS_CLICK;
    return p->key != 0;
}

static bool key_press(int key, struct press *p)
{
    static const struct { int curses; uint32_t ours; } names[] = {
        { KEY_UP, PRESS_UP }, { KEY_DOWN, PRESS_DOWN }, { KEY_LEFT, PRESS_LEFT },
        { KEY_RIGHT, PRESS_RIGHT }, { KEY_PPAGE, PRESS_PAGE_UP }, { KEY_NPAGE, PRESS_PAGE_DOWN },
        { KEY_HOME, PRESS_HOME }, { KEY_END, PRESS_END }, { KEY_BACKSPACE, PRESS_BACKSPACE },
        { KEY_DC, PRESS_DELETE }, { KEY_BTAB, PRESS_BACK_TAB }, { KEY_F(1), PRESS_F1 },
        { KEY_ENTER, PRESS_ENTER }, { KEY_SF, PRESS_DOWN }, { KEY_SR, PRESS_UP },
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].curses == key) {
            *p = (struct press){ .key = names[i].ours };
            return true;
        }
    return false;
}

/* A sequence that curses does not know must not act as the keys that it is made
 * of (`ESC [ A` holds an A): what follows `ESC [` or `ESC O` at once goes too.
 * True: `c` was the begin of one, and is gone. */
static bool unknown_sequence(int c)
{
    int next;

    if (c != PRESS_ESC || (next = getch()) == ERR)
        return false;
    if (next != '[' && next != 'O') {
        ungetch(next);
        return false;
    }
    for (int n = 0; n < SEQUENCE_MAX && (c = getch()) != ERR; n++)
        if (next == 'O' || (c >= 0x40 && c <= 0x7E))
            break;
    return true;
}

bool term_press(struct press *p)
{
    uint32_t typed;
    int c;

    while ((c = getch()) != ERR) {
        if (c == KEY_MOUSE ? mouse_press(p) : c > 0xFF ? key_press(c, p) : false)
            return true;
        if (c > 0xFF || unknown_sequence(c))
            continue;
        if (c == PRESS_CTRL('Z')) {
            raise(SIGTSTP); /* as if the terminal had sent it */
            continue;
        }
        if (!press_typed(c, &typed))
            continue;
        p->key = typed == '\n' ? PRESS_ENTER : typed == 0x7F || typed == 0x08 ? PRESS_BACKSPACE : typed;
        p->row = p->column = 0;
        return true;
    }
    return false;
}

/* ---- out ---- */

static bool same_cell(const struct glyph *a, const struct glyph *b)
{
    return a->len == b->len && a->style == b->style && a->selected == b->selected
        && a->tail == b->tail && memcmp(a->text, b->text, a->len) == 0;
}

static void show_cell(int row, int column, const struct glyph *c)
{
    wchar_t text[GLYPH_BYTES_MAX + 1];
    char bytes[GLYPH_BYTES_MAX + 1];
    cchar_t cell;
    size_t n;

    memcpy(bytes, c->text, c->len);
    bytes[c->len] = '\0';
    n = mbstowcs(text, bytes, GLYPH_BYTES_MAX);
    if (n == (size_t)-1 || n == 0)
        memcpy(text, L"?", sizeof L"?"); /* the C library knows less than we do */
    else
        text[n] = L'\0';
    setcchar(&cell, text, attributes[c->style][c->selected], pairs[c->style][c->selected], NULL);
    mvadd_wch(row, column, &cell);
}

static void show_row(const struct grid *g, int row, bool all)
{
    for (int x = 0; x < g->columns; x++) {
        const struct glyph *c = grid_cell(g, row, x);

        if (c->tail || (!all && same_cell(c, grid_cell(&last, row, x))))
            continue;
        show_cell(row, x, c);
    }
}

void term_draw(const struct grid *g, bool anew)
{
    bool all = anew || last.rows != g->rows || last.columns != g->columns;

    if (all) {
        grid_resize(&last, g->rows, g->columns);
        erase();
    }
    if (anew)
        clearok(stdscr, TRUE);
    for (int y = 0; y < g->rows; y++)
        show_row(g, y, all);
    memcpy(last.cells, g->cells, (size_t)g->rows * (size_t)g->columns * sizeof *g->cells);
    if (g->cursor_row >= 0) {
        move(g->cursor_row, g->cursor_column < g->columns ? g->cursor_column : g->columns - 1);
        curs_set(1);
    } else {
        curs_set(0);
    }
    refresh();
}
