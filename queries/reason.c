/* The reasons that one pair gives.
 *
 * Written from domain.md, section 2: what Windows' records say of a module and
 * of the program that loaded it.  On Linux and macOS only the four that the
 * seed's factors stand for are asked; nothing there is a matter of signers. */
#include "queries/reason.h"

#include "core/pattern.h"
#include "core/text.h"
#include "queries/profile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_BYTES_MAX 32767 /* what Windows allows; a longer one is judged by its beginning */

static const struct {
    const char *name, *words;
} facts[REASON_COUNT] = {
#define REASON_FACT(name, bit, letter, words) { #name, words },
    REASONS(REASON_FACT)
};

/* On paths in lower case, behind a \\?\ or \\.\ that was taken away. */
enum shape {
    SHAPE_PROTECTED,   /* folders that only administrators write */
    SHAPE_SYSTEM,
    SHAPE_NATIVE,      /* .NET's native images, unsigned by design */
    SHAPE_PACKAGED,    /* store apps: their package is signed, their files are not */
    SHAPE_SPOOFED,
    SHAPE_DOUBLE,      /* picture.jpeg.exe */
    SHAPE_COUNT
};

static const char *const shapes[SHAPE_COUNT] = {
    [SHAPE_PROTECTED] = "^[a-z]:\\\\(?:windows\\\\(?:system32|syswow64|winsxs)"
                        "|program files(?: \\(x86\\))?)\\\\",
    [SHAPE_SYSTEM] = "^[a-z]:\\\\windows\\\\(?:system32|syswow64|winsxs)\\\\",
    [SHAPE_NATIVE] = "^[a-z]:\\\\windows\\\\assembly\\\\nativeimages_v[^\\\\]+\\\\.+\\.ni\\.(?:dll|exe)$",
    [SHAPE_PACKAGED] = "^[a-z]:\\\\program files\\\\windowsapps\\\\",
    [SHAPE_SPOOFED] = "^[a-z]:\\\\(?:[^\\\\]+\\\\)*[^\\\\]* \\\\",
    [SHAPE_DOUBLE] = "\\.(?:jpe?g|png|gif|bmp|pdf|docx?|xlsx?|pptx?|txt|rtf|csv|zip|mp[34]|html?)"
                     "\\.[^.\\\\]+$",
};

static struct pattern *compiled[SHAPE_COUNT];
static pthread_once_t compiled_once = PTHREAD_ONCE_INIT;

static void compile(void)
{
    for (int i = 0; i < SHAPE_COUNT; i++) {
        struct fault f = { 0 };

        compiled[i] = pattern_open(span_text(shapes[i]), 0, &f);
        if (!compiled[i]) {
            fprintf(stderr, "modhunt: queries/reason.c: %s: %s\n", shapes[i], f.text);
            abort(); /* our own data is wrong: a bug */
        }
    }
}

/* A match that ends in an error is what raises the sum, never what lowers it:
 * `unsure` says which that is. */
static bool has_shape(enum shape shape, struct span path, bool unsure)
{
    enum match m = pattern_find(compiled[shape], path, NULL);

    return m == MATCH_UNSURE ? unsure : m == MATCH_YES;
}

const char *reason_name(unsigned bit)
{
    return facts[bit].name;
}

const char *reason_words(unsigned bit)
{
    return facts[bit].words;
}

