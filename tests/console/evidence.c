/* Evidence for the console tests.
 *
 * The hostile tale holds what a terminal would obey: ESC as a raw byte, as a
 * reference, C1 controls, OSC, bidi overrides, zero-width and combining marks. */
#include "tests/console/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[4096];
static uint64_t next_record;

const char *evidence_folder(void)
{
    const char *tmp = getenv("TMPDIR");

    if (folder[0])
        return folder;
    snprintf(folder, sizeof folder, "%s/modhunt-console-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder));
    return folder;
}

int evidence_run(const char *const *argv)
{
    pid_t pid = fork();
    int status = -1;

    assert_true(pid >= 0);
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void evidence_remove(void)
{
    const char *const argv[] = { "rm", "-rf", folder, NULL };

    if (folder[0])
        evidence_run(argv);
    folder[0] = '\0';
}

static FILE *begin(const char *name)
{
    char path[8192];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", evidence_folder(), name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("<Events>\n", f);
    return f;
}

static void end(FILE *f)
{
    fputs("</Events>\n", f);
    assert_int_equal(fclose(f), 0);
}

static void event(FILE *f, int id, const char *Computer, const char *UtcTime)
{
    fprintf(f, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
               "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>"
               "<EventID>%d</EventID><Version>3</Version><Level>4</Level><Task>%d</Task><Opcode>0</Opcode>"
               "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='%.10sT%sZ'/>"
               "<EventRecordID>%llu</EventRecordID><Correlation/><Execution ProcessID='2000' ThreadID='3000'/>"
               "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>%s</Computer>"
               "<Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-</Data>"
               "<Data Name='UtcTime'>%s</Data>",
            id, id, UtcTime, UtcTime + 11, (unsigned long long)++next_record, Computer, UtcTime);
}

static void load(FILE *f, const struct evidence_load *l)
{
    event(f, 7, l->Computer, l->UtcTime);
    fprintf(f, "<Data Name='ProcessGuid'>{A23EAE89-BD56-5903-0000-0010E9D95E00}</Data>"
               "<Data Name='ProcessId'>4711</Data><Data Name='Image'>%s</Data>"
               "<Data Name='ImageLoaded'>%s</Data><Data Name='FileVersion'>1.0</Data>"
               "<Data Name='Description'>-</Data><Data Name='Product'>-</Data>"
               "<Data Name='Company'>-</Data><Data Name='OriginalFileName'>-</Data>"
               "<Data Name='Hashes'>SHA256=%.*s%s</Data><Data Name='Signed'>%s</Data>"
               "<Data Name='Signature'>%s</Data><Data Name='SignatureStatus'>%s</Data>"
               "<Data Name='User'>CORP\\bob</Data></EventData></Event>\n",
            l->Image, l->ImageLoaded, (int)(64 - strlen(l->sha256)),
            "0000000000000000000000000000000000000000000000000000000000000000", l->sha256, l->Signed,
            strcmp(l->Signed, "true") == 0 ? "Microsoft Windows" : "-",
            strcmp(l->Signed, "true") == 0 ? "Valid" : "Unavailable");
}

static void process(FILE *f, const char *Computer, const char *Image, const char *CommandLine)
{
    event(f, 1, Computer, "2022-08-31 20:39:06.000");
    fprintf(f, "<Data Name='ProcessGuid'>{A23EAE89-BD56-5903-0000-0010E9D95E00}</Data>"
               "<Data Name='ProcessId'>4711</Data><Data Name='Image'>%s</Data>"
               "<Data Name='CommandLine'>%s</Data><Data Name='CurrentDirectory'>C:\\</Data>"
               "<Data Name='User'>CORP\\bob</Data><Data Name='Hashes'>SHA256=%s</Data>"
               "<Data Name='ParentProcessGuid'>{A23EAE89-BD56-5903-0000-0010E9D95E01}</Data>"
               "<Data Name='ParentProcessId'>4000</Data>"
               "<Data Name='ParentImage'>C:\\Windows\\System32\\cmd.exe</Data>"
               "<Data Name='ParentCommandLine'>cmd.exe /c start</Data></EventData></Event>\n",
            Image, CommandLine, EVIL_HASH);
}

#define RUNDLL "C:\\Windows\\System32\\rundll32.exe"
#define SVCHOST "C:\\Windows\\System32\\svchost.exe"

void evidence_tale(const char *name)
{
    static const struct evidence_load loads[] = {
        { "WS01", RUNDLL, "C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll", "false", EVIL_HASH, "2022-08-31 20:39:07.561" },
        { "WS01", SVCHOST, "C:\\Users\\Public\\quiet.dll", "true", "AB12", "2022-08-31 21:00:00.000" },
        { "WS01", "C:\\Program Files\\Installer\\setup.exe", "C:\\Users\\bob\\AppData\\Local\\Temp\\nsis\\plugin.dll", "false", "CD34", "2022-08-30 10:00:00.000" },
        { "WS02", "C:\\Windows\\explorer.exe", "C:\\Windows\\System32\\shellhelper.dll", "false", EVIL_HASH, "2022-08-31 22:00:00.000" },
        { "WS02", SVCHOST, "C:\\Windows\\System32\\kernel32.dll", "true", "EF56", "2022-08-31 08:00:00.000" },
        { "WS02", SVCHOST, "C:\\Windows\\System32\\ntdll.dll", "true", "EF57", "2022-08-31 08:00:01.000" },
    };
    FILE *f = begin(name);

    process(f, "WS01", RUNDLL, "rundll32.exe C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll,StartW");
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        load(f, &loads[i]);
    end(f);
}

void evidence_hostile(const char *name)
{
    static const char *const names[] = {
        "\x1b[31mESCRAW", "&#27;]0;ESCREF&#7;", "\xC2\x9B" "31mCONE", "\xC2\x9D" "0;OSCONE",
        "\xE2\x80\xAE" "lld.bidi", "\xE2\x81\xA6" "isolate", "zero\xE2\x80\x8B" "width",
        "tag\xF3\xA0\x80\x81", "e\xCC\x81\xCC\x80\xCC\x82\xCC\x83" "marks", "\xCC\x81" "orphan",
        "tab&#9;lf&#10;cr&#13;", "\x1b]52;c;T1dORUQ=\x07" "CLIP", "\x1bP1$r" "DCS\x1b\\", "\x0e" "SHIFT",
        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE5\xAD\x97", "\xF0\x9F\x98\x80" "emoji", "\x9B" "2JBAD",
        "\x7F" "DEL", "\xE2\x80\xA8" "linesep", "\xEE\x80\x80" "private",
    };
    FILE *f = begin(name);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256], host[256];

        snprintf(path, sizeof path, "C:\\Temp\\%s.dll", names[i]);
        snprintf(host, sizeof host, "H%02zu%s", i, i % 3 ? "" : names[i]);
        load(f, &(struct evidence_load){ host, RUNDLL, path, "false", "AA", "2022-08-31 20:39:07.561" });
    }
    process(f, "H00", RUNDLL, "evil \x1b[2J&#27;[H\xE2\x80\xAE");
    end(f);
}

void evidence_many(const char *name, int n)
{
    FILE *f = begin(name);

    for (int i = 0; i < n; i++) {
        char path[128], when[32];

        snprintf(path, sizeof path, "C:\\Users\\Public\\many%06d.dll", i);
        snprintf(when, sizeof when, "2022-08-31 %02d:%02d:%02d.000", i / 3600 % 24, i / 60 % 60, i % 60);
        load(f, &(struct evidence_load){ i % 2 ? "WS01" : "WS02", SVCHOST, path, "true", "AA", when });
    }
    end(f);
}

const char *evidence_case(const char *name, const char *file, int status)
{
    static char path[8192];
    char evidence[8192];
    const char *const argv[] = { getenv("MODHUNT"), "ingest", "-c", path, evidence, NULL };

    assert_non_null(argv[0]);
    snprintf(path, sizeof path, "%s/%s", evidence_folder(), name);
    snprintf(evidence, sizeof evidence, "%s/%s", evidence_folder(), file);
    assert_int_equal(evidence_run(argv), status);
    return path;
}
