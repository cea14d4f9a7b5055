/* The demonstration case: a morning at Harbor, 4 March 2026.
 *
 *   08:55  SRV-FILES     somebody with a stolen password has WMI run regsvr32 /s on a DLL
 *                        in C:\Windows\Temp (test 4, score 3)
 *   09:20  WS-FINANCE    PowerShell loads an assembly from AppData\Roaming (test 2, score 2)
 *   09:50  WS-RECEPTION  a script from a mail drops a DLL into %TEMP%; rundll32 runs it
 *                        (test 1, score 3; Event IDs 11, 15, 1, 7 and Security 4688)
 *   10:40  WS-DIRECTOR   the same bytes lie in System32 under another name, where the
 *                        hunt leaves them out: no hit
 *   09:31  LNX-BUILD     python3 loads a library that was just built into /tmp (test 3, score 2)
 *   10:05  MAC-DESIGN    and so on macOS (test 5, score 2)
 *   also   WS-HR, which logs no Event ID 7, and WS-LAB, whose log is damaged
 *
 * The noise is of three kinds, each of which one allowlist entry removes: a .NET
 * native image (by hash or path), an installer's DLL under ever new temporary
 * names (by hash), an EDR agent in script hosts (by hash or path). */
#include "tests/gen/tale.h"

#include <errno.h>
#include <sys/stat.h>

#define MORNING INT64_C(1772611200000000) /* 2026-03-04T08:00:00Z */
#define DAMAGED 3

static const uint64_t planted = 0x1129; /* the content that lies on two hosts */

struct cast {
    const struct world *world;
    struct module planted_temp, planted_system, assembly, registered, installer[3], agent;
    const struct image *setup, *psexec;
};

static int64_t clock_at(int hour, int minute)
{
    return MORNING + ((hour - 8) * 60 + minute) * MINUTE;
}

static struct cast cast_make(const struct world *w)
{
    struct cast c = {
        .world = w,
        .planted_temp = module_make("C:\\Users\\a.lindqvist\\AppData\\Local\\Temp\\"
                                    "df00tech-test-module.dll", "", "", "false", planted),
        .planted_system = module_make("C:\\Windows\\System32\\wlhelper.dll", "", "", "false",
                                      planted),
        .assembly = module_make("C:\\Users\\m.okafor\\AppData\\Roaming\\df00tech-module.dll",
                                "", "", "false", 0x2129),
        .registered = module_make("C:\\Windows\\Temp\\df00tech-reg-test.dll", "", "", "false",
                                  0x4129),
        .agent = module_make("C:\\ProgramData\\Harbor EDR\\hrbhook.dll",
                             "Harbor Endpoint Sensor Hook", "Harbor Security Inc.", "true",
                             0x5eed),
        .setup = image_make("C:\\Program Files\\Northwind\\Backup\\nwbackup-setup.exe",
                            "Northwind Backup Setup", "Northwind Traders Ltd", "true",
                            world_image(w, "msiexec.exe")),
    };
    for (int i = 0; i < 3; i++) { /* one content, a new folder each time */
        struct span path = gen_text("C:\\Windows\\Temp\\nsq%04X.tmp\\UserInfo.dll",
                                    0x4f21 + 0x1b7 * i);
        c.installer[i] = module_make((const char *)path.at, "User information plug-in",
                                     "Northwind Traders Ltd", "true", 0x17ab);
    }
    return c;
}

/* The agent hooks into script hosts, on every host, several times a morning. */
static void agent_noise(struct tale *t, const struct cast *c)
{
    static const char *const hosts[] = { "cscript.exe", "mshta.exe", "wscript.exe" };
    for (int i = 0; i < 3; i++) {
        int64_t at = clock_at(8, 12 + 31 * i) + chance_below(&t->chance, 7 * MINUTE);
        struct running *p = tale_start(t, world_image(c->world, hosts[i]), NULL, NULL, at);
        at = tale_loads(t, p, at + 9000);
        tale_load(t, p, &c->agent, at);
        tale_end(t, p, at + MINUTE);
    }
}

static void installer_noise(struct tale *t, const struct cast *c, int which)
{
    int64_t at = clock_at(8, 35 + 4 * which);
    struct running *p = tale_start(t, c->setup, NULL, "\"C:\\Program Files\\Northwind\\Backup\\"
                                   "nwbackup-setup.exe\" /S", at);
    at = tale_loads(t, p, at + 9000);
    tale_file(t, p, (const char *)c->installer[which].ImageLoaded.at, at);
    tale_load(t, p, &c->installer[which], at + 300000);
    tale_end(t, p, at + 2 * MINUTE);
}

