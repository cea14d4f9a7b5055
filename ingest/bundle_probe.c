/* Which of a file's members open with some passwords, without reading them.
 *
 * The child walks the bundle as ever but sends only the first bytes of each file;
 * nothing reaches a case. */
#include "ingest/bundle.h"

#include "ingest/walk.h"

#include <fcntl.h>
#include <unistd.h>

static void count(struct bundle_lock *out, const struct frame *f)
{
    bool ends = f->kind == FRAME_END || f->kind == FRAME_LEAVE;

    if (ends && f->outcome == OUTCOME_ENCRYPTED)
        out->locked++;
    else if (f->kind == FRAME_ENTER || f->kind == FRAME_END)
        out->opened++;
}

bool bundle_probe(const char *path, const struct bundle_options *o, bool (*stopping)(void *ctx),
                  void *ctx, struct bundle_lock *out, struct fault *f)
{
    struct bundle_input in = { .fd = walk_open(AT_FDCWD, path, 0), .probe = true,
                               .name = span_file_name(span_text(path)), .stopping = stopping,
                               .ctx = ctx };
    struct bundle *b = NULL;
    struct frame frame;

    *out = (struct bundle_lock){ 0 };
    if (in.fd < 0)
        return fault_errno(f, "%s", path);
    b = bundle_open(&in, o, f);
    while (b && bundle_next(b, &frame))
        count(out, &frame);
    bundle_close(b);
    close(in.fd);
    return b != NULL;
}
