/* Any bytes as a profile (and so as YAML), and what it makes of pairs that the same
 * bytes name. */
#include "queries/profile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool sound)
{
    if (!sound)
        abort();
}

static void judge(const struct profile *p, struct span text)
{
    size_t third = text.len / 3;
    struct suspect s = {
        PLATFORM_WINDOWS, 0, span_of(text.at, third), span_of(text.at + third, third),
        SPAN("false"), SPAN_NONE, SPAN_NONE, span_of(text.at + 2 * third, third),
    };
    uint32_t reasons;

    s.factors = factor_verdict(s.platform, s.Image, s.ImageLoaded, s.Signed).factors;
    reasons = reason_bits(p, &s);
    must(!(reasons & REASONS_OF_CASE) && !(reasons >> REASON_COUNT));
    must(abs(profile_priority(p, reasons)) <= REASON_COUNT * PROFILE_WEIGHT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct profile *own;
    struct span text = span_of(size ? data : (const uint8_t *)"", size);
    struct fault f = { 0 };
    struct profile *p = profile_open(text, &f), *again;

    if (!own)
        own = profile_default();
    judge(own, text);
    if (!p) {
        must(f.kind != FAULT_NONE && f.text[0]);
        return 0;
    }
    judge(p, text);
    again = profile_open(text, &f);
    must(again && strcmp(profile_digest(again), profile_digest(p)) == 0);
    profile_close(again);
    profile_close(p);
    return 0;
}
