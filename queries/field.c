/* The fields' table, with where each lies in a case's tables.
 *
 * Columns that lists show are asked of queries/columns; only the others are
 * spelled here. */
#include "queries/field.h"

#include "core/nearest.h"
#include "queries/columns.h"

#define WORD_BYTES_MAX 64 /* a longer word is near to no field */

static const struct field_fact facts[FIELD_COUNT] = {
#define FIELD_FACT(name, brief, type, of, words) { #name, brief, FIELD_##type, OF_##of, words },
    FIELDS(FIELD_FACT)
};

/* Of a process, `r`, the Security 4688 row `x` that explains it, its parent `rp`. */
static const char *const further[FIELD_COUNT] = {
    [FIELD_OF_ImageLoaded_raw] = "m.ImageLoaded_raw",
    [FIELD_OF_Priority] = "ifnull((SELECT y.Priority FROM ranking y WHERE y.sighting = s.id), 0)",
    [FIELD_OF_reasons] = "ifnull((SELECT y.reasons FROM ranking y WHERE y.sighting = s.id), 0)",
    [FIELD_OF_CurrentDirectory] = "coalesce(r.CurrentDirectory, x.CurrentDirectory)",
    [FIELD_OF_IntegrityLevel] = "coalesce(r.IntegrityLevel, x.IntegrityLevel)",
    [FIELD_OF_LogonId] = "coalesce(r.LogonId, x.LogonId)",
    [FIELD_OF_LoginUser] = "coalesce(r.LoginUser, x.LoginUser)",
    [FIELD_OF_RuleName] = "r.RuleName",
    [FIELD_OF_ProcessHashes] = "r.Hashes",
    [FIELD_OF_ProcessOriginalFileName] = "r.OriginalFileName",
    [FIELD_OF_ParentProcessId] = "coalesce(r.ParentProcessId, x.ParentProcessId)",
    [FIELD_OF_ParentProcessGuid] = "r.ParentProcessGuid",
    [FIELD_OF_ParentCommandLine] = "coalesce(r.ParentCommandLine, rp.CommandLine, x.ParentCommandLine)",
    [FIELD_OF_start_time] = "coalesce(r.start_time, x.start_time)",
    [FIELD_OF_end_time] = "r.end_time",
    [FIELD_OF_evidence] = "e.path",
    [FIELD_OF_bundle] = "e.bundle",
    [FIELD_OF_place] = "l.place",
    [FIELD_OF_ref] = "(SELECT substr(e.sha256, 1, 12) FROM evidence e WHERE e.id = l.evidence)"
                     " || ':' || l.place",
};

const struct field_fact *field_fact(enum field f)
{
    return (unsigned)f < FIELD_COUNT ? &facts[f] : NULL;
}

const char *field_word(enum field f)
{
    return facts[f].brief ? facts[f].brief : facts[f].name;
}

enum field field_named(struct span name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (span_logged(name)
            && (span_equal_nocase(name, span_text(facts[i].name))
                || (facts[i].brief && span_equal_nocase(name, span_text(facts[i].brief)))))
            return (enum field)i;
    return FIELD_COUNT;
}

const char *field_nearest(struct span word)
{
    const char *names[2 * FIELD_COUNT + 1];
    char text[WORD_BYTES_MAX];
    size_t count = 0;

    if (word.len >= sizeof text)
        return NULL;
    memcpy(text, word.at, word.len);
    text[word.len] = '\0';
    /* The short words come first: they are what is meant most. */
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (facts[i].brief)
            names[count++] = facts[i].brief;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[count++] = facts[i].name;
    names[count] = NULL;
    return nearest_name(text, names);
}

enum column field_column(enum field f)
{
    return column_named(span_text(facts[f].name));
}

const char *field_expression(enum field f)
{
    enum column c = further[f] ? COLUMN_COUNT : field_column(f);

    return further[f] ? further[f] : c < COLUMN_COUNT ? columns_expression(c) : "NULL";
}
