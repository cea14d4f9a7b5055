/* Inside store/: every statement of the writing side, prepared once, by name.
 *
 * The texts stand in one table (STMTS).  A statement is prepared when it is
 * first asked for and kept until the store is closed. */
#ifndef STORE_STMT_H
#define STORE_STMT_H

#include "core/fault.h"
#include "core/moment.h"
#include "core/span.h"

#include <sqlite3.h>

/* What a start says, ?2 to ?21 in this order. */
#define PROCESS_COLUMNS \
    "source, start_time, ProcessId, image, user, evidence, record, place, flags, CommandLine," \
    " CurrentDirectory, IntegrityLevel, LogonId, Hashes, OriginalFileName, RuleName," \
    " ParentProcessGuid, ParentProcessId, ParentImage, ParentCommandLine"
/* The least and the greatest, where a NULL on either side says nothing. */
#define LEAST(column, value) \
    column " = CASE WHEN " column " IS NULL OR " value " < " column " THEN " value " ELSE " column " END"
#define GREATEST(column, value) \
    column " = CASE WHEN " column " IS NULL OR " value " > " column " THEN " value " ELSE " column " END"

/* The pairs of the modules that allowlist entry ?1 names. */
#define ALLOW_PAIRS \
    "SELECT p.id FROM allow a JOIN module m ON m.sha256 = a.value JOIN pair p ON p.module = m.id" \
    " WHERE a.id = ?1 AND a.kind = 'hash' UNION" \
    " SELECT p.id FROM allow a JOIN module m ON m.sha1 = a.value JOIN pair p ON p.module = m.id" \
    " WHERE a.id = ?1 AND a.kind = 'hash' UNION" \
    " SELECT p.id FROM allow a JOIN module m ON m.md5 = a.value JOIN pair p ON p.module = m.id" \
    " WHERE a.id = ?1 AND a.kind = 'hash' UNION" \
    " SELECT p.id FROM allow a JOIN module m ON m.ImageLoaded = a.value COLLATE NOCASE" \
    " JOIN pair p ON p.module = m.id WHERE a.id = ?1 AND a.kind = 'path'" \
    " AND a.platform = m.platform" \
    " AND (a.platform = 'windows' OR a.value = m.ImageLoaded COLLATE BINARY)"

/* Does the import `i` count for host ?2?  (A host that was merged is the other.) */
#define FACT_COUNTS \
    "i.removed IS NULL AND EXISTS (SELECT 1 FROM host h WHERE h.id = i.host" \
    " AND (h.id = ?2 OR h.merged_into = ?2))"
#define FACT_TABLES " FROM fact f JOIN fact_file w ON w.id = f.file JOIN fact_import i ON i.id = w.import"

/* A file of standard input, not read to its end. */
#define STREAM_READING \
    "state = 'reading' AND ((path = '-' AND bundle IS NULL) OR bundle = '-' OR bundle LIKE '-!%')"

