/* Any bytes as an archive, walked in this process as the child does; and any bytes
 * as the frames that a child which was taken over might send.
 *
 * What the walk sends must keep to the rules that the reader's side checks. */
#include "ingest/bundle_child.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SENT_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* How many of the frames are right, as the reader's side reads them; *whole where
 * nothing is left over. */
static size_t read_frames(struct span bytes, bool *whole)
{
    struct frame_order order = { 0 };
    struct cursor c = cursor_of(bytes);
    size_t frames = 0;
    struct frame f;

    *whole = false;
    while (cursor_left(&c) >= FRAME_HEAD_BYTES) {
        struct span head = cursor_take(&c, FRAME_HEAD_BYTES);

        if (!frame_head(&order, head.at, &f))
            return frames;
        struct span words = cursor_take(&c, f.len);

        if (c.broken || !frame_words(&order, words, &f))
            return frames;
        must(order.depth <= BUNDLE_DEPTH_MAX);
        must(f.kind != FRAME_MEMBER || f.name.len <= FRAME_NAME_MAX);
        frames++;
    }
    *whole = cursor_left(&c) == 0 && order.over;
    return frames;
}

static void memory_file(int as)
{
    int fd = memfd_create("fuzz", 0);

    must(fd >= 0 && dup2(fd, as) == as);
    close(fd);
}

static void walk(struct span file, bool stream)
{
    static struct child c;
    static bool begun;
    bool whole;

    if (!begun) {
        memory_file(CHILD_EVIDENCE);
        memory_file(CHILD_FRAMES);
        for (size_t i = 0; i <= BUNDLE_DEPTH_MAX; i++)
            c.digest[i] = digest_open();
        c.name = memory_text("f.gz");
        c.setup.limits = (struct bundle_limits){ 3, 100, 1u << 20, 4u << 20, 1u << 20, 200 };
        begun = true;
    }
    c.setup.stream = stream;
    must(ftruncate(CHILD_EVIDENCE, 0) == 0 && ftruncate(CHILD_FRAMES, 0) == 0);
    must(pwrite(CHILD_EVIDENCE, file.at, file.len, 0) == (ssize_t)file.len);
    lseek(CHILD_EVIDENCE, 0, SEEK_SET);
    lseek(CHILD_FRAMES, 0, SEEK_SET);
    archive_walk(&c);

    off_t sent = lseek(CHILD_FRAMES, 0, SEEK_END);
    must(sent >= 0 && sent <= SENT_MAX);
    uint8_t *frames = memory_get((unsigned long)sent + 1);
    must(pread(CHILD_FRAMES, frames, (size_t)sent, 0) == sent);
    must(read_frames(span_of(frames, (size_t)sent), &whole) > 0 && whole);
    free(frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data + 1, size ? size - 1 : 0);
    bool whole;

    if (size == 0)
        return 0;
    magic_of(rest);
    magic_last(rest);
    magic_zip_is_encrypted(rest);
    if (data[0] & 1)
        read_frames(rest, &whole);
    else
        walk(rest, data[0] & 2);
    return 0;
}
