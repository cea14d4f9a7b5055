/* The condition on `sighting s` that a question's scope, text and pivots make.
 *
 * Everything is decided on modules, images, hosts and pairs, which are few, and
 * carried to sightings by id.  Never on loads.  The surprise: among hits, which
 * are few themselves, it is cheaper to look at each one's own module than to
 * search all modules first, so the text is asked in two ways. */
#include "queries/scope.h"

#include "core/text.h"
#include "queries/columns.h"

#include <ctype.h>

#define HASH_DIGITS_MAX 64
#define HOST_BYTES_MAX 1024 /* longer names are cut: nothing has them */
#define LIKE_ESCAPE '!'

static const char *const module_texts[] = {
    "m.ImageLoaded", "m.Hashes", "m.Signature", "m.SignatureStatus", "m.Company",
    "m.Product", "m.Description", "m.OriginalFileName", "m.FileVersion",
};
#define MODULE_TEXTS (sizeof module_texts / sizeof *module_texts)

static bool hash_sound(const char *value, struct fault *f)
{
    size_t digits = value ? strspn(value, "0123456789abcdefABCDEF") : 0;

    if (!value || value[digits])
        return fault(f, FAULT_USAGE, "a hash is written in hexadecimal digits");
    if (digits < HASH_PREFIX_MIN)
        return fault(f, FAULT_USAGE, "a hash needs at least %d digits", HASH_PREFIX_MIN);
    if (digits > HASH_DIGITS_MAX)
        return fault(f, FAULT_USAGE, "a hash has at most %d digits", HASH_DIGITS_MAX);
    return true;
}

static bool pivot_sound(enum pivot pivot, const char *value, struct fault *f)
{
    switch (pivot) {
    case PIVOT_NONE:
        return true;
    case PIVOT_HASH:
        return hash_sound(value, f);
    case PIVOT_HOST:
        if (!value)
            return fault(f, FAULT_USAGE, "a pivot on a host needs its name");
        return true;
    }
    return fault(f, FAULT_USAGE, "there is no such pivot");
}

bool scope_sound(const struct question *q, struct fault *f)
{
    if (q->contains && strlen(q->contains) > CONTAINS_BYTES_MAX)
        return fault(f, FAULT_USAGE, "the text to look for is longer than %d bytes",
                     CONTAINS_BYTES_MAX);
    return pivot_sound(q->pivot, q->pivot_value, f)
        && pivot_sound(q->pivot2, q->pivot2_value, f);
}

/* Four columns, four indexes: a prefix is a range of each. */
static void hash_condition(struct statement *s, const char *value)
{
    static const struct {
        const char *from, *to;
    } ranges[] = {
        { "m.sha256 >= ", " AND m.sha256 < " },
        { " OR m.sha1 >= ", " AND m.sha1 < " },
        { " OR m.md5 >= ", " AND m.md5 < " },
        { " OR m.imphash >= ", " AND m.imphash < " },
    };
    char digits[HASH_DIGITS_MAX + 1];
    size_t len = 0;

    for (; value[len] && len < HASH_DIGITS_MAX; len++)
        digits[len] = (char)tolower((unsigned char)value[len]);
    size_t from = statement_keep_text(s, span_of(digits, len));
    digits[len++] = 'g'; /* comes right behind the last digit */
    size_t to = statement_keep_text(s, span_of(digits, len));

    statement_put(s, " AND s.pair IN (SELECT p.id FROM pair p WHERE p.module IN"
                     " (SELECT m.id FROM module m WHERE ");
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        statement_put(s, ranges[i].from);
        statement_again(s, from);
        statement_put(s, ranges[i].to);
        statement_again(s, to);
    }
    statement_put(s, "))");
}

/* By the name shown, or by what records call it; with a ~ only hosts whose
 * records don't. */
