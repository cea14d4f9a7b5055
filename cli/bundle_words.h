/* The words that `modhunt ingest` and the console share: the passwords of archives,
 * and the limits. */
#ifndef CLI_BUNDLE_WORDS_H
#define CLI_BUNDLE_WORDS_H

#include "cli/options.h"
#include "cli/unlock.h"

#define BUNDLE_OPTIONS \
    { "password-file", 0, "FILE", "passwords of encrypted zips, one a line" }, \
    { "max-depth", 0, "N", "bundles in bundles that are opened; 3 unless told" }, \
    { "max-members", 0, "N", "members of one bundle; a million unless told" }, \
    { "max-member", 0, "SIZE", "one member, unpacked; 64G unless told" }, \
    { "max-bundle", 0, "SIZE", "all of one bundle, unpacked; 256G unless told" }, \
    { "max-held", 0, "SIZE", "7z and zip inside of bundles, held in memory; 64M unless told" }, \
    { "max-ratio", 0, "N", "how far a member above 256M may unpack; 200 unless told" }, \
    { "max-record", 0, "SIZE", "one record of text; XML 256K, JSON and CSV 1M unless told" }

struct bundle_words {
    struct bundle_options options;
    uint64_t record_max; /* 0: the usual */
    struct passwords passwords;
    bool asks;           /* a human sits at a terminal, and gave no file of passwords */
};

/* Reads them.  Where one of the paths is an encrypted zip, no file was given and
 * a human sits at a terminal, asks for the password without showing it. */
bool bundle_words_read(struct bundle_words *w, const struct options *o, const char *const *paths,
                       size_t count, struct fault *f) MUST_CHECK;
/* Was it asked for before, because the file was named? */
bool bundle_words_asked(const char *const *paths, size_t count, const char *path);
void bundle_words_use(struct bundle_words *w);   /* passwords were added: gives them on */
void bundle_words_clear(struct bundle_words *w); /* overwrites the passwords */

#endif
