/* The reasons beyond the seed: each with a pair that gives it and a look-alike
 * that does not; and the profile that weighs them. */
#include "queries/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define S32 "C:\\Windows\\System32\\"
#define NOTEPAD "C:\\Windows\\notepad.exe"
#define RUNDLL32 S32 "rundll32.exe"
#define NGEN "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\mscorlib\\abc\\mscorlib.ni.dll"

/* How a module is signed. */
enum by { NOBODY, VENDOR, WINDOWS, SILENT, FAILED, REVOKED, OLD };

static const struct { const char *Signed, *Signature, *SignatureStatus; } signing[] = {
    [NOBODY] = { "false", "", "Unavailable" },
    [VENDOR] = { "true", "Contoso Ltd", "Valid" },
    [WINDOWS] = { "true", "Microsoft Windows Publisher", "Valid" },
    [SILENT] = { NULL, NULL, NULL },
    [FAILED] = { "failed", "Contoso Ltd", "-" },
    [REVOKED] = { "true", "Contoso Ltd", "Revoked" },
    [OLD] = { "true", "Contoso Ltd", "Expired" },
};

static uint32_t reasons_of(const struct profile *p, const char *Image, const char *ImageLoaded,
                           enum by by, const char *Company)
{
    struct suspect s = {
        PLATFORM_WINDOWS, 0, span_text(Image), span_text(ImageLoaded),
        span_text(signing[by].Signed), span_text(signing[by].Signature),
        span_text(signing[by].SignatureStatus), span_text(Company),
    };

    s.factors = factor_verdict(s.platform, s.Image, s.ImageLoaded, s.Signed).factors;
    return reason_bits(p, &s);
}

