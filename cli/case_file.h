/* Where a case lies, and whether a file is one: told by content, never by
 * name. */
#ifndef CLI_CASE_FILE_H
#define CLI_CASE_FILE_H

#include "core/fault.h"
#include "ingest/ingest.h"

#define CASE_PATH_MAX 4096
#define CASE_APPLICATION_ID 0x4d484e54u /* "MHNT" */

enum case_kind {
    CASE_MISSING,    /* nothing lies there */
    CASE_EMPTY,      /* a file without a byte: a new case may be made of it */
    CASE_OURS,
    CASE_FOREIGN_DB, /* an SQLite database, but not a case */
    CASE_OTHER,      /* any other file, or a folder */
    CASE_UNREADABLE, /* it can't be opened or read: errno says why */
};

/* Reads the first 100 bytes.  Never call it on a case that this process has
 * open: closing the file would drop SQLite's locks. */
enum case_kind case_file_kind(const char *path);

/* The file name of a new case for this evidence: `bundle.zip` gives
 * `bundle.modhunt`, a folder `x.y` gives `x.y.modhunt`. */
void case_file_name(char *out, size_t size, const char *evidence);

/* The path of the case for this evidence: in the current folder, or, where that
 * lies inside one of them or can't be written, in the XDG data folder (made
 * 0700; *elsewhere tells). */
bool case_file_for(char out[static CASE_PATH_MAX], const char *const *evidence, size_t count,
                   bool *elsewhere, struct fault *f) MUST_CHECK;

/* The case, its -wal and -shm, as far as they exist, so that a walk passes them
 * over.  Gives how many. */
size_t case_file_ids(const char *path, struct file_id out[static 3]);

/* Removes a case that was made and came to nothing. */
void case_file_remove(const char *path);

#endif