#define STMTS(_) \
    _(BEGIN,           "BEGIN IMMEDIATE") \
    _(COMMIT,          "COMMIT") \
    _(DATA_VERSION,    "PRAGMA data_version") \
    \
    _(EVIDENCE_NEW,    "INSERT INTO evidence (path, path_raw, bundle, size, fingerprint, format," \
                       " state, opened) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'reading', ?7)") \
    _(EVIDENCE_RESUMED,"SELECT place, (SELECT count(*) FROM ingest_problem WHERE evidence = e.id)" \
                       " FROM evidence e WHERE id = ?1 AND (state = 'reading' OR followed NOTNULL)") \
    _(EVIDENCE_REOPEN, "UPDATE evidence SET state = 'reading', sha256 = NULL, reason = NULL," \
                       " finished = NULL WHERE id = ?1") \
    _(EVIDENCE_ADD,    "UPDATE evidence SET records = records + ?2, loads = loads + ?3," \
                       " processes = processes + ?4, context = context + ?5, other = other + ?6," \
                       " damaged = damaged + ?7, duplicates = duplicates + ?8," \
                       " recovered = recovered + ?9, " LEAST("first_time", "?10") ", " \
                       GREATEST("last_time", "?11") ", place = ?12, followed = ?13 WHERE id = ?1") \
    _(EVIDENCE_SHIFT,  "UPDATE evidence SET loads = loads + ?2, processes = processes + ?3," \
                       " context = context + ?4, duplicates = duplicates + ?5," \
                       " recovered = recovered + ?6 WHERE id = ?1") \
    _(EVIDENCE_CLOSE,  "UPDATE evidence SET state = ?2, size = ?3, sha256 = ?4, reason = ?5," \
                       " finished = ?6, followed = ?7, fingerprint = ifnull(?8, fingerprint)," \
                       " settled = 0 WHERE id = ?1") \
    _(STREAMS_CUT,     "UPDATE evidence SET state = 'partial', finished = ?1, settled = 0," \
                       " reason = 'standard input was cut off when its ingest was interrupted;" \
                       " it can''t be read on' WHERE " STREAM_READING) \
    _(EVIDENCE_FACTS,  "SELECT format, sha256, path FROM evidence WHERE id = ?1") \
    _(KNOWN,           "SELECT id, size, fingerprint, sha256, state, place," \
                       " CASE WHEN bundle IS NULL THEN coalesce(path_raw, path) END," \
                       " id >= (SELECT CAST(value AS INTEGER) FROM meta" \
                       " WHERE key = 'unfinished_from'), followed FROM evidence" \
                       " ORDER BY id") \
    _(INGEST_BEGUN,    "INSERT INTO meta VALUES ('unfinished_from', ?1) ON CONFLICT DO NOTHING") \
    _(INGEST_ENDED,    "DELETE FROM meta WHERE key IN ('unfinished_from', 'ingest_by')") \
    _(CLAIM_FIND,      "SELECT value FROM meta WHERE key = 'ingest_by'") \
    _(CLAIM_PUT,       "INSERT INTO meta VALUES ('ingest_by', ?1)" \
                       " ON CONFLICT DO UPDATE SET value = ?1") \
    _(RANGE_ADD,       "INSERT INTO record_range (evidence, host, Channel, first, last, records," \
                       " first_time, last_time, loads, processes, context)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)" \
                       " ON CONFLICT DO UPDATE SET " LEAST("first", "?4") ", " \
                       GREATEST("last", "?5") ", records = records + ?6, " \
                       LEAST("first_time", "?7") ", " GREATEST("last_time", "?8") "," \
                       " loads = loads + ?9, processes = processes + ?10, context = context + ?11") \
    _(EXTENT_ADD,      "INSERT INTO extent (host, Channel, evidence, first, last, first_time," \
                       " last_time, unnumbered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" \
                       " ON CONFLICT DO UPDATE SET " LEAST("first", "?4") ", " \
                       GREATEST("last", "?5") ", " LEAST("first_time", "?6") ", " \
                       GREATEST("last_time", "?7") ", unnumbered = unnumbered + ?8") \
    _(EXTENT_OVERLAPS, "SELECT Channel = ?2 AND first <= ?5 AND last >= ?4," \
                       " first_time <= ?7 AND last_time >= ?6 AND (unnumbered > 0 OR ?8)," \
                       " first, last, first_time, last_time, unnumbered > 0" \
                       " FROM extent WHERE host = ?1 AND evidence <> ?3" \
                       " AND ((Channel = ?2 AND first <= ?5 AND last >= ?4)" \
                       " OR (first_time <= ?7 AND last_time >= ?6 AND (unnumbered > 0 OR ?8)))") \
    _(OTHER_ADD,       "INSERT INTO other_record VALUES (?1, ?2, ?3, ?4)" \
                       " ON CONFLICT DO UPDATE SET records = records + ?4") \
    _(PROBLEM_NEW,     "INSERT INTO ingest_problem (evidence, kind, place, len, reason)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5)") \
    \
    _(HOST_FIND,       "SELECT id, platform, origin, merged_into, came_since, said FROM host" \
                       " WHERE key = ?1") \
    _(HOST_FIND_UNNAMED,"SELECT id, platform, origin, merged_into, came_since, said FROM host" \
                       " WHERE collection = ?1") \
    _(HOST_NEW,        "INSERT INTO host (name, folded, origin, platform, said, key, collection)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    _(HOST_SAID,       "UPDATE host SET said = ?2, origin = ?3 WHERE id = ?1") \
    _(HOST_PLATFORM,   "UPDATE host SET platform = ?2 WHERE id = ?1") \
    _(HOST_CAME,       "UPDATE host SET came_since = 1 WHERE id = ?1") \
    _(HOST_NAMES,      "SELECT coalesce(h.given, h.said, c.name, ''), h.given, h.said, c.name," \
                       " c.trust FROM host h LEFT JOIN collection c ON c.key = h.collection" \
                       " WHERE h.id = ?1") \
    _(HOST_SHOW,       "UPDATE host SET name = ?2, folded = ?3, given = ?4, origin = ifnull(?5," \
                       " origin) WHERE id = ?1") \
    _(COLLECTION_FIND, "SELECT name, trust FROM collection WHERE key = ?1") \
    _(COLLECTION_PUT,  "INSERT INTO collection VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET" \
                       " name = ?2, trust = ?3") \
    _(USER_FIND,       "SELECT id FROM user WHERE User = ?1") \
    _(USER_NEW,        "INSERT INTO user (User) VALUES (?1)") \
    _(IMAGE_FIND,      "SELECT id FROM image WHERE Image IS ?1") \
    _(IMAGE_NEW,       "INSERT INTO image (Image) VALUES (?1)") \
    _(MODULE_FIND,     "SELECT id FROM module WHERE key = ?1") \
    _(MODULE_NEW,      "INSERT INTO module (key, platform, name, ImageLoaded, Hashes, Signed," \
                       " Signature, SignatureStatus, Company, Product, Description," \
                       " OriginalFileName, FileVersion, sha256, sha1, md5, imphash," \
                       " ImageLoaded_raw)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14," \
                       " ?15, ?16, ?17, ?18)") \
    _(PAIR_FIND,       "SELECT id FROM pair WHERE module = ?1 AND image = ?2") \
    _(PAIR_NEW,        "INSERT INTO pair (module, image, SuspicionScore, factors, hit)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5)") \
    _(PAIR_HOSTS,      "UPDATE pair SET hosts = hosts + ?2 WHERE id = ?1") \
    _(SIGHTING_LOADS,  "SELECT pair, loads FROM sighting WHERE id = ?1") \
    _(SIGHTING_FIND,   "SELECT id FROM sighting WHERE pair = ?1 AND host = ?2") \
    _(SIGHTINGS_ADD,   "INSERT INTO sighting (id, pair, host, SuspicionScore, factors, hit," \
                       " allowed_by, loads, first_time, last_time, recovered, recovered_first," \
                       " recovered_last) SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11," \
                       " c12 FROM bulk WHERE true ON CONFLICT (id) DO UPDATE SET" \
                       " loads = loads + excluded.loads," \
                       " " LEAST("first_time", "excluded.first_time") "," \
                       " " GREATEST("last_time", "excluded.last_time") "," \
                       " recovered = recovered + excluded.recovered," \
                       " " LEAST("recovered_first", "excluded.recovered_first") "," \
                       " " GREATEST("recovered_last", "excluded.recovered_last")) \
    _(SIGHTING_USERS_ADD,"INSERT INTO sighting_user SELECT c0, c1, c2, c3 FROM bulk WHERE true" \
                       " ON CONFLICT DO UPDATE SET loads = loads + excluded.loads," \
                       " recovered = recovered + excluded.recovered") \
    _(STALE,           "INSERT OR IGNORE INTO stale VALUES (?1)") \
    \
    _(LOADS_NEW,       "INSERT INTO load (time, sighting, process, user, evidence, record, place," \
                       " flags) SELECT c0, c1, c2, c3, c4, c5, c6, c7 FROM bulk_loads") \
    _(LOAD_CHANGE,     "UPDATE load SET sighting = ?2, process = ?3, user = ?4, evidence = ?5," \
                       " record = ?6, place = ?7, flags = ?8 WHERE id = ?1") \
    _(BLOCK_NEW,       "INSERT INTO load_block VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    _(CONTEXT_NEW,     "INSERT INTO context (time, host, event, process, image, user, Target," \
                       " TargetProcessGuid, Hashes, Detail, RuleName, evidence, record, place," \
                       " flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13," \
                       " ?14, ?15)") \
    _(CONTEXT_CHANGE,  "UPDATE context SET process = ?4, image = ?5, user = ?6, Target = ?7," \
                       " TargetProcessGuid = ?8, Hashes = ?9, Detail = ?10, RuleName = ?11," \
                       " evidence = ?12, record = ?13, place = ?14, flags = ?15 WHERE id = ?16") \
    \
    _(PROCESS_FIND,    "SELECT id, image IS NOT NULL AND ProcessId IS NOT NULL," \
                       " ?1 < ProcessGuid COLLATE BINARY FROM process" \
                       " WHERE ProcessGuid = ?1 AND host = ?2") \
    _(PROCESS_GUID,    "UPDATE process SET ProcessGuid = ?2 WHERE id = ?1") \
    _(PROCESS_FIND_STUB,"SELECT id FROM process WHERE host = ?1 AND ProcessId = ?2 AND image = ?3" \
                       " AND evidence = ?4 AND ProcessGuid IS NULL AND source = 'stub'" \
                       " AND explained_by IS NULL") \
    _(PROCESS_STUB,    "INSERT INTO process (host, ProcessGuid, ProcessId, image, evidence, source)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, 'stub')") \
    _(PROCESS_STUB_FILL,"UPDATE process SET ProcessId = ifnull(ProcessId, ?2)," \
                       " image = ifnull(image, ?3) WHERE id = ?1") \
    _(PROCESS_TOLD,    "UPDATE process SET CommandLine = min(ifnull(CommandLine, ?2), ifnull(?2, CommandLine))," \
                       " ParentImage = min(ifnull(ParentImage, ?3), ifnull(?3, ParentImage))" \
                       " WHERE id = ?1 AND source = 'stub'") \
    _(PROCESS_NEW,     "INSERT INTO process (" PROCESS_COLUMNS ", host, ProcessGuid," \
                       " LoginUser) VALUES" \
                       " (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17," \
                       " ?18, ?19, ?20, ?21, ?22, ?23, ?24)") \
    _(PROCESS_STARTED, "SELECT source, start_time, ?2 < ifnull(CommandLine, '') FROM process" \
                       " WHERE id = ?1") \
    _(PROCESS_START,   "UPDATE process SET source = ?2, start_time = ?3," \
                       " ProcessId = ifnull(?4, ProcessId), image = ifnull(?5, image), user = ?6," \
                       " evidence = ?7, record = ?8, place = ?9, flags = ?10, CommandLine = ?11," \
                       " CurrentDirectory = ?12, IntegrityLevel = ?13, LogonId = ?14," \
                       " Hashes = ?15, OriginalFileName = ?16, RuleName = ?17," \
                       " ParentProcessGuid = ?18, ParentProcessId = ?19, ParentImage = ?20," \
                       " ParentCommandLine = ?21, LoginUser = ?24, explained_by = NULL, parent = NULL" \
                       " WHERE id = ?1") \
    _(PROCESS_OVER,    "UPDATE process SET source = ?2, start_time = ?3," \
                       " ProcessId = ifnull(?4, ProcessId), image = ifnull(?5, image)," \
                       " user = ifnull(?6, user), evidence = ?7, record = ?8, place = ?9," \
                       " flags = ?10, CommandLine = ifnull(?11, CommandLine)," \
                       " CurrentDirectory = ifnull(?12, CurrentDirectory)," \
                       " IntegrityLevel = ifnull(?13, IntegrityLevel)," \
                       " LogonId = ifnull(?14, LogonId), Hashes = ifnull(?15, Hashes)," \
                       " OriginalFileName = ifnull(?16, OriginalFileName)," \
                       " RuleName = ifnull(?17, RuleName)," \
                       " ParentProcessGuid = ifnull(?18, ParentProcessGuid)," \
                       " ParentProcessId = ifnull(?19, ParentProcessId)," \
                       " ParentImage = ifnull(?20, ParentImage)," \
                       " ParentCommandLine = ifnull(?21, ParentCommandLine)," \
                       " LoginUser = ifnull(?24, LoginUser) WHERE id = ?1") \
    _(PROCESS_FILL,    "UPDATE process SET ProcessId = ifnull(ProcessId, ?4)," \
                       " image = ifnull(image, ?5), user = ifnull(user, ?6)," \
                       " CommandLine = ifnull(CommandLine, ?11)," \
                       " CurrentDirectory = ifnull(CurrentDirectory, ?12)," \
                       " IntegrityLevel = ifnull(IntegrityLevel, ?13)," \
                       " LogonId = ifnull(LogonId, ?14), Hashes = ifnull(?15, Hashes)," \
                       " OriginalFileName = ifnull(OriginalFileName, ?16)," \
                       " RuleName = ifnull(RuleName, ?17)," \
                       " ParentProcessGuid = ifnull(ParentProcessGuid, ?18)," \
                       " ParentProcessId = ifnull(ParentProcessId, ?19)," \
                       " ParentImage = ifnull(ParentImage, ?20)," \
                       " ParentCommandLine = ifnull(ParentCommandLine, ?21)," \
                       " LoginUser = ifnull(LoginUser, ?24) WHERE id = ?1") \
    _(PROCESS_END,     "UPDATE process SET " GREATEST("end_time", "?2") " WHERE id = ?1") \
    _(PROCESS_RECORD_NEW,"INSERT INTO process_record (process, time, ended, evidence, record," \
                       " place, flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    _(PROCESS_RECORD_CHANGE,"UPDATE process_record SET evidence = ?2, record = ?3, place = ?4," \
                       " flags = ?5 WHERE id = ?1") \
    \
    _(COPY_NEW,        "INSERT INTO copy VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
    _(LOADS_NUMBERED,  "SELECT l.id, l.evidence, l.record, l.place, l.flags, l.sighting," \
                       " l.process, l.user, (SELECT host FROM sighting s WHERE s.id = l.sighting)," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 0 AND c.row = l.id" \
                       " AND c.evidence = ?3) FROM load l WHERE l.time IS ?1 AND l.record = ?2") \
    _(LOADS_ALIKE,     "SELECT l.id, l.evidence, l.record, l.place, l.flags, l.sighting," \
                       " l.process, l.user, (SELECT host FROM sighting s WHERE s.id = l.sighting)," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 0 AND c.row = l.id" \
                       " AND c.evidence = ?3) FROM load l WHERE l.time IS ?1 AND l.record IS NULL" \
                       " AND l.sighting = ?2 AND l.id > ?4") \
    _(LOADS_UNNUMBERED,"SELECT l.id, l.evidence, l.record, l.place, l.flags, l.sighting," \
                       " l.process, l.user, (SELECT host FROM sighting s WHERE s.id = l.sighting)," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 0 AND c.row = l.id" \
                       " AND c.evidence = ?3) FROM load l WHERE l.time IS ?1 AND l.record IS NULL") \
    _(LOADS_AT,        "SELECT l.id, l.evidence, l.record, l.place, l.flags, l.sighting," \
                       " l.process, l.user, (SELECT host FROM sighting s WHERE s.id = l.sighting)," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 0 AND c.row = l.id" \
                       " AND c.evidence = ?3) FROM load l WHERE l.time IS ?1") \
    _(LOAD_READ,       "SELECT u.User, p.ProcessGuid, i.Image, m.ImageLoaded, m.Hashes, m.Signed," \
                       " m.Signature, m.SignatureStatus, m.Company, m.Product, m.Description," \
                       " m.OriginalFileName, m.FileVersion, m.sha256, m.sha1, m.md5, m.imphash," \
                       " m.ImageLoaded_raw, p.ProcessId FROM load l JOIN sighting s ON s.id = l.sighting" \
                       " JOIN pair r ON r.id = s.pair JOIN module m ON m.id = r.module" \
                       " JOIN image i ON i.id = r.image LEFT JOIN process p ON p.id = l.process" \
                       " LEFT JOIN user u ON u.id = l.user WHERE l.id = ?1") \
    _(CONTEXTS_AT,     "SELECT c.id, c.evidence, c.record, c.place, c.flags, c.event, c.process," \
                       " c.user, c.host, EXISTS (SELECT 1 FROM copy o WHERE o.kind = 2" \
                       " AND o.row = c.id AND o.evidence = ?2) FROM context c WHERE c.time IS ?1") \
    _(CONTEXTS_NUMBERED,"SELECT c.id, c.evidence, c.record, c.place, c.flags, c.event, c.process," \
                       " c.user, c.host, EXISTS (SELECT 1 FROM copy o WHERE o.kind = 2" \
                       " AND o.row = c.id AND o.evidence = ?2) FROM context c WHERE c.time IS ?1" \
                       " AND c.record = ?3") \
    _(CONTEXT_READ,    "SELECT u.User, p.ProcessGuid, i.Image, c.RuleName, c.Target," \
                       " c.TargetProcessGuid, c.Hashes, c.Detail, p.ProcessId FROM context c" \
                       " LEFT JOIN process p ON p.id = c.process LEFT JOIN image i" \
                       " ON i.id = c.image LEFT JOIN user u ON u.id = c.user WHERE c.id = ?1") \
    _(RECORDS_BY_GUID, "SELECT r.id, r.evidence, r.record, r.place, r.flags, r.process," \
                       " p.evidence IS r.evidence AND p.place IS r.place, 0, p.host," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 1 AND c.row = r.id" \
                       " AND c.evidence = ?3) FROM process p JOIN process_record r ON r.process = p.id" \
                       " WHERE p.ProcessGuid = ?1 AND p.host = ?2 AND r.time IS ?4" \
                       " AND r.ended = ?5") \
    _(RECORDS_BY_PID,  "SELECT r.id, r.evidence, r.record, r.place, r.flags, r.process," \
                       " p.evidence IS r.evidence AND p.place IS r.place, 0, p.host," \
                       " EXISTS (SELECT 1 FROM copy c WHERE c.kind = 1 AND c.row = r.id" \
                       " AND c.evidence = ?3) FROM process p JOIN process_record r ON r.process = p.id" \
                       " WHERE p.ProcessId IS ?1 AND p.host = ?2 AND p.ProcessGuid IS NULL" \
                       " AND p.start_time IS ?4 AND r.time IS ?4 AND r.ended = ?5") \
    _(PROCESS_READ,    "SELECT u.User, p.ProcessGuid, i.Image, p.RuleName, p.CommandLine," \
                       " p.CurrentDirectory, p.IntegrityLevel, p.LogonId, p.Hashes," \
                       " p.OriginalFileName, p.ParentProcessGuid, p.ParentImage," \
                       " p.ParentCommandLine, p.LoginUser, p.ProcessId, p.ParentProcessId" \
                       " FROM process p" \
                       " LEFT JOIN image i ON i.id = p.image LEFT JOIN user u ON u.id = p.user" \
                       " WHERE p.id = ?1") \
    \
    _(RANK_NEXT,       "SELECT kind, row, evidence FROM copy WHERE (kind, row, evidence)" \
                       " > (?1, ?2, ?3) ORDER BY kind, row, evidence LIMIT 1000") \
    _(RANK_LOAD,       "SELECT c.record, c.place, c.flags, k.evidence, k.record, k.place," \
                       " k.flags, n.format, n.sha256, o.format, o.sha256, n.settled AND o.settled" \
                       " FROM copy c JOIN load k ON k.id = c.row JOIN evidence n" \
                       " ON n.id = c.evidence JOIN evidence o ON o.id = k.evidence" \
                       " WHERE c.kind = 0 AND c.row = ?1 AND c.evidence = ?2") \
    _(RANK_PROCESS,    "SELECT c.record, c.place, c.flags, k.evidence, k.record, k.place," \
                       " k.flags, n.format, n.sha256, o.format, o.sha256, n.settled AND o.settled" \
                       " FROM copy c JOIN process_record k ON k.id = c.row JOIN evidence n" \
                       " ON n.id = c.evidence JOIN evidence o ON o.id = k.evidence" \
                       " WHERE c.kind = 1 AND c.row = ?1 AND c.evidence = ?2") \
    _(RANK_CONTEXT,    "SELECT c.record, c.place, c.flags, k.evidence, k.record, k.place," \
                       " k.flags, n.format, n.sha256, o.format, o.sha256, n.settled AND o.settled" \
                       " FROM copy c JOIN context k ON k.id = c.row JOIN evidence n" \
                       " ON n.id = c.evidence JOIN evidence o ON o.id = k.evidence" \
                       " WHERE c.kind = 2 AND c.row = ?1 AND c.evidence = ?2") \
    _(RANK_SET_LOAD,   "UPDATE load SET evidence = ?2, record = ?3, place = ?4, flags = ?5" \
                       " WHERE id = ?1") \
    _(RANK_SET_PROCESS,"UPDATE process SET evidence = ?2, record = ?3, place = ?4, flags = ?5" \
                       " WHERE id = (SELECT process FROM process_record WHERE id = ?1)" \
                       " AND evidence = ?6 AND place = ?7") \
    _(RANK_SET_RECORD, "UPDATE process_record SET evidence = ?2, record = ?3, place = ?4," \
                       " flags = ?5 WHERE id = ?1") \
    _(RANK_SET_CONTEXT,"UPDATE context SET evidence = ?2, record = ?3, place = ?4, flags = ?5" \
                       " WHERE id = ?1") \
    _(COPY_MOVE,       "UPDATE OR IGNORE copy SET row = ?3 WHERE kind = ?1 AND row = ?2") \
    _(COPY_CLEAR,      "DELETE FROM copy WHERE kind = ?1 AND row = ?2") \
    _(LOAD_DELETE,     "DELETE FROM load WHERE id = ?1") \
    _(CONTEXT_DELETE,  "DELETE FROM context WHERE id = ?1") \
    _(LOAD_ROW,        "SELECT l.time, l.record, l.place, l.flags, l.evidence, e.format, l.sighting," \
                       " l.user, m.platform FROM load l JOIN evidence e ON e.id = l.evidence" \
                       " JOIN sighting s ON s.id = l.sighting JOIN pair p ON p.id = s.pair" \
                       " JOIN module m ON m.id = p.module WHERE l.id = ?1") \
    _(CONTEXT_ROW,     "SELECT c.time, c.record, c.place, c.flags, c.evidence, e.format, c.event" \
                       " FROM context c JOIN evidence e ON e.id = c.evidence WHERE c.id = ?1") \
    _(COPY_DELETE,     "DELETE FROM copy WHERE kind = ?1 AND row = ?2 AND evidence = ?3") \
    \
    _(ALLOW_COUNT,     "SELECT count(*) FROM allow WHERE enabled = 1") \
    _(ALLOW_MATCH,     "SELECT min(id) FROM allow WHERE enabled = 1 AND (" \
                       "(kind = 'hash' AND value COLLATE NOCASE IN (?1, ?2, ?3)) OR" \
                       " (kind = 'path' AND value = ?4 COLLATE NOCASE AND platform = ?5" \
                       " AND (platform = 'windows' OR value = ?4 COLLATE BINARY)))") \
    _(ALLOW_MODULE,    "SELECT m.sha256, m.sha1, m.md5, m.ImageLoaded, m.platform FROM sighting s" \
                       " JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module" \
                       " WHERE s.id = ?1") \
    _(ALLOW_SAME,      "SELECT id FROM allow WHERE enabled = 1 AND kind = ?1" \
                       " AND value = ?2 COLLATE NOCASE AND platform = ?3" \
                       " AND (kind = 'hash' OR platform = 'windows' OR value = ?2 COLLATE BINARY)") \
    _(ALLOW_NEW,       "INSERT INTO allow (kind, value, platform, reason, author, created, enabled)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)") \
    _(ALLOW_ENABLE,    "UPDATE allow SET enabled = ?2 WHERE id = ?1") \
    _(ALLOW_HIDE_COUNT,"SELECT count(*), ifnull(sum(loads), 0), count(DISTINCT host) FROM sighting" \
                       " WHERE allowed_by IS NULL AND pair IN (" ALLOW_PAIRS ")") \
    _(ALLOW_HIDE,      "UPDATE sighting SET allowed_by = ?1 WHERE (allowed_by IS NULL" \
                       " OR allowed_by > ?1) AND pair IN (" ALLOW_PAIRS ")") \
    _(ALLOW_OTHERS,    "UPDATE sighting SET allowed_by = (SELECT min(a.id) FROM allow a" \
                       " JOIN pair p ON p.id = sighting.pair JOIN module m ON m.id = p.module" \
                       " WHERE a.enabled = 1 AND ((a.kind = 'hash' AND a.value COLLATE NOCASE" \
                       " IN (m.sha256, m.sha1, m.md5)) OR (a.kind = 'path'" \
                       " AND a.value = m.ImageLoaded COLLATE NOCASE AND a.platform = m.platform" \
                       " AND (a.platform = 'windows' OR a.value = m.ImageLoaded COLLATE BINARY))))" \
                       " WHERE allowed_by = ?1") \
    _(HOST_CHANGES,    "SELECT action, change FROM host_history ORDER BY id") \
    _(HOST_CHANGE,     "SELECT action, host, other, was, now FROM host_history WHERE id = ?1") \
    _(HOST_CHANGE_LAST,"SELECT id, hash FROM host_history ORDER BY id DESC LIMIT 1") \
    _(HOST_CHANGE_NEW, "INSERT INTO host_history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10," \
                       " ?11, ?12)") \
    _(HOST_CHANGE_READ,"SELECT id, time, action, change, host, other, was, now, author, reason," \
                       " prev_hash, hash FROM host_history ORDER BY id") \
    _(HOST_UNDO_NEW,   "INSERT INTO host_undo VALUES (?1, ?2, ?3)") \
    _(HOST_UNDO_READ,  "SELECT bytes FROM host_undo WHERE change = ?1 ORDER BY part") \
    _(HOST_UNDO_CLEAR, "DELETE FROM host_undo WHERE change = ?1") \
    _(HOST_SHOWN,      "SELECT CASE WHEN given IS NULL AND origin IN ('record', 'unknown')" \
                       " THEN name ELSE '~' || name END FROM host WHERE id = ?1" \
                       " AND merged_into IS NULL") \
    _(HOST_GIVEN_BEFORE,"SELECT r.now FROM host_history r WHERE r.action = 'rename'" \
                       " AND r.host = ?1 AND r.id < ?2 AND ((SELECT u.action FROM host_history u" \
                       " WHERE u.change = r.id ORDER BY u.id DESC LIMIT 1) <> 'undo')" \
                       " ORDER BY r.id DESC LIMIT 1") \
    _(HOST_NAMED,      "SELECT id, CASE WHEN given IS NULL AND origin IN ('record', 'unknown')" \
                       " THEN 0 ELSE 1 END FROM host WHERE folded = ?1 AND merged_into IS NULL" \
                       " ORDER BY id") \
    _(FACTS_COUNT,     "SELECT count(*) FROM fact_import WHERE removed IS NULL") \
    _(FACTS_OF_PATH,   "SELECT f.says, f.hash, f.detail" FACT_TABLES " WHERE f.path = ?1 AND " \
                       FACT_COUNTS " ORDER BY f.id") \
    _(FACTS_OF_HASH,   "SELECT 1" FACT_TABLES " WHERE f.hash IN (?1, ?3, ?4) AND f.says = 'hash'" \
                       " AND (" FACT_COUNTS " OR (i.host IS NULL AND i.removed IS NULL)) LIMIT 1") \
    _(FACTS_COMPLETE,  "SELECT 1 FROM fact_import i WHERE i.complete = 1 AND ?1 IS NULL AND " \
                       FACT_COUNTS " LIMIT 1") \
    _(FACT_SIGHTINGS,  "SELECT s.id, s.host, s.factors, p.factors, m.platform, m.ImageLoaded," \
                       " m.sha256, m.sha1, m.md5 FROM sighting s JOIN pair p ON p.id = s.pair" \
                       " JOIN module m ON m.id = p.module WHERE s.host = ?1" \
                       " AND m.platform IN ('linux', 'macos')") \
    _(FACT_SETTLE,     "UPDATE sighting SET factors = ?2, SuspicionScore = ?3, hit = ?4" \
                       " WHERE id = ?1") \
    _(FACT_IMPORT_NEW, "INSERT INTO fact_import (time, author, reason, host, platform, complete)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
    _(FACT_IMPORT_READ,"SELECT host, removed IS NOT NULL FROM fact_import WHERE id = ?1") \
    _(FACT_IMPORT_SET, "UPDATE fact_import SET removed = ?2 WHERE id = ?1") \
    _(FACT_FILE_NEW,   "INSERT INTO fact_file (import, path, sha256, size, form, facts, unread)" \
                       " VALUES (?1, ?2, ?3, ?4, '', 0, 0)") \
    _(FACT_FILE_SAID,  "UPDATE fact_file SET form = ?2, facts = ?3, unread = ?4, unread_at = ?5" \
                       " WHERE id = ?1") \
    _(FACT_FILE_SAME,  "SELECT i.id FROM fact_file w JOIN fact_import i ON i.id = w.import" \
                       " WHERE w.sha256 = ?1 AND i.removed IS NULL AND i.host IS ?2" \
                       " AND i.complete = ?3") \
    _(FACT_NEW,        "INSERT INTO fact (file, says, path, hash, detail)" \
                       " VALUES (?1, ?2, ?3, ?4, ?5)") \
    _(FACT_HOST_ONE,   "SELECT count(*), min(id) FROM host WHERE merged_into IS NULL" \
                       " AND (platform = ?1 OR (?1 = '' AND platform IN ('linux', 'macos')))") \
    _(FACT_HOST_PLATFORM, "SELECT platform FROM host WHERE id = ?1") \
    _(FACT_HISTORY_LAST,"SELECT id, hash FROM fact_history ORDER BY id DESC LIMIT 1") \
    _(FACT_HISTORY_NEW,"INSERT INTO fact_history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)") \
    _(FACT_HISTORY_READ,"SELECT id, time, action, import, author, reason, sightings, prev_hash," \
                       " hash FROM fact_history ORDER BY id") \
    _(HOST_NOTE_NEW,   "INSERT OR REPLACE INTO host_note VALUES (?1, ?2, ?3, ?4)") \
    _(SIGNING_NEW,     "INSERT OR IGNORE INTO process_signing VALUES (?1, ?2, ?3)") \
    _(FILE_NEW,        "INSERT OR IGNORE INTO sighting_file SELECT ?1, ifnull(?2, '')," \
                       " ifnull(?3, ''), ifnull(?4, ''), ifnull(?5, '') WHERE (SELECT count(*)" \
                       " FROM sighting_file WHERE sighting = ?1) < 16") \
    _(HISTORY_ALL,     "SELECT action, entry FROM allow_history ORDER BY id") \
    _(HISTORY_LAST,    "SELECT id, hash FROM allow_history ORDER BY id DESC LIMIT 1") \
    _(HISTORY_NEW,     "INSERT INTO allow_history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9," \
                       " ?10, ?11)") \
    _(HISTORY_READ,    "SELECT id, time, action, entry, author, reason, sightings, loads, hosts," \
                       " prev_hash, hash FROM allow_history ORDER BY id")

