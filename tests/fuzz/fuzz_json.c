/* Any bytes as JSON, as lines and as anything else. */
#include "tests/fuzz/decoder_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_decoder(&jsonl_decoder, span_of(data, size));
    check_decoder(&json_decoder, span_of(data, size));
    return 0;
}
