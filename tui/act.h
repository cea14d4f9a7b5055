/* What keys do.  An action changes the model; what must be asked because of it
 * the model sees by itself. */
#ifndef TUI_ACT_H
#define TUI_ACT_H

#include "tui/model.h"

#define ACTIONS(_) \
    /* act_move.c */ \
    _(row_up) _(row_down) _(page_up) _(page_down) _(first_row) _(last_row) \
    _(click) _(wheel_up) _(wheel_down) _(enter) _(focus) _(out) _(back) \
    _(line_up) _(line_down) _(lines_up) _(lines_down) _(first_line) _(last_line) \
    /* act_filter.c */ \
    _(filter) _(filter_complete) \
    /* act_list.c */ \
    _(everything) _(notable) _(show_allowed) _(pivot_hash) _(pivot_host) _(loads) \
    _(sort_menu) _(sort_left) _(sort_right) _(sort_reverse) \
    _(evidence) _(hosts) _(allowlist) _(help) _(leave) _(refresh) \
    _(sort_up) _(sort_down) _(sort_take) _(mode_end) _(leave_yes) \
    /* guide.c */ \
    _(guide) _(queries) _(guide_next) _(guide_previous) \
    /* act_allow.c */ \
    _(allow_hash) _(allow_path) _(undo) _(redo) \
    /* act_password.c */ \
    _(password)

#define ACTION_DECLARED(name) enum acted act_##name(struct model *m, const struct press *p);
ACTIONS(ACTION_DECLARED)

/* What Enter, Esc and typing do in a prompt. */
void act_filter_typed(struct model *m, enum prompt_result r);
void act_reason_typed(struct model *m, enum prompt_result r);
void act_password_typed(struct model *m, enum prompt_result r);

/* Says that archives wait. */
void act_password_wanted(struct model *m);
/* NOTICE_LOCKED. */
void act_password_locked(struct model *m, const struct notice *n);

#endif
