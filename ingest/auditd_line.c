/* Where an audit record begins in its line: audit.log's own, ausearch's, and
 * those that syslog or the kernel's log carried.
 *
 * Believes a record only by its whole head, `type=WORD msg=audit(time:serial):`,
 * so that a text which merely speaks of audit is none.  Never looks behind it.
 * The surprise: ausearch -i writes local times in the words of its machine's
 * locale; the month is read first unless it can't be one. */
#include "ingest/auditd.h"

#define SECONDS_MAX INT64_C(253402300799) /* the year 9999 */
#define TYPE_BYTES_MAX 64
#define STAMP_BYTES_MAX 64

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* A word of upper-case letters, digits, `_`, or UNKNOWN[1337]. */
static bool is_type(struct span s)
{
    if (!s.len || s.len > TYPE_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];

        if (!(is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '[' || c == ']'))
            return false;
    }
    return true;
}

/* Digits from *at on; false where there are none or too many. */
static bool digits(struct span s, size_t *at, uint64_t *out)
{
    size_t start = *at;
    uint64_t n = 0;

    while (*at < s.len && is_digit(s.at[*at]) && *at - start < 19)
        n = n * 10 + (uint64_t)(s.at[(*at)++] - '0');
    *out = n;
    return *at > start && (*at == s.len || !is_digit(s.at[*at]));
}

static bool one(struct span s, size_t *at, char c)
{
    if (*at >= s.len || s.at[*at] != (uint8_t)c)
        return false;
    ++*at;
    return true;
}

/* `1795499077.443:238` */
bool audit_stamp(struct span s, struct audit_head *h)
{
    uint64_t seconds, part;
    size_t at = 0, dot;

    if (!digits(s, &at, &seconds) || !one(s, &at, '.') || seconds > (uint64_t)SECONDS_MAX)
        return false;
    dot = at;
    if (!digits(s, &at, &part) || at - dot > 9)
        return false;
    for (size_t n = at - dot; n < 6; n++)
        part *= 10;
    for (size_t n = at - dot; n > 6; n--)
        part /= 10;
    h->time = (int64_t)(seconds * 1000000 + part);
    return one(s, &at, ':') && digits(s, &at, &h->serial) && at == s.len;
}

/* `11/24/26 05:45:39.327:395`, `24.11.2026 ...`, `2026-11-24 ...` */
static bool stamp_interpreted(struct span s, struct audit_head *h)
{
    uint64_t part[3];
    char text[STAMP_BYTES_MAX];
    size_t at = 0, colon = s.len, used = 0;

    while (colon && s.at[colon - 1] != ':')
        colon--;
    size_t serial_at = colon;
    if (!colon || !digits(s, &serial_at, &h->serial) || serial_at != s.len)
        return false;
    for (int i = 0; i < 3; i++) {
        if (!digits(s, &at, &part[i]))
            return false;
        if (i < 2 && !one(s, &at, '/') && !one(s, &at, '.') && !one(s, &at, '-'))
            return false;
    }
    if (!one(s, &at, ' ') || colon - 1 <= at || colon - 1 - at > 20)
        return false;
    uint64_t year = part[2], month = part[0], day = part[1];
    if (part[0] > 31) {
        year = part[0];
        month = part[1];
        day = part[2];
    } else if (month > 12) {
        month = part[1];
        day = part[0];
    }
    if (year < 100)
        year += 2000;
    if (year > 9999 || month > 12 || day > 31)
        return false;
    for (uint64_t unit = 1000; unit; unit /= 10)
        text[used++] = (char)('0' + year / unit % 10);
    text[used++] = '-';
    text[used++] = (char)('0' + month / 10);
    text[used++] = (char)('0' + month % 10);
    text[used++] = '-';
    text[used++] = (char)('0' + day / 10);
    text[used++] = (char)('0' + day % 10);
    text[used++] = ' ';
    memcpy(text + used, s.at + at, colon - 1 - at);
    h->time = moment_parse(span_of(text, used + colon - 1 - at));
    h->interpreted = h->zone_assumed = true;
    return h->time != MOMENT_NONE;
}

/* From `type=` on. */
static bool head_at(struct span s, struct audit_head *h)
{
    static const struct span type = SPAN_INIT("type="), msg = SPAN_INIT("msg="),
                             audit = SPAN_INIT("audit(");
    const uint8_t *space, *close;

    if (!span_starts(s, type))
        return false;
    s = span_of(s.at + type.len, s.len - type.len);
    space = memchr(s.at, ' ', s.len < TYPE_BYTES_MAX + 1 ? s.len : TYPE_BYTES_MAX + 1);
    if (!space)
        return false;
    h->type = span_of(s.at, (size_t)(space - s.at));
    if (!is_type(h->type))
        return false;
    s = span_of(space + 1, s.len - h->type.len - 1);
    if (span_starts(s, msg))
        s = span_of(s.at + msg.len, s.len - msg.len);
    if (!span_starts(s, audit))
        return false;
    s = span_of(s.at + audit.len, s.len - audit.len);
    close = memchr(s.at, ')', s.len < STAMP_BYTES_MAX ? s.len : STAMP_BYTES_MAX);
    if (!close)
        return false;
    struct span stamp = span_of(s.at, (size_t)(close - s.at));
    s = span_of(close + 1, s.len - stamp.len - 1);
    while (s.len && (s.at[0] == ' ' || s.at[0] == ':'))
        s = span_of(s.at + 1, s.len - 1);
    h->body = s;
    return audit_stamp(stamp, h) || stamp_interpreted(stamp, h);
}

