/* `modhunt help`, and `--help` on everything.
 *
 * It prints what the commands' tables say and knows none of them by name. */
#include "cli/commands.h"

#include <string.h>

static void print_options(const struct option_fact *facts)
{
    char left[64];

    puts("\nOptions:");
    for (; facts->name; facts++) {
        char letter[8] = "    ";
        if (facts->letter)
            snprintf(letter, sizeof letter, "-%c, ", facts->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, facts->name, facts->value ? " " : "",
                 facts->value ? facts->value : "");
        printf("  %-24s %s\n", left, facts->words);
    }
    printf("  %-24s %s\n", "-h, --help", "this");
}

static void print_one(const struct command *c)
{
    printf("modhunt %s: %s\n\nUsage:\n%s\n%s", c->name, c->words, c->synopsis, c->text);
    print_options(c->options);
    if (c->further)
        c->further();
}

static void print_all(void)
{
    puts("modhunt hunts malicious shared modules (ATT&CK T1129) in collected evidence.\n");
    puts("Usage:");
    printf("%s", console_command.synopsis);
    puts("  modhunt COMMAND [OPTIONS] [WORDS]\n");
    puts("Commands:");
    for (size_t i = 0; commands[i]; i++)
        if (*commands[i]->name)
            printf("  %-10s %s\n", commands[i]->name, commands[i]->words);
    printf("\n%s", console_command.text);
    puts("\n`modhunt COMMAND --help` says more of one; `modhunt --version` tells the version.\n"
         "Exit status: 0 done, 1 done but some evidence was damaged, cut or unreadable,\n"
         "2 usage, 3 could not do it.");
}

void help_print(const struct command *c)
{
    if (c)
        print_one(c);
    else
        print_all();
}

void help_first(FILE *to)
{
    fputs("modhunt hunts malicious shared modules (ATT&CK T1129) in collected evidence.\n\n"
          "  modhunt EVIDENCE...    files or folders: makes a case and opens the console\n"
          "  modhunt CASE           opens the console on a case\n"
          "  modhunt --help         all commands\n", to);
}

static int help_run(const struct command *c, const struct options *o)
{
    const struct command *about;

    if (o->word_count == 0) {
        print_all();
        return STATUS_DONE;
    }
    if (o->word_count > 1)
        return tell_usage(c->name, "help takes one command");
    about = command_named(o->words[0]);
    if (!about) {
        const char *near = command_nearest(o->words[0]);
        return near ? tell_usage(NULL, "there is no command %s; did you mean %s?", o->words[0], near)
                    : tell_usage(NULL, "there is no command %s", o->words[0]);
    }
    print_one(about);
    return STATUS_DONE;
}

static const struct option_fact help_options[] = { OPTIONS_END };

const struct command help_command = {
    .name = "help",
    .words = "how a command is used",
    .synopsis = "  modhunt help [COMMAND]\n",
    .text = "Without a word it lists the commands.\n",
    .options = help_options,
    .run = help_run,
};
