/* Which logs are parts of one, by folder and rotated name.
 *
 * A compressed part is a bundle with one member; the bundle's own name counts. */
#include "ingest/auditd_chain.h"

#include "ingest/rotation.h"

#include <stdlib.h>

#define BACK_US 1000000 /* a host's clock may step back this far */

/* The log's name in out, which has room for both and one more. */
static size_t log_name(struct span path, struct span bundle, char *out)
{
    struct span name = span_file_name(bundle);
    struct rotation r = rotation_of(name);
    size_t len = 0;

    if (bundle.len && !r.compressed) {
        memcpy(out, bundle.at, bundle.len);
        len = bundle.len;
        out[len++] = '!';
    } else if (bundle.len) {
        path = bundle;
    }
    name = span_file_name(path);
    r = rotation_of(name);
    size_t folder = path.len - name.len;
    if (folder)
        memcpy(out + len, path.at, folder);
    len += folder;
    if (r.stem.len)
        memcpy(out + len, r.stem.at, r.stem.len);
    return len + r.stem.len;
}

bool audit_chain_next(struct audit_chain *c, struct span path, struct span bundle)
{
    char *log = memory_get(path.len + bundle.len + 2);
    size_t len = log_name(path, bundle, log);
    bool same = c->log && len == c->len && memcmp(log, c->log, len) == 0;

    free(c->log);
    c->log = log;
    c->len = len;
    c->met_count = 0;
    return same;
}

bool audit_chain_turn(struct audit_chain *c, const struct audit_host *h, int64_t time)
{
    for (unsigned i = 0; i < c->met_count; i++)
        if (c->met[i] == h)
            return false;
    if (c->met_count == sizeof c->met / sizeof *c->met)
        return false;
    c->met[c->met_count++] = h;
    return h->last_time != MOMENT_NONE && time < h->last_time - BACK_US;
}

void audit_chain_close(struct audit_chain *c)
{
    free(c->log);
    c->log = NULL;
}
