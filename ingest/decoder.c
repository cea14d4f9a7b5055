/* The formats that we read, in the order in which they are asked.
 *
 * A new format is one line here.  Never looks at a file's name. */
#include "ingest/decoder.h"

#include "ingest/json_cut.h"

static size_t record_bytes; /* written before the threads start, then only read */

static const struct decoder *const decoders[] = {
    &evtx_decoder,
    &laurel_decoder, /* its own JSON lines before any */
    &journal_decoder,
    &falco_decoder,
    &eslogger_decoder,
    &unified_decoder,
    &jsonl_decoder, /* JSON, CSV and syslog before xml: they may carry XML */
    &json_decoder,
    &csv_decoder,
    &auditd_decoder,
    &audit_rules_decoder,
    &syslog_decoder,
    &xml_decoder,
};

const struct decoder *decoder_at(size_t i)
{
    return i < sizeof decoders / sizeof *decoders ? decoders[i] : NULL;
}

const struct decoder *decoder_for(struct span head)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++) {
        if (decoders[i] == &xml_decoder) { /* before it, since JSON may carry XML */
            enum json_behind said = json_sniff_behind(head);

            if (said != BEHIND_NOTHING)
                return said == BEHIND_LINES ? &jsonl_decoder : &json_decoder;
        }
        if (decoders[i]->sniff(head))
            return decoders[i];
    }
    return NULL;
}

size_t record_max(size_t usual)
{
    return record_bytes ? record_bytes : usual;
}

void record_max_set(size_t bytes)
{
    record_bytes = bytes < RECORD_BYTES_MAX ? bytes : RECORD_BYTES_MAX;
}

const char *record_too_long(size_t usual)
{
    if (record_bytes)
        return "longer than a record may be (--max-record)";
    return usual == 1u << 20 ? "longer than 1 MiB (--max-record)"
                             : "longer than 256 KiB (--max-record)";
}