static void host_condition(struct statement *s, const char *value)
{
    bool assumed = *value == '~';
    struct span name = span_text(value + assumed);
    uint8_t fold[HOST_BYTES_MAX];
    size_t bind;

    if (name.len > sizeof fold)
        name.len = sizeof fold;
    text_fold(fold, name);
    bind = statement_keep_text(s, span_of(fold, name.len));
    statement_put(s, " AND s.host IN (SELECT coalesce(h.merged_into, h.id) FROM host h WHERE"
                     " (h.folded = ");
    statement_again(s, bind);
    statement_put(s, " OR h.key = ");
    statement_again(s, bind);
    statement_put(s, assumed ? ") AND (" HOST_SHOWN ") <> h.name)" : "))");
}

static void pivot_condition(struct statement *s, enum pivot pivot, const char *value)
{
    switch (pivot) {
    case PIVOT_NONE:
        break;
    case PIVOT_HASH:
        hash_condition(s, value);
        break;
    case PIVOT_HOST:
        host_condition(s, value);
        break;
    }
}

/* `%text%` with LIKE's own signs escaped, bound once. */
static size_t bind_like(struct statement *s, const char *text)
{
    char like[2 * CONTAINS_BYTES_MAX + 3];
    size_t n = 0;

    like[n++] = '%';
    for (size_t i = 0; text[i] && n + 3 < sizeof like; i++) {
        if (text[i] == '%' || text[i] == '_' || text[i] == LIKE_ESCAPE)
            like[n++] = LIKE_ESCAPE;
        like[n++] = text[i];
    }
    like[n++] = '%';
    return statement_keep_text(s, span_of(like, n));
}

static void put_like(struct statement *s, const char *expression, size_t bind)
{
    statement_put(s, expression);
    statement_put(s, " LIKE ");
    statement_again(s, bind);
    statement_put(s, " ESCAPE '!'");
}

static void module_condition(struct statement *s, size_t bind)
{
    for (size_t i = 0; i < MODULE_TEXTS; i++) {
        statement_put(s, i ? " OR " : "");
        put_like(s, module_texts[i], bind);
    }
}

static void contains_condition(struct statement *s, const char *text, bool hits_only)
{
    size_t bind = bind_like(s, text);

    statement_put(s, " AND (s.host IN (SELECT h.id FROM host h WHERE ");
    put_like(s, "(" HOST_SHOWN ")", bind);
    if (hits_only) {
        statement_put(s, ") OR EXISTS (SELECT 1 FROM pair p JOIN module m ON m.id = p.module"
                         " JOIN image i ON i.id = p.image WHERE p.id = s.pair AND (");
        put_like(s, "i.Image", bind);
        statement_put(s, " OR ");
        module_condition(s, bind);
        statement_put(s, "))");
    } else {
        statement_put(s, ") OR s.pair IN (SELECT p.id FROM pair p WHERE p.image IN"
                         " (SELECT i.id FROM image i WHERE ");
        put_like(s, "i.Image", bind);
        statement_put(s, ") OR p.module IN (SELECT m.id FROM module m WHERE ");
        module_condition(s, bind);
        statement_put(s, "))");
    }
    /* Users are few: where none answers, no sighting is looked at for them. */
    statement_put(s, " OR (EXISTS (SELECT 1 FROM user u WHERE ");
    put_like(s, "u.User", bind);
    statement_put(s, ") AND s.id IN (SELECT su.sighting FROM sighting_user su WHERE su.user IN"
                     " (SELECT u.id FROM user u WHERE ");
    put_like(s, "u.User", bind);
    statement_put(s, "))))");
}

static void conditions(struct statement *s, const struct question *q, bool hits_only)
{
    if (q->contains && *q->contains)
        contains_condition(s, q->contains, hits_only);
    pivot_condition(s, q->pivot, q->pivot_value);
    pivot_condition(s, q->pivot2, q->pivot2_value);
}

void scope_where(struct statement *s, const struct question *q)
{
    if (q->everything) {
        scope_where_everything(s, q);
        return;
    }
    /* Literally so: it is what makes the index of hits serve. */
    statement_put(s, " WHERE s.hit = 1");
    if (!q->include_allowed)
        statement_put(s, " AND s.allowed_by IS NULL");
    conditions(s, q, true);
}

void scope_where_everything(struct statement *s, const struct question *q)
{
    statement_put(s, " WHERE 1");
    conditions(s, q, false);
}
