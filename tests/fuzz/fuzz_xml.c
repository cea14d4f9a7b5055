/* Any bytes as a source of XML; nothing external is ever asked for, and what is
 * read without libxml2 is what libxml2 reads. */
#include "tests/fuzz/decoder_check.h"
#include "tests/unit/xml_ways.h"

#include <libxml/parser.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static xmlParserInputPtr trap(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url, (void)id, (void)parser;
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool trapped;

    check_decoder(&xml_decoder, span_of(data, size));
    check_all_ways(span_of(data, size));
    if (!trapped && size > 0)
        xmlSetExternalEntityLoader(trap); /* behind the decoder's own, from now on */
    trapped = trapped || size > 0;
    return 0;
}