void reason_list(uint32_t reasons, char *out, size_t size)
{
    size_t used = 0;

    if (size)
        out[0] = '\0';
    for (unsigned bit = 0; bit < REASON_COUNT; bit++) {
        if (!(reasons & 1u << bit) || used >= size)
            continue;
        int wrote = snprintf(out + used, size - used, "%s%s", used ? "+" : "", facts[bit].name);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* ---- Windows ---- */

/* What is asked more than once of a pair. */
struct judged {
    const struct profile *profile;
    const struct suspect *s;
    struct span Image, ImageLoaded; /* lower case, without \\?\ or \\.\ */
    struct span image_name, module_name;
    bool unc_prefix, is_unsigned, of_microsoft, native, packaged, self;
    bool image_protected, module_protected, module_system;
};

static bool has_prefix(struct span path)
{
    return path.len >= 4 && path.at[0] == '\\' && path.at[1] == '\\'
        && (path.at[2] == '?' || path.at[2] == '.') && path.at[3] == '\\';
}

/* \\?\C:\x is C:\x, and \\?\UNC\server\share is \\server\share. */
static struct span without_prefix(uint8_t *lower, struct span path)
{
    size_t len = path.len < PATH_BYTES_MAX ? path.len : PATH_BYTES_MAX;
    struct span p = span_of(lower, len);

    text_lower(lower, span_of(path.at, len));
    if (!has_prefix(p))
        return p;
    p = span_of(p.at + 4, p.len - 4);
    if (!span_starts(p, SPAN("unc\\")))
        return p;
    lower[6] = '\\'; /* where the C was: \\server again */
    return span_of(lower + 6, len - 6);
}

static struct span folder_of(struct span path)
{
    return span_of(path.at, path.len - span_file_name(path).len);
}

static bool starts_with_any(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_starts(text, span_text(*words)))
            return true;
    return false;
}

static void judge(struct judged *j)
{
    static const char *const microsoft[] = { "Microsoft Windows", "Microsoft Corporation", NULL };
    const struct suspect *s = j->s;

    j->image_name = span_file_name(j->Image);
    j->module_name = span_file_name(j->ImageLoaded);
    j->is_unsigned = span_logged(s->Signed) && (!s->Signed.len || span_is(s->Signed, "false"));
    j->of_microsoft = span_is(s->Signed, "true") && span_is(s->SignatureStatus, "Valid")
        && starts_with_any(s->Signature, microsoft);
    j->native = has_shape(SHAPE_NATIVE, j->ImageLoaded, false);
    j->packaged = has_shape(SHAPE_PACKAGED, j->ImageLoaded, false);
    j->self = span_equal(j->Image, j->ImageLoaded);
    j->image_protected = has_shape(SHAPE_PROTECTED, j->Image, false);
    j->module_protected = has_shape(SHAPE_PROTECTED, j->ImageLoaded, false);
    j->module_system = has_shape(SHAPE_SYSTEM, j->ImageLoaded, false);
}

/* The seed's four, mended. */
static uint32_t seed_reasons(const struct judged *j)
{
    uint32_t x = j->s->factors, out = 0;
    bool network = span_starts(j->ImageLoaded, SPAN("\\\\"));

    if (x & FACTOR_IsTempPath)
        out |= REASON_IsTempPath;
    if (network && ((x & FACTOR_IsUNCPath) || j->unc_prefix))
        out |= REASON_NetworkPath;
    if ((x & FACTOR_IsSuspiciousLoader) && !j->module_protected && !j->of_microsoft && !j->native)
        out |= REASON_SuspiciousLoader;
    if ((x & FACTOR_IsUnsigned) && !j->native && !j->packaged)
        out |= REASON_Unsigned;
    return out;
}

static uint32_t name_reasons(const struct judged *j)
{
    const struct profile *p = j->profile;
    uint32_t out = 0;

    if (j->of_microsoft)
        return 0;
    if (profile_has(p, NAMES_Phantom, j->module_name))
        out |= REASON_Phantom;
    if (!j->module_system && profile_has(p, NAMES_HijackName, j->module_name))
        out |= REASON_HijackName;
    if (!j->module_system && j->image_name.len + j->module_name.len < 250) {
        char both[256];
        int len = snprintf(both, sizeof both, "%.*s/%.*s", (int)j->image_name.len,
                           (const char *)j->image_name.at, (int)j->module_name.len,
                           (const char *)j->module_name.at);

        if (profile_has(p, NAMES_HijackPair, span_of(both, (size_t)len)))
            out |= REASON_HijackPair;
    }
    if (!j->module_protected && profile_has(p, NAMES_LolbinLoader, j->image_name))
        out |= REASON_LolbinLoader;
    return out;
}

static uint32_t place_reasons(const struct judged *j)
{
    uint32_t out = 0;

    if (j->is_unsigned && j->module_system)
        out |= REASON_UnsignedInSystemDir;
    if (has_shape(SHAPE_SPOOFED, j->ImageLoaded, true))
        out |= REASON_DirSpoof;
    if (!(j->s->factors & FACTOR_IsTempPath) && !j->self && !j->of_microsoft
        && profile_writable(j->profile, j->ImageLoaded))
        out |= REASON_UserWritable;
    if (j->is_unsigned && j->image_protected && !j->module_protected && !j->native)
        out |= REASON_ForeignInTrusted;
    if (j->is_unsigned && !j->image_protected && !j->self
        && span_equal(folder_of(j->Image), folder_of(j->ImageLoaded)))
        out |= REASON_SideBySideUnsigned;
    return out;
}

static bool mentions_microsoft(struct span Company)
{
    for (size_t i = 0; i + 9 <= Company.len; i++)
        if (span_equal_nocase(span_of(Company.at + i, 9), SPAN("microsoft")))
            return true;
    return false;
}

static struct span extension(struct span name)
{
    const uint8_t *dot = name.len ? memrchr(name.at, '.', name.len) : NULL;

    return dot ? span_of(dot + 1, name.len - (size_t)(dot + 1 - name.at)) : SPAN_EMPTY;
}

/* Is the status one that says neither good nor bad, or only old? */
static bool is_bad_status(struct span status)
{
    static const char *const fine[] = { "", "-", "?", "Valid", "Unavailable", "Expired" };

    if (!span_logged(status))
        return false;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (span_equal_nocase(status, span_text(fine[i])))
            return false;
    return true;
}

static uint32_t kind_reasons(const struct judged *j)
{
    struct span ends = extension(j->module_name);
    uint32_t out = 0;

    if (j->is_unsigned && mentions_microsoft(j->s->Company) && !j->native && !j->packaged)
        out |= REASON_FakeMicrosoft;
    if (profile_has(j->profile, NAMES_ClrModule, j->module_name)
        && profile_has(j->profile, NAMES_ClrHost, j->image_name))
        out |= REASON_ClrOdd;
    if (j->module_name.len && (!profile_has(j->profile, NAMES_Extension, ends)
                               || has_shape(SHAPE_DOUBLE, j->module_name, true)))
        out |= REASON_OddExtension;
    if (span_equal_nocase(ends, SPAN("exe")) && !j->self)
        out |= REASON_ExeAsModule;
    if (span_is(j->s->Signed, "failed") || is_bad_status(j->s->SignatureStatus))
        out |= REASON_SignatureBad;
    return out;
}

static uint32_t windows_reasons(const struct profile *p, const struct suspect *s)
{
    uint8_t *room = memory_get(s->Image.len + s->ImageLoaded.len + 1);
    struct judged j = { .profile = p, .s = s };
    uint32_t out;

    pthread_once(&compiled_once, compile);
    j.unc_prefix = has_prefix(s->ImageLoaded);
    j.Image = without_prefix(room, s->Image);
    j.ImageLoaded = without_prefix(room + s->Image.len, s->ImageLoaded);
    judge(&j);
    out = seed_reasons(&j) | name_reasons(&j) | place_reasons(&j) | kind_reasons(&j);
    free(room);
    return out;
}

/* ---- everywhere else ---- */

static uint32_t other_reasons(uint32_t factors)
{
    uint32_t out = 0;

    if (factors & FACTOR_IsTempPath)
        out |= REASON_IsTempPath;
    if (factors & FACTOR_IsUNCPath)
        out |= REASON_NetworkPath;
    if ((factors & FACTOR_IsSuspiciousLoader) && !(factors & FACTOR_IsKnownGoodDir))
        out |= REASON_SuspiciousLoader;
    if (factors & FACTOR_IsUnsigned)
        out |= REASON_Unsigned;
    return out;
}

uint32_t reason_bits(const struct profile *p, const struct suspect *s)
{
    return s->platform == PLATFORM_WINDOWS ? windows_reasons(p, s) : other_reasons(s->factors);
}
