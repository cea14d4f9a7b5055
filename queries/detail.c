/* The detail's statements.  What a column of core/page.h is comes from
 * queries/columns; only what no list shows stands here. */
#include "queries/detail.h"

#include "core/load.h"
#include "queries/columns.h"

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/* Evidence may give one hash to any number of modules, or one name: what is
 * counted stays small, and the note says "at least". */
#define SOME " LIMIT " TEXT_OF(DETAIL_SEEN_MAX)
#define OF_HASH "WITH of_hash AS MATERIALIZED (SELECT id, ImageLoaded FROM module" \
                " WHERE sha256 = ?1" SOME ") "
#define OTHER_PATH "o.ImageLoaded COLLATE NOCASE <> ?2"

static const char *const texts[DETAIL_PART_COUNT] = {
    [DETAIL_NEWEST] = "SELECT id FROM load WHERE sighting = ?1"
                      " ORDER BY time DESC NULLS LAST, id DESC LIMIT 1",
    [DETAIL_SIGHTING] = "SELECT sighting FROM load WHERE id = ?1",
    [DETAIL_SEEN] = OF_HASH "SELECT (SELECT coalesce(sum(p.hosts), 0) FROM of_hash o"
                    " JOIN pair p ON p.module = o.id), (SELECT count(DISTINCT host) FROM"
                    " (SELECT s.host FROM of_hash o JOIN pair p ON p.module = o.id"
                    " JOIN sighting s ON s.pair = p.id" SOME ")),"
                    " (SELECT count(DISTINCT ImageLoaded COLLATE NOCASE) FROM of_hash o"
                    " WHERE " OTHER_PATH "), (SELECT count(*) FROM of_hash)",
    [DETAIL_PLACES] = OF_HASH "SELECT min(o.ImageLoaded), sum(p.hosts) FROM of_hash o"
                      " JOIN pair p ON p.module = o.id WHERE " OTHER_PATH
                      " GROUP BY o.ImageLoaded COLLATE NOCASE"
                      " ORDER BY 2 DESC, 1 LIMIT " TEXT_OF(DETAIL_LIST_MAX),
    [DETAIL_NAMED] = "WITH of_name AS MATERIALIZED (SELECT sha256 FROM module WHERE name = ?1"
                     " COLLATE NOCASE AND sha256 <> ?2" SOME ")"
                     " SELECT count(DISTINCT sha256), count(*) FROM of_name",
    [DETAIL_DROPPED] = "SELECT c.event, c.time, i.Image FROM context c"
                       " LEFT JOIN image i ON i.id = c.image"
                       " WHERE c.Target = ?2 COLLATE NOCASE AND c.host = ?1"
                       " AND c.event IN (11, 15, 29) AND c.time <= ?3"
                       " ORDER BY c.time DESC, c.id DESC LIMIT " TEXT_OF(DETAIL_LIST_MAX),
    [DETAIL_IMPORTED] = "SELECT f.says, f.detail, f.hash, w.form, w.path, i.time FROM fact f"
                        " JOIN fact_file w ON w.id = f.file JOIN fact_import i ON i.id = w.import"
                        " WHERE (f.path = ?2 OR f.hash IN (?3, ?4, ?5)) AND i.removed IS NULL"
                        " AND ((i.host IS NULL AND f.hash IN (?3, ?4, ?5)) OR EXISTS (SELECT 1"
                        " FROM host h WHERE h.id = i.host AND (h.id = ?1 OR h.merged_into = ?1)))"
                        " ORDER BY f.says = 'hash', f.id DESC LIMIT " TEXT_OF(DETAIL_LIST_MAX),
    [DETAIL_MEMORY] = "SELECT Detail, time FROM (SELECT id, event, time, Detail FROM context"
                      " WHERE process = (SELECT process FROM load WHERE id = ?1)"
                      " LIMIT " TEXT_OF(DETAIL_CONTEXT_MAX) ") WHERE event = "
                      TEXT_OF(CONTEXT_EXECUTABLE_MEMORY)
                      " ORDER BY time, id LIMIT " TEXT_OF(DETAIL_LIST_MAX),
    [DETAIL_FILES] = "SELECT inode, dev, mode, owner FROM sighting_file WHERE sighting = ?1"
                     " LIMIT " TEXT_OF(DETAIL_LIST_MAX),
};

