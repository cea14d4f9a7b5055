/* The authorizer of `modhunt sql`: a list of what may be done, and no list of
 * what may not.
 *
 * SQLite asks while it prepares, so that a refused statement never runs.
 * sqlite3_stmt_readonly() would not do: ATTACH, load_extension and some PRAGMAs
 * count as read-only there. */
#include "store/allowed.h"

#include <stdio.h>
#include <string.h>

/* Ordered as one reads them: ours, then SQLite's. */
static const char *const functions[] = {
    "is_temp_path", "is_unc_path", "is_suspicious_loader", "is_known_good_dir", "is_unsigned",
    "suspicion_score", "suspicion_factors", "factor_names", "reason_names", "moment_text",
    "regexp", "file_name", "folder",
    /* texts */
    "char", "concat", "concat_ws", "format", "glob", "hex", "instr", "length", "like", "lower",
    "ltrim", "octet_length", "printf", "quote", "replace", "rtrim", "substr", "substring",
    "soundex", "trim", "unhex", "unicode", "upper", "zeroblob",
    /* values */
    "abs", "coalesce", "ifnull", "iif", "likelihood", "likely", "nullif", "random", "randomblob",
    "round", "sign", "typeof", "unlikely", "subtype",
    /* mathematics */
    "acos", "asin", "atan", "atan2", "ceil", "ceiling", "cos", "cosh", "degrees", "exp", "floor",
    "ln", "log", "log10", "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt",
    "tan", "tanh", "trunc",
    /* over rows */
    "avg", "count", "group_concat", "max", "min", "string_agg", "sum", "total",
    "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile",
    "percent_rank", "rank", "row_number",
    /* times */
    "current_date", "current_time", "current_timestamp", "date", "datetime", "julianday",
    "strftime", "time", "timediff", "unixepoch",
    /* JSON */
    "->", "->>", "json", "json_array", "json_array_length", "json_extract",
    "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch",
    "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid",
};

/* What SQLite calls it, in the analyst's words. */
static const struct {
    int code;
    const char *words;
} actions[] = {
    { SQLITE_ALTER_TABLE, "ALTER TABLE" },
    { SQLITE_ANALYZE, "ANALYZE" },
    { SQLITE_ATTACH, "ATTACH" },
    { SQLITE_CREATE_INDEX, "CREATE INDEX" },
    { SQLITE_CREATE_TABLE, "CREATE TABLE" },
    { SQLITE_CREATE_TEMP_INDEX, "CREATE TEMP INDEX" },
    { SQLITE_CREATE_TEMP_TABLE, "CREATE TEMP TABLE" },
    { SQLITE_CREATE_TEMP_TRIGGER, "CREATE TEMP TRIGGER" },
    { SQLITE_CREATE_TEMP_VIEW, "CREATE TEMP VIEW" },
    { SQLITE_CREATE_TRIGGER, "CREATE TRIGGER" },
    { SQLITE_CREATE_VIEW, "CREATE VIEW" },
    { SQLITE_CREATE_VTABLE, "CREATE VIRTUAL TABLE" },
    { SQLITE_DELETE, "DELETE" },
    { SQLITE_DETACH, "DETACH" },
    { SQLITE_DROP_INDEX, "DROP INDEX" },
    { SQLITE_DROP_TABLE, "DROP TABLE" },
    { SQLITE_DROP_TEMP_INDEX, "DROP INDEX" },
    { SQLITE_DROP_TEMP_TABLE, "DROP TABLE" },
    { SQLITE_DROP_TEMP_TRIGGER, "DROP TRIGGER" },
    { SQLITE_DROP_TEMP_VIEW, "DROP VIEW" },
    { SQLITE_DROP_TRIGGER, "DROP TRIGGER" },
    { SQLITE_DROP_VIEW, "DROP VIEW" },
    { SQLITE_DROP_VTABLE, "DROP TABLE" },
    { SQLITE_INSERT, "INSERT" },
    { SQLITE_PRAGMA, "PRAGMA" },
    { SQLITE_REINDEX, "REINDEX" },
    { SQLITE_SAVEPOINT, "SAVEPOINT" },
    { SQLITE_TRANSACTION, "a transaction" },
    { SQLITE_UPDATE, "UPDATE" },
};

static int refuse(struct allowed *a, const char *what, const char *name)
{
    /* The first refusal is the one that explains. */
    if (!*a->say)
        snprintf(a->say, sizeof a->say, "only SELECT may be asked here: %s%s%.100s is not allowed",
                 what, name ? " " : "", name ? name : "");
    return SQLITE_DENY;
}

static int check_function(struct allowed *a, const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (name && sqlite3_stricmp(name, functions[i]) == 0)
            return SQLITE_OK;
    return refuse(a, "the function", name);
}

static int check_table(struct allowed *a, const char *name)
{
    if (!name || sqlite3_strnicmp(name, "pragma_", 7) == 0)
        return refuse(a, "reading", name);
    for (int i = 0; i < a->modules; i++)
        if (sqlite3_stricmp(name, a->module[i]) == 0)
            return refuse(a, "reading", name);
    return SQLITE_OK;
}

static int authorize(void *ctx, int code, const char *first, const char *second,
                     const char *schema, const char *inner)
{
    struct allowed *a = ctx;

    (void)schema;
    (void)inner;
    switch (code) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return check_table(a, first);
    case SQLITE_FUNCTION:
        return check_function(a, second);
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].code == code)
            return refuse(a, actions[i].words, NULL);
    return refuse(a, "this", NULL);
}

static bool read_modules(struct allowed *a, sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, "SELECT name FROM pragma_module_list"
                                      " WHERE name NOT IN ('json_each', 'json_tree')"
                                      " AND name NOT LIKE 'pragma!_%' ESCAPE '!'",
                                  -1, &st, NULL);

    while (code == SQLITE_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
        if (a->modules == ALLOWED_MODULES_MAX)
            break;
        snprintf(a->module[a->modules++], ALLOWED_NAME_MAX, "%s", sqlite3_column_text(st, 0));
        code = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return code == SQLITE_DONE;
}

/* SQLite sets up its two tables of JSON when they are first named, which it asks
 * about as if somebody wrote to the schema. */
static bool open_json(sqlite3 *db)
{
    return sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL)
        == SQLITE_OK;
}

bool allowed_guard(struct allowed *a, sqlite3 *db)
{
    memset(a, 0, sizeof *a);
    return read_modules(a, db) && open_json(db) && sqlite3_set_authorizer(db, authorize, a) == SQLITE_OK;
}
