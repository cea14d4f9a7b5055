/* Archives and compressed streams, walked by libarchive inside the child.
 *
 * Never extracts, never follows a link, and enables for each bundle the one format
 * that its first bytes name.  The surprise: a bundle in a bundle is read here too,
 * straight out of the outer one; a zip or 7z in there must be sought, so it is
 * held in memory, up to a limit. */
#include "ingest/bundle_form.h"

#include "ingest/decoder.h"
#include "ingest/promise.h"

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>

#define RETRIES_MAX 16
#define TOO_DEEP "bundles in bundles nested too deep (--max-depth)"

/* By libarchive's blocks: its archive_read_data() would keep back what came right
 * before an error.  Holes between blocks are zeros. */
static ssize_t read_member(struct stream *s, uint8_t *to, size_t len)
{
    size_t n;

    while (s->part.len == 0 && s->place >= s->part_at) {
        const void *bytes = NULL;
        la_int64_t at = (la_int64_t)s->part_at;
        int rc = ARCHIVE_RETRY;

        for (int i = 0; rc == ARCHIVE_RETRY && i < RETRIES_MAX; i++)
            rc = archive_read_data_block(s->from, &bytes, &s->part.len, &at);
        s->part.at = bytes;
        s->part_at = at < 0 ? s->place : (uint64_t)at;
        if (rc == ARCHIVE_OK)
            continue;
        s->part = SPAN_NONE;
        if (rc == ARCHIVE_EOF && s->place < s->part_at)
            break; /* a hole at the end */
        if (rc == ARCHIVE_EOF)
            return 0;
        s->fatal = rc <= ARCHIVE_FATAL;
        bundle_form_failed(s, s->from, s->form);
        return -1;
    }
    if (s->place < s->part_at) {
        n = s->part_at - s->place < len ? (size_t)(s->part_at - s->place) : len;
        memset(to, 0, n);
    } else {
        n = s->part.len < len ? s->part.len : len;
        memcpy(to, s->part.at, n);
        s->part = span_of(s->part.at + n, s->part.len - n);
        s->part_at += n;
    }
    s->place += n;
    return (ssize_t)n;
}

/* ---- members ---- */

static void take(struct stream *s, const char *name, unsigned depth);

static const char *name_of(struct archive_entry *e)
{
    const char *name = archive_entry_pathname(e);

    return name ? name : archive_entry_pathname_utf8(e);
}

static void send_member(struct archive_entry *e, enum member_what what, const char *name)
{
    la_int64_t size = archive_entry_size(e);

    stream_send((struct frame){
        .kind = FRAME_MEMBER, .what = what, .name = span_text(name ? name : ""),
        .size = archive_entry_size_is_set(e) && size >= 0 ? (uint64_t)size : SIZE_UNKNOWN,
    });
}

/* `x.evtx` for `in/x.evtx.gz`: what a stream without names holds. */
static char *inner_name(const char *name)
{
    static const char *const ends[] = { ".gz", ".bz2", ".xz", ".zst", ".zstd", NULL };
    struct span file = span_file_name(span_text(name));
    char *inner = memory_zero(file.len + 1, 1);

    memcpy(inner, file.at, file.len);
    for (size_t i = 0; ends[i]; i++) {
        size_t len = strlen(ends[i]);

        if (file.len > len
            && span_equal_nocase(span_of(file.at + file.len - len, len), span_text(ends[i]))) {
            inner[file.len - len] = 0;
            break;
        }
    }
    return inner;
}

/* Where the rest of a member must be unpacked to reach the next one: here, where
 * it is counted.  False where it is a bomb, or the archive is damaged. */
static bool pass_over(struct stream *of, struct archive *a, const struct stream *member)
{
    uint64_t unpacked = member->count;
    const void *bytes;
    size_t len;
    la_int64_t at;
    int rc;

    while ((rc = archive_read_data_block(a, &bytes, &len, &at)) == ARCHIVE_OK) {
        unpacked += len;
        if (stream_too_dense(member, unpacked)) {
            stream_wrong(of, OUTCOME_LIMIT, TOO_DENSE);
            return false;
        }
    }
    return rc > ARCHIVE_FATAL;
}

static struct stream stream_out_of(const struct stream *of, struct archive *a,
                                   enum bundle_form form)
{
    return (struct stream){ .child = of->child, .from = a, .form = form, .more = read_member,
                            .read_before = stream_counts.read };
}

/* One member.  False where the archive can't go on behind it. */
static bool take_entry(struct stream *of, struct archive *a, struct archive_entry *e,
                       enum bundle_form form, const char *name, unsigned depth)
{
    struct stream s = stream_out_of(of, a, form);
    mode_t type = archive_entry_filetype(e);
    bool is_link = type == AE_IFLNK || archive_entry_hardlink(e);