static const char *const facts[FACT_COUNT] = {
    [FACT_HOST] = "s.host",
    [FACT_TIME] = "l.time",
    [FACT_FLAGS] = "l.flags",
    [FACT_NAME] = "m.name",
    [FACT_SOURCE] = "r.source",
    [FACT_EXPLAINED] = "x.id IS NOT NULL",
    [FACT_OWN_USER] = "u.id IS NOT NULL",
    [FACT_OWN_COMMANDLINE] = "r.CommandLine IS NOT NULL",
    [FACT_RECOVERED] = "s.recovered",
    [FACT_REASON] = "(SELECT a.reason FROM allow a WHERE a.id = s.allowed_by)",
};

/* What is no column of a list. */
static const char *const further[SHOWN_COUNT] = {
    [SHOWN_CurrentDirectory] = "coalesce(r.CurrentDirectory, x.CurrentDirectory)",
    [SHOWN_IntegrityLevel] = "coalesce(r.IntegrityLevel, x.IntegrityLevel)",
    [SHOWN_ImageLoaded_raw] = "m.ImageLoaded_raw",
    [SHOWN_LoginUser] = "coalesce(r.LoginUser, x.LoginUser)",
    [SHOWN_tags] = "nullif(rtrim(iif(l.flags & 32, 'preload-order ', '')"
                   " || iif(l.flags & 64, 'indirect-exec', '')), '')",
    [SHOWN_LogonId] = "coalesce(r.LogonId, x.LogonId)",
    [SHOWN_ParentCommandLine] = "coalesce(r.ParentCommandLine, rp.CommandLine,"
                                " x.ParentCommandLine)",
    [SHOWN_ParentProcessId] = "coalesce(r.ParentProcessId, x.ParentProcessId)",
    [SHOWN_ParentProcessGuid] = "r.ParentProcessGuid",
    [SHOWN_ProcessHashes] = "r.Hashes",
    [SHOWN_ProcessSigning] = "(SELECT g.words FROM process_signing g WHERE g.evidence = l.evidence"
                             " AND g.ProcessGuid = r.ProcessGuid)",
    [SHOWN_ProcessOriginalFileName] = "r.OriginalFileName",
    [SHOWN_start_time] = "coalesce(r.start_time, x.start_time)",
    [SHOWN_end_time] = "r.end_time",
    [SHOWN_evidence] = "e.path",
    [SHOWN_bundle] = "e.bundle",
    [SHOWN_place] = "l.place",
};

static const char *const names[SHOWN_COUNT] = {
#define DETAIL_NAME(name) [SHOWN_##name] = #name,
    DETAIL_SHOWN(DETAIL_NAME)
};

static void compile_facts(struct statement *s)
{
    statement_put(s, "SELECT s.id");
    for (size_t i = 0; i < FACT_COUNT; i++) {
        statement_put(s, ", ");
        statement_put(s, facts[i]);
    }
    for (size_t i = 0; i < SHOWN_COUNT; i++) {
        enum column c = further[i] ? COLUMN_COUNT : column_named(span_text(names[i]));

        statement_column(s, further[i] ? further[i] : columns_expression(c), names[i], c);
    }
    /* A sighting whose last load was a copy has none until the case settles. */
    statement_put(s, " FROM sighting s LEFT JOIN load l ON l.id = ?2 AND l.sighting = s.id");
    columns_join(s, ~0u);
    statement_put(s, " WHERE s.id = ?1");
}

void detail_compile(struct statement *s, enum detail_part part)
{
    if (part == DETAIL_FACTS)
        compile_facts(s);
    else
        statement_put(s, texts[part]);
}
