/* The help: the key tables of the view that it was called from, as text. */
#include "tui/keys.h"

#include "core/factor.h"

#include <stdio.h>
#include <string.h>

/* All presses of a command, once, at its first row. */
static bool first_of(const struct key *table, const struct key *k)
{
    for (const struct key *other = table; other < k; other++)
        if (strcmp(other->command, k->command) == 0)
            return false;
    return true;
}

static void one_command(struct sheet *s, const struct key *table, const struct key *k)
{
    char name[KEY_NAME_MAX];
    bool more = false;

    sheet_say(s, STYLE_PLAIN, "  ");
    for (const struct key *other = table; other->command; other++) {
        if (strcmp(other->command, k->command) != 0)
            continue;
        if (more)
            sheet_say(s, STYLE_DIM, " ");
        sheet_say(s, STYLE_KEY, keys_name(other->press, name));
        more = true;
    }
    if (s->at >= 22)
        sheet_say(s, STYLE_PLAIN, "  ");
    sheet_tab(s, 24);
    sheet_words(s, STYLE_PLAIN, k->help);
    sheet_end(s);
}

static const char *heading(const struct key *table)
{
    return table == keys_everywhere ? "Everywhere" : table == keys_list ? "In every list"
         : table == keys_detail ? "In the detail" : table == keys_text ? "In a text" : "Here";
}

static void factors(struct sheet *s)
{
    static const char letters[] = "TULGN";

    sheet_say(s, STYLE_STRONG, "What the Factors column says");
    sheet_end(s);
    for (unsigned i = 0; i < FACTOR_COUNT; i++) {
        char letter[2] = { letters[i], '\0' };

        sheet_say(s, STYLE_PLAIN, "  ");
        sheet_say(s, STYLE_KEY, letter);
        sheet_tab(s, 24);
        sheet_say(s, STYLE_LABEL, factor_name((enum factor)(1u << i)));
        sheet_say(s, STYLE_PLAIN, "  ");
        sheet_words(s, STYLE_PLAIN, factor_words((enum factor)(1u << i)));
        sheet_end(s);
    }
    sheet_say(s, STYLE_PLAIN, "  ");
    sheet_say(s, STYLE_KEY, "?");
    sheet_tab(s, 24);
    sheet_words(s, STYLE_PLAIN, "signing was not logged");
    sheet_end(s);
    sheet_end(s);
}

static void marks(struct sheet *s)
{
    static const char *const rows[][2] = {
        { "!", "a hit: SuspicionScore of 1 or more, outside known-good folders" },
        { "G", "scored, but in a known-good folder, which the hunt leaves out" },
        { "-", "no hit" },
        { "#12", "hidden by entry 12 of the allowlist" },
        { "<U+202E>", "a character that may not be drawn (a control, a bidi override), as its code point" },
    };

    sheet_say(s, STYLE_STRONG, "Signs");
    sheet_end(s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheet_say(s, STYLE_PLAIN, "  ");
        sheet_say(s, i == 4 ? STYLE_HIDDEN : STYLE_KEY, rows[i][0]);
        sheet_tab(s, 24);
        sheet_words(s, STYLE_PLAIN, rows[i][1]);
        sheet_end(s);
    }
}

static void text(const struct model *m, struct sheet *s)
{
    const struct place *p = model_place(m);

    for (size_t i = 0; i < KEY_TABLES_MAX && p->help_of[i]; i++) {
        sheet_say(s, STYLE_STRONG, heading(p->help_of[i]));
        sheet_end(s);
        for (const struct key *k = p->help_of[i]; k->command; k++)
            if (first_of(p->help_of[i], k))
                one_command(s, p->help_of[i], k);
        sheet_end(s);
    }
    factors(s);
    marks(s);
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    (void)p;
    snprintf(out, size, "help");
}

const struct view view_help = { .name = "help", .text = text, .title = title };
