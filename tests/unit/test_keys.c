/* The key tables: what dispatches is what is shown. */
#include "tests/unit/fake_case.h"
#include "tui/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct view *const views[] = {
    &view_sightings, &view_loads, &view_evidence, &view_hosts, &view_allowlist, &view_help,
    &view_guide, &view_queries, &view_answer,
};
#define VIEWS (sizeof views / sizeof *views)

static void each_key_has_words(const struct key *table)
{
    for (const struct key *k = table; k->command; k++) {
        char name[KEY_NAME_MAX];

        assert_true(k->press != 0);
        assert_non_null(k->help);
        assert_true(k->help[0] >= 'A' && k->help[0] <= 'Z');
        assert_true(keys_name(k->press, name)[0] != '\0');
        if (k->hint)
            assert_true(strlen(k->hint) <= 30);
    }
}

static void no_press_stands_twice_in_a_table(const struct key *table)
{
    for (const struct key *k = table; k->command; k++)
        for (const struct key *other = table; other < k; other++)
            assert_int_not_equal(k->press, other->press);
}

/* What a view or pane takes for itself would be said wrongly by the help if a
 * later table said otherwise of it, but for the movements in the detail. */
static void no_press_is_hidden_by_another_table(const struct model *m)
{
    const struct key *tables[KEY_TABLES_MAX];
    size_t n = keys_tables(m, tables);

    for (size_t i = 1; i < n; i++)
        for (const struct key *k = tables[i]; k->command; k++)
            for (size_t j = 0; j < i; j++)
                for (const struct key *other = tables[j]; other->command; other++)
                    if (tables[j] != keys_detail)
                        assert_int_not_equal(k->press, other->press);
}

static void every_view_has_sound_tables(void **state)
{
    struct tui_doors doors;
    struct fake_case *c = fake_open(&doors);
    struct model *m = memory_zero(1, sizeof *m);
    (void)state;

    model_open(m, &doors, "alice");
    for (size_t v = 0; v < VIEWS; v++)
        for (int focused = 0; focused <= 1; focused++) {
            const struct key *tables[KEY_TABLES_MAX];

            model_go(m, views[v]);
            m->detail.open = m->detail.focused = focused;
            size_t n = keys_tables(m, tables);
            for (size_t i = 0; i < n; i++) {
                each_key_has_words(tables[i]);
                no_press_stands_twice_in_a_table(tables[i]);
            }
            no_press_is_hidden_by_another_table(m);
        }
    for (int mode = MODE_FILTER; mode <= MODE_LEAVE; mode++) {
        const struct key *tables[KEY_TABLES_MAX];

        m->mode = (enum mode)mode;
        size_t n = keys_tables(m, tables);
        for (size_t i = 0; i < n; i++) {
            each_key_has_words(tables[i]);
            no_press_stands_twice_in_a_table(tables[i]);
        }
    }
    model_close(m);
    free(m);
    fake_close(c);
}

static void same_command_same_action(void **state)
{
    const struct key *tables[] = { keys_list, keys_detail, keys_text, keys_everywhere,
                                   view_sightings.keys, view_loads.keys };
    (void)state;

    for (size_t i = 0; i < 6; i++)
        for (const struct key *k = tables[i]; k->command; k++)
            for (size_t j = 0; j < 6; j++)
                for (const struct key *other = tables[j]; other->command; other++)
                    if (strcmp(k->command, other->command) == 0)
                        assert_ptr_equal(k->act, other->act);
}

static void keys_have_the_names_that_are_printed_on_them(void **state)
{
    static const struct { uint32_t press; const char *name; } table[] = {
        { 'j', "j" }, { '/', "/" }, { PRESS_CTRL('R'), "Ctrl-R" }, { PRESS_ENTER, "Enter" },
        { PRESS_ESC, "Esc" }, { ' ', "Space" }, { PRESS_PAGE_DOWN, "PgDn" }, { PRESS_TAB, "Tab" },
    };
    char name[KEY_NAME_MAX];
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(keys_name(table[i].press, name), table[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_has_sound_tables),
        cmocka_unit_test(same_command_same_action),
        cmocka_unit_test(keys_have_the_names_that_are_printed_on_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
