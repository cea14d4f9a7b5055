/* How libarchive gets at a bundle: the one format that its first bytes name, and the
 * three ways to its bytes: in order, by seeking, or held in memory.
 *
 * Never walks members (bundle_archive.c does). */
#include "ingest/bundle_form.h"

#include <archive.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define ZIP_END_MAX (66u << 10) /* where the end record of a zip may begin, at most */

/* What unpacks a single stream as far as it goes, which libarchive does only by whole
 * blocks; NULL for archives. */
static const char *cat_of(enum bundle_form form)
{
    switch (form) {
    case FORM_GZIP: return "zcat";
    case FORM_BZIP2: return "bzcat";
    case FORM_XZ: return "xzcat";
    case FORM_ZSTD: return "zstdcat";
    case FORM_NONE: case FORM_ZIP: case FORM_TAR: case FORM_7Z: break;
    }
    return NULL;
}

void bundle_form_failed(struct stream *s, struct archive *a, enum bundle_form form)
{
    const char *text = archive_error_string(a);
    char more[FRAME_TEXT_MAX];

    if (!text)
        text = "the archive is damaged";
    if (strstr(text, "assphrase") || strstr(text, "ncrypt")) {
        if (form == FORM_ZIP)
            stream_wrong(s, OUTCOME_ENCRYPTED, *s->child->passwords ? DOES_NOT_OPEN : "encrypted");
        else
            stream_wrong(s, OUTCOME_UNSUPPORTED, ENCRYPTED_7Z);
    } else if (strstr(text, "emory")) {
        snprintf(more, sizeof more, "%s: unpack it with `zstd -d --long=31`, `xz -d` or `7z x`",
                 text);
        stream_wrong(s, OUTCOME_UNSUPPORTED, more);
    } else if (strstr(text, "nsupported")) {
        snprintf(more, sizeof more, "%s: unpack it with `7z x`, then give modhunt the folder",
                 text);
        stream_wrong(s, OUTCOME_UNSUPPORTED, more);
    } else if (cat_of(form) && (strcasestr(text, "truncated") || strstr(text, "No progress"))) {
        snprintf(more, sizeof more, "the compressed data are cut short: of their last block more may"
                 " be read by `%s FILE | modhunt ingest -c CASE -`", cat_of(form));
        stream_wrong(s, OUTCOME_DAMAGED, more);
    } else {
        stream_wrong(s, OUTCOME_DAMAGED, text);
    }
}

/* ---- as libarchive asks for them ---- */

static la_ssize_t on_read(struct archive *a, void *ctx, const void **bytes)
{
    struct stream *s = ctx;
    size_t n = stream_read(s, s->block, BLOCK);

    *bytes = s->block;
    if (n == 0 && s->outcome != OUTCOME_WHOLE) {
        archive_set_error(a, EIO, "%s", s->text);
        return ARCHIVE_FATAL;
    }
    return (la_ssize_t)n;
}

/* Only of a file that can be sought. */
static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
    off_t at = lseek(CHILD_EVIDENCE, offset, whence);
    struct stream *s = ctx;

    (void)a;
    if (at < 0)
        return ARCHIVE_FATAL;
    s->ended = false;
    s->held_at = s->held_len;
    stream_counts.position = (uint64_t)at;
    return at;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t bytes)
{
    off_t at = lseek(CHILD_EVIDENCE, bytes, SEEK_CUR);
    struct stream *s = ctx;

    (void)a;
    if (at < 0 || s->held_at < s->held_len)
        return 0;
    stream_counts.position = (uint64_t)at;
    return bytes;
}

static void enable(struct archive *a, enum bundle_form form)
{
    switch (form) {
    case FORM_ZIP: archive_read_support_format_zip(a); return;
    case FORM_7Z: archive_read_support_format_7zip(a); return;
    case FORM_GZIP: archive_read_support_filter_gzip(a); break;
    case FORM_BZIP2: archive_read_support_filter_bzip2(a); break;
    case FORM_XZ: archive_read_support_filter_xz(a); break;
    case FORM_ZSTD: archive_read_support_filter_zstd(a); break;
    case FORM_TAR:
        archive_read_support_format_tar(a);
        archive_read_support_format_gnutar(a);
        return;
    case FORM_NONE: return;
    }
    /* Whether it is a tar, we ask ourselves: to libarchive zeros are an empty one. */
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
}

bool bundle_form_zip_has_end(const struct stream *s, bool seeks)
{
    static uint8_t tail[ZIP_END_MAX];
    struct span last = span_of(s->held, s->held_len);

    if (seeks) {
        off_t before = lseek(CHILD_EVIDENCE, 0, SEEK_CUR), size = lseek(CHILD_EVIDENCE, 0, SEEK_END);
        size_t want = size < (off_t)sizeof tail ? (size_t)size : sizeof tail, have = 0;
        ssize_t n = 1;

        lseek(CHILD_EVIDENCE, -(off_t)want, SEEK_END);
        while (have < want && (n = read(CHILD_EVIDENCE, tail + have, want - have)) > 0)
            have += (size_t)n;
        lseek(CHILD_EVIDENCE, before, SEEK_SET);
        last = span_of(tail, have);
    }
    return memmem(last.at, last.len, "PK\5\6", 4) != NULL;
}

int bundle_form_open(struct archive *a, struct stream *s, enum bundle_form form)
{
    bool seeks = !s->from && !s->child->setup.stream;
    uint64_t held_max = s->child->setup.limits.held_bytes;

    enable(a, form);
    s->skips = form == FORM_TAR || (form == FORM_ZIP && seeks);
    if ((form == FORM_ZIP || form == FORM_7Z) && !seeks && stream_counts.held < held_max) {
        stream_hold(s, (size_t)(held_max - stream_counts.held));
        stream_counts.held += s->held_len;
        if (s->ended && s->outcome == OUTCOME_WHOLE) {
            s->cut = form == FORM_ZIP && !bundle_form_zip_has_end(s, false);
            s->skips = form == FORM_ZIP;
            return archive_read_open_memory(a, s->held, s->held_len);
        }
    }
    if (form == FORM_7Z && !seeks) {
        stream_wrong(s, OUTCOME_LIMIT, "a 7z in a bundle, too large to be held in memory"
                                       " (--max-held), or unpack it with `7z x` first");
        archive_set_error(a, EIO, "%s", s->text);
        return ARCHIVE_FATAL;
    }
    s->block = memory_get(BLOCK);
    archive_read_set_read_callback(a, on_read);
    archive_read_set_callback_data(a, s);
    if (seeks) {
        s->cut = form == FORM_ZIP && !bundle_form_zip_has_end(s, true);
        archive_read_set_seek_callback(a, on_seek);
        archive_read_set_skip_callback(a, on_skip);
    }
    return archive_read_open1(a);
}
