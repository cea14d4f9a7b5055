/* Archives and compressed streams, walked by libarchive inside the child.
 *
 * The only home of libarchive.  Never extracts, never follows a link, and
 * enables for each bundle the one format that its first bytes name.  The
 * surprise: a bundle in a bundle is read here too, straight out of the outer
 * one; a zip or 7z must be sought, so up to INNER_BYTES_MAX of it are held. */
#include "ingest/bundle_child.h"

#include "ingest/decoder.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (256u << 10)            /* read from the file at a time */
#define CHUNK FRAME_DATA_MAX          /* unpacked at a time */
#define INNER_BYTES_MAX (64u << 20)   /* of inner bundles held, all together */
#define RETRIES_MAX 16
#define ZIP_END_MAX (66u << 10)       /* where the end record of a zip may begin, at most */
#define ENCRYPTED_7Z "an encrypted 7z: unpack it with `7z x`, then give modhunt the folder"
#define EVTX_MAGIC "ElfFile\0"

/* A stream of bytes: the file itself, or a member of an open archive. */
struct stream {
    struct child *child;
    struct archive *from;     /* NULL: the file */
    enum bundle_form form;    /* of `from` */
    uint8_t *held;            /* its first bytes, read before it was given on */
    size_t held_len, held_at;
    bool ended;
    struct digest *digest;    /* NULL: not hashed */
    uint64_t count;           /* bytes read */
    enum outcome outcome;     /* of reading it */
    char text[FRAME_TEXT_MAX + 1];
    bool cut;                 /* a zip whose end is missing */
    bool fatal;               /* the archive that it comes from can't go on */
    uint8_t *block;           /* what libarchive is given */
};

/* What is counted over all bundles. */
static struct {
    uint64_t read, position;  /* of the file */
    uint64_t members, unpacked;
    size_t held;
    time_t told;              /* when the last frame was sent */
} all;

static void say(char *text, const char *words)
{
    size_t len = 0;

    for (; words && words[len] && len < FRAME_TEXT_MAX; len++)
        text[len] = words[len] >= ' ' && words[len] <= '~' ? words[len] : '?';
    text[len] = 0;
}

static void send(struct frame f)
{
    f.consumed = all.position;
    all.told = time(NULL);
    child_send(&f);
}

/* ---- streams ---- */

static void went_wrong(struct stream *s, enum outcome outcome, const char *text)
{
    s->ended = true;
    if (s->outcome != OUTCOME_WHOLE)
        return;
    s->outcome = outcome;
    say(s->text, text);
}

static ssize_t read_file(struct stream *s, uint8_t *to, size_t len)
{
    ssize_t n = read(CHILD_EVIDENCE, to, len);

    if (n < 0)
        went_wrong(s, OUTCOME_DAMAGED, "the file can't be read");
    if (n > 0) {
        all.read += (uint64_t)n;
        all.position += (uint64_t)n;
    }
    if (time(NULL) != all.told)
        send((struct frame){ .kind = FRAME_TICK });
    return n;
}

/* libarchive's words, as an outcome and what is to be done. */
static void archive_failed(struct stream *s, struct archive *a, enum bundle_form form)
{
    const char *text = archive_error_string(a);
    char more[FRAME_TEXT_MAX];

    if (!text)
        text = "the archive is damaged";
    if (strstr(text, "assphrase") || strstr(text, "ncrypt")) {
        if (form == FORM_ZIP)
            went_wrong(s, OUTCOME_ENCRYPTED, s->child->setup.has_password
                                                 ? "encrypted: the password does not open it"
                                                 : "encrypted");
        else
            went_wrong(s, OUTCOME_UNSUPPORTED, ENCRYPTED_7Z);
    } else if (strstr(text, "nsupported")) {
        snprintf(more, sizeof more, "%s: unpack it with `7z x`, then give modhunt the folder",
                 text);
        went_wrong(s, OUTCOME_UNSUPPORTED, more);
    } else {
        went_wrong(s, OUTCOME_DAMAGED, text);
    }
}

static ssize_t read_member(struct stream *s, uint8_t *to, size_t len)
{
    la_ssize_t n = ARCHIVE_RETRY;

    for (int i = 0; n == ARCHIVE_RETRY && i < RETRIES_MAX; i++)
        n = archive_read_data(s->from, to, len);
    if (n >= 0)
        return n;
    s->fatal = n <= ARCHIVE_FATAL;
    archive_failed(s, s->from, s->form);
    return -1;
}

/* Straight from where it comes; 0 at the end, and after an error. */
static size_t stream_more(struct stream *s, uint8_t *to, size_t len)
{
    ssize_t n = s->ended ? 0 : s->from ? read_member(s, to, len) : read_file(s, to, len);

    if (n <= 0) {
        s->ended = true;
        return 0;
    }
    s->count += (uint64_t)n;
    if (s->digest)
        digest_add(s->digest, span_of(to, (size_t)n));
    return (size_t)n;
}

