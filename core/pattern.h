/* Regular expressions: the one door to PCRE2.
 *
 * A pattern is compiled once, with JIT, and may then be matched by any thread.
 * Limits hold for every match; a match that ends in an error (limit, JIT
 * stack) is retried without JIT and then MATCH_UNSURE, which callers treat as
 * "show it", never as benign. */
#ifndef CORE_PATTERN_H
#define CORE_PATTERN_H

#include "core/fault.h"
#include "core/span.h"

enum match { MATCH_NO, MATCH_YES, MATCH_UNSURE };

enum pattern_flags {
    PATTERN_NOCASE = 1, /* letters without case, Unicode's simple folding */
};

struct pattern;

/* NULL, and *f says why and at which column, where the text is no pattern or
 * is longer than 4,096 bytes. */
struct pattern *pattern_open(struct span regex, unsigned flags, struct fault *f) MUST_CHECK;
void pattern_close(struct pattern *p);

/* Looks for the pattern anywhere in `subject` (valid UTF-8).  On MATCH_YES
 * *where (may be NULL) borrows the matched part of the subject. */
enum match pattern_find(const struct pattern *p, struct span subject, struct span *where);

#endif
