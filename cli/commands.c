/* The table of commands, and the way from the words of the shell to one.
 *
 * The first word is a command if it is one; else all words are evidence, or a
 * case.  `./ingest` is a way to name a folder that is called like a command. */
#include "cli/commands.h"
#include "cli/profile_choice.h"
#include "core/nearest.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define COMMANDS_MAX 32

const struct command *const commands[] = {
    &console_command, &ingest_command, &hunt_command, &hash_command, &stack_command, &evidence_command,
    &record_command, &host_command, &facts_command, &query_command, &sql_command,
    &profile_command, &score_command, &guide_command, &help_command, NULL,
};

const struct command *command_named(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (*name && strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *command_nearest(const char *word)
{
    const char *names[COMMANDS_MAX];
    size_t n = 0;

    for (size_t i = 0; commands[i]; i++)
        if (*commands[i]->name)
            names[n++] = commands[i]->name;
    names[n] = NULL;
    return nearest_name(word, names);
}

static bool takes(const struct command *c, const char *option)
{
    const struct option_fact *fact = c->options;

    while (fact->name && strcmp(fact->name, option) != 0)
        fact++;
    return fact->name != NULL;
}

static int run(const struct command *c, int argc, char **argv)
{
    struct options o;
    struct fault f;
    int status;

    if (!options_parse(&o, c->options, argc, argv, &f))
        return tell_usage(*c->name ? c->name : NULL, "%s", f.text);
    if (o.help) {
        help_print(*c->name ? c : NULL);
        status = STATUS_DONE;
    } else if (takes(c, "case") && !profile_choose(takes(c, "profile")
                                                   ? options_value(&o, "profile") : NULL, &f)) {
        status = tell_fault(&f);
    } else {
        status = c->run(c, &o);
    }
    options_clear(&o);
    return status;
}

int commands_run(int argc, char **argv)
{
    const char *word = argc > 0 ? argv[0] : NULL;

    if (!word) {
        help_first(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("modhunt %s\n", MODHUNT_VERSION);
        return STATUS_DONE;
    }
    const struct command *c = command_named(word);
    if (c)
        return run(c, argc, argv);
    /* Before its options are judged: those of a misspelled command are not unknown. */
    const char *near = strpbrk(word, "-/.\\") ? NULL : command_nearest(word);
    if (near && access(word, F_OK) != 0)
        return tell_usage(NULL, "there is no command and no file %s; did you mean %s?", word, near);
    /* the console's words have no command in front: give the parser its argv[0] */
    return run(&console_command, argc + 1, argv - 1);
}

const char *command_case(const struct command *c, const struct options *o)
{
    const char *path = options_value(o, "case");

    if (path && *path)
        return path;
    tell_usage(c->name, "%s needs a case: -c CASE", c->name);
    if (access(c->name, F_OK) == 0)
        tell("to read the file or folder of that name: modhunt ./%s", c->name);
    return NULL;
}

/* The case, ranked by the profile that was chosen, where it may be written. */
static struct store *ranked(struct store *s, const char *path, struct fault *f)
{
    bool is;

    if (!store_ranked(s, &is, f)) {
        store_close(s);
        return NULL;
    }
    if (is)
        return s;
    store_close(s);
    s = store_open(path, STORE_WRITE, f);
    if (s && store_why_read_only(s))
        tell("Priority is that of another profile: %s", store_why_read_only(s));
    else if (s && !store_rank(s, f))
        tell("Priority is that of another profile: %s", f->text);
    store_close(s);
    return s ? store_open(path, STORE_READ, f) : NULL;
}

struct store *command_open(const struct command *c, const struct options *o, int *status)
{
    const char *path = command_case(c, o);
    struct store *s;
    struct fault f;

    *status = STATUS_USAGE;
    if (!path)
        return NULL;
    s = store_open(path, STORE_READ, &f);
    if (s && takes(c, "profile"))
        s = ranked(s, path, &f);
    if (!s)
        *status = tell_fault(&f);
    return s;
}

void command_author(char out[static COMMAND_AUTHOR])
{
    const struct passwd *account = getpwuid(getuid());

    if (account && account->pw_name && account->pw_name[0])
        snprintf(out, COMMAND_AUTHOR, "%s", account->pw_name);
    else
        snprintf(out, COMMAND_AUTHOR, "uid %u", (unsigned)getuid());
}
