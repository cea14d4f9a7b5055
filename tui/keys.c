/* The keys that hold in every view, and how a press finds its action.
 *
 * A view's own keys stand in the view's file and come before these.  The
 * surprise: where two rows have the same command, help shows them as one. */
#include "tui/keys.h"

#include "tui/act.h"

#include <stdio.h>

const struct key keys_list[] = {
    { PRESS_ENTER, "enter", act_enter, "detail", "Open the detail; again, to scroll in it" },
    { PRESS_DOWN, "row-down", act_row_down, NULL, "Next row" },
    { 'j', "row-down", act_row_down, NULL, "Next row" },
    { PRESS_UP, "row-up", act_row_up, NULL, "Previous row" },
    { 'k', "row-up", act_row_up, NULL, "Previous row" },
    { PRESS_PAGE_DOWN, "page-down", act_page_down, NULL, "A screen down" },
    { ' ', "page-down", act_page_down, NULL, "A screen down" },
    { PRESS_CTRL('F'), "page-down", act_page_down, NULL, "A screen down" },
    { PRESS_PAGE_UP, "page-up", act_page_up, NULL, "A screen up" },
    { PRESS_CTRL('B'), "page-up", act_page_up, NULL, "A screen up" },
    { PRESS_HOME, "first-row", act_first_row, NULL, "First row" },
    { 'g', "first-row", act_first_row, NULL, "First row" },
    { PRESS_END, "last-row", act_last_row, NULL, "Last row" },
    { 'G', "last-row", act_last_row, NULL, "Last row" },
    { PRESS_CLICK, "click", act_click, NULL, "To this row; again, its detail; a heading sorts by it" },
    { PRESS_WHEEL_UP, "wheel-up", act_wheel_up, NULL, "Three rows or lines up" },
    { PRESS_WHEEL_DOWN, "wheel-down", act_wheel_down, NULL, "Three rows or lines down" },
    KEYS_END
};

const struct key keys_detail[] = {
    { PRESS_DOWN, "line-down", act_line_down, NULL, "Scroll the detail down" },
    { 'j', "line-down", act_line_down, "scroll", "Scroll the detail down" },
    { PRESS_UP, "line-up", act_line_up, NULL, "Scroll the detail up" },
    { 'k', "line-up", act_line_up, NULL, "Scroll the detail up" },
    { PRESS_PAGE_DOWN, "lines-down", act_lines_down, NULL, "A screen of the detail down" },
    { ' ', "lines-down", act_lines_down, NULL, "A screen of the detail down" },
    { PRESS_PAGE_UP, "lines-up", act_lines_up, NULL, "A screen of the detail up" },
    { PRESS_HOME, "first-line", act_first_line, NULL, "Top of the detail" },
    { 'g', "first-line", act_first_line, NULL, "Top of the detail" },
    { PRESS_END, "last-line", act_last_line, NULL, "Bottom of the detail" },
    { 'G', "last-line", act_last_line, NULL, "Bottom of the detail" },
    KEYS_END
};

/* A view without rows: text that scrolls. */
const struct key keys_text[] = {
    { PRESS_DOWN, "line-down", act_line_down, NULL, "Scroll down" },
    { 'j', "line-down", act_line_down, "scroll", "Scroll down" },
    { PRESS_UP, "line-up", act_line_up, NULL, "Scroll up" },
    { 'k', "line-up", act_line_up, NULL, "Scroll up" },
    { PRESS_PAGE_DOWN, "lines-down", act_lines_down, NULL, "A screen down" },
    { ' ', "lines-down", act_lines_down, NULL, "A screen down" },
    { PRESS_PAGE_UP, "lines-up", act_lines_up, NULL, "A screen up" },
    { PRESS_HOME, "first-line", act_first_line, NULL, "Top" },
    { 'g', "first-line", act_first_line, NULL, "Top" },
    { PRESS_END, "last-line", act_last_line, NULL, "Bottom" },
    { 'G', "last-line", act_last_line, NULL, "Bottom" },
    { PRESS_WHEEL_UP, "wheel-up", act_wheel_up, NULL, "Three lines up" },
    { PRESS_WHEEL_DOWN, "wheel-down", act_wheel_down, NULL, "Three lines down" },
    KEYS_END
};

