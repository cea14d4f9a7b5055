/* The score as SQL functions, on every connection of ours and, built as
 * extension.c's other half, in anybody's sqlite3.
 *
 * It computes nothing itself: core/factor does.  The surprise: a table that is
 * not ours may hold text that is not UTF-8, which is mended before it is
 * matched, so that a bad byte can't blind a factor. */
#include "store/functions.h"

#include "core/factor.h"
#include "core/text.h"

#ifdef MODHUNT_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)
#else
#include "queries/reason.h"

#include <sqlite3.h>
#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY)
#endif

#define ARGUMENTS_MAX 3 /* and the platform */
#define MENDED_BYTES_MAX (16u << 20) /* of one call's texts that were not UTF-8 */
#define FACTOR_NAMES_MAX 128

/* What a function looks at, left to right. */
enum takes { TAKES_IMAGE, TAKES_MODULE, TAKES_SIGNED, TAKES_ALL };

struct words {
    struct span Image, ImageLoaded, Signed;
};

/* A NULL is what was not logged; a number or a blob is read as its text. */
static bool read_text(struct arena *scratch, sqlite3_value *value, struct span *out)
{
    bool altered = false, full = false;

    *out = SPAN_NONE;
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return true;
    const unsigned char *text = sqlite3_value_text(value);
    int len = sqlite3_value_bytes(value);
    if (!text) {
        /* An empty blob has no bytes to point at. */
        *out = SPAN_EMPTY;
        return len == 0;
    }
    *out = text_clean(scratch, span_of(text, (size_t)len), &altered, &full);
    return !full;
}

static bool read_words(struct arena *scratch, enum takes takes, sqlite3_value **value,
                       struct words *w)
{
    *w = (struct words){ SPAN_NONE, SPAN_NONE, SPAN_NONE };
    switch (takes) {
    case TAKES_IMAGE:
        return read_text(scratch, value[0], &w->Image);
    case TAKES_MODULE:
        return read_text(scratch, value[0], &w->ImageLoaded);
    case TAKES_SIGNED:
        return read_text(scratch, value[0], &w->Signed);
    case TAKES_ALL:
        return read_text(scratch, value[0], &w->Image)
            && read_text(scratch, value[1], &w->ImageLoaded)
            && read_text(scratch, value[2], &w->Signed);
    }
    return false;
}

/* The last argument of the longer forms; Windows, whose the seed is, without. */
static bool read_platform(sqlite3_context *ctx, sqlite3_value *value, enum platform *p)
{
    struct span name = span_text((const char *)sqlite3_value_text(value));

    for (*p = PLATFORM_WINDOWS; *p <= PLATFORM_MACOS; ++*p)
        if (span_is(name, platform_name(*p)))
            return true;
    sqlite3_result_error(ctx, "a platform is 'windows', 'linux' or 'macos'", -1);
    return false;
}

static bool judge(sqlite3_context *ctx, enum takes takes, int count, sqlite3_value **value,
                  struct verdict *v)
{
    enum platform p = PLATFORM_WINDOWS;
    struct arena scratch;
    struct words w;

    if (count > (takes == TAKES_ALL ? ARGUMENTS_MAX : 1)
        && !read_platform(ctx, value[count - 1], &p))
        return false;
    arena_init(&scratch, MENDED_BYTES_MAX);
    bool ok = read_words(&scratch, takes, value, &w);
    if (ok)
        *v = factor_verdict(p, w.Image, w.ImageLoaded, w.Signed);
    else
        sqlite3_result_error_toobig(ctx);
    arena_clear(&scratch);
    return ok;
}

static void score(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    struct verdict v;

    if (judge(ctx, TAKES_ALL, count, value, &v))
        sqlite3_result_int(ctx, v.SuspicionScore);
}

static void result_names(sqlite3_context *ctx, uint32_t factors)
{
    char names[FACTOR_NAMES_MAX];

    factor_list(factors, names, sizeof names);
    sqlite3_result_text(ctx, names, -1, SQLITE_TRANSIENT);
}

static void score_factors(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    struct verdict v;

    if (judge(ctx, TAKES_ALL, count, value, &v))
        result_names(ctx, v.factors);
}

static void factor_names(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    (void)count;
    if (sqlite3_value_type(value[0]) != SQLITE_NULL)
        result_names(ctx, (uint32_t)sqlite3_value_int64(value[0]));
}

#ifndef MODHUNT_EXTENSION
#define REASON_NAMES_MAX 512

static void reason_names(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    char names[REASON_NAMES_MAX];

    (void)count;
    if (sqlite3_value_type(value[0]) == SQLITE_NULL)
        return;
    reason_list((uint32_t)sqlite3_value_int64(value[0]), names, sizeof names);
    sqlite3_result_text(ctx, names, -1, SQLITE_TRANSIENT);
}
#endif

static void moment_text(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    char text[MOMENT_TEXT_MAX];

    (void)count;
    if (sqlite3_value_type(value[0]) == SQLITE_NULL)
        return;
    moment_format(sqlite3_value_int64(value[0]), text);
    sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

#define FACTOR_FUNCTION(function, factor, takes)                                        \
    static void function(sqlite3_context *ctx, int count, sqlite3_value **value)        \
    {                                                                                   \
        struct verdict v;                                                               \
                                                                                        \
        if (judge(ctx, takes, count, value, &v))                                        \
            sqlite3_result_int(ctx, (v.factors & FACTOR_##factor) != 0);                \
    }

FACTOR_FUNCTION(is_temp_path, IsTempPath, TAKES_MODULE)
FACTOR_FUNCTION(is_unc_path, IsUNCPath, TAKES_MODULE)
FACTOR_FUNCTION(is_suspicious_loader, IsSuspiciousLoader, TAKES_IMAGE)
FACTOR_FUNCTION(is_known_good_dir, IsKnownGoodDir, TAKES_MODULE)
FACTOR_FUNCTION(is_unsigned, IsUnsigned, TAKES_SIGNED)

static const struct {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    { "is_temp_path", 1, is_temp_path },
    { "is_temp_path", 2, is_temp_path },
    { "is_unc_path", 1, is_unc_path },
    { "is_unc_path", 2, is_unc_path },
    { "is_suspicious_loader", 1, is_suspicious_loader },
    { "is_suspicious_loader", 2, is_suspicious_loader },
    { "is_known_good_dir", 1, is_known_good_dir },
    { "is_known_good_dir", 2, is_known_good_dir },
    { "is_unsigned", 1, is_unsigned },
    { "is_unsigned", 2, is_unsigned },
    { "suspicion_score", ARGUMENTS_MAX, score },
    { "suspicion_score", ARGUMENTS_MAX + 1, score },
    { "suspicion_factors", ARGUMENTS_MAX, score_factors },
    { "suspicion_factors", ARGUMENTS_MAX + 1, score_factors },
    { "factor_names", 1, factor_names },
    { "moment_text", 1, moment_text },
#ifndef MODHUNT_EXTENSION
    { "reason_names", 1, reason_names },
#endif
};

bool functions_register(struct sqlite3 *db, struct fault *f)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments,
                                            FUNCTION_FLAGS, NULL, functions[i].call, NULL,
                                            NULL, NULL);

        if (rc != SQLITE_OK)
            return fault(f, FAULT_SYSTEM, "the SQL function %s can't be added: %s",
                         functions[i].name, sqlite3_errstr(rc));
    }
    return true;
}
