/* Passwords, tokens and keys in command lines, taken out of what leaves the
 * house.
 *
 * It would rather take out a port number than leave in a password; it never
 * claims to find them all.  The table of patterns says what is looked for: what
 * stands behind \K is the secret. */
#include "cli/redact.h"

#include "core/pattern.h"
#include "core/text.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define REDACTED "<redacted>"
#define SECRETS_MAX 64 /* in one text; one with more is a secret as a whole */

/* A value: quoted, or up to a blank. */
#define VALUE "(?:\"[^\"]*\"?|'[^']*'?|[^\\s\"';&|]+)"

static const char *const patterns[] = {
    /* password=x  /password:x  --password x  "password": "x"  PGPASSWORD=x */
    "(?:password|passwd|passphrase|passwort|contrase\xc3\xb1""a|pwd|secret|credentials?|"
    "api[-_]?key|access[-_]?key|private[-_]?key|account[-_]?key|client[-_]?secret|"
    "auth[-_]?token|access[-_]?token|token|sas|sig)\"?(?:\\s*[=:]\\s*|\\s+(?![-/]))\\K" VALUE,
    /* -p x, -pw x, -pass x, /p x, /p:x, /rp x (schtasks), -hp x (rar), -P x */
    "(?:^|[\\s\"'])[-/]{1,2}(?:p|pw|pass|rp|hp)(?:\\s*[=:]\\s*|\\s+(?![-/]))\\K" VALUE,
    /* mysql -psecret, sshpass -psecret, 7z -psecret, rar -hpsecret */
    "\\b(?:mysql\\w*|mariadb\\w*|sshpass|7z\\w*|(?:win)?rar)(?:\\.exe)?\\b.*?\\s-h?p\\K" VALUE,
    /* net use \\x\y secret /user:z;  net user name secret;  /user:z secret */
    "\\bnet1?(?:\\.exe)?\"?\\s+user\\s+" VALUE "\\s+(?![-/])\\K" VALUE,
    "\\bnet1?(?:\\.exe)?\"?\\s+use\\s+(?:[a-z*]:?\\s+)?\\\\\\\\\\S+\\s+(?![-/])\\K" VALUE,
    "[-/]u(?:ser(?:name)?)?:" VALUE "\\s+(?![-/])\\K" VALUE,
    /* Authorization: Bearer x */
    "authorization\"?\\s*[=:]\\s*[\"']?(?:(?:basic|bearer|digest|negotiate|ntlm|token)\\s+)?"
    "\\K[^\\s\"']+",
    "\\b(?:bearer|basic)\\s+\\K[a-z0-9+/=._~-]{8,}",
    /* curl -u name:x, https://name:x@host */
    "\\s(?:-u|--user|--proxy-user)[\\s=]*[\"']?[^\\s:\"']+:\\K[^\\s\"']+",
    "://[^\\s/:@\"']+:\\K[^\\s/@\"']+(?=@)",
    /* keys that are known by their shape */
    "\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b",
    "\\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)[A-Za-z0-9_-]{16,}",
    "\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*)?",
};
#define PATTERN_COUNT (sizeof patterns / sizeof *patterns)

static struct pattern *compiled[PATTERN_COUNT];

static void compile(void)
{
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        struct fault f;
        compiled[i] = pattern_open(span_text(patterns[i]), PATTERN_NOCASE, &f);
        assert(compiled[i]);
    }
}

struct secrets {
    struct span at[SECRETS_MAX];
    size_t count;
    bool gave_up;
};

static void collect(struct secrets *s, const struct pattern *p, struct span text)
{
    struct span rest = text, found;

    while (!s->gave_up && rest.len) {
        enum match m = pattern_find(p, rest, &found);
        if (m == MATCH_NO)
            return;
        if (m == MATCH_UNSURE || s->count == SECRETS_MAX) {
            s->gave_up = true;
            return;
        }
        if (!found.len)
            return;
        s->at[s->count++] = found;
        rest.at = found.at + found.len;
        rest.len = (size_t)(text.at + text.len - rest.at);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void append(struct redacted *r, struct span bytes)
{
    memcpy(r->owned + r->text.len, bytes.at, bytes.len);
    r->text.len += bytes.len;
}

struct redacted redact(struct span text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct redacted r = { .text = text };
    struct secrets s = { .count = 0 };
    const uint8_t *end = text.at;

    pthread_once(&once, compile);
    for (size_t i = 0; i < PATTERN_COUNT; i++)
        collect(&s, compiled[i], text);
    if (s.gave_up) {
        s.at[0] = text;
        s.count = 1;
    }
    if (s.count == 0)
        return r;
    qsort(s.at, s.count, sizeof *s.at, by_place);
    r.owned = memory_get(text.len + s.count * sizeof REDACTED);
    r.text = span_of(r.owned, 0);
    for (size_t i = 0; i < s.count; i++) {
        const uint8_t *stop = s.at[i].at + s.at[i].len;
        if (stop <= end)
            continue; /* inside one that is out already */
        if (s.at[i].at >= end) {
            append(&r, span_of(end, (size_t)(s.at[i].at - end)));
            append(&r, SPAN(REDACTED));
            r.count++;
        }
        end = stop;
    }
    append(&r, span_of(end, (size_t)(text.at + text.len - end)));
    return r;
}

void redact_clear(struct redacted *r)
{
    free(r->owned);
    r->owned = NULL;
}