const struct key keys_everywhere[] = {
    { PRESS_ESC, "out", act_out, "back", "Out: of the detail, the filter, this list" },
    { PRESS_BACKSPACE, "back", act_back, NULL, "Back along the trail" },
    { PRESS_TAB, "focus", act_focus, NULL, "Between the list and its detail" },
    { PRESS_BACK_TAB, "focus", act_focus, NULL, "Between the list and its detail" },
    { '?', "help", act_help, "help", "The keys of this view" },
    { PRESS_F1, "help", act_help, NULL, "The keys of this view" },
    { 'Q', "queries", act_queries, NULL, "The hunting queries: what each asks, and its answer" },
    { 'i', "guide", act_guide, NULL, "The guide: what the row's factors mean, what to ask, how to respond" },
    { 'u', "undo", act_undo, NULL, "Take back the last change of the allowlist" },
    { 'U', "redo", act_redo, NULL, "Make the change again that was taken back" },
    { PRESS_CTRL('R'), "redo", act_redo, NULL, "Make the change again that was taken back" },
    { 'L', "allowlist", act_allowlist, NULL, "The allowlist: what is hidden, by whom and why" },
    { 'E', "evidence", act_evidence, NULL, "The evidence: what became of every record" },
    { 'H', "hosts", act_hosts, NULL, "The hosts: what each logged, and what it did not" },
    { 'P', "password", act_password, NULL, "The password of an archive that was found encrypted" },
    { PRESS_CTRL('L'), "refresh", act_refresh, NULL, "Ask again and draw anew" },
    { 'q', "quit", act_leave, "quit", "Quit" },
    { PRESS_CTRL('C'), "quit", act_leave, NULL, "Quit" },
    KEYS_END
};

static const struct key keys_sort[] = {
    { PRESS_ENTER, "sort-take", act_sort_take, "sort by it", "Sort by this column; again, the other way" },
    { 's', "sort-take", act_sort_take, NULL, "Sort by this column; again, the other way" },
    { PRESS_DOWN, "sort-down", act_sort_down, NULL, "Next column" },
    { 'j', "sort-down", act_sort_down, "next", "Next column" },
    { PRESS_UP, "sort-up", act_sort_up, NULL, "Previous column" },
    { 'k', "sort-up", act_sort_up, "previous", "Previous column" },
    { PRESS_ESC, "sort-end", act_mode_end, "leave it", "Leave the order as it is" },
    { 'q', "sort-end", act_mode_end, NULL, "Leave the order as it is" },
    { PRESS_CTRL('C'), "sort-end", act_mode_end, NULL, "Leave the order as it is" },
    KEYS_END
};

static const struct key keys_leave[] = {
    { 'y', "leave-yes", act_leave_yes, "quit; what is read stays", "Quit" },
    { 'n', "leave-no", act_mode_end, "stay", "Stay" },
    { PRESS_ESC, "leave-no", act_mode_end, NULL, "Stay" },
    { 'q', "leave-no", act_mode_end, NULL, "Stay" },
    { PRESS_CTRL('C'), "leave-yes", act_leave_yes, NULL, "Quit" },
    KEYS_END
};

/* The prompt has its own keys (prompt.c); these are named for the footer. */
static const struct key keys_filter[] = {
    { PRESS_ENTER, "filter-keep", NULL, "keep", "Keep the filter" },
    { PRESS_ESC, "filter-clear", NULL, "clear", "Clear the filter" },
    { PRESS_TAB, "filter-complete", act_filter_complete, "complete", "Complete the name of a field" },
    { PRESS_DOWN, "row-down", act_row_down, "move", "Next row" },
    { PRESS_UP, "row-up", act_row_up, NULL, "Previous row" },
    { PRESS_PAGE_DOWN, "page-down", act_page_down, NULL, "A screen down" },
    { PRESS_PAGE_UP, "page-up", act_page_up, NULL, "A screen up" },
    KEYS_END
};

static const struct key keys_reason[] = {
    { PRESS_ENTER, "reason-keep", NULL, "allow it", "Make the entry" },
    { PRESS_ESC, "reason-leave", NULL, "leave it", "Make no entry" },
    KEYS_END
};

