/* The named reasons, and SuspicionScore: the seed's formula, exactly.
 *
 * The patterns stand in core/factor.patterns as the field writes them and are
 * compiled once, when the first path is judged.  Never locale-dependent: paths
 * of Windows are lowered as ASCII, those of Linux and macOS are matched as they
 * are. */
#include "core/factor.h"

#include "core/pattern.h"
#include "core/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_ON_STACK 1024

extern const unsigned char core_factor_patterns[];
extern const size_t core_factor_patterns_size;

/* [platform][bit]; NULL where the platform has no such factor. */
static struct pattern *patterns[PLATFORM_MACOS + 1][FACTOR_COUNT];
static bool on_image[PLATFORM_MACOS + 1][FACTOR_COUNT];
static pthread_once_t patterns_once = PTHREAD_ONCE_INIT;

static const struct {
    const char *name, *words;
} facts[FACTOR_COUNT] = {
#define FACTOR_FACT(name, bit, words) { #name, words },
    FACTORS(FACTOR_FACT)
};

/* Our own data is wrong: a bug, said and ended at once. */
static _Noreturn void patterns_wrong(struct span line, const char *why)
{
    fprintf(stderr, "modhunt: core/factor.patterns: %.*s: %s\n", (int)line.len,
            (const char *)line.at, why);
    abort();
}

static struct span word(struct span *line)
{
    size_t end = 0;
    struct span w;

    while (line->len && line->at[0] == ' ')
        *line = span_of(line->at + 1, line->len - 1);
    while (end < line->len && line->at[end] != ' ')
        end++;
    w = span_of(line->at, end);
    *line = span_of(line->at + end, line->len - end);
    return w;
}

static void pattern_line(struct span line)
{
    struct span rest = line, platform = word(&rest), name = word(&rest), field = word(&rest);
    struct fault f = { 0 };
    int p = PLATFORM_UNKNOWN, bit = -1;

    for (int i = PLATFORM_WINDOWS; i <= PLATFORM_MACOS; i++)
        if (span_is(platform, platform_name((enum platform)i)))
            p = i;
    for (int i = 0; i < FACTOR_COUNT; i++)
        if (span_is(name, facts[i].name))
            bit = i;
    while (rest.len && rest.at[0] == ' ')
        rest = span_of(rest.at + 1, rest.len - 1);
    if (p == PLATFORM_UNKNOWN || bit < 0 || !rest.len)
        patterns_wrong(line, "no such platform or factor, or no pattern");
    on_image[p][bit] = span_is(field, "Image");
    patterns[p][bit] = pattern_open(rest, 0, &f);
    if (!patterns[p][bit])
        patterns_wrong(line, f.text);
}

static void patterns_open(void)
{
    struct span text = span_of(core_factor_patterns, core_factor_patterns_size);

    while (text.len) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        size_t len = end ? (size_t)(end - text.at) : text.len;
        struct span line = span_of(text.at, len);

        if (len && line.at[0] != '#')
            pattern_line(line);
        text = end ? span_of(end + 1, text.len - len - 1) : SPAN_EMPTY;
    }
}

/* A path of Windows in lower case: on the stack where it is short, else from
 * memory.  Elsewhere the path itself. */
struct lowered {
    uint8_t here[PATH_ON_STACK];
    uint8_t *far;
    struct span text;
};

static void lowered_open(struct lowered *l, enum platform p, struct span path)
{
    if (p != PLATFORM_WINDOWS) {
        l->far = NULL;
        l->text = path;
        return;
    }
    l->far = path.len > sizeof l->here ? memory_get(path.len) : NULL;
    uint8_t *to = l->far ? l->far : l->here;
    text_lower(to, path);
    l->text = span_of(to, path.len);
}

static void lowered_close(struct lowered *l)
{
    free(l->far);
}

static enum match find(enum platform p, int bit, struct span Image, struct span ImageLoaded,
                       struct span *where)
{
    if (!patterns[p][bit])
        return MATCH_NO;
    return pattern_find(patterns[p][bit], on_image[p][bit] ? Image : ImageLoaded, where);
}

