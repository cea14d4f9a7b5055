/* What the analyst says of records that don't say it themselves. */
#include "cli/host_words.h"

#include "core/text.h"
#include "ingest/zone.h"

/* A name that a screen can show whole. */
static bool is_name(struct span name)
{
    if (!text_is_utf8(name) || name.len == 0 || name.len > ASSUMED_NAME_MAX || name.at[0] == '~')
        return false;
    for (struct span rest = name; rest.len;) {
        uint32_t c = text_next(&rest);

        if (c <= ' ' || text_hidden(c))
            return false;
    }
    return true;
}

bool host_words_read(struct ingest_options *how, const struct options *o, struct fault *f)
{
    const char *host = options_value(o, "host"), *zone = options_value(o, "time-zone");

    if (host && !is_name(span_text(host)))
        return fault(f, FAULT_USAGE, "--host needs a host's name like WS01 or ws01.corp.example "
                     "(UTF-8, no blanks, at most %d bytes), not `%s`", ASSUMED_NAME_MAX, host);
    how->host = host;
    return !zone || (how->zone = zone_open(zone, f)) != NULL;
}

void host_words_clear(struct ingest_options *how)
{
    zone_close(how->zone);
    how->zone = NULL;
}
