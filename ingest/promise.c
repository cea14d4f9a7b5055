/* The words that stand in the first records of logs of module loads.
 *
 * Never decodes: a record is where its words are.  The surprise: a log that only
 * speaks of Sysmon is taken for one, since nothing but the order hangs on it. */
#include "ingest/promise.h"

#define WORD_BYTES_MAX 64

/* The provider and channel of Sysmon, the field of Event ID 7 (Wazuh begins it
 * with a small letter), ECS's, the head of auditd's records: of all,
 * because the parts of a rotated log must stay in order; and eslogger's number. */
static const struct span words[] = {
    SPAN_INIT("Microsoft-Windows-Sysmon"), SPAN_INIT("mageLoaded"), SPAN_INIT("dll.path"),
    SPAN_INIT("\"dll\""), SPAN_INIT("msg=audit("), SPAN_INIT("\"global_seq_num\""),
};

static bool holds(struct span head, struct span word)
{
    uint8_t wide[2 * WORD_BYTES_MAX];

    if (memmem(head.at, head.len, word.at, word.len))
        return true;
    for (size_t i = 0; i < word.len; i++) {
        wide[2 * i] = word.at[i];
        wide[2 * i + 1] = 0;
    }
    return memmem(head.at, head.len, wide, 2 * word.len) != NULL; /* EVTX, and UTF-16 */
}

bool promise_of_loads(struct span head)
{
    for (size_t i = 0; head.len && i < sizeof words / sizeof *words; i++)
        if (holds(head, words[i]))
            return true;
    return false;
}

bool promise_by_name(struct span name)
{
    static const struct span word = SPAN_INIT("sysmon");

    for (size_t i = 0; i + word.len <= name.len; i++)
        if (span_equal_nocase(span_of(name.at + i, word.len), word))
            return true;
    return false;
}
