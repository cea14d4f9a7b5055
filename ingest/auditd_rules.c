/* Rules of the audit system, as they lie in /etc/audit/rules.d or as `auditctl -l`
 * prints them: what they let one see, as notes and as facts of the host.
 *
 * No record is in them.  The order counts, as the kernel reads them: of two that
 * match, the first.  Never tells what a rule does that it does not know. */
#include "core/text.h"
#include "ingest/decoder.h"
#include "ingest/lines.h"

#include <stdio.h>

#define RULES_BYTES_MAX (1u << 20)
#define RULE_WORDS_MAX 128
#define ODD_SHARE 4 /* one line in so many rules may be none */
#define LIST_MAX 320

/* What was found of one kind of call. */
struct watched {
    bool everywhere, some_users;
    char folders[LIST_MAX]; /* else only there */
};

struct rules {
    struct watched opens, maps, execs;
    bool any;
    char muted[LIST_MAX];
};

struct rule {
    bool always, never, exit;
    bool open, map, exec, all;
    bool narrowed;      /* a field that lets only some events through, of which we know nothing */
    bool failures;      /* success=0 */
    struct span folder; /* dir= or path= */
};

static struct span next_word(struct span *line)
{
    size_t len = 0;

    while (line->len && (line->at[0] == ' ' || line->at[0] == '\t'))
        *line = span_of(line->at + 1, line->len - 1);
    while (len < line->len && line->at[len] != ' ' && line->at[len] != '\t')
        len++;
    struct span word = span_of(line->at, len);
    *line = span_of(line->at + len, line->len - len);
    return word;
}

static bool is_action(struct span word)
{
    static const char *const words[] = {
        "always,exit", "exit,always", "never,exit", "exit,never", "always,filesystem",
        "never,filesystem", "always,exclude", "exclude,always", "never,exclude", "exclude,never",
        "always,task", "task,always", "never,task", "task,never", "always,user", "user,always",
        "never,user", "user,never",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(word, words[i]))
            return true;
    return false;
}

static bool is_rule(struct span line)
{
    struct span option = next_word(&line), word = next_word(&line);

    if (span_is(option, "-a") || span_is(option, "-A"))
        return is_action(word);
    return span_is(option, "-w") && word.len && word.at[0] == '/';
}

/* -D, -b 8192, --backlog_wait_time 60000: one option, and at most a number. */
static bool is_setting(struct span line)
{
    struct span option = next_word(&line), value = next_word(&line);
    uint64_t n;

    return (option.len == 2 || (option.len > 2 && option.at[1] == '-')) && option.at[0] == '-'
        && (!value.len || span_number(value, &n)) && !next_word(&line).len;
}

static bool rules_sniff(struct span head)
{
    unsigned rules = 0, odd = 0;

    for (unsigned lines = 0; head.len && lines < 200; lines++) {
        bool whole = memchr(head.at, '\n', head.len) != NULL;
        struct span line = span_trimmed(line_take(&head));

        if (!line.len || line.at[0] == '#' || (!whole && rules))
            continue;
        if (is_rule(line))
            rules++;
        else if (!is_setting(line))
            odd++;
    }
    return rules && odd * ODD_SHARE <= rules;
}

static size_t rules_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    (void)state, (void)offset;
    return at_end ? bytes.len : 0;
}

/* ---- what they say ---- */

static void take_call(struct rule *r, struct span call)
{
    static const char *const opens[] = { "open", "openat", "openat2" };
    static const char *const maps[] = { "mmap", "mmap2" };

    for (size_t i = 0; i < 3; i++)
        r->open = r->open || span_is(call, opens[i]);
    for (size_t i = 0; i < 2; i++)
        r->map = r->map || span_is(call, maps[i]);
    r->exec = r->exec || span_is(call, "execve");
    r->all = r->all || span_is(call, "all");
}

/* `open,openat`, one -S or several. */
static void take_calls(struct rule *r, struct span list)
{
    while (list.len) {
        const uint8_t *comma = memchr(list.at, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.at) : list.len;

        take_call(r, span_of(list.at, len));
        list = comma ? span_of(comma + 1, list.len - len - 1) : SPAN_EMPTY;
    }
}

static bool starts(struct span field, const char *with, struct span *rest)
{
    struct span w = span_text(with);

    if (!span_starts(field, w))
        return false;
    *rest = span_of(field.at + w.len, field.len - w.len);
    return true;
}

static void take_field(struct rule *r, struct span field)
{
    struct span value;

    if (starts(field, "dir=", &value) || starts(field, "path=", &value))
        r->folder = value;
    else if (starts(field, "success=", &value))
        r->failures = span_is(value, "0") || span_is(value, "no");
    else if (!starts(field, "arch=", &value) && !starts(field, "key=", &value)
             && !span_is(field, "a2&4") && !span_is(field, "a2&0x4"))
        r->narrowed = true;
}

static struct rule read_rule(struct span line)
{
    struct rule r = { .folder = SPAN_NONE };
    struct span word = next_word(&line), value;

