/* What is asked of a case about a file by its hash, as statements. */
#ifndef QUERIES_HASH_H
#define QUERIES_HASH_H

#include <stddef.h>

/* The modules of hash ?1, which has that many digits (64, 40 or 32), and their loads:
 * hosts, images, paths, loads, sightings, allowed sightings, first_time, last_time,
 * SuspicionScore, ImageLoaded.  One row. */
const char *hash_loads(size_t digits);

/* Hosts with a load that says nothing of that kind of hash.  One number. */
const char *hash_unlike(size_t digits);

/* Every text of Hashes with how often it occurs: of processes' own images, and of
 * files that records of context speak of. */
extern const char hash_processes[], hash_files[];

/* Hosts with loads, hosts without. */
extern const char hash_hosts[];

#endif
