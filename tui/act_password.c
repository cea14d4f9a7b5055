/* The password of an archive that was found encrypted.
 *
 * What is typed is never drawn and never becomes keys: while it is tried, keys are
 * thrown away, so that the rest of a paste does nothing. */
#include "tui/act.h"

#include "tui/say.h"

#include <stdio.h>
#include <string.h>

void act_password_wanted(struct model *m)
{
    char count[SAY_MAX];

    say_count((int64_t)m->locked, "archive is encrypted", "archives are encrypted", count);
    model_warn(m, "%s%s: press P for %s", m->ingesting ? "" : "all else is read; ", count,
               m->locked == 1 ? "its password" : "a password");
}

enum acted act_password(struct model *m, const struct press *p)
{
    (void)p;
    if (!m->doors.password || !m->locked) {
        model_say(m, "no archive that was read here waits for a password");
        return ACTED;
    }
    m->mode = MODE_PASSWORD;
    prompt_set(&m->prompt, "");
    return ACTED;
}

void act_password_typed(struct model *m, enum prompt_result r)
{
    bool any = m->prompt.len > 0;

    if (r == PROMPT_LEFT) {
        m->mode = MODE_ROWS;
        prompt_wipe(&m->prompt);
        act_password_wanted(m);
        return;
    }
    if (r != PROMPT_KEPT)
        return;
    m->doors.password(m->doors.ctx, m->prompt.text);
    prompt_wipe(&m->prompt);
    m->mode = any ? MODE_TRYING : MODE_ROWS;
}

void act_password_locked(struct model *m, const struct notice *n)
{
    char opened[SAY_MAX], more[MESSAGE_MAX] = "";

    m->locked = n->files;
    snprintf(m->locked_name, sizeof m->locked_name, "%s", n->text);
    if (!n->answered) {
        if (m->locked && m->mode != MODE_PASSWORD)
            act_password_wanted(m);
        return;
    }
    if (n->files_done == 0) {
        if (m->mode == MODE_TRYING) {
            m->mode = MODE_PASSWORD;
            prompt_set(&m->prompt, "");
        }
        model_warn(m, "that password does not open it");
        return;
    }
    if (m->mode == MODE_TRYING)
        m->mode = MODE_ROWS;
    say_count((int64_t)n->files_done, "archive opens and is", "archives open and are", opened);
    if (m->locked)
        snprintf(more, sizeof more, "; P for the password of %llu more",
                 (unsigned long long)m->locked);
    model_say(m, "%s read again%s", opened, more);
}
