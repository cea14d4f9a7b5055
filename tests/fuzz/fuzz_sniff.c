/* Any bytes as the beginning of a file: what it is, and what it is worth.
 *
 * Every answer must be whole: a bundle has a form, what is closed says what opens
 * it, a name is there to be shown; and two askers of the same bytes agree. */
#include "ingest/decoder.h"
#include "ingest/json_cut.h"
#include "ingest/magic.h"
#include "ingest/promise.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check(struct magic m)
{
    must((m.kind == KIND_BUNDLE) == (m.form != FORM_NONE));
    must(m.kind == KIND_UNKNOWN || (m.name && *m.name));
    must(m.kind != KIND_CLOSED || (m.advice && *m.advice));
    must(m.form == FORM_NONE || *bundle_form_name(m.form));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span head = span_of(data, size < SNIFF_BYTES ? size : SNIFF_BYTES);
    struct magic m = magic_of(head), again = magic_of(head);
    const struct decoder *d = decoder_for(head);

    check(m);
    check(magic_last(head));
    must(m.kind == again.kind && m.form == again.form && m.name == again.name);
    must(!d || (*d->name && (d->sniff(head) || json_sniff_behind(head) != BEHIND_NOTHING)));
    for (size_t i = 0; decoder_at(i) && decoder_at(i) != d; i++)
        must(!d || !decoder_at(i)->sniff(head));
    (void)magic_zip_is_encrypted(head);
    must(promise_of_loads(head) || !memmem(head.at, head.len, "ImageLoaded", 11));
    (void)promise_by_name(head);
    return 0;
}