static void each_reason_has_a_pair_and_a_look_alike(void **state)
{
    static const struct {
        uint32_t reason;
        bool is;
        const char *Image, *ImageLoaded;
        enum by by;
        const char *Company;
    } table[] = {
        { REASON_IsTempPath, true, NOTEPAD, "C:\\Users\\j\\AppData\\Local\\Temp\\x.dll", VENDOR, NULL },
        { REASON_IsTempPath, false, NOTEPAD, "D:\\Temp\\x.dll", VENDOR, NULL },
        { REASON_NetworkPath, true, NOTEPAD, "\\\\srv\\share\\x.dll", VENDOR, NULL },
        { REASON_NetworkPath, true, NOTEPAD, "\\\\?\\UNC\\srv\\share\\x.dll", VENDOR, NULL },
        { REASON_NetworkPath, false, NOTEPAD, "\\\\?\\C:\\x\\x.dll", VENDOR, NULL },
        { REASON_NetworkPath, false, NOTEPAD, "\\\\.\\C:\\x\\x.dll", VENDOR, NULL },
        { REASON_SuspiciousLoader, true, RUNDLL32, "C:\\x\\x.dll", VENDOR, NULL },
        { REASON_SuspiciousLoader, true, RUNDLL32, "C:\\Users\\Public\\Windows\\System32\\x.dll", VENDOR, NULL },
        { REASON_SuspiciousLoader, false, RUNDLL32, S32 "x.dll", VENDOR, NULL },
        { REASON_SuspiciousLoader, false, RUNDLL32, "\\\\?\\C:\\Program Files (x86)\\v\\x.dll", VENDOR, NULL },
        { REASON_SuspiciousLoader, false, RUNDLL32, "C:\\x\\x.dll", WINDOWS, NULL },
        { REASON_SuspiciousLoader, false, RUNDLL32, NGEN, NOBODY, NULL },
        { REASON_Unsigned, true, NOTEPAD, "C:\\x\\x.dll", NOBODY, NULL },
        { REASON_Unsigned, true, NOTEPAD, "C:\\x\\x.dll", SILENT, NULL },
        { REASON_Unsigned, false, NOTEPAD, NGEN, NOBODY, NULL },
        { REASON_Unsigned, false, NOTEPAD, "C:\\Program Files\\WindowsApps\\a\\x.dll", NOBODY, NULL },
        { REASON_UnsignedInSystemDir, true, NOTEPAD, S32 "x.dll", NOBODY, NULL },
        { REASON_UnsignedInSystemDir, true, NOTEPAD, "C:\\WINDOWS\\WinSxS\\a\\x.dll", NOBODY, NULL },
        { REASON_UnsignedInSystemDir, false, NOTEPAD, S32 "x.dll", VENDOR, NULL },
        { REASON_UnsignedInSystemDir, false, NOTEPAD, "C:\\Users\\Windows\\System32\\x.dll", NOBODY, NULL },
        { REASON_UnsignedInSystemDir, false, NOTEPAD, S32 "x.dll", SILENT, NULL },
        { REASON_Phantom, true, S32 "svchost.exe", S32 "WLBSCTRL.dll", NOBODY, NULL },
        { REASON_Phantom, false, S32 "svchost.exe", S32 "wlbsctrl.dll", WINDOWS, NULL },
        { REASON_Phantom, false, S32 "svchost.exe", S32 "wlbsctrl.dll.bak", NOBODY, NULL },
        { REASON_HijackName, true, "C:\\a\\a.exe", "C:\\a\\Version.dll", VENDOR, NULL },
        { REASON_HijackName, false, "C:\\a\\a.exe", S32 "version.dll", VENDOR, NULL },
        { REASON_HijackName, false, "C:\\a\\a.exe", "C:\\a\\version.dll", WINDOWS, NULL },
        { REASON_HijackName, false, "C:\\a\\a.exe", "C:\\a\\conversion.dll", VENDOR, NULL },
        { REASON_HijackPair, true, "C:\\ProgramData\\MsMpEng.exe", "C:\\ProgramData\\mpsvc.dll", NOBODY, NULL },
        { REASON_HijackPair, false, "C:\\a\\other.exe", "C:\\a\\mpsvc.dll", NOBODY, NULL },
        { REASON_DirSpoof, true, "C:\\Windows \\System32\\winsat.exe", "C:\\Windows \\System32\\version.dll", NOBODY, NULL },
        { REASON_DirSpoof, false, NOTEPAD, "C:\\Program Files\\a\\b c.dll", NOBODY, NULL },
        { REASON_UserWritable, true, NOTEPAD, "C:\\ProgramData\\x\\x.dll", VENDOR, NULL },
        { REASON_UserWritable, true, NOTEPAD, "c:\\users\\j\\desktop\\x.dll", VENDOR, NULL },
        { REASON_UserWritable, true, NOTEPAD, S32 "spool\\drivers\\color\\x.dll", NOBODY, NULL },
        { REASON_UserWritable, false, NOTEPAD, "C:\\ProgramData\\x\\x.dll", WINDOWS, NULL },
        { REASON_UserWritable, false, NOTEPAD, "C:\\Users\\j\\AppData\\Local\\Temp\\x.dll", VENDOR, NULL },
        { REASON_UserWritable, false, "C:\\ProgramData\\x.exe", "C:\\programdata\\X.exe", VENDOR, NULL },
        { REASON_UserWritable, false, NOTEPAD, "C:\\Data\\programdata\\x.dll", VENDOR, NULL },
        { REASON_ForeignInTrusted, true, S32 "svchost.exe", "C:\\a\\x.dll", NOBODY, NULL },
        { REASON_ForeignInTrusted, false, "C:\\b\\b.exe", "C:\\a\\x.dll", NOBODY, NULL },
        { REASON_ForeignInTrusted, false, S32 "svchost.exe", "C:\\a\\x.dll", VENDOR, NULL },
        { REASON_ForeignInTrusted, false, S32 "svchost.exe", "C:\\Program Files\\a\\x.dll", NOBODY, NULL },
        { REASON_SideBySideUnsigned, true, "C:\\a\\a.exe", "C:\\A\\x.dll", NOBODY, NULL },
        { REASON_SideBySideUnsigned, false, "C:\\a\\a.exe", "C:\\a\\sub\\x.dll", NOBODY, NULL },
        { REASON_SideBySideUnsigned, false, "C:\\a\\a.exe", "C:\\a\\a.exe", NOBODY, NULL },
        { REASON_SideBySideUnsigned, false, "C:\\Program Files\\a\\a.exe", "C:\\Program Files\\a\\x.dll", NOBODY, NULL },
        { REASON_FakeMicrosoft, true, NOTEPAD, "C:\\a\\x.dll", NOBODY, "MICROSOFT Corp" },
        { REASON_FakeMicrosoft, false, NOTEPAD, "C:\\a\\x.dll", VENDOR, "Microsoft Corporation" },
        { REASON_FakeMicrosoft, false, NOTEPAD, NGEN, NOBODY, "Microsoft Corporation" },
        { REASON_FakeMicrosoft, false, NOTEPAD, "C:\\a\\x.dll", NOBODY, "Micro soft" },
        { REASON_ClrOdd, true, S32 "wscript.exe", S32 "mscoree.dll", WINDOWS, NULL },
        { REASON_ClrOdd, false, S32 "WindowsPowerShell\\v1.0\\powershell.exe", S32 "mscoree.dll", WINDOWS, NULL },
        { REASON_OddExtension, true, NOTEPAD, "C:\\a\\update.dat", VENDOR, NULL },
        { REASON_OddExtension, true, NOTEPAD, "C:\\a\\noextension", VENDOR, NULL },
        { REASON_OddExtension, true, NOTEPAD, "C:\\a\\cat.jpeg.dll", VENDOR, NULL },
        { REASON_OddExtension, false, NOTEPAD, "C:\\a.b\\a.CPL", VENDOR, NULL },
        { REASON_ExeAsModule, true, NOTEPAD, "C:\\a\\a.exe", VENDOR, NULL },
        { REASON_ExeAsModule, false, "C:\\A\\a.EXE", "C:\\a\\a.exe", VENDOR, NULL },
        { REASON_SignatureBad, true, NOTEPAD, "C:\\a\\a.dll", FAILED, NULL },
        { REASON_SignatureBad, true, NOTEPAD, "C:\\a\\a.dll", REVOKED, NULL },
        { REASON_SignatureBad, false, NOTEPAD, "C:\\a\\a.dll", OLD, NULL },
        { REASON_SignatureBad, false, NOTEPAD, "C:\\a\\a.dll", NOBODY, NULL },
        { REASON_SignatureBad, false, NOTEPAD, "C:\\a\\a.dll", SILENT, NULL },
        { REASON_LolbinLoader, true, S32 "odbcconf.exe", "C:\\a\\a.dll", VENDOR, NULL },
        { REASON_LolbinLoader, false, S32 "odbcconf.exe", S32 "a.dll", VENDOR, NULL },
        { REASON_LolbinLoader, false, S32 "odbcconf.exe", "C:\\a\\a.dll", WINDOWS, NULL },
    };
    struct profile *p = profile_default();

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint32_t is = reasons_of(p, table[i].Image, table[i].ImageLoaded, table[i].by,
                                 table[i].Company);

        if (!!(is & table[i].reason) != table[i].is)
            fail_msg("line %zu: %s: %x", i, table[i].ImageLoaded, is);
        assert_int_equal(is & REASONS_OF_CASE, 0);
    }
    profile_close(p);
}

