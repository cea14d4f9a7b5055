/* Inside the child: one form of bundle, opened by libarchive over a stream, and what
 * libarchive says when that fails. */
#ifndef INGEST_BUNDLE_FORM_H
#define INGEST_BUNDLE_FORM_H

#include "ingest/bundle_stream.h"

#define DOES_NOT_OPEN "encrypted: the password does not open it"
#define ENCRYPTED_7Z "an encrypted 7z: unpack it with `7z x`, then give modhunt the folder"

/* libarchive's words, as an outcome of `s` and what is to be done. */
void bundle_form_failed(struct stream *s, struct archive *a, enum bundle_form form);

/* Does a zip have its end?  Its last bytes are looked at, and it is wound back. */
bool bundle_form_zip_has_end(const struct stream *s, bool seeks);

/* Opens `form` and no other; whole in memory where it must be sought and is small
 * enough.  As libarchive answers: ARCHIVE_OK, or bundle_form_failed tells why not. */
int bundle_form_open(struct archive *a, struct stream *s, enum bundle_form form);

#endif