/* Holds up to `len` of its first bytes. */
static void stream_hold(struct stream *s, size_t len)
{
    size_t n;

    if (len <= s->held_len)
        return;
    s->held = memory_grow(s->held, len, 1);
    while (s->held_len < len
           && (n = stream_more(s, s->held + s->held_len, len - s->held_len)) > 0)
        s->held_len += n;
}

static size_t stream_read(struct stream *s, uint8_t *to, size_t len)
{
    if (s->held_at < s->held_len) {
        size_t n = s->held_len - s->held_at < len ? s->held_len - s->held_at : len;

        memcpy(to, s->held + s->held_at, n);
        s->held_at += n;
        return n;
    }
    return stream_more(s, to, len);
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
    all.position = (uint64_t)at;
    return at;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t bytes)
{
    off_t at = lseek(CHILD_EVIDENCE, bytes, SEEK_CUR);
    struct stream *s = ctx;

    (void)a;
    if (at < 0 || s->held_at < s->held_len)
        return 0;
    all.position = (uint64_t)at;
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
    case FORM_NONE: break;
    }
    archive_read_support_format_tar(a);
    archive_read_support_format_gnutar(a);
    if (form != FORM_TAR) {
        archive_read_support_format_raw(a);
        archive_read_support_format_empty(a);
    }
}

/* Does a zip have its end?  Its last bytes are looked at, and it is wound back. */
static bool zip_has_end(const struct stream *s, bool seeks)
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

/* Whole in memory where it must be sought and is small enough. */
static int open_archive(struct archive *a, struct stream *s, enum bundle_form form)
{
    bool seeks = !s->from && !s->child->setup.stream;

    if ((form == FORM_ZIP || form == FORM_7Z) && !seeks && all.held < INNER_BYTES_MAX) {
        stream_hold(s, INNER_BYTES_MAX - all.held);
        all.held += s->held_len;
        if (s->ended && s->outcome == OUTCOME_WHOLE) {
            s->cut = form == FORM_ZIP && !zip_has_end(s, false);
            return archive_read_open_memory(a, s->held, s->held_len);
        }
    }
    if (form == FORM_7Z && !seeks) {
        archive_set_error(a, EIO,
                          "a 7z above 64 MiB that can't be sought: unpack it with `7z x` first");
        went_wrong(s, OUTCOME_LIMIT, archive_error_string(a));
        return ARCHIVE_FATAL;
    }
    s->block = memory_get(BLOCK);
    archive_read_set_read_callback(a, on_read);
    archive_read_set_callback_data(a, s);
    if (seeks) {
        s->cut = form == FORM_ZIP && !zip_has_end(s, true);
        archive_read_set_seek_callback(a, on_seek);
        archive_read_set_skip_callback(a, on_skip);
    }
    return archive_read_open1(a);
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

    send((struct frame){
        .kind = FRAME_MEMBER, .what = what, .name = span_text(name ? name : ""),
        .size = archive_entry_size_is_set(e) && size >= 0 ? (uint64_t)size : SIZE_UNKNOWN,
    });
}