static void elsewhere_the_four_factors_are_asked(void **state)
{
    struct profile *p = profile_default();
    struct suspect s = { .platform = PLATFORM_LINUX, .Image = SPAN("/usr/bin/python3"),
                         .ImageLoaded = SPAN("/tmp/version.dll") };

    (void)state;
    s.factors = factor_verdict(s.platform, s.Image, s.ImageLoaded, s.Signed).factors;
    assert_int_equal(reason_bits(p, &s), REASON_IsTempPath | REASON_SuspiciousLoader);
    s.ImageLoaded = SPAN("/usr/lib/x.so");
    s.factors = factor_verdict(s.platform, s.Image, s.ImageLoaded, s.Signed).factors;
    assert_int_equal(reason_bits(p, &s), 0);
    profile_close(p);
}

static void priority_is_the_sum_of_the_weights(void **state)
{
    struct profile *p = profile_default();
    char names[256];

    (void)state;
    assert_int_equal(profile_priority(p, 0), 0);
    assert_int_equal(profile_priority(p, REASON_Phantom | REASON_Unsigned), 3);
    assert_int_equal(profile_priority(p, REASON_Phantom | REASON_Unsigned
                                         | REASON_SignatureContradicted), 2);
    reason_list(REASON_Phantom | REASON_UserWritable, names, sizeof names);
    assert_string_equal(names, "Phantom+UserWritable");
    profile_close(p);
}

