/* `modhunt hash`: where each of many hashes was loaded, started or seen as a file, or
 * a "not seen" that says what it is worth.
 *
 * Hashes are taken out of whatever they are given in: any run of 32, 40 or 64
 * hexadecimal digits, each once.  The answer is ordered by hash. */
#include "cli/commands.h"
#include "cli/output.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASHES_MAX 200000
#define LINE_BYTES_MAX (1u << 20) /* read at a time */
#define WORDS_MAX 256
#define TOO_LONG 65 /* digits, for any hash */

struct asked {
    struct hash_seen *at;
    size_t count, room, over; /* over: more than HASHES_MAX */
};

/* ---- taking them in ---- */

static void take_one(struct asked *a, const char *digits, size_t len)
{
    struct hash_seen *h;

    if (a->count == HASHES_MAX) {
        a->over++;
        return;
    }
    if (a->count == a->room) {
        a->room = a->room ? 2 * a->room : 64;
        a->at = memory_grow(a->at, a->room, sizeof *a->at);
    }
    h = &a->at[a->count++];
    *h = (struct hash_seen){ .first_time = MOMENT_NONE, .last_time = MOMENT_NONE };
    for (size_t i = 0; i < len; i++)
        h->hash[i] = (char)tolower((unsigned char)digits[i]);
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Digits beside another letter or digit are part of a longer word: no hash. */
static void take_text(struct asked *a, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t from = i;
        bool hex = true;

        for (; i < len && in_word(text[i]); i++)
            hex = hex && isxdigit((unsigned char)text[i]);
        if (hex && (i - from == 32 || i - from == 40 || i - from == 64))
            take_one(a, text + from, i - from);
        i += i == from;
    }
}

static bool take_file(struct asked *a, const char *path, struct fault *f)
{
    bool in = strcmp(path, "-") == 0;
    FILE *file = in ? stdin : fopen(path, "re");
    char *text;
    size_t kept = 0, got;

    if (!file)
        return fault_errno(f, "%s can't be opened", path);
    text = memory_get(LINE_BYTES_MAX + 1);
    while ((got = fread(text + kept, 1, LINE_BYTES_MAX - kept, file)) > 0) {
        size_t len = kept + got, end = len;

        /* A word that goes on behind what was read waits for the rest of it; of one that
         * is too long for a hash already, as much as keeps it so. */
        while (end > 0 && in_word(text[end - 1]))
            end--;
        take_text(a, text, end);
        kept = len - end < TOO_LONG ? len - end : TOO_LONG;
        memmove(text, text + len - kept, kept);
    }
    take_text(a, text, kept);
    free(text);
    bool ok = !ferror(file) || fault_errno(f, "%s can't be read", path);
    if (!in)
        fclose(file);
    return ok;
}

static int by_hash(const void *a, const void *b)
{
    const struct hash_seen *x = a, *y = b;

    return strcmp(x->hash, y->hash);
}

static void each_once(struct asked *a)
{
    size_t n = 0;

    if (a->count)
        qsort(a->at, a->count, sizeof *a->at, by_hash);
    for (size_t i = 0; i < a->count; i++)
        if (!n || strcmp(a->at[n - 1].hash, a->at[i].hash) != 0)
            a->at[n++] = a->at[i];
    a->count = n;
}

/* ---- the answer ---- */

enum { HASH, KIND, SEEN, HOSTS, IMAGES, PATHS, LOADS, FIRST, LAST, SCORE, ALLOWED, PROCESSES, FILES,
       MODULE, SAYS, COLUMNS };

static const struct output_column columns[COLUMNS] = {
    [HASH] = { .name = "hash", .least = 16 },
    [KIND] = { .name = "kind", .rank = 9 },
    [SEEN] = { .name = "seen", .least = 7 },
    [HOSTS] = { .name = "hosts", .kind = OUTPUT_NUMBER },
    [IMAGES] = { .name = "images", .kind = OUTPUT_NUMBER, .rank = 7 },
    [PATHS] = { .name = "paths", .kind = OUTPUT_NUMBER, .rank = 6 },
    [LOADS] = { .name = "loads", .kind = OUTPUT_NUMBER, .rank = 1 },
    [FIRST] = { .name = "first_time", .kind = OUTPUT_TIME, .rank = 5 },
    [LAST] = { .name = "last_time", .kind = OUTPUT_TIME, .rank = 4 },
    [SCORE] = { .name = "SuspicionScore", .brief = "Score", .kind = OUTPUT_NUMBER },
    [ALLOWED] = { .name = "allowed", .kind = OUTPUT_NUMBER, .rank = 8 },
    [PROCESSES] = { .name = "processes", .kind = OUTPUT_NUMBER, .rank = 3 },
    [FILES] = { .name = "files", .kind = OUTPUT_NUMBER, .rank = 2 },
    [MODULE] = { .name = "ImageLoaded", .kind = OUTPUT_PATH, .least = 24 },
    [SAYS] = { .name = "says", .least = 56 },
};

static struct cell text_cell(const char *text)
{
    return text ? (struct cell){ CELL_TEXT, 0, span_text(text) } : (struct cell){ 0 };
}

static struct cell number_cell(int64_t n)
{
    return (struct cell){ CELL_NUMBER, n, SPAN_NONE };
}

static struct cell time_cell(int64_t time)
{
    return time == MOMENT_NONE ? (struct cell){ 0 } : number_cell(time);
}