    if (type == AE_IFDIR && !is_link)
        return true;
    if (is_link || (type != AE_IFREG && type != 0)) {
        send_member(e, is_link ? MEMBER_LINK : MEMBER_SPECIAL, name);
        stream_end(OUTCOME_LISTED, "");
        return true;
    }
    send_member(e, MEMBER_FILE, name);
    if (archive_entry_is_encrypted(e) && form == FORM_7Z) {
        stream_end(OUTCOME_UNSUPPORTED, ENCRYPTED_7Z);
        return true;
    }
    if (archive_entry_is_encrypted(e) && !*of->child->passwords) {
        stream_end(OUTCOME_ENCRYPTED, "encrypted");
        return true;
    }
    s.encrypted = archive_entry_is_encrypted(e);
    take(&s, name ? name : "", depth + 1);
    return !s.fatal && (of->skips || pass_over(of, a, &s));
}

static bool over_members(struct stream *of)
{
    if (stream_counts.members++ < of->child->setup.limits.members)
        return false;
    stream_wrong(of, OUTCOME_LIMIT, "more members than may be read (--max-members)");
    return true;
}

/* Members that are named after Sysmon come first where the archive can be walked
 * twice.  Of such names the second walk passes over as many as the first took. */
struct ahead {
    bool first;          /* this is the first walk */
    uint64_t taken, passed;
};

#define AHEAD_MAX 10000  /* members that the first walk looks at */

/* Is this member another walk's to take? */
static bool is_elsewhere(struct ahead *w, struct archive_entry *e)
{
    bool named = name_of(e) && promise_by_name(span_text(name_of(e)));

    if (w->first)
        return !named || (w->taken++, false);
    return named && w->passed < w->taken && (w->passed++, true);
}

static void take_entries(struct stream *of, struct archive *a, enum bundle_form form,
                         const char *name, unsigned depth, struct ahead *w);

/* The tar that a compressed stream turned out to be: its members are the bundle's. */
static void take_tar(struct stream *of, struct stream *s, const char *name, unsigned depth)
{
    struct archive *a = archive_read_new();
    struct ahead w = { 0 };

    s->unlimited = true;
    if (bundle_form_open(a, s, FORM_TAR) == ARCHIVE_OK) {
        s->skips = false;
        take_entries(s, a, FORM_TAR, name, depth, &w);
    } else {
        bundle_form_failed(s, a, FORM_TAR);
    }
    archive_read_free(a);
    if (s->outcome != OUTCOME_WHOLE)
        stream_wrong(of, s->outcome, s->text);
    free(s->held);
    free(s->block);
}

/* What a compressor packed: a tar, or one file.  libarchive undoes a compressor as
 * often as it was used; each time is a bundle in a bundle. */
static void take_unpacked(struct stream *of, struct archive *a, struct archive_entry *e,
                          enum bundle_form form, const char *name, unsigned depth)
{
    struct stream s = stream_out_of(of, a, form);
    char *inner;

    depth += archive_filter_count(a) > 2 ? (unsigned)archive_filter_count(a) - 2 : 0;
    if (depth > of->child->setup.limits.depth) {
        stream_wrong(of, OUTCOME_LIMIT, TOO_DEEP);
        return;
    }
    stream_hold(&s, SNIFF_BYTES);
    if (magic_of(span_of(s.held, s.held_len)).form == FORM_TAR) {
        take_tar(of, &s, name, depth);
        return;
    }
    if (over_members(of)) {
        free(s.held);
        return;
    }
    inner = inner_name(name);
    send_member(e, MEMBER_FILE, inner);
    take(&s, inner, depth + 1);
    free(inner);
}

static void take_entries(struct stream *of, struct archive *a, enum bundle_form form,
                         const char *name, unsigned depth, struct ahead *w)
{
    struct archive_entry *e;
    int rc, retries = 0;

    for (uint64_t seen = 0; !w->first || seen < AHEAD_MAX; seen++) {
        rc = archive_read_next_header(a, &e);
        if (rc == ARCHIVE_EOF)
            return;
        if (w->first && rc < ARCHIVE_WARN)
            return; /* the second walk will tell */
        if (rc < ARCHIVE_WARN || rc == ARCHIVE_RETRY) {
            if (rc != ARCHIVE_RETRY)
                bundle_form_failed(of, a, form);
            if (rc <= ARCHIVE_FATAL || retries++ >= RETRIES_MAX)
                return;
            continue;
        }
        if (is_elsewhere(w, e))
            continue;
        if (archive_format(a) == ARCHIVE_FORMAT_RAW) {
            take_unpacked(of, a, e, form, name, depth);
            return; /* looking for another would unpack the rest */
        }
        if (over_members(of))
            return;
        if (!take_entry(of, a, e, form, name_of(e), depth)) {
            bundle_form_failed(of, a, form);
            return;
        }
    }
}

