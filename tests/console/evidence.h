/* Evidence that the console tests write themselves: Sysmon XML, and a case made
 * of it by the real program. */
#ifndef TESTS_CONSOLE_EVIDENCE_H
#define TESTS_CONSOLE_EVIDENCE_H

#include <stdio.h>

/* What the tests look for. */
#define EVIL_HASH "3FA8C1D2E4F05A6B7C8D9E0F1A2B3C4D5E6F708192A3B4C5D6E7F8091A2B3C4D"

struct evidence_load {
    const char *Computer, *Image, *ImageLoaded, *Signed, *sha256, *UtcTime;
};

/* A folder of its own under TMPDIR, its path in a static buffer of the test. */
const char *evidence_folder(void);
void evidence_remove(void); /* the folder and all in it */

/* Writes NAME into the folder: the ordinary tale, the hostile one, or `n` loads. */
void evidence_tale(const char *name);
void evidence_hostile(const char *name);
void evidence_many(const char *name, int n);

/* `modhunt ingest -c CASE FILE...` in the folder; the test fails unless it exits
 * with `status`.  Returns CASE's path, static. */
const char *evidence_case(const char *name, const char *file, int status);

/* Runs a program silently; its exit status. */
int evidence_run(const char *const *argv);

#endif
