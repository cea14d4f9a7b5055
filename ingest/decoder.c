/* The formats that we read, in the order in which they are asked.
 *
 * A new format is one line here.  Never looks at a file's name. */
#include "ingest/decoder.h"

static const struct decoder *const decoders[] = {
    &evtx_decoder,
    &laurel_decoder, /* its own JSON lines before any */
    &journal_decoder,
    &falco_decoder,
    &jsonl_decoder, /* JSON, CSV and syslog before xml: they may carry XML */
    &json_decoder,
    &csv_decoder,
    &auditd_decoder,
    &syslog_decoder,
    &xml_decoder,
};

const struct decoder *decoder_at(size_t i)
{
    return i < sizeof decoders / sizeof *decoders ? decoders[i] : NULL;
}

const struct decoder *decoder_for(struct span head)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (decoders[i]->sniff(head))
            return decoders[i];
    return NULL;
}