static const char *kind_of(const struct hash_seen *h)
{
    size_t digits = strlen(h->hash);

    return digits == 64 ? "SHA-256" : digits == 40 ? "SHA-1" : "MD5 or imphash";
}

/* What an absence among the loads is worth; nothing is claimed of hosts that could
 * not have shown it. */
static void qualify(const struct hash_seen *h, int64_t with_loads, int64_t without_loads,
                    char out[static WORDS_MAX])
{
    char hosts[TELL_THINGS_TEXT], blind[TELL_THINGS_TEXT];
    int n;

    out[0] = '\0';
    if (h->loads)
        return;
    n = snprintf(out, WORDS_MAX, "not among the loads of %s",
                 tell_things((uint64_t)with_loads, "host", NULL, hosts));
    if (without_loads)
        n += snprintf(out + n, WORDS_MAX - (size_t)n, "; %s no loads",
                      tell_things((uint64_t)without_loads, "host logs", "hosts log", blind));
    if (h->unlike)
        snprintf(out + n, WORDS_MAX - (size_t)n, ", %s loads without %s",
                 tell_things((uint64_t)h->unlike, "logs", "log", blind),
                 strlen(h->hash) == 32 ? "MD5" : kind_of(h));
}

static void print_one(struct output *out, const struct hash_seen *h, int64_t with_loads,
                      int64_t without_loads)
{
    char says[WORDS_MAX], seen[32];

    qualify(h, with_loads, without_loads, says);
    snprintf(seen, sizeof seen, "%s%s%s%s%s", h->loads ? "loaded" : "",
             h->loads && h->processes ? "+" : "", h->processes ? "started" : "",
             (h->loads || h->processes) && h->files ? "+" : "", h->files ? "file" : "");
    const struct cell cells[COLUMNS] = {
        [HASH] = text_cell(h->hash),        [KIND] = text_cell(kind_of(h)),
        [SEEN] = text_cell(*seen ? seen : "no"), [HOSTS] = number_cell(h->hosts),
        [IMAGES] = number_cell(h->images),  [PATHS] = number_cell(h->paths),
        [LOADS] = number_cell(h->loads),    [FIRST] = time_cell(h->first_time),
        [LAST] = time_cell(h->last_time),
        [SCORE] = h->loads ? number_cell(h->SuspicionScore) : (struct cell){ 0 },
        [ALLOWED] = number_cell(h->allowed), [PROCESSES] = number_cell(h->processes),
        [FILES] = number_cell(h->files),    [MODULE] = text_cell(h->ImageLoaded),
        [SAYS] = text_cell(*says ? says : NULL),
    };

    output_row(out, cells);
}

static int print(struct store *s, struct asked *a, enum output_form form)
{
    int64_t with_loads, without_loads;
    struct output_place place = output_stdout();
    struct output *out;
    bool found = false;
    struct fault f;

    if (!store_hashes(s, a->at, a->count, &with_loads, &without_loads, &f))
        return tell_fault(&f);
    out = output_open(form, columns, COLUMNS, &place);
    for (size_t i = 0; i < a->count; i++) {
        print_one(out, &a->at[i], with_loads, without_loads);
        found = found || a->at[i].loads || a->at[i].processes || a->at[i].files;
    }
    if (!output_close(out, NULL, &f))
        return tell_fault(&f);
    return found ? STATUS_DONE : STATUS_DAMAGED;
}

static int hash_run(const struct command *c, const struct options *o)
{
    const char *file = options_value(o, "file");
    struct asked a = { 0 };
    enum output_form form;
    struct store *s = NULL;
    int status = STATUS_FAILED;
    struct fault f;

    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_fault(&f);
    for (size_t i = 0; i < o->word_count; i++)
        take_text(&a, o->words[i], strlen(o->words[i]));
    if (file && !take_file(&a, file, &f)) {
        status = tell_fault(&f);
        goto out;
    }
    each_once(&a);
    if (a.over)
        tell("only the first %d hashes are looked for", HASHES_MAX);
    if (!a.count)
        status = tell_usage(c->name, o->word_count || file
                            ? "there is no hash in that: 32, 40 or 64 hexadecimal digits"
                            : "which hash?");
    else if ((s = command_open(c, o, &status)))
        status = print(s, &a, form);
out:
    store_close(s);
    for (size_t i = 0; i < a.count; i++)
        free(a.at[i].ImageLoaded);
    free(a.at);
    return status;
}

static const struct option_fact options[] = {
    OPTION_CASE,
    { "file", 'f', "FILE", "a text with hashes in it; -: standard input" },
    OPTION_FORMAT,
    OPTIONS_END,
};

const struct command hash_command = {
    .name = "hash",
    .words = "where each hash was loaded, started or seen as a file",
    .synopsis = "  modhunt hash -c CASE HASH... [--format FORM]\n"
                "  modhunt hash -c CASE -f FILE [--format FORM]\n",
    .text = "Takes any mix of SHA-256, SHA-1, MD5 and imphash, also out of a text that has them in\n"
            "it: every run of 64, 40 or 32 hexadecimal digits counts, each once. For each: was it\n"
            "loaded (on how many hosts, by how many images, from how many paths, when, with which\n"
            "score, how many sightings an allowlist entry hides), started as a process (event 1), or\n"
            "seen as a file (events 15, 23, 26, 29). Where it was not loaded, it is said what that is\n"
            "worth: hosts that log no loads, or not this kind of hash, could not have shown it.\n"
            "\n"
            "The exit status is 0 where one of them was found, 1 where none was.\n",
    .options = options,
    .run = hash_run,
};
