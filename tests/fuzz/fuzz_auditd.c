/* Any bytes as audit.log, as syslog that carries it, and as what ausearch prints:
 * decoded, and followed over two sources. */
#include "tests/fuzz/decoder_check.h"

#include "ingest/auditd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void follow(const struct decoder *d, struct span text, void *state, const char *path)
{
    struct source_opens opens = { .path = span_text(path) };
    void *cut = calloc(1, d->cut_bytes);
    struct batch *b = batch_open(1, 0, 0);
    size_t see = text.len ? 200 + (size_t)text.at[0] * 8 : 200;

    must(cut != NULL);
    b->opens = &opens;
    d->follow(state, b, false);
    batch_close(b);
    for (size_t at = 0, visible = see; at < text.len; visible += see) {
        bool at_end = visible >= text.len - at;
        size_t n = d->cut(cut, span_of(text.at + at, at_end ? text.len - at : visible), at, at_end);

        if (n == 0)
            continue;
        uint8_t *copy = malloc(n);
        struct piece p = { .offset = at, .bytes = span_of(copy, n), .first = at == 0 };
        must(copy != NULL);
        memcpy(copy, text.at + at, n);
        b = batch_open(1, at, at + n);
        d->decode(&p, b);
        free(copy);
        d->follow(state, b, at + n == text.len);
        check_batch(b);
        batch_close(b);
        at += n;
        visible = 0;
    }
    free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    void *state = NULL;

    check_decoder(&auditd_decoder, text);
    follow(&auditd_decoder, text, &state, "audit.log.1");
    follow(&auditd_decoder, text, &state, "audit.log");
    follow(&syslog_decoder, text, &state, "syslog");
    audit_follow_end(&state);
    return 0;
}
