/* The one table that knows where each column lies in a case.
 *
 * Nothing here looks at a question.  The surprise: User and CommandLine have
 * several homes (a load's own User, else event 1's; event 1's CommandLine, else
 * that of the Security 4688 which explains the process). */
#include "queries/columns.h"

#define MODULE (TABLE_PAIR | TABLE_MODULE)
#define USERS (TABLE_USER | TABLE_PROCESS)
#define PROCESS (TABLE_PROCESS | TABLE_EXPLAINED)

static const struct {
    const char *expression;
    unsigned tables;
} columns[COLUMN_COUNT] = {
    [COLUMN_ID_SuspicionScore] = { "s.SuspicionScore", 0 },
    [COLUMN_ID_factors] = { "s.factors", 0 },
    [COLUMN_ID_last_time] = { "s.last_time", 0 },
    [COLUMN_ID_first_time] = { "s.first_time", 0 },
    [COLUMN_ID_host] = { HOST_SHOWN, TABLE_HOST },
    [COLUMN_ID_Image] = { "i.Image", TABLE_PAIR | TABLE_IMAGE },
    [COLUMN_ID_ImageLoaded] = { "m.ImageLoaded", MODULE },
    [COLUMN_ID_Signed] = { "m.Signed", MODULE },
    [COLUMN_ID_Signature] = { "m.Signature", MODULE },
    [COLUMN_ID_SignatureStatus] = { "m.SignatureStatus", MODULE },
    [COLUMN_ID_loads] = { "s.loads", 0 },
    [COLUMN_ID_hosts] = { "p.hosts", TABLE_PAIR },
    [COLUMN_ID_allowed_by] = { "s.allowed_by", 0 },
    [COLUMN_ID_sha256] = { "m.sha256", MODULE },
    [COLUMN_ID_sha1] = { "m.sha1", MODULE },
    [COLUMN_ID_md5] = { "m.md5", MODULE },
    [COLUMN_ID_imphash] = { "m.imphash", MODULE },
    [COLUMN_ID_Hashes] = { "m.Hashes", MODULE },
    [COLUMN_ID_Company] = { "m.Company", MODULE },
    [COLUMN_ID_Product] = { "m.Product", MODULE },
    [COLUMN_ID_Description] = { "m.Description", MODULE },
    [COLUMN_ID_OriginalFileName] = { "m.OriginalFileName", MODULE },
    [COLUMN_ID_FileVersion] = { "m.FileVersion", MODULE },
    [COLUMN_ID_Priority] = { PRIORITY_SHOWN, TABLE_RANKING },
    [COLUMN_ID_reasons] = { "reason_names(k.reasons)", TABLE_RANKING },
    [COLUMN_ID_platform] = { "nullif(m.platform, '')", MODULE },
    [COLUMN_ID_time] = { "l.time", 0 },
    [COLUMN_ID_User] = { "coalesce(u.User, ru.User)", USERS },
    [COLUMN_ID_CommandLine] = { "coalesce(r.CommandLine, x.CommandLine)", PROCESS },
    [COLUMN_ID_ProcessId] = { "r.ProcessId", TABLE_PROCESS },
    [COLUMN_ID_ProcessGuid] = { "r.ProcessGuid", TABLE_PROCESS },
    [COLUMN_ID_ParentImage] = { "coalesce(r.ParentImage, pi.Image, x.ParentImage)",
                                PROCESS | TABLE_PARENT },
    [COLUMN_ID_record] = { "l.record", 0 },
    [COLUMN_ID_ref] = { "substr(e.sha256, 1, 12) || ':' || l.place", TABLE_EVIDENCE },
    [COLUMN_ID_recovered] = { "(l.flags & 1)", 0 },
    [COLUMN_ID_resolution] = { "CASE (l.flags >> 8) & 255 WHEN 0 THEN 'exact' WHEN 1 THEN 'dirfd'"
                               " WHEN 2 THEN 'via-procfd' WHEN 3 THEN 'memfd' WHEN 4 THEN 'inferred'"
                               " WHEN 5 THEN 'opened' WHEN 7 THEN 'reported' ELSE 'unresolved' END", 0 },
};

static const struct {
    unsigned table, needs;
    const char *join;
} joins[] = {
    { TABLE_PAIR, 0, " JOIN pair p ON p.id = s.pair" },
    { TABLE_MODULE, TABLE_PAIR, " JOIN module m ON m.id = p.module" },
    { TABLE_IMAGE, TABLE_PAIR, " JOIN image i ON i.id = p.image" },
    { TABLE_HOST, 0, " JOIN host h ON h.id = s.host" },
    { TABLE_RANKING, 0, " LEFT JOIN ranking k ON k.sighting = s.id" },
    { TABLE_USER, 0, " LEFT JOIN user u ON u.id = l.user" },
    { TABLE_PROCESS, 0, " LEFT JOIN process r ON r.id = l.process"
                        " LEFT JOIN user ru ON ru.id = r.user AND r.source <> '4688'" },
    { TABLE_EXPLAINED, TABLE_PROCESS, " LEFT JOIN process x ON x.id = r.explained_by" },
    { TABLE_PARENT, TABLE_PROCESS, " LEFT JOIN process rp ON rp.id = r.parent"
                                   " LEFT JOIN image pi ON pi.id = rp.image" },
    { TABLE_EVIDENCE, 0, " LEFT JOIN evidence e ON e.id = l.evidence" },
};
#define JOIN_COUNT (sizeof joins / sizeof *joins)

const char *columns_expression(enum column c)
{
    return columns[c].expression;
}

unsigned columns_tables(enum column c)
{
    return columns[c].tables;
}

void columns_join(struct statement *s, unsigned tables)
{
    for (size_t i = 0; i < JOIN_COUNT; i++)
        if (tables & joins[i].table)
            tables |= joins[i].needs;
    for (size_t i = 0; i < JOIN_COUNT; i++)
        if (tables & joins[i].table)
            statement_put(s, joins[i].join);
}
