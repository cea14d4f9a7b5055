/* Loading evidence into a case without the console: `modhunt ingest`, and
 * `modhunt EVIDENCE...` where there is no terminal. */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include "cli/bundle_words.h"
#include "cli/feed.h"

/* Opens the case, or makes it where there is none (*made tells).  NULL, and *f:
 * also where it can't be written. */
struct store *intake_open(const char *case_path, bool *made, struct fault *f) MUST_CHECK;

/* The whole of it: progress, stopping by a signal, the summary and what was
 * damaged on stderr; gives the exit status.  Where somebody can be asked (`words`),
 * encrypted archives that were met are asked for at the end, and read again. */
int intake_run(const char *case_path, const struct ingest_options *how,
               struct bundle_words *words);

/* What became of this run's files, on stderr; gives the exit status.  `path` is
 * the first that was given; *empty is set where not one file was met. */
int intake_report(const char *case_path, const char *path, const struct feed *fd, int64_t took,
                  bool stopped, bool *empty);

#endif
