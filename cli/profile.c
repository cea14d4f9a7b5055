/* `modhunt profile`: what Priority is made of, and whether a file says it well. */
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/profile_choice.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

extern const unsigned char queries_profile_extended[];

static struct cell text_cell(const char *text)
{
    return (struct cell){ CELL_TEXT, 0, span_text(text) };
}

static int print_weights(const struct profile *p, enum output_form form)
{
    static const struct output_column columns[] = {
        { .name = "reason", .kind = OUTPUT_TEXT },
        { .name = "weight", .kind = OUTPUT_NUMBER },
        { .name = "says", .kind = OUTPUT_TEXT },
    };
    struct output_place place = output_stdout();
    struct output *out = output_open(form, columns, 3, &place);
    struct fault f;

    for (unsigned bit = 0; bit < REASON_COUNT; bit++) {
        struct cell cells[] = {
            text_cell(reason_name(bit)), { CELL_NUMBER, profile_weight(p, bit), SPAN_NONE },
            text_cell(reason_words(bit)),
        };

        if (!output_row(out, cells))
            break;
    }
    return output_close(out, NULL, &f) ? STATUS_DONE : tell_fault(&f);
}

/* What a file that can be read says otherwise than the one that comes with modhunt. */
static int print_differences(const struct profile *p, const char *path)
{
    struct profile *own = profile_default();
    char shown[PROFILE_PATH_MAX];
    bool same = strcmp(profile_digest(p), profile_digest(own)) == 0;

    text_show(shown, sizeof shown, span_text(path));
    printf("%s: a sound profile%s\n", shown,
           same ? ", which says what the one of modhunt does" : ", and says otherwise:");
    for (unsigned bit = 0; bit < REASON_COUNT; bit++)
        if (profile_weight(p, bit) != profile_weight(own, bit))
            printf("  %-22s %d, not %d\n", reason_name(bit), profile_weight(p, bit),
                   profile_weight(own, bit));
    if (profile_fresh_us(p) != profile_fresh_us(own))
        printf("  %-22s %lld, not %lld\n", "fresh_seconds", (long long)profile_fresh_us(p) / 1000000,
               (long long)profile_fresh_us(own) / 1000000);
    for (enum profile_names list = 0; list < NAMES_COUNT; list++)
        if (!profile_same_list(p, own, list))
            printf("  %-22s a list of its own\n", profile_list_name(list));
    if (!profile_same_folders(p, own))
        printf("  %-22s a list of its own\n", "UserWritable");
    profile_close(own);
    return STATUS_DONE;
}

static int run(const struct command *c, const struct options *o)
{
    const char *what = o->word_count ? o->words[0] : "show", *path;
    bool check = strcmp(what, "check") == 0, show = strcmp(what, "show") == 0;
    enum output_form form;
    struct profile *p;
    struct fault f;
    int status;

    if (strcmp(what, "default") == 0 && o->word_count == 1)
        return fputs((const char *)queries_profile_extended, stdout) < 0 ? STATUS_FAILED
                                                                         : STATUS_DONE;
    if (o->word_count > 2 || !(check || show) || (check && o->word_count != 2))
        return tell_usage(c->name, "show, check FILE or default");
    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_fault(&f);
    path = o->word_count == 2 ? o->words[1] : "default";
    if (!(p = profile_file(path, &f)))
        return tell_fault(&f);
    status = check ? print_differences(p, path) : print_weights(p, form);
    profile_close(p);
    return status;
}

static const struct option_fact options[] = { OPTION_FORMAT, OPTIONS_END };

const struct command profile_command = {
    .name = "profile",
    .words = "what Priority is made of: the weights of its reasons",
    .synopsis = "modhunt profile [show [FILE]] [--format FORM]\n"
                "modhunt profile check FILE\n"
                "modhunt profile default > FILE",
    .text = "Priority is the second figure: the sum of the reasons beyond the seed's five factors\n"
            "(an unsigned module in System32, a name that Windows looks for and does not have, a\n"
            "file that was written shortly before it was loaded, ...), each with a weight. A profile\n"
            "in YAML says the weights and the lists of folders and names; it never touches\n"
            "SuspicionScore.\n"
            "\n"
            "`show` prints the weights, of FILE or of the profile that comes with modhunt; `check`\n"
            "reads FILE and says what it changes, or the line that is wrong; `default` prints the one\n"
            "that comes with modhunt, to start from. A profile may hold as little as one weight.\n"
            "\n"
            "Cases are ranked by $XDG_CONFIG_HOME/modhunt/profile.yaml where there is one, by\n"
            "--profile FILE for one run, and by modhunt's own with --profile default.\n",
    .options = options,
    .run = run,
};
