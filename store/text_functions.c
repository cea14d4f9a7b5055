/* SQL functions over texts: what a hunting query needs beside the score.
 *
 *     regexp(PATTERN, TEXT), and so TEXT REGEXP PATTERN    PCRE2, anywhere in it
 *     file_name(PATH)    what lies behind the last \ or /
 *     folder(PATH)       what lies before it, with it
 *
 * A pattern is compiled once a statement (SQLite keeps it beside the constant).  The
 * surprise: a match that ends at a limit is 1, "show it", as everywhere. */
#include "store/functions.h"

#include "core/pattern.h"
#include "core/text.h"

#include <sqlite3.h>

#define MENDED_BYTES_MAX (16u << 20)

static void forget(void *p)
{
    pattern_close(p);
}

static struct span text_of(sqlite3_value *value)
{
    const unsigned char *text = sqlite3_value_text(value);
    int len = sqlite3_value_bytes(value);

    return text ? span_of(text, (size_t)len) : SPAN_EMPTY;
}

static bool either_null(sqlite3_value **value, int count)
{
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(value[i]) == SQLITE_NULL)
            return true;
    return false;
}

static void look_for(sqlite3_context *ctx, const struct pattern *p, struct span subject)
{
    struct arena scratch;
    bool altered = false, full = false;

    arena_init(&scratch, MENDED_BYTES_MAX);
    subject = text_clean(&scratch, subject, &altered, &full);
    if (full)
        sqlite3_result_error_toobig(ctx);
    else
        sqlite3_result_int(ctx, pattern_find(p, subject, NULL) != MATCH_NO);
    arena_clear(&scratch);
}

static void regexp(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    struct pattern *p = sqlite3_get_auxdata(ctx, 0), *made = NULL;
    struct fault f;

    if (either_null(value, count))
        return;
    if (!p)
        p = made = pattern_open(text_of(value[0]), 0, &f);
    if (!p) {
        sqlite3_result_error(ctx, f.text, -1);
        return;
    }
    look_for(ctx, p, text_of(value[1]));
    if (made)
        sqlite3_set_auxdata(ctx, 0, made, forget); /* may free it at once */
}

static void file_name(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    if (!either_null(value, count)) {
        struct span name = span_file_name(text_of(value[0]));
        sqlite3_result_text(ctx, (const char *)name.at, (int)name.len, SQLITE_TRANSIENT);
    }
}

static void folder(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    if (!either_null(value, count)) {
        struct span path = text_of(value[0]);
        size_t len = path.len - span_file_name(path).len;
        sqlite3_result_text(ctx, (const char *)path.at, (int)len, SQLITE_TRANSIENT);
    }
}

static const struct {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    { "regexp", 2, regexp },
    { "file_name", 1, file_name },
    { "folder", 1, folder },
};

bool text_functions_register(struct sqlite3 *db, struct fault *f)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments,
                                            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                            NULL, functions[i].call, NULL, NULL, NULL);

        if (rc != SQLITE_OK)
            return fault(f, FAULT_SYSTEM, "the SQL function %s can't be added: %s",
                         functions[i].name, sqlite3_errstr(rc));
    }
    return true;
}
