/* Frames as bytes and back, and the order in which they may come.
 *
 * Never touches a descriptor.  Numbers are little-endian; what a kind does not
 * use is not in its words. */
#include "ingest/bundle_frame.h"

static void put(uint8_t *out, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static bool may_come(const struct frame_order *o, enum frame_kind kind)
{
    if (o->over)
        return false;
    switch (kind) {
    case FRAME_MEMBER: return o->depth > 0 && !o->in_member;
    case FRAME_DATA:
    case FRAME_END: return o->in_member || o->depth == 0;
    case FRAME_ENTER:
        return (o->in_member || o->depth == 0) && !o->has_data && o->depth < BUNDLE_DEPTH_MAX;
    case FRAME_LEAVE: return o->depth > 0 && !o->in_member;
    case FRAME_TICK: return true;
    }
    return false;
}

bool frame_head(struct frame_order *o, const uint8_t head[static FRAME_HEAD_BYTES],
                struct frame *f)
{
    struct cursor c = cursor_of(span_of(head, FRAME_HEAD_BYTES));
    uint32_t kind = cursor_u32(&c);

    *f = (struct frame){ .len = cursor_u32(&c), .consumed = cursor_u64(&c) };
    if (kind < FRAME_MEMBER || kind > FRAME_TICK || !may_come(o, (enum frame_kind)kind))
        return false;
    f->kind = (enum frame_kind)kind;
    if (f->kind == FRAME_DATA) {
        o->has_data = true;
        return f->len > 0 && f->len <= FRAME_DATA_MAX;
    }
    return f->len <= FRAME_WORDS_MAX;
}

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || text.at[i] > '~')
            return false;
    return text.len <= FRAME_TEXT_MAX;
}

static bool read_outcome(struct cursor *c, struct frame *f)
{
    uint8_t outcome = cursor_u8(c);

    f->outcome = (enum outcome)outcome;
    f->text = cursor_take(c, cursor_left(c));
    return outcome <= OUTCOME_UNSUPPORTED && is_printable(f->text);
}

static bool read_leave(struct cursor *c, struct frame *f)
{
    f->hashed = cursor_u8(c) == 1;
    f->size = cursor_u64(c);
    struct span sha256 = cursor_take(c, SHA256_BYTES);

    if (sha256.len)
        memcpy(f->sha256, sha256.at, SHA256_BYTES);
    return read_outcome(c, f);
}

static bool read_member(struct cursor *c, struct frame *f)
{
    uint8_t what = cursor_u8(c);

    f->what = (enum member_what)what;
    f->size = cursor_u64(c);
    f->name = cursor_take(c, cursor_left(c));
    return what <= MEMBER_SPECIAL && f->name.len <= FRAME_NAME_MAX;
}

bool frame_words(struct frame_order *o, struct span words, struct frame *f)
{
    struct cursor c = cursor_of(words);
    bool ok = true;

    switch (f->kind) {
    case FRAME_MEMBER:
        ok = read_member(&c, f);
        o->in_member = true;
        o->has_data = false;
        break;
    case FRAME_DATA:
        break;
    case FRAME_END:
        ok = read_outcome(&c, f);
        o->over = o->depth == 0;
        o->in_member = false;
        break;
    case FRAME_ENTER: {
        uint8_t form = cursor_u8(&c);

        f->form = (enum bundle_form)form;
        ok = form > FORM_NONE && form <= FORM_ZSTD && cursor_left(&c) == 0;
        o->depth++;
        o->in_member = false;
        break;
    }
    case FRAME_LEAVE:
        ok = read_leave(&c, f);
        o->depth--;
        o->over = o->depth == 0;
        break;
    case FRAME_TICK:
        ok = words.len == 0;
        break;
    }
    return ok && !c.broken;
}

static size_t put_bytes(uint8_t *out, struct span bytes, size_t max)
{
    size_t len = bytes.len < max ? bytes.len : max;

    if (len)
        memcpy(out, bytes.at, len);
    return len;
}

size_t frame_write(const struct frame *f, uint8_t *out)
{
    uint8_t *words = out + FRAME_HEAD_BYTES;
    size_t len = 0;

    switch (f->kind) {
    case FRAME_MEMBER:
        words[0] = (uint8_t)f->what;
        put(words + 1, f->size, 8);
        len = 9 + put_bytes(words + 9, f->name, FRAME_NAME_MAX);
        break;
    case FRAME_LEAVE:
        words[0] = f->hashed;
        put(words + 1, f->size, 8);
        memcpy(words + 9, f->sha256, SHA256_BYTES);
        words[9 + SHA256_BYTES] = (uint8_t)f->outcome;
        len = 10 + SHA256_BYTES + put_bytes(words + 10 + SHA256_BYTES, f->text, FRAME_TEXT_MAX);
        break;
    case FRAME_END:
        words[0] = (uint8_t)f->outcome;
        len = 1 + put_bytes(words + 1, f->text, FRAME_TEXT_MAX);
        break;
    case FRAME_ENTER:
        words[0] = (uint8_t)f->form;
        len = 1;
        break;
    case FRAME_DATA:
    case FRAME_TICK:
        break;
    }
    put(out, f->kind, 4);
    put(out + 4, f->kind == FRAME_DATA ? f->len : len, 4);
    put(out + 8, f->consumed, 8);
    return FRAME_HEAD_BYTES + len;
}
