/* Any bytes as an EVTX file, or (where they don't begin as one) as the slots
 * behind its header: whatever they are, the ledger's sum holds, each loss has a
 * place, each text is UTF-8, memory has a ceiling.
 *
 * The mutator mends the checksums of what libFuzzer makes, and now and then a
 * chunk's magic, so that damage reaches what lies behind them. */
#include "core/text.h"
#include "tests/evtx/evtx_file.h"
#include "tests/evtx/evtx_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

/* A large quarantine only makes the sanitizer touch fresh pages all the time. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8";
}

#define CHECK(what) ((what) ? (void)0 : abort())

static void check_text(struct span s)
{
    CHECK(s.at || s.len == 0);
    CHECK(s.len <= 1u << 20 && (!s.at || text_is_utf8(s)));
}

static void check(struct batch *b, void *context)
{
    uint64_t losses = 0;

    (void)context;
    CHECK(b->arena.total <= BATCH_BYTES_MAX);
    CHECK(b->counts.records == b->counts.loads + b->counts.processes + b->counts.context
                                   + b->counts.other + b->counts.damaged);
    for (const struct loss *l = b->losses; l; l = l->next, losses++)
        CHECK(l->place >= b->begin && l->place + l->len <= b->end && l->reason[0]);
    CHECK(losses <= b->counts.damaged);
    for (const struct load *l = b->loads; l; l = l->next) {
#define CHECK_FIELD(name, auditd, ecs, width) check_text(l->name);
        LOAD_FIELDS(CHECK_FIELD)
    }
    for (const struct process *p = b->processes; p; p = p->next) {
#define CHECK_PROCESS(name, auditd, ecs, width) check_text(p->name);
        PROCESS_FIELDS(CHECK_PROCESS)
    }
    for (const struct context *c = b->contexts; c; c = c->next) {
#define CHECK_CONTEXT(name, auditd, ecs, width) check_text(c->name);
        CONTEXT_FIELDS(CHECK_CONTEXT)
    }
}

static void decode_slots(struct span bytes)
{
    struct piece p = { .offset = MAKE_HEADER, .bytes = bytes, .last = true };
    struct batch *b = batch_open(1, MAKE_HEADER, MAKE_HEADER + bytes.len);
    void *follow = calloc(1, evtx_decoder.follow_bytes);

    evtx_decoder.decode(&p, b);
    evtx_decoder.follow(follow, b, true);
    evtx_decoder.follow_end(follow);
    check(b, NULL);
    batch_close(b);
    free(follow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);

    if (size == 0)
        return 0;
    if (evtx_decoder.sniff(bytes))
        evtx_file_decode(bytes, check, NULL);
    else
        decode_slots(bytes);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    size_t at;

    size = LLVMFuzzerMutate(data, size, max);
    at = evtx_decoder.sniff(span_of(data, size)) ? MAKE_HEADER : 0;
    for (; at + 512 <= size; at += MAKE_CHUNK) {
        size_t len = size - at < MAKE_CHUNK ? size - at : MAKE_CHUNK;

        if (seed % 16)
            memcpy(data + at, "ElfChnk", 8);
        make_checksums(data + at, len);
    }
    return size;
}
