/* Statements about one hash.  Modules are found by their indexes; processes and
 * context keep Hashes as text, which is why those are walked once for all hashes
 * that are asked for. */
#include "queries/hash.h"

#define LOADS_OF(condition) \
    "SELECT count(DISTINCT s.host), count(DISTINCT p.image), count(DISTINCT m.ImageLoaded)," \
    " coalesce(sum(s.loads + s.recovered), 0), count(*), count(s.allowed_by)," \
    " min(coalesce(min(s.first_time, s.recovered_first), s.first_time, s.recovered_first))," \
    " max(coalesce(max(s.last_time, s.recovered_last), s.last_time, s.recovered_last))," \
    " coalesce(max(s.SuspicionScore), 0), min(m.ImageLoaded)" \
    " FROM module m JOIN pair p ON p.module = m.id JOIN sighting s ON s.pair = p.id WHERE " condition

#define UNLIKE(missing) \
    "SELECT count(DISTINCT s.host) FROM module m JOIN pair p ON p.module = m.id" \
    " JOIN sighting s ON s.pair = p.id WHERE " missing

const char *hash_loads(size_t digits)
{
    return digits == 64 ? LOADS_OF("m.sha256 = ?1")
         : digits == 40 ? LOADS_OF("m.sha1 = ?1")
                        : LOADS_OF("(m.md5 = ?1 OR m.imphash = ?1)");
}

const char *hash_unlike(size_t digits)
{
    return digits == 64 ? UNLIKE("m.sha256 IS NULL")
         : digits == 40 ? UNLIKE("m.sha1 IS NULL")
                        : UNLIKE("m.md5 IS NULL");
}

const char hash_processes[] =
    "SELECT Hashes, count(*) FROM process WHERE Hashes IS NOT NULL GROUP BY Hashes";
const char hash_files[] =
    "SELECT Hashes, count(*) FROM context WHERE Hashes IS NOT NULL GROUP BY Hashes";
const char hash_hosts[] =
    "SELECT count(*) FILTER (WHERE l), count(*) FILTER (WHERE NOT l) FROM (SELECT EXISTS"
    " (SELECT 1 FROM sighting s WHERE s.host = h.id) AS l FROM host h WHERE h.merged_into IS NULL)";