static void send_end(enum outcome outcome, const char *text)
{
    send((struct frame){ .kind = FRAME_END, .outcome = outcome, .text = span_text(text) });
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

/* One member.  False where the archive can't go on behind it. */
static bool take_entry(struct stream *of, struct archive *a, struct archive_entry *e,
                       enum bundle_form form, const char *name, unsigned depth)
{
    struct stream s = { .child = of->child, .from = a, .form = form };
    mode_t type = archive_entry_filetype(e);
    bool is_link = type == AE_IFLNK || archive_entry_hardlink(e);

    if (type == AE_IFDIR && !is_link)
        return true;
    if (is_link || (type != AE_IFREG && type != 0)) {
        send_member(e, is_link ? MEMBER_LINK : MEMBER_SPECIAL, name);
        send_end(OUTCOME_LISTED, "");
        return true;
    }
    send_member(e, MEMBER_FILE, name);
    if (archive_entry_is_encrypted(e) && form == FORM_7Z) {
        send_end(OUTCOME_UNSUPPORTED, ENCRYPTED_7Z);
        return true;
    }
    if (archive_entry_is_encrypted(e) && !of->child->setup.has_password) {
        send_end(OUTCOME_ENCRYPTED, "encrypted");
        return true;
    }
    take(&s, name ? name : "", depth + 1);
    return !s.fatal;
}

static bool over_members(struct stream *of)
{
    if (all.members++ < of->child->setup.limits.members)
        return false;
    went_wrong(of, OUTCOME_LIMIT, "more members than may be read (--max-members)");
    return true;
}

static void take_entries(struct stream *of, struct archive *a, enum bundle_form form,
                         const char *name, unsigned depth)
{
    struct archive_entry *e;
    int rc, retries = 0;

    for (;;) {
        rc = archive_read_next_header(a, &e);
        if (rc == ARCHIVE_EOF)
            return;
        if (rc < ARCHIVE_WARN || rc == ARCHIVE_RETRY) {
            if (rc != ARCHIVE_RETRY)
                archive_failed(of, a, form);
            if (rc <= ARCHIVE_FATAL || retries++ >= RETRIES_MAX)
                return;
            continue;
        }
        if (over_members(of))
            return;
        char *inner = archive_format(a) == ARCHIVE_FORMAT_RAW ? inner_name(name) : NULL;
        bool go_on = take_entry(of, a, e, form, inner ? inner : name_of(e), depth);

        free(inner);
        if (!go_on) {
            archive_failed(of, a, form);
            return;
        }
    }
}

/* All bytes of the stream go through the digest, whatever libarchive needed. */
static void drain(struct stream *s)
{
    uint8_t rest[4096];

    s->ended = s->fatal;
    while (stream_more(s, rest, sizeof rest) > 0)
        ;
}

static void take_bundle(struct stream *s, enum bundle_form form, const char *name, unsigned depth)
{
    struct frame leave = { .kind = FRAME_LEAVE };
    struct archive *a = archive_read_new();
    size_t held_before = all.held;

    send((struct frame){ .kind = FRAME_ENTER, .form = form });
    enable(a, form);
    if (s->child->setup.has_password)
        archive_read_add_passphrase(a, s->child->password);
    if (open_archive(a, s, form) == ARCHIVE_OK)
        take_entries(s, a, form, name, depth);
    else
        archive_failed(s, a, form);
    archive_read_free(a);
    if (s->digest) {
        drain(s);
        digest_take(s->digest, leave.sha256);
        leave.hashed = !s->fatal;
    }
    if (s->cut)
        went_wrong(s, OUTCOME_DAMAGED, "the end of the zip is missing: it was cut");
    leave.size = s->count;
    leave.outcome = s->outcome;
    leave.text = span_text(s->text);
    send(leave);
    all.held = held_before;
}

/* ---- one stream ---- */

/* Sends up to one frame more; false at the end and at a limit. */
static bool pump(struct stream *s, bool is_evtx, uint64_t read_before)
{
    static uint8_t bytes[CHUNK];
    const struct bundle_limits *l = &s->child->setup.limits;
    size_t n = stream_read(s, bytes, CHUNK);
    uint64_t read = all.read - read_before + BLOCK;

    if (n == 0)
        return false;
    all.unpacked += n;
    if (s->count > l->member_bytes)
        went_wrong(s, OUTCOME_LIMIT, "larger than a member may be (--max-member)");
    else if (all.unpacked > l->bundle_bytes)
        went_wrong(s, OUTCOME_LIMIT, "the bundle is larger than one may be (--max-bundle)");
    else if (!is_evtx && s->count > RATIO_FLOOR && s->count / l->ratio > read)
        went_wrong(s, OUTCOME_LIMIT, "it unpacks to more than evidence does (--max-ratio)");
    if (s->outcome == OUTCOME_LIMIT)
        return false;
    struct frame f = { .kind = FRAME_DATA, .len = (uint32_t)n, .consumed = all.position };
    all.told = time(NULL);
    child_send_data(&f, bytes);
    return true;
}

static void take_evidence(struct stream *s, uint64_t read_before)
{
    bool is_evtx = span_starts(span_of(s->held, s->held_len), SPAN(EVTX_MAGIC));

    while (pump(s, is_evtx, read_before))
        ;
    send_end(s->outcome, s->text);
}

/* Its first bytes alone, so that the reader can name it. */
static void take_head(struct stream *s, enum outcome outcome, const char *text)
{
    while (s->held_at < s->held_len && pump(s, true, all.read))
        ;
    if (s->outcome != OUTCOME_WHOLE)
        send_end(s->outcome, s->text);
    else
        send_end(s->ended && outcome == OUTCOME_LISTED ? OUTCOME_WHOLE : outcome, text);
}

static void take(struct stream *s, const char *name, unsigned depth)
{
    uint64_t read_before = all.read;
    struct span head;
    struct magic m;

    stream_hold(s, SNIFF_BYTES);
    head = span_of(s->held, s->held_len);
    m = magic_of(head);
    if (m.kind == KIND_BUNDLE && depth > s->child->setup.limits.depth) {
        take_head(s, OUTCOME_LIMIT, "bundles in bundles nested too deep (--max-depth)");
    } else if (m.kind == KIND_BUNDLE) {
        if (s->from || s->child->setup.stream) {
            s->digest = s->child->digest[depth];
            digest_reset(s->digest);
            digest_add(s->digest, head);
        }
        take_bundle(s, m.form, name, depth);
    } else if (m.kind == KIND_UNKNOWN && decoder_for(head)) {
        take_evidence(s, read_before);
    } else {
        take_head(s, OUTCOME_LISTED, "");
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
    struct stream file = { .child = c };

    memset(&all, 0, sizeof all);
    take(&file, c->name, 0);
}
