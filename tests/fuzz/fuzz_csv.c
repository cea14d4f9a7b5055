/* Any bytes as CSV. */
#include "tests/fuzz/decoder_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_decoder(&csv_decoder, span_of(data, size));
    return 0;
}
