/* The reasons beyond the seed, which add up to Priority, and the profile that
 * weighs them.
 *
 * None of it ever goes into SuspicionScore.  What depends on one module in one
 * image is judged here, pure, by any thread; what needs other records of the
 * case (FreshDrop, SilentRegsvr32, SignatureContradicted) is found by store/. */
#ifndef QUERIES_REASON_H
#define QUERIES_REASON_H

#include "core/factor.h"

/*    name                   bit  letter  what it says, in words */
#define REASONS(_) \
    _(IsTempPath,             0, 'T', "the module lies in a temporary, roaming, public or download folder") \
    _(NetworkPath,            1, 'U', "the module was loaded over the network") \
    _(SuspiciousLoader,       2, 'L', "the loading process is one that attackers use to run modules," \
                                      " and the module is not one of Microsoft or of a program's folder") \
    _(Unsigned,               3, 'N', "the module is not signed, and is no native image or packaged app") \
    _(UnsignedInSystemDir,    4, 's', "an unsigned module in a folder of Windows itself") \
    _(Phantom,                5, 'p', "Windows looks for a module of this name and does not have it") \
    _(HijackName,             6, 'h', "a module of System32 by name, from somewhere else") \
    _(HijackPair,             7, 'v', "this program is known to be brought along to load a module of this name") \
    _(DirSpoof,               8, 'd', "a folder's name ends in a space, as in `C:\\Windows \\`") \
    _(UserWritable,           9, 'w', "a user without rights may write to the folder") \
    _(ForeignInTrusted,      10, 'f', "a program of a protected folder loaded an unsigned module from elsewhere") \
    _(SideBySideUnsigned,    11, 'b', "an unsigned module beside its program, outside protected folders") \
    _(FreshDrop,             12, 'n', "the file was written on this host shortly before it was loaded") \
    _(FakeMicrosoft,         13, 'm', "an unsigned module that says Microsoft made it") \
    _(ClrOdd,                14, 'c', "the .NET runtime in a program that has no business with it") \
    _(OddExtension,          15, 'x', "its name does not end as a module's does") \
    _(ExeAsModule,           16, 'e', "a program loaded as a module of another") \
    _(SignatureBad,          17, 'g', "its signature could not be verified, or is revoked or broken") \
    _(LolbinLoader,          18, 'l', "the loading process is a program of Windows that loads what it is told to") \
    _(SilentRegsvr32,        19, 'r', "regsvr32 was told to be silent (/s)") \
    _(SignatureContradicted, 20, 'a', "the same file is logged as signed elsewhere: Unsigned does not count")

#define REASON_BIT(name, bit, letter, words) REASON_##name = 1u << (bit),
enum reason { REASONS(REASON_BIT) };
#define REASON_COUNT 21
/* Those that need more of the case than the pair. */
#define REASONS_OF_CASE (REASON_FreshDrop | REASON_SilentRegsvr32 | REASON_SignatureContradicted)

const char *reason_name(unsigned bit);
const char *reason_words(unsigned bit);

/* The names of a set of bits, `Phantom+UserWritable`, into out. */
void reason_list(uint32_t reasons, char *out, size_t size);

/* What is judged of a pair; each may be SPAN_NONE. */
struct suspect {
    enum platform platform;
    uint32_t factors; /* the seed's, of the pair */
    struct span Image, ImageLoaded, Signed, Signature, SignatureStatus, Company;
};

struct profile;

/* The bits of a pair, without REASONS_OF_CASE. */
uint32_t reason_bits(const struct profile *p, const struct suspect *s);

#endif
