/* Any bytes as LAUREL's events, as the journal's records and as Falco's alerts. */
#include "tests/fuzz/decoder_check.h"

#include "ingest/auditd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void follow(const struct decoder *d, struct span text)
{
    struct batch *b = batch_open(1, 0, text.len);
    struct piece p = { .bytes = text, .first = true, .last = true };
    void *state = NULL;

    d->decode(&p, b);
    d->follow(&state, b, true);
    d->follow_end(&state);
    check_batch(b);
    batch_close(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);

    check_decoder(&falco_decoder, text);
    check_decoder(&laurel_decoder, text);
    check_decoder(&journal_decoder, text);
    follow(&laurel_decoder, text);
    follow(&journal_decoder, text);
    return 0;
}
