/* The seed's score, edge by edge, and what is shown of it. */
#include "core/factor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOTEPAD "C:\\Windows\\notepad.exe"
#define RUNDLL32 "C:\\Windows\\System32\\rundll32.exe"
#define LOGGED(text) SPAN_INIT(text)
#define NOT_LOGGED { NULL, 0 }

enum { T = 1, U = 2, L = 4, G = 8, N = 16, Q = FACTOR_SIGNED_UNKNOWN };

static void the_formula_is_the_seeds(void **state)
{
    static const struct {
        struct span Image, ImageLoaded, Signed;
        uint32_t factors;
        int score;
        bool hit;
    } table[] = {
        { LOGGED(RUNDLL32), LOGGED("C:\\Users\\j\\AppData\\Local\\Temp\\df00tech.dll"), LOGGED("false"), T | L | N, 3, true },
        { LOGGED(RUNDLL32), LOGGED("C:\\Users\\j\\AppData\\Local\\Temp\\df00tech.dll"), LOGGED("true"), T | L, 2, true },
        { LOGGED("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"), LOGGED("C:\\Users\\j\\AppData\\Roaming\\m.dll"), LOGGED("false"), T | N, 2, true },
        { LOGGED("C:\\Windows\\SysWOW64\\regsvr32.exe"), LOGGED("C:\\Windows\\Temp\\r.dll"), LOGGED("false"), T | L | N, 3, true },
        { LOGGED(RUNDLL32), LOGGED("\\\\fs01\\users\\AppData\\Roaming\\a.dll"), LOGGED("false"), T | U | L | N, 4, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\Users\\Public\\Windows\\System32\\evil.dll"), LOGGED("false"), T | G | N, 2, false },
        { LOGGED(NOTEPAD), LOGGED("\\\\evil\\share\\windows\\system32\\x.dll"), LOGGED("false"), U | G | N, 2, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\Windows\\System32\\spool\\drivers\\color\\e.dll"), LOGGED("false"), G | N, 1, false },
        { LOGGED(NOTEPAD), LOGGED("\\\\?\\C:\\x\\b.dll"), LOGGED("true"), U, 1, true },
        { LOGGED(NOTEPAD), LOGGED("\\\\.\\C:\\x\\b.dll"), LOGGED("true"), U, 1, true },
        { LOGGED(NOTEPAD), LOGGED("\\\\10.0.0.5@SSL\\DavWWWRoot\\x.dll"), LOGGED("true"), U, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\Users\\AB~1\\APPDAT~1\\LOCAL~1\\TEMP\\x.dll"), LOGGED("true"), 0, 0, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\PROGRA~1\\Vendor\\x.dll"), LOGGED("false"), N, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\ProgramData\\x.dll"), LOGGED("true"), 0, 0, false },
        { LOGGED(NOTEPAD), LOGGED("D:\\Temp\\x.dll"), LOGGED("true"), 0, 0, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\Program Files (x86)\\x\\y.dll"), LOGGED("true"), G, 0, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\x\\y.dll"), NOT_LOGGED, N | Q, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\x\\y.dll"), LOGGED(""), N, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\x\\y.dll"), LOGGED("-"), 0, 0, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\x\\y.dll"), LOGGED("failed"), 0, 0, false },
        { LOGGED(NOTEPAD), LOGGED("C:\\x\\y.dll"), LOGGED("False"), 0, 0, false },
        { LOGGED("C:\\rundll32.exe.bak\\notepad.exe"), LOGGED("C:\\x\\y.dll"), LOGGED("true"), L, 1, true },
        { LOGGED(RUNDLL32), LOGGED("C:\\Windows\\System32\\ntdll.dll"), LOGGED("true"), L | G, 0, false },
        { NOT_LOGGED, NOT_LOGGED, NOT_LOGGED, N | Q, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\TEMP\\X.DLL"), LOGGED("true"), T, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\Users\\\u0130\\DOWNLOADS\\x.dll"), LOGGED("true"), T, 1, true },
        { LOGGED(NOTEPAD), LOGGED("C:\\Users\\Public"), LOGGED("true"), 0, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct verdict v = factor_verdict(PLATFORM_WINDOWS, table[i].Image, table[i].ImageLoaded,
                                          table[i].Signed);

        assert_int_equal(v.factors, table[i].factors);
        assert_int_equal(v.SuspicionScore, table[i].score);
        assert_int_equal(factor_is_hit(v), table[i].hit);
    }
}

/* Paths match as they are written; nobody logs a signature, so N is never known. */
static void linux_and_macos_have_their_own_patterns(void **state)
{
    static const struct {
        enum platform platform;
        struct span Image, ImageLoaded;
        uint32_t factors;
        int score;
        bool hit;
    } table[] = {
        { PLATFORM_LINUX, LOGGED("/usr/bin/python3.11"), LOGGED("/tmp/df00tech_test_module.so"), T | L, 2, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/python3.11"), LOGGED("/TMP/x.so"), L, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/python3.11"), LOGGED("/usr/lib/python3.11/x.so"), L | G, 0, false },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/dev/shm/libx.so"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("memfd:?"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/proc/self/fd/3"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/opt/a/x.so (deleted)"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/run/user/1000/x.so"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/run/user/1000/gvfs/smb/x.so"), T | U, 2, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/home/u/.cache/x.so"), T, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/home/u/venv/x.so"), 0, 0, false },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/net/fs01/x.so"), U, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"), LOGGED("/bin/true"), L, 1, true },
        { PLATFORM_LINUX, LOGGED("/usr/sbin/nginx"), LOGGED("/snap/core/17/x.so"), L | G, 0, false },
        { PLATFORM_LINUX, LOGGED("/opt/python3"), LOGGED("/srv/x.so"), 0, 0, false },
        { PLATFORM_LINUX, LOGGED("/usr/bin/ls"), LOGGED("/srv/tmp/x.so"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/opt/homebrew/bin/python3.12"), LOGGED("/private/tmp/m.dylib"), T | L, 2, true },
        { PLATFORM_MACOS, LOGGED("/Applications/A.app/Contents/MacOS/A"), LOGGED("/Applications/A.app/Contents/Frameworks/x.dylib"), G, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/Volumes/USB/x.dylib"), U | L, 2, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Volumes/Macintosh HD/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/j/.x/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/tmp/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/private/var/tmp/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/var/folders/ab/cd/T/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/private/var/folders/ab/cd/0/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/private/var/folders/ab/cd/Z/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/Shared/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/j/Downloads/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/j/Library/Caches/x.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/j/Library/Application Support/x/y.dylib"), T, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Users/j/Library/Frameworks/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/users/j/Downloads/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/srv/private/tmp/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/Network/Servers/x.dylib"), U, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("/net/fs01/x.dylib"), U, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/ls"), LOGGED("//fs01/share/x.dylib"), U, 1, true },
        { PLATFORM_MACOS, LOGGED("/usr/bin/osascript"), LOGGED("/opt/x.dylib"), L, 1, true },
        { PLATFORM_MACOS, LOGGED("/A.app/Contents/MacOS/Python"), LOGGED("/opt/x.dylib"), L, 1, true },
        { PLATFORM_MACOS, LOGGED("perl5.34"), LOGGED("/opt/x.dylib"), L, 1, true },
        { PLATFORM_MACOS, LOGGED("/usr/bin/pythonic"), LOGGED("/opt/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/usr/bin/PERL"), LOGGED("/opt/x.dylib"), 0, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/System/Library/x.dylib"), L | G, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/usr/lib/x.dylib"), L | G, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/usr/libexec/x.dylib"), L | G, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/Library/Apple/x.dylib"), L | G, 0, false },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/opt/homebrew/lib/x.dylib"), L, 1, true },
        { PLATFORM_MACOS, LOGGED("/bin/zsh"), LOGGED("/usr/local/lib/x.dylib"), L, 1, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct verdict v = factor_verdict(table[i].platform, table[i].Image, table[i].ImageLoaded,
                                          SPAN_NONE);

        if (v.factors != (table[i].factors | Q))
            fail_msg("%s: %x", (const char *)table[i].ImageLoaded.at, v.factors);
        assert_int_equal(v.SuspicionScore, table[i].score);
        assert_int_equal(factor_is_hit(v), table[i].hit);
    }
    /* A collector that does log it settles it. */
    assert_int_equal(factor_verdict(PLATFORM_MACOS, SPAN("/bin/ls"), SPAN("/x.dylib"), SPAN("false"))
                         .SuspicionScore, 1);
}