/* Test 1: what a stranger's script does once it is opened. */
static void test_rundll32(struct tale *t, const struct cast *c)
{
    static const char script[] = "C:\\Users\\a.lindqvist\\Downloads\\invoice-0417.js";
    int64_t at = clock_at(9, 48);
    struct module script_file = module_make(script, "", "", "false", 0x9a17);
    struct running *shell = tale_start(t, world_image(c->world, "explorer.exe"), NULL, NULL,
                                       clock_at(8, 3));
    tale_loads(t, shell, clock_at(8, 3) + 9000);
    struct running *browser = tale_start(t, world_image(c->world, "chrome.exe"), shell, NULL,
                                         clock_at(9, 40));
    tale_loads(t, browser, clock_at(9, 40) + 9000);
    tale_file(t, browser, script, at);
    tale_stream(t, browser, script, "https://files.example.net/invoice-0417.js", &script_file,
                at + 40000);
    struct running *host = tale_start(t, world_image(c->world, "wscript.exe"), shell,
        "\"C:\\Windows\\System32\\WScript.exe\" "
        "\"C:\\Users\\a.lindqvist\\Downloads\\invoice-0417.js\"", at + MINUTE);
    int64_t later = tale_loads(t, host, at + MINUTE + 8000);
    tale_file(t, host, (const char *)c->planted_temp.ImageLoaded.at, later + 400000);
    struct running *p = tale_start(t, world_image(c->world, "rundll32.exe"), host,
        "rundll32.exe C:\\Users\\a.lindqvist\\AppData\\Local\\Temp\\df00tech-test-module.dll,"
        "DllMain", later + 900000);
    later = tale_loads(t, p, later + 910000);
    tale_load(t, p, &c->planted_temp, later + 4000);
    tale_network(t, p, "203.0.113.77", later + 2 * MINUTE);
}

/* Test 2. */
static void test_powershell(struct tale *t, const struct cast *c)
{
    int64_t at = clock_at(9, 20);
    struct running *p = tale_start(t, world_image(c->world, "powershell.exe"), NULL,
        "powershell.exe -NoProfile -Command \"[System.Reflection.Assembly]::LoadFile("
        "\\\"$env:APPDATA\\df00tech-module.dll\\\")\"", at);
    tale_file(t, p, (const char *)c->assembly.ImageLoaded.at, at + 350000);
    at = tale_loads(t, p, at + 9000);
    tale_load(t, p, &c->assembly, at + 800000);
    tale_end(t, p, at + MINUTE);
}

/* Test 4. */
static void test_regsvr32(struct tale *t, const struct cast *c)
{
    int64_t at = clock_at(8, 55);
    struct running *wmi = tale_start(t, world_image(c->world, "WmiPrvSE.exe"), NULL, NULL, at);
    at = tale_loads(t, wmi, at + 9000);
    tale_file(t, wmi, (const char *)c->registered.ImageLoaded.at, at + 200000);
    struct running *p = tale_start(t, world_image(c->world, "regsvr32.exe"), wmi,
        "regsvr32 /s C:\\Windows\\Temp\\df00tech-reg-test.dll", at + 900000);
    at = tale_loads(t, p, at + 910000);
    tale_load(t, p, &c->registered, at + 4000);
    tale_end(t, p, at + MINUTE);
}

/* The first test's bytes on another host, where nobody looks for them. */
static void second_host(struct tale *t, const struct cast *c)
{
    int64_t at = clock_at(10, 40);
    struct running *p = tale_start(t, world_image(c->world, "svchost.exe"), NULL,
        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s WlanHelper", at);
    tale_file(t, p, (const char *)c->planted_system.ImageLoaded.at, at - 3 * MINUTE);
    at = tale_loads(t, p, at + 9000);
    tale_load(t, p, &c->planted_system, at + 30000);
}

static const char *below(const char *folder, const char *name)
{
    return (const char *)gen_text("%s/%s", folder, name).at;
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        gen_die("can't make %s: %s", path, strerror(errno));
}

void demo_write(const char *folder, FILE *truth_file, FILE *rows)
{
    static const struct {
        const char *Computer, *user;
        enum sysmon_schema schema;
        enum gen_format format;
        unsigned processes, damaged;
        bool loads;
        void (*story)(struct tale *t, const struct cast *c);
        int installer; /* -1: none */
    } hosts[] = {
        { "SRV-FILES", "svc-files", SCHEMA_421, FORMAT_EVTX, 18, 0, true, test_regsvr32, 0 },
        { "WS-FINANCE", "m.okafor", SCHEMA_480, FORMAT_XML, 18, 0, true, test_powershell, 1 },
        { "WS-RECEPTION", "a.lindqvist", SCHEMA_480, FORMAT_EVTX, 20, 0, true, test_rundll32, 2 },
        { "WS-DIRECTOR", "s.moreau", SCHEMA_480, FORMAT_EVTX, 18, 0, true, second_host, -1 },
        { "WS-HR", "j.tanaka", SCHEMA_480, FORMAT_EVTX, 24, 0, false, NULL, -1 },
        { "WS-LAB", "p.novak", SCHEMA_330, FORMAT_EVTX, 16, DAMAGED, true, NULL, -1 },
    };
    struct world *w = world_make();
    struct cast c = cast_make(w);
    struct truth *truth = truth_open(rows != NULL);
    make_folder(folder);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct tale t = tale_begin(w, hosts[i].Computer, hosts[i].user, hosts[i].schema);
        tale_day(&t, clock_at(8, 1), hosts[i].processes, hosts[i].loads);
        if (hosts[i].loads)
            agent_noise(&t, &c);
        if (hosts[i].installer >= 0)
            installer_noise(&t, &c, hosts[i].installer);
        if (hosts[i].story)
            hosts[i].story(&t, &c);
        tale_write(&t, below(folder, hosts[i].Computer), hosts[i].format, hosts[i].damaged, truth);
    }
    make_folder(below(folder, "LNX-BUILD"));
    make_folder(below(folder, "MAC-DESIGN"));
    demo_linux(below(folder, "LNX-BUILD/audit.log"), clock_at(9, 31), truth);
    demo_macos(below(folder, "MAC-DESIGN/eslogger.json"), clock_at(10, 5), truth);
    if (truth_file)
        truth_json(truth, truth_file);
    if (rows)
        truth_rows(truth, rows);
}
