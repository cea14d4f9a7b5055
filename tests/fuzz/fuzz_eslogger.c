/* Any bytes as eslogger's events and as lines of the unified log. */
#include "tests/fuzz/decoder_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void follow(const struct decoder *d, struct span text)
{
    struct batch *b = batch_open(1, 0, text.len);
    struct piece p = { .bytes = text, .first = true, .last = true };
    void *state = calloc(1, d->follow_bytes);

    must(state != NULL);
    d->decode(&p, b);
    d->follow(state, b, true);
    check_batch(b);
    batch_close(b);
    free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);

    check_decoder(&eslogger_decoder, text);
    check_decoder(&unified_decoder, text);
    follow(&eslogger_decoder, text);
    follow(&unified_decoder, text);
    return 0;
}