static void the_matched_part_is_as_logged(void **state)
{
    struct span Image = SPAN("C:\\Windows\\System32\\RunDll32.exe");
    struct span module = SPAN("C:\\Users\\J\\AppData\\Local\\TEMP\\x.dll");
    bool in_image;
    struct span part;

    (void)state;
    part = factor_matched(FACTOR_IsTempPath, PLATFORM_WINDOWS, Image, module, &in_image);
    assert_false(in_image);
    assert_true(span_is(part, "\\AppData\\Local\\TEMP\\"));
    part = factor_matched(FACTOR_IsSuspiciousLoader, PLATFORM_WINDOWS, Image, module, &in_image);
    assert_true(in_image);
    assert_true(span_is(part, "\\RunDll32.exe"));
    assert_null(factor_matched(FACTOR_IsUnsigned, PLATFORM_WINDOWS, Image, module, &in_image).at);
    assert_null(factor_matched(FACTOR_IsUNCPath, PLATFORM_WINDOWS, Image, module, &in_image).at);
}

static void a_path_of_a_megabyte_is_judged_too(void **state)
{
    size_t len = 1 << 20;
    uint8_t *path = malloc(len);
    struct verdict v;

    (void)state;
    assert_non_null(path);
    memset(path, 'a', len);
    memcpy(path + len - 19, "\\Downloads\\long.dll", 19);
    v = factor_verdict(PLATFORM_WINDOWS, SPAN(NOTEPAD), span_of(path, len), SPAN("true"));
    assert_int_equal(v.SuspicionScore, 1);
    free(path);
}

static void factors_are_named(void **state)
{
    char list[128], letters[FACTOR_COUNT + 1];

    (void)state;
    factor_list(T | L | N, list, sizeof list);
    assert_string_equal(list, "IsTempPath+IsSuspiciousLoader+IsUnsigned");
    factor_list(0, list, sizeof list);
    assert_string_equal(list, "");
    factor_letters(T | G | N, letters);
    assert_string_equal(letters, "T..GN");
    factor_letters(N | Q, letters);
    assert_string_equal(letters, "....?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_is_the_seeds),
        cmocka_unit_test(linux_and_macos_have_their_own_patterns),
        cmocka_unit_test(the_matched_part_is_as_logged),
        cmocka_unit_test(a_path_of_a_megabyte_is_judged_too),
        cmocka_unit_test(factors_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