static void add_passwords(struct archive *a, const struct child *c)
{
    for (const char *p = c->passwords; p < c->passwords + c->setup.passwords_len;
         p += strlen(p) + 1)
        if (*p)
            archive_read_add_passphrase(a, p);
}

/* The first walk over a zip that is a file and has its end; leaves the stream as it
 * found it, but for what went wrong. */
static void take_ahead(struct stream *s, enum bundle_form form, const char *name,
                       unsigned depth, struct ahead *w)
{
    struct archive *a;

    if (form != FORM_ZIP || s->from || s->child->setup.stream || !bundle_form_zip_has_end(s, true))
        return;
    a = archive_read_new();
    *w = (struct ahead){ .first = true };
    stream_counts.ahead = true;
    add_passwords(a, s->child);
    if (bundle_form_open(a, s, form) == ARCHIVE_OK)
        take_entries(s, a, form, name, depth, w);
    archive_read_free(a);
    free(s->block);
    s->block = NULL;
    s->ended = false;
    s->held_at = 0;
    lseek(CHILD_EVIDENCE, (off_t)s->held_len, SEEK_SET);
    stream_counts.position = s->held_len;
    stream_counts.ahead = w->first = false;
}

static void take_bundle(struct stream *s, enum bundle_form form, const char *name, unsigned depth)
{
    struct frame leave = { .kind = FRAME_LEAVE };
    struct archive *a = archive_read_new();
    struct ahead w = { 0 };
    size_t held_before = stream_counts.held;

    stream_send((struct frame){ .kind = FRAME_ENTER, .form = form });
    take_ahead(s, form, name, depth, &w);
    struct stream before = *s;
    s->outcome = OUTCOME_WHOLE;
    add_passwords(a, s->child);
    if (bundle_form_open(a, s, form) == ARCHIVE_OK)
        take_entries(s, a, form, name, depth, &w);
    else
        bundle_form_failed(s, a, form);
    archive_read_free(a);
    if (before.outcome != OUTCOME_WHOLE && s->outcome == OUTCOME_WHOLE)
        stream_wrong(s, before.outcome, before.text);
    if (s->digest) {
        stream_drain(s);
        digest_take(s->digest, leave.sha256);
        leave.hashed = !s->fatal;
    }
    if (s->cut && s->outcome == OUTCOME_DAMAGED)
        s->outcome = OUTCOME_WHOLE; /* what went wrong followed from it */
    if (s->cut)
        stream_wrong(s, OUTCOME_DAMAGED, "the end of the zip is missing: it was cut");
    leave.size = s->count;
    leave.outcome = s->outcome;
    leave.text = span_text(s->text);
    stream_send(leave);
    stream_counts.held = held_before;
}

/* PKWARE's old encryption takes one wrong password in 256 for the right one; the
 * checksum at the member's end does not.  False: what was unpacked is noise. */
static bool opens_indeed(struct stream *s)
{
    struct stream rest = *s;

    if (s->outcome == OUTCOME_WHOLE && !s->ended)
        stream_drain(&rest);
    s->fatal = rest.fatal;
    s->ended = s->ended || rest.ended;
    return rest.outcome != OUTCOME_DAMAGED;
}

static void take(struct stream *s, const char *name, unsigned depth)
{
    struct span head;
    struct magic m;

    stream_hold(s, SNIFF_BYTES);
    head = span_of(s->held, s->held_len);
    m = magic_of(head);
    if (m.kind == KIND_BUNDLE && depth > s->child->setup.limits.depth) {
        stream_send_head(s, OUTCOME_LIMIT, TOO_DEEP);
    } else if (m.kind == KIND_BUNDLE) {
        if ((s->from || s->child->setup.stream) && !s->child->setup.probe) {
            s->digest = s->child->digest[depth];
            digest_reset(s->digest);
            digest_add(s->digest, head);
        }
        take_bundle(s, m.form, name, depth);
    } else if (m.kind == KIND_UNKNOWN && decoder_for(head) && !s->child->setup.probe) {
        stream_send_all(s);
    } else if (m.kind == KIND_UNKNOWN && s->encrypted && !decoder_for(head)
               && !opens_indeed(s)) {
        stream_end(OUTCOME_ENCRYPTED, DOES_NOT_OPEN);
    } else {
        stream_send_head(s, OUTCOME_LISTED, "");
    }
    free(s->held);
    free(s->block);
}

void archive_warm_up(void)
{
    static const char *const sets[] = { "UTF-16LE", "UTF-16BE", NULL };

    for (size_t i = 0; sets[i]; i++) {
        iconv_t set = iconv_open("UTF-8", sets[i]);

        if (set != (iconv_t)-1)
            iconv_close(set);
    }
}

void archive_walk(struct child *c)
{
    struct stream file = { .child = c, .more = stream_read_file };

    memset(&stream_counts, 0, sizeof stream_counts);
    take(&file, c->name, 0);
}