/* One factor's bit.  A match that ended in an error counts as "show it": true
 * for what raises the score, false for the folder that hides. */
static uint32_t factor_bit(enum platform p, int bit, struct span Image, struct span ImageLoaded)
{
    enum match m = find(p, bit, Image, ImageLoaded, NULL);
    uint32_t value = 1u << bit;

    if (m == MATCH_UNSURE)
        return FACTOR_UNSURE | (value == FACTOR_IsKnownGoodDir ? 0 : value);
    return m == MATCH_YES ? value : 0;
}

/* What the formula makes of Signed: missing and empty count as unsigned on
 * Windows; elsewhere nothing is logged of signing, and unknown counts 0. */
static uint32_t signed_bits(enum platform p, struct span Signed)
{
    if (!span_logged(Signed))
        return FACTOR_SIGNED_UNKNOWN | (p == PLATFORM_WINDOWS ? FACTOR_IsUnsigned : 0u);
    return Signed.len == 0 || span_is(Signed, "false") ? FACTOR_IsUnsigned : 0;
}

int factor_sum(uint32_t x)
{
    bool IsTempPath = x & FACTOR_IsTempPath, IsUNCPath = x & FACTOR_IsUNCPath;
    bool IsSuspiciousLoader = x & FACTOR_IsSuspiciousLoader;
    bool IsKnownGoodDir = x & FACTOR_IsKnownGoodDir, IsUnsigned = x & FACTOR_IsUnsigned;

    return IsTempPath + IsUNCPath + IsSuspiciousLoader * (1 - IsKnownGoodDir) + IsUnsigned;
}

struct verdict factor_verdict(enum platform p, struct span Image, struct span ImageLoaded,
                              struct span Signed)
{
    struct verdict v = { 0 };
    struct lowered image, module;
    uint32_t x;

    pthread_once(&patterns_once, patterns_open);
    lowered_open(&image, p, Image);
    lowered_open(&module, p, ImageLoaded);
    x = signed_bits(p, Signed);
    for (int bit = 0; bit < FACTOR_COUNT; bit++)
        x |= factor_bit(p, bit, image.text, module.text);
    lowered_close(&module);
    lowered_close(&image);

    v.factors = x;
    v.SuspicionScore = factor_sum(x);
    return v;
}

struct span factor_matched(enum factor f, enum platform p, struct span Image,
                           struct span ImageLoaded, bool *in_image)
{
    int bit = __builtin_ctz((unsigned)f);
    struct lowered path;
    struct span where = SPAN_NONE, found = SPAN_NONE;

    pthread_once(&patterns_once, patterns_open);
    *in_image = on_image[p][bit];
    struct span as_logged = *in_image ? Image : ImageLoaded;
    lowered_open(&path, p, as_logged);
    /* Lowering keeps every byte's place, so the part is the same in both. */
    if (find(p, bit, path.text, path.text, &where) == MATCH_YES)
        found = span_of(as_logged.at + (where.at - path.text.at), where.len);
    lowered_close(&path);
    return found;
}

const char *factor_name(enum factor f)
{
    return facts[__builtin_ctz((unsigned)f)].name;
}

const char *factor_words(enum factor f)
{
    return facts[__builtin_ctz((unsigned)f)].words;
}

void factor_list(uint32_t factors, char *out, size_t size)
{
    size_t used = 0;

    if (size)
        out[0] = '\0';
    for (int bit = 0; bit < FACTOR_COUNT; bit++) {
        if (!(factors & 1u << bit) || used >= size)
            continue;
        int wrote = snprintf(out + used, size - used, "%s%s", used ? "+" : "", facts[bit].name);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

void factor_letters(uint32_t factors, char out[static FACTOR_COUNT + 1])
{
    static const char letters[] = "TULGN";

    for (int bit = 0; bit < FACTOR_COUNT; bit++)
        out[bit] = factors & 1u << bit ? letters[bit] : '.';
    if (factors & FACTOR_SIGNED_UNKNOWN)
        out[FACTOR_COUNT - 1] = '?';
    out[FACTOR_COUNT] = '\0';
}