static void a_profile_says_only_what_differs(void **state)
{
    static const char text[] = "name: ours\nweights: { Phantom: -3, FreshDrop: 0 }\nfresh_seconds: 60\n"
                               "folders: { UserWritable: ['?:\\data (x)\\* '] }\n"
                               "names: { ClrHost: [] }\n";
    struct fault f = { 0 };
    struct profile *own = profile_default(), *p = profile_open(span_text(text), &f);
    struct profile *same = profile_open(SPAN("# nothing\n"), &f);

    (void)state;
    assert_non_null(p);
    assert_non_null(same);
    assert_string_equal(profile_name(p), "ours");
    assert_int_equal(profile_weight(p, 5), -3);
    assert_int_equal(profile_weight(p, 6), profile_weight(own, 6));
    assert_int_equal(profile_fresh_us(p), 60000000);
    assert_true(profile_writable(p, SPAN("C:\\Data (X)\\a ")));
    assert_false(profile_writable(p, SPAN("C:\\Data (X)\\a")));
    assert_false(profile_writable(p, SPAN("C:\\ProgramData\\a")));
    assert_false(profile_has(p, NAMES_ClrHost, SPAN("wscript.exe")));
    assert_true(profile_has(p, NAMES_Phantom, SPAN("WlbsCtrl.DLL")));
    assert_string_not_equal(profile_digest(p), profile_digest(own));
    assert_string_equal(profile_digest(same), profile_digest(own));
    assert_ptr_equal(profile_keep(p), p);
    profile_close(p);
    profile_close(p);
    profile_close(own);
    profile_close(same);
    profile_close(NULL);
}

/* Trailing spaces, backslashes, quotes, signs of patterns, long texts. */
static void every_value_that_can_be_written_is_read_back(void **state)
{
    static const char *const values[] = {
        "c:\\a\\", "c:\\a b \\ ", "c:\\it''s\\x", "c:\\(a)[b]{c}^d$e.f+g|h#i\\x", "c:\\\xc3\xa4\\x",
        "c:\\- a: b\\x", "c:\\%temp%\\!x&y",
    };
    char long_one[3000], text[8000];

    (void)state;
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    for (size_t i = 0; i <= sizeof values / sizeof *values; i++) {
        const char *value = i < sizeof values / sizeof *values ? values[i] : long_one;
        char plain[3000], *to = plain;
        struct fault f = { 0 };
        struct profile *p;

        snprintf(text, sizeof text, "folders:\n  UserWritable: ['%s']\nnames:\n  Phantom:\n    - '%s'\n",
                 value, value);
        for (const char *at = value; *at; at++) {
            *to++ = *at;
            at += *at == '\'';
        }
        *to = '\0';
        p = profile_open(span_text(text), &f);
        if (!p)
            fail_msg("%s: %s", value, f.text);
        assert_true(profile_writable(p, span_text(plain)));
        assert_true(i == sizeof values / sizeof *values
                    || profile_has(p, NAMES_Phantom, span_text(plain)));
        profile_close(p);
    }
}

static void a_wrong_profile_is_refused_with_its_line(void **state)
{
    static const struct { const char *text, *says; } table[] = {
        { "weights:\n  Phantoms: 1\n", "line 2: `Phantoms` is no reason" },
        { "weights:\n  SignatureContradicted: 1\n", "line 2: `SignatureContradicted`" },
        { "weights:\n  Phantom: 10\n", "line 2: `Phantom` is not a whole number from -9 to 9" },
        { "weights:\n  Phantom: 1.5\n", "not a whole number" },
        { "weights: [1]\n", "line 1: `weights` is a map" },
        { "fresh_seconds: -1\n", "line 1: `fresh_seconds`" },
        { "names: { Phantom: wlbsctrl.dll }\n", "`Phantom` is not a list" },
        { "names: { Ghost: [] }\n", "`Ghost` is no list of names" },
        { "names: { Phantom: [[a]] }\n", "line 1: a text is wanted" },
        { "folders: { Temp: [] }\n", "`Temp` is no list of folders" },
        { "- a\n", "line 1: a profile is a map" },
        { "colour: red\n", "line 1: `colour` is nothing" },
        { "name: ''\n", "line 1: `name`" },
        { "a: *b\n", "line 1: an alias" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fault f = { 0 };

        assert_null(profile_open(span_text(table[i].text), &f));
        if (!strstr(f.text, table[i].says))
            fail_msg("%s: %s", table[i].text, f.text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_a_pair_and_a_look_alike),
        cmocka_unit_test(elsewhere_the_four_factors_are_asked),
        cmocka_unit_test(priority_is_the_sum_of_the_weights),
        cmocka_unit_test(a_profile_says_only_what_differs),
        cmocka_unit_test(every_value_that_can_be_written_is_read_back),
        cmocka_unit_test(a_wrong_profile_is_refused_with_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