static const struct key keys_password[] = {
    { PRESS_ENTER, "password-try", NULL, "try it; nothing: not this one", "Try it" },
    { PRESS_ESC, "password-leave", NULL, "later", "Leave it for later" },
    KEYS_END
};

static const struct key keys_trying[] = {
    { PRESS_ESC, "trying-leave", act_mode_end, "go on meanwhile", "Go on while it is tried" },
    { PRESS_CTRL('C'), "trying-leave", act_mode_end, NULL, "Go on while it is tried" },
    KEYS_END
};

size_t keys_tables(const struct model *m, const struct key *tables[static KEY_TABLES_MAX])
{
    const struct view *v = model_place(m)->view;
    size_t n = 0;

    switch (m->mode) {
    case MODE_FILTER:
        tables[n++] = keys_filter;
        return n;
    case MODE_REASON:
        tables[n++] = keys_reason;
        return n;
    case MODE_PASSWORD:
        tables[n++] = keys_password;
        return n;
    case MODE_TRYING:
        tables[n++] = keys_trying;
        return n;
    case MODE_SORT:
        tables[n++] = keys_sort;
        return n;
    case MODE_LEAVE:
        tables[n++] = keys_leave;
        return n;
    case MODE_ROWS:
        break;
    }
    if (m->detail.open && m->detail.focused)
        tables[n++] = keys_detail;
    if (v->keys)
        tables[n++] = v->keys;
    tables[n++] = v->question ? keys_list : keys_text;
    tables[n++] = keys_everywhere;
    return n;
}

static const struct key *find_key(const struct model *m, uint32_t press)
{
    const struct key *tables[KEY_TABLES_MAX];
    size_t n = keys_tables(m, tables);

    for (size_t i = 0; i < n; i++)
        for (const struct key *k = tables[i]; k->command; k++)
            if (k->press == press && k->act)
                return k;
    return NULL;
}

enum acted keys_press(struct model *m, const struct press *p)
{
    const struct key *k;

    if (m->mode == MODE_FILTER || m->mode == MODE_REASON || m->mode == MODE_PASSWORD) {
        enum prompt_result r = prompt_press(&m->prompt, p->key);

        if (r != PROMPT_NOTHING) {
            m->message[0] = '\0';
            if (m->mode == MODE_FILTER)
                act_filter_typed(m, r);
            else if (m->mode == MODE_REASON)
                act_reason_typed(m, r);
            else
                act_password_typed(m, r);
            return ACTED;
        }
    }
    k = find_key(m, p->key);
    if (!k)
        return ACTED;
    unsigned said = m->said;
    enum acted acted = k->act(m, p);
    /* A message stays until the next press that is done and says nothing. */
    if (acted == ACTED && m->said == said && m->orders == 0)
        m->message[0] = '\0';
    return acted;
}

const char *keys_name(uint32_t press, char out[static KEY_NAME_MAX])
{
    static const struct { uint32_t press; const char *name; } names[] = {
        { PRESS_TAB, "Tab" }, { PRESS_ENTER, "Enter" }, { PRESS_ESC, "Esc" }, { ' ', "Space" },
        { PRESS_UP, "Up" }, { PRESS_DOWN, "Down" }, { PRESS_LEFT, "Left" }, { PRESS_RIGHT, "Right" },
        { PRESS_PAGE_UP, "PgUp" }, { PRESS_PAGE_DOWN, "PgDn" }, { PRESS_HOME, "Home" },
        { PRESS_END, "End" }, { PRESS_BACKSPACE, "Backspace" }, { PRESS_DELETE, "Delete" },
        { PRESS_BACK_TAB, "Shift-Tab" }, { PRESS_F1, "F1" }, { PRESS_CLICK, "Click" },
        { PRESS_WHEEL_UP, "Wheel up" }, { PRESS_WHEEL_DOWN, "Wheel down" },
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].press == press) {
            snprintf(out, KEY_NAME_MAX, "%s", names[i].name);
            return out;
        }
    if (press < 0x20)
        snprintf(out, KEY_NAME_MAX, "Ctrl-%c", (char)(press + 0x40));
    else
        snprintf(out, KEY_NAME_MAX, "%c", (char)press);
    return out;
}
