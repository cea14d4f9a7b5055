/* The named reasons, and SuspicionScore: the seed's formula, exactly.
 *
 * Pure: no state, no disk, any thread.  The patterns are in core/factor.patterns,
 * for each platform, as the field writes them; the formula is one for all.
 * Nothing else is ever added to SuspicionScore. */
#ifndef CORE_FACTOR_H
#define CORE_FACTOR_H

#include "core/load.h"

/*    name                bit  what it says, in words */
#define FACTORS(_) \
    _(IsTempPath,         0, "the module lies in a temporary, roaming, public or download folder") \
    _(IsUNCPath,          1, "the module was loaded over the network (a UNC path)") \
    _(IsSuspiciousLoader, 2, "the loading process is one that attackers use to run modules") \
    _(IsKnownGoodDir,     3, "the module lies in a folder of the system or of programs, which the hunt leaves out") \
    _(IsUnsigned,         4, "the module is not signed")

#define FACTOR_BIT(name, bit, words) FACTOR_##name = 1u << (bit),
enum factor { FACTORS(FACTOR_BIT) };
#define FACTOR_COUNT 5

/* Bits beside the factors in a stored `factors` column. */
#define FACTOR_SIGNED_UNKNOWN (1u << 16) /* Signed was not logged: IsUnsigned is not known */
#define FACTOR_UNSURE         (1u << 17) /* a match ended in an error and counts as "show it" */
#define FACTOR_IMPORTED       (1u << 18) /* an imported fact (core/fact.h) has its part in them */

struct verdict {
    uint32_t factors;    /* enum factor bits, and the two above */
    int SuspicionScore;  /* 0 to 4 */
};

/* Any of the three may be SPAN_NONE, read as the formula says. */
struct verdict factor_verdict(enum platform p, struct span Image, struct span ImageLoaded,
                              struct span Signed);

/* The seed's formula over the bits. */
int factor_sum(uint32_t factors);

/* SuspicionScore >= 1 outside a known-good folder: the hunt's `where`. */
static inline bool factor_is_hit(struct verdict v)
{
    return v.SuspicionScore >= 1 && !(v.factors & FACTOR_IsKnownGoodDir);
}

/* The part of Image or ImageLoaded (as logged) that made the factor true, and
 * which of the two in *in_image; SPAN_NONE where it is not true or no text
 * matched (IsUnsigned). */
struct span factor_matched(enum factor f, enum platform p, struct span Image,
                           struct span ImageLoaded, bool *in_image);

const char *factor_name(enum factor f);
const char *factor_words(enum factor f);

/* The factors of a bit set by name, `IsTempPath+IsUnsigned`, into out. */
void factor_list(uint32_t factors, char *out, size_t size);

/* A short form for narrow columns, one place a factor: `T`, `U`, `L`, `G`, `N`
 * where true, `?` for an unknown IsUnsigned, `.` elsewhere.  Five characters. */
void factor_letters(uint32_t factors, char out[static FACTOR_COUNT + 1]);

#endif
