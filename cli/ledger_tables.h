/* The ledger's further tables: hosts, channels, damaged places, and the kinds of
 * files that are no evidence. */
#ifndef CLI_LEDGER_TABLES_H
#define CLI_LEDGER_TABLES_H

#include "cli/output.h"
#include "store/store.h"

enum ledger_table {
    LEDGER_NOT_COMPLETE, /* files and why they are not all there; a table alone */
    LEDGER_PROBLEMS,
    LEDGER_HOSTS,
    LEDGER_LOGGING,      /* what is known of how each host logs; a table alone */
    LEDGER_CHANNELS,
};

/* The whole table to stdout in any form. */
bool ledger_print(struct store *s, enum ledger_table which, enum output_form form,
                  struct fault *f) MUST_CHECK;

/* The same below another table: an empty line before it, nothing where it has no
 * row, and of damaged places the first of each file alone, and how many follow. */
bool ledger_print_below(struct store *s, enum ledger_table which, struct fault *f) MUST_CHECK;

/* Files that are only listed, counted by kind. */
#define KINDS_MAX 64
#define KIND_NAME_MAX 48
struct kinds {
    struct kind_count {
        char name[KIND_NAME_MAX];
        uint64_t files;
    } kind[KINDS_MAX];
    size_t count;
    uint64_t files;
};

/* Is this row of the ledger a file that is no evidence?  Then it is counted. */
bool kinds_take(struct kinds *k, const struct cell *row);
/* `212 registry hives, 3 $MFT, ...` to stdout, the most frequent first. */
void kinds_print(struct kinds *k);

#endif
