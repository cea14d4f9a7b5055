/* The commands: each is one constant in a file of its own, and one line in the
 * table of commands.c.
 *
 * `run` gets its parsed words and gives the exit status.  What it prints for
 * machines goes to stdout through cli/output, everything else through tell(). */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"
#include "cli/tell.h"
#include "store/store.h"

#include <stdio.h>

struct command {
    const char *name;     /* "" for the console, which has no word of its own */
    const char *words;    /* one line, for the list of commands */
    const char *synopsis; /* lines, each a way to say it */
    const char *text;     /* what it does, for its help */
    void (*further)(void); /* prints more help, behind the options; NULL */
    const struct option_fact *options;
    int (*run)(const struct command *c, const struct options *o);
};

extern const struct command console_command, ingest_command, hunt_command, stack_command,
    sql_command, query_command, evidence_command, record_command, host_command, facts_command,
    hash_command, profile_command, score_command, guide_command, help_command;

/* In the order of the help; ended by NULL. */
extern const struct command *const commands[];
const struct command *command_named(const char *name);
/* The nearest command's name, NULL where none is meant. */
const char *command_nearest(const char *word);

/* The whole program behind main's setup: argv without the program's name. */
int commands_run(int argc, char **argv);

/* Help to stdout: of one command, or (NULL) of all. */
void help_print(const struct command *c);
/* What to type first, for `modhunt` alone. */
void help_first(FILE *to);

#define OPTION_CASE { "case", 'c', "CASE", "the case, a file made by `modhunt ingest`" }
#define OPTION_PROFILE { "profile", 0, "FILE", "what Priority is reckoned by (modhunt profile)" }
#define OPTION_FORMAT { "format", 0, "FORM", "table, csv, tsv or jsonl" }
#define OPTION_LIMIT { "limit", 0, "N", "at most N rows" }
#define OPTION_FOLLOW { "follow", 0, NULL, "go on reading files that grow, until Ctrl-C" }
#define OPTIONS_END { NULL, 0, NULL, NULL }

/* The value of --case; NULL, said, where it is missing. */
const char *command_case(const struct command *c, const struct options *o);
/* The case, opened for reading; NULL, said, and the status where that fails. */
struct store *command_open(const struct command *c, const struct options *o, int *status);

#define COMMAND_AUTHOR 64
/* The account that asks, not $USER. */
void command_author(char out[static COMMAND_AUTHOR]);

#endif
