/* What the case knows of one place in its evidence, as the statements that
 * store/record.c runs. */
#ifndef QUERIES_RECORD_H
#define QUERIES_RECORD_H

#include "queries/statement.h"

enum record_part {
    RECORD_EVIDENCE, /* ?1 first and ?2 behind the last sha256 -> enum record_evidence; rows */
    RECORD_OUTER,    /* ?1 bundle, as the ledger chains it -> path, size of its file; rows */
    RECORD_NEAR,     /* as RECORD_ROWS, of loads in the order of their places alone */
    RECORD_ROWS,     /* ?1 sha256, ?2 place -> enum record_row; rows */
    RECORD_PART_COUNT
};

enum record_evidence {
    RECORD_SHA256, RECORD_PATH, RECORD_BUNDLE, RECORD_NAME /* as text */, RECORD_SIZE,
    RECORD_FORMAT, RECORD_STATE, RECORD_REASON
};

enum record_row {
    ROW_WHAT /* load, process start, ..., copy, damaged, note */, ROW_RECORD, ROW_FLAGS,
    ROW_LEN, ROW_REASON
};

void record_compile(struct statement *s, enum record_part part);

#endif