    for (unsigned n = 0; word.len && n < RULE_WORDS_MAX; n++, word = next_word(&line)) {
        if (word.len != 2 || word.at[0] != '-')
            continue;
        value = next_word(&line);
        switch (word.at[1]) {
        case 'a': case 'A':
            r.always = memmem(value.at, value.len, "always", 6) != NULL;
            r.never = !r.always;
            r.exit = memmem(value.at, value.len, "exit", 4) != NULL;
            break;
        case 'S': take_calls(&r, value); break;
        case 'F': take_field(&r, value); break;
        case 'C': r.narrowed = true; break;
        }
    }
    return r;
}

static void list_add(char list[static LIST_MAX], struct span what)
{
    size_t used = strlen(list);

    if (used + what.len + 8 > LIST_MAX || !what.len) {
        if (used + 8 < LIST_MAX && what.len && !memmem(list, used, "...", 3))
            snprintf(list + used, LIST_MAX - used, ", ...");
        return;
    }
    if (memmem(list, used, what.at, what.len))
        return;
    snprintf(list + used, LIST_MAX - used, "%s%.*s", used ? ", " : "", (int)what.len,
             (const char *)what.at);
}

static void watch(struct watched *w, const struct rule *r)
{
    if (r->folder.len)
        list_add(w->folders, r->folder);
    else if (r->narrowed)
        w->some_users = true;
    else
        w->everywhere = true;
}

static void take_rule(struct rules *all, struct span line)
{
    struct rule r = read_rule(line);

    all->any = true;
    if (!r.exit || r.failures)
        return;
    if (r.never) {
        /* Behind a rule that logs all opens it mutes nothing. */
        if (r.folder.len && !all->opens.everywhere && (r.open || r.all || (!r.map && !r.exec)))
            list_add(all->muted, r.folder);
        return;
    }
    if (r.open || r.all)
        watch(&all->opens, &r);
    if (r.map || r.all)
        watch(&all->maps, &r);
    if (r.exec || r.all)
        watch(&all->execs, &r);
}

static void say(struct batch *b, const char *what, const char *text)
{
    bool full = false, altered;
    struct span words = text_clean(&b->arena, span_text(text), &altered, &full);
    uint8_t *kept = arena_bytes(&b->arena, words.len + 1);

    if (full || !kept)
        return;
    memcpy(kept, words.at, words.len);
    kept[words.len] = '\0'; /* a reason is a C string */
    batch_note(b, 0, (const char *)kept);
    batch_host_note(b, batch_host(b, SPAN_NONE), what, span_of(kept, words.len));
}

/* `kind` has a `no-` before what is denied: another file may have such a rule. */
static void say_watched(struct batch *b, const char *kind, const char *calls, const char *lost,
                        const struct watched *w)
{
    char text[LIST_MAX + 120];

    if (w->everywhere)
        snprintf(text, sizeof text, "rules: %s is audited everywhere", calls);
    else if (w->some_users)
        snprintf(text, sizeof text, "rules: %s is audited under conditions alone (users, results)%s%s",
                 calls, *w->folders ? ", and in " : "", w->folders);
    else if (*w->folders)
        snprintf(text, sizeof text, "rules: %s is audited only in %s", calls, w->folders);
    else
        snprintf(text, sizeof text, "rules: no %s is audited: %s", calls, lost);
    say(b, w->everywhere || w->some_users || *w->folders ? kind + 3 : kind, text);
}

static void rules_decode(const struct piece *p, struct batch *b)
{
    struct rules all = { 0 };
    struct span rest = p->bytes;
    char text[LIST_MAX + 80];

    if (p->damaged_cut) {
        batch_loss(b, p->offset, p->bytes.len, "more than 1 MiB of audit rules");
        return;
    }
    while (rest.len) {
        uint64_t place = p->offset + (uint64_t)(rest.at - p->bytes.at);
        struct span line = span_trimmed(line_take(&rest));

        if (!line.len || line.at[0] == '#' || is_setting(line))
            continue;
        if (is_rule(line))
            take_rule(&all, line);
        else
            batch_note(b, place, "this line is no audit rule");
    }
    if (!all.any)
        return;
    say_watched(b, "no-rule-opens", "open", "no executable map can be given a path", &all.opens);
    say_watched(b, "no-rule-maps", "mmap", "no module load can be told", &all.maps);
    say_watched(b, "no-rule-execs", "execve", "no process has a command line", &all.execs);
    if (*all.muted) {
        snprintf(text, sizeof text, "rules: muted, so that nothing loaded from there is seen: %s", all.muted);
        say(b, "muted", text);
    }
}

const struct decoder audit_rules_decoder = {
    .name = "audit-rules",
    .sniff = rules_sniff,
    .cut = rules_cut,
    .piece_bytes = RULES_BYTES_MAX,
    .piece_max = RULES_BYTES_MAX,
    .decode = rules_decode,
};
