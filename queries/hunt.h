/* The seed's table in the seed's order, as the statements that store/hunt.c
 * runs: SuspicionScore and _time descending, then host, Image, ImageLoaded,
 * evidence digest, place.
 *
 * Only narrow rows are sorted, one score at a time.  The texts that decide ties
 * are looked at among equals alone. */
#ifndef QUERIES_HUNT_H
#define QUERIES_HUNT_H

#include "queries/statement.h"

#define HUNT_SCORE_MAX 4

/* A narrow row, in this order. */
enum hunt_narrow {
    NARROW_LOAD, NARROW_TIME, NARROW_SIGHTING, NARROW_PROCESS, NARROW_USER,
    NARROW_EVIDENCE, NARROW_PLACE, NARROW_FLAGS, NARROW_COUNT
};

/* What hangs on a sighting, by ?1. */
enum hunt_sighting {
    WORD_HOST, WORD_IMAGE, WORD_IMAGELOADED, WORD_SIGNED, WORD_SIGNATURESTATUS, WORD_HASHES,
    WORD_FACTORS, WORD_SCORE, WORD_PLATFORM, WORD_ALLOWED, WORD_SHA256,
    WORD_PRIORITY, WORD_REASONS, WORD_COUNT
};
#define HUNT_PROCESS_WORDS 2 /* CommandLine, User */

/* Columns of the answer. */
enum hunt_column {
    HUNT_TIME, HUNT_HOST, HUNT_USER, HUNT_IMAGE, HUNT_COMMANDLINE, HUNT_IMAGELOADED,
    HUNT_SIGNED, HUNT_SIGNATURESTATUS, HUNT_HASHES, HUNT_FACTORS, HUNT_SCORE, HUNT_REF,
    HUNT_PLATFORM, HUNT_RESOLUTION, HUNT_RECOVERED, HUNT_ALLOWED, HUNT_SHA256,
    HUNT_PRIORITY, HUNT_REASONS,
    HUNT_COLUMN_COUNT
};
extern const enum column hunt_columns[HUNT_COLUMN_COUNT];

/* Narrow rows of one score, newest first; `limit` of them, 0: all. */
void hunt_pick(struct statement *s, const struct question *q, int score, uint32_t limit);

/* Narrow rows of one score and one time (NULL too), in the final order. */
void hunt_ties(struct statement *s, const struct question *q, int score,
               const struct cell *time, uint32_t limit);

void hunt_sighting(struct statement *s); /* enum hunt_sighting */
void hunt_process(struct statement *s);  /* CommandLine, User */
void hunt_user(struct statement *s);     /* User */
void hunt_evidence(struct statement *s); /* the first 12 digits of its sha256; all of it */

#endif