/* `node=N ` before it, which ends at s.len. */
static struct span node_before(struct span s)
{
    static const struct span node = SPAN_INIT("node=");
    size_t end = s.len, start;

    if (!end || s.at[end - 1] != ' ')
        return SPAN_NONE;
    for (start = --end; start > 0 && s.at[start - 1] != ' '; start--)
        ;
    struct span word = span_of(s.at + start, end - start);
    if (!span_starts(word, node) || word.len == node.len)
        return SPAN_NONE;
    return span_of(word.at + node.len, word.len - node.len);
}

static struct span word_of(struct span *s)
{
    size_t len = 0;

    while (s->len && s->at[0] == ' ')
        *s = span_of(s->at + 1, s->len - 1);
    while (len < s->len && s->at[len] != ' ')
        len++;
    struct span word = span_of(s->at, len);
    *s = span_of(s->at + len, s->len - len);
    return word;
}

/* The host that a syslog line names: behind `Oct 28 09:56:44` (with a year, too)
 * or one ISO time. */
static struct span syslog_host(struct span before)
{
    struct span word = word_of(&before);
    const uint8_t *pri = memchr(word.at, '>', word.len);

    if (word.len && word.at[0] == '<' && pri) /* <PRI>, and 5424's version */
        word = span_of(pri + 1, (size_t)(word.at + word.len - pri - 1));
    if (word.len == 1 && is_digit(word.at[0]))
        word = word_of(&before);
    if (word.len == 3 && !is_digit(word.at[0])) {
        word_of(&before);
        word = word_of(&before);
        if (word.len == 4)
            word = word_of(&before);
        if (word.len < 8 || word.at[2] != ':')
            return SPAN_NONE;
    } else if (word.len < 19 || word.at[4] != '-') {
        return SPAN_NONE;
    }
    word = word_of(&before);
    return word.len && word.at[word.len - 1] != ':' ? word : SPAN_NONE;
}

static bool is_nothing(struct span s)
{
    static const struct span rule = SPAN_INIT("----"), time = SPAN_INIT("time->"),
                             matches = SPAN_INIT("<no matches>");

    return s.len == 0 || s.at[0] == '#' || span_starts(s, rule) || span_starts(s, time)
        || span_starts(s, matches);
}

/* `host audit[4711]: SYSCALL arch=...`: journald's short form has left out which
 * event it is. */
static bool is_unnumbered(struct span s)
{
    const uint8_t *at = memmem(s.at, s.len, " audit[", 7);

    if (!at)
        return false;
    struct span rest = span_of(at + 7, (size_t)(s.at + s.len - at - 7));
    const uint8_t *close = memmem(rest.at, rest.len, "]: ", 3);
    if (!close || close - rest.at > 10)
        return false;
    rest = span_of(close + 3, rest.len - (size_t)(close - rest.at) - 3);
    return is_type(word_of(&rest)) && memchr(rest.at, '=', rest.len);
}

enum audit_line audit_line(struct span line, bool carried, struct audit_head *h)
{
    static const struct span node = SPAN_INIT("node=");
    struct span s = line;

    *h = (struct audit_head){ .node = SPAN_NONE };
    while (s.len && (s.at[s.len - 1] == '\r' || s.at[s.len - 1] == ' '))
        s.len--;
    line = s;
    if (span_starts(s, node)) {
        struct span word = word_of(&s);

        h->node = span_of(word.at + node.len, word.len - node.len);
        if (s.len)
            s = span_of(s.at + 1, s.len - 1);
    }
    if (head_at(s, h))
        return AUDIT_RECORD;
    if (!carried)
        return is_nothing(line) ? AUDIT_NOTHING : AUDIT_BROKEN;
    for (const uint8_t *at = line.at, *end = line.at + line.len;
         (at = memmem(at, (size_t)(end - at), " type=", 6)) != NULL;) {
        struct span before = span_of(line.at, (size_t)(++at - line.at));

        if (head_at(span_of(at, (size_t)(end - at)), h)) {
            h->node = node_before(before);
            if (!h->node.at)
                h->node = syslog_host(before);
            return AUDIT_RECORD;
        }
    }
    return is_unnumbered(line) ? AUDIT_BROKEN : AUDIT_NOTHING;
}
