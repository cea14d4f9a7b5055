/* `modhunt guide`: what T1129 is, how to investigate, respond, tune and test.
 *
 * Text of ours, broken to the terminal's width, headings bold there; with a case also
 * which of its hosts have the source that the detection needs. */
#include "cli/commands.h"
#include "cli/output.h"
#include "core/nearest.h"
#include "core/text.h"
#include "queries/guide.h"

#include <stdlib.h>

#define WIDTH_MAX 96 /* lines longer than that are hard to read */

static bool print_line(void *ctx, enum guide_look look, const char *text)
{
    bool bold = *(bool *)ctx && look == GUIDE_HEADING;

    printf("%s%s%s\n", bold ? "\033[1m" : "", text, bold ? "\033[0m" : "");
    return !ferror(stdout);
}

static void print_page(struct span text)
{
    struct output_place place = output_stdout();
    bool bold = place.terminal && !getenv("NO_COLOR");

    guide_lines(text, place.width < WIDTH_MAX ? place.width : WIDTH_MAX, print_line, &bold);
}

/* ---- the case's hosts ---- */

struct sources {
    size_t hosts, blind;
};

static bool print_host(void *ctx, const struct page *p)
{
    struct sources *c = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        const struct cell *host = page_cell(p, r, 0), *platform = page_cell(p, r, 1);
        int64_t loads = page_cell(p, r, 2)->number;
        char name[256], count[TELL_THINGS_TEXT];

        text_show(name, sizeof name, host->text);
        c->hosts++;
        c->blind += loads == 0;
        if (loads)
            printf("  %s (%.*s): %s\n", name, (int)platform->text.len,
                   (const char *)platform->text.at, tell_things((uint64_t)loads, "load", NULL, count));
        else
            printf("  %s (%.*s): no load; what the detection needs is not logged, or not here\n", name,
                   (int)platform->text.len, (const char *)platform->text.at);
    }
    return true;
}

static int print_sources(struct store *s)
{
    struct sources c = { 0, 0 };
    struct fault f;

    puts("\nIn this case the required source is there for:\n");
    fflush(stdout);
    if (!store_sql(s, "SELECT h.host, coalesce(nullif(h.platform, ''), 'unknown'),"
                      " (SELECT coalesce(sum(x.loads), 0) FROM sighting x WHERE x.host = h.id) AS loads"
                      " FROM hosts h ORDER BY loads = 0, h.host", print_host, &c, &f))
        return tell_fault(&f);
    if (!c.hosts)
        puts("  no host: the case is empty");
    if (c.blind)
        printf("\n%zu of %zu hosts can't be judged by it: docs/telemetry has settings that make hosts log"
               " loads.\n", c.blind, c.hosts);
    return STATUS_DONE;
}

/* ---- the command ---- */

static void print_topics(void)
{
    puts("\nTopics:\n");
    for (size_t i = 0; i < guide_count(); i++) {
        struct guide_page page = guide_at(i);

        printf("  modhunt guide %-12s %s\n", page.name, page.title);
    }
    printf("  modhunt guide %-12s %s\n", GUIDE_RULE, "The rule itself, to be fed to other tools");
}

static int unknown(const struct command *c, const char *word)
{
    const char *names[GUIDE_PAGES_MAX + 2] = { NULL }, *near;

    for (size_t i = 0; i < guide_count(); i++)
        names[i] = guide_at(i).name;
    names[guide_count()] = GUIDE_RULE;
    near = nearest_name(word, names);
    return tell_usage(c->name, "the guide has no topic %s%s%s; modhunt guide lists them", word,
                      near ? "; did you mean " : "", near ? near : "");
}

static int guide_run(const struct command *c, const struct options *o)
{
    const char *topic = o->word_count ? o->words[0] : "t1129";
    struct store *s = NULL;
    struct guide_page page;
    int status = STATUS_DONE;

    if (o->word_count > 1)
        return tell_usage(c->name, "guide takes one topic");
    if (strcmp(topic, GUIDE_RULE) == 0) {
        fwrite(guide_sigma().at, 1, guide_sigma().len, stdout);
        return STATUS_DONE;
    }
    if (!guide_named(topic, &page))
        return unknown(c, topic);
    if (options_given(o, "case") && !(s = command_open(c, o, &status)))
        return status;
    print_page(page.text);
    if (s)
        status = print_sources(s);
    store_close(s);
    if (!o->word_count)
        print_topics();
    return status;
}

static const struct option_fact guide_options[] = { OPTION_CASE, OPTIONS_END };

const struct command guide_command = {
    .name = "guide",
    .words = "what T1129 is, how to investigate, respond, tune, test",
    .synopsis = "  modhunt guide [TOPIC] [-c CASE]\n",
    .text = "TOPIC is t1129 (without a word), factors, investigate, respond, tune, tests, rule,\n"
            "or sigma, which prints the detection as a Sigma rule.  With a case it also says\n"
            "which of its hosts log what the detection needs.\n",
    .options = guide_options,
    .run = guide_run,
};
