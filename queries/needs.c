/* The needs' SQL: which hosts have it, of those whose platform could.
 *
 * Asked on the same connection as the query, so that both see one case. */
#include "queries/needs.h"

#define OF(platform, holds) \
    "WITH able(id) AS (SELECT id FROM host h WHERE h.merged_into IS NULL AND (" platform ")" \
    " AND (EXISTS (SELECT 1 FROM sighting s WHERE s.host = h.id)" \
    " OR EXISTS (SELECT 1 FROM process p WHERE p.host = h.id)))," \
    " holds(id) AS (" holds ")" \
    " SELECT (SELECT count(*) FROM able WHERE id IN (SELECT id FROM holds))," \
    " (SELECT count(*) FROM able)"

#define ANY "1"
#define WINDOWS "h.platform IN ('windows', '')"
#define OF_MODULES(what) \
    OF(WINDOWS, "SELECT s.host FROM module m JOIN pair p ON p.module = m.id" \
                " JOIN sighting s ON s.pair = p.id WHERE " what)

static const char *const sql[NEED_COUNT] = {
    [NEED_loads] = OF(ANY, "SELECT host FROM sighting"),
    [NEED_windows_loads] = OF(WINDOWS, "SELECT host FROM sighting"),
    [NEED_linux_loads] = OF("h.platform = 'linux'", "SELECT host FROM sighting"),
    [NEED_macos_loads] = OF("h.platform = 'macos'", "SELECT host FROM sighting"),
    [NEED_signatures] = OF_MODULES("m.Signed IS NOT NULL"),
    [NEED_hashes] = OF_MODULES("m.sha256 IS NOT NULL"),
    [NEED_versions] = OF_MODULES("m.Company IS NOT NULL"),
    [NEED_command_lines] = OF(ANY, "SELECT host FROM process WHERE CommandLine IS NOT NULL"),
    [NEED_file_creation] = OF(ANY, "SELECT host FROM context WHERE event IN (11, 29)"),
    [NEED_file_deletion] = OF(ANY, "SELECT host FROM context WHERE event IN (23, 26)"),
    [NEED_failed_loads] = OF("h.platform = 'macos'", "SELECT host FROM context WHERE event = 1001"),
    [NEED_executable_memory] = OF("h.platform = 'linux'", "SELECT host FROM sighting UNION"
                                  " SELECT host FROM context WHERE event = 1000"),
    [NEED_remote_threads] = OF(WINDOWS, "SELECT host FROM context WHERE event = 8"),
    [NEED_streams] = OF(WINDOWS, "SELECT host FROM context WHERE event = 15"),
    [NEED_allowlist] = "SELECT count(*), 1 FROM allow",
};

static const struct {
    const char *name, *platform, *words;
} facts[NEED_COUNT] = {
#define NEED_FACT(name, platform, words) [NEED_##name] = { #name, platform, words },
    NEEDS(NEED_FACT)
};

const char *need_name(enum need n)
{
    return facts[n].name;
}

const char *need_words(enum need n)
{
    return facts[n].words;
}

bool need_of_hosts(enum need n)
{
    return facts[n].platform[0] != '-';
}

const char *need_sql(enum need n)
{
    return sql[n];
}

/* A dash for an underscore is meant the same. */
static bool same(struct span a, const char *b)
{
    if (a.len != strlen(b))
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.at[i] != (uint8_t)b[i] && !(a.at[i] == '-' && b[i] == '_'))
            return false;
    return true;
}

enum need need_named(struct span name)
{
    for (enum need n = 0; n < NEED_COUNT; n++)
        if (same(name, facts[n].name))
            return n;
    return NEED_COUNT;
}
