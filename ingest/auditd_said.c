/* Records that are no system calls, but tell how much was seen: rules that
 * changed, records that were lost, auditing switched off. */
#include "ingest/auditd.h"

bool audit_said_of(const struct audit_head *h, enum audit_said *said, uint64_t *count)
{
    struct span body = h->body, name;
    struct audit_value v;
    bool reset = false, config = span_is(h->type, "CONFIG_CHANGE") || span_is(h->type, "1305");

    *count = 1;
    if (span_is(h->type, "DAEMON_START") || span_is(h->type, "1200")) {
        *said = AUDIT_SAID_START;
        return true;
    }
    if (span_is(h->type, "URINGOP") || span_is(h->type, "1336")) {
        *said = AUDIT_SAID_URING;
        while (audit_field(&body, &name, &v))
            if (span_is(name, "uring_op"))
                return span_is(v.text, "18") || span_is(v.text, "28") || span_is(v.text, "openat")
                    || span_is(v.text, "openat2");
        return false;
    }
    while (config && audit_field(&body, &name, &v)) {
        if (span_is(name, "op") && (span_is(v.text, "add_rule") || span_is(v.text, "remove_rule"))) {
            *said = AUDIT_SAID_RULES;
            return true;
        }
        if (span_is(name, "audit_enabled") && span_is(v.text, "0")) {
            *said = AUDIT_SAID_OFF;
            return true;
        }
        /* `lost=0 old=44`: the count was reset, by auditctl --reset-lost. */
        if (span_is(name, "lost") || (reset && span_is(name, "old"))) {
            reset = true;
            *said = AUDIT_SAID_LOST;
            if (audit_number(v.text, false, count) && *count > 0)
                return true;
        }
    }
    return false;
}

bool audit_said_lost(struct span line, struct span *node, uint64_t *count)
{
    static const struct span said = SPAN_INIT("audit_lost="), from = SPAN_INIT(" kernel:");
    const uint8_t *at = memmem(line.at, line.len, said.at, said.len);
    const uint8_t *kernel = memmem(line.at, line.len, from.at, from.len);
    struct span rest;

    if (!at || !kernel || kernel > at)
        return false;
    *count = 0;
    rest = span_of(at + said.len, line.len - (size_t)(at - line.at) - said.len);
    while (rest.len && *rest.at >= '0' && *rest.at <= '9' && *count < UINT64_MAX / 100) {
        *count = *count * 10 + (uint64_t)(*rest.at - '0');
        rest = span_of(rest.at + 1, rest.len - 1);
    }
    for (at = kernel; at > line.at && at[-1] != ' '; at--)
        ;
    *node = span_of(at, (size_t)(kernel - at));
    return true;
}
