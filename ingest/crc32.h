/* CRC-32 as EVTX uses it (the polynomial of zlib and Ethernet, reflected). */
#ifndef INGEST_CRC32_H
#define INGEST_CRC32_H

#include "core/span.h"

/* Goes on from `crc`, 0 at the start: crc32_add(crc32_add(0, a), b) is that of
 * a followed by b. */
uint32_t crc32_add(uint32_t crc, struct span bytes);

/* The same without the processor's help; for tests. */
uint32_t crc32_add_portable(uint32_t crc, struct span bytes);

#endif