#define STMT_ENUM(name, sql) STMT_##name,
enum stmt { STMTS(STMT_ENUM) STMT_COUNT };

struct stmts {
    sqlite3_stmt *all[STMT_COUNT];
};

struct store;

/* The statement, reset and with nothing bound; NULL and *f. */
sqlite3_stmt *stmt_get(struct store *s, enum stmt name, struct fault *f) MUST_CHECK;

/* Bind by position; what is not logged, MOMENT_NONE or 0 (row) becomes NULL. */
void stmt_text(sqlite3_stmt *st, int at, struct span text); /* borrowed until the reset */
void stmt_number(sqlite3_stmt *st, int at, int64_t number);
void stmt_time(sqlite3_stmt *st, int at, int64_t time);
void stmt_row(sqlite3_stmt *st, int at, int64_t id);
void stmt_blob(sqlite3_stmt *st, int at, struct span bytes);

/* Steps to the end and resets. */
bool stmt_run(struct store *s, sqlite3_stmt *st, struct fault *f) MUST_CHECK;
/* Steps once: *row says whether there is a row, which stays until stmt_done. */
bool stmt_step(struct store *s, sqlite3_stmt *st, bool *row, struct fault *f) MUST_CHECK;
void stmt_done(sqlite3_stmt *st);

/* Columns; NULL gives SPAN_NONE, MOMENT_NONE.  Spans borrow until the next step. */
struct span stmt_span(sqlite3_stmt *st, int column);
int64_t stmt_moment(sqlite3_stmt *st, int column);

void stmts_close(struct stmts *all);

#endif
