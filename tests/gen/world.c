/* The made-up enterprise: modules, images, hosts, and which image loads what.
 *
 * Names of Windows' own files are real, everything else is invented; what an
 * image loads is drawn once from its name, so that the same pairs come on every
 * host, as they do in life. */
#include "tests/gen/gen.h"

struct named {
    const char *name, *description;
};

/* What every process maps first. */
static const struct named base_modules[] = {
    { "ntdll.dll", "NT Layer DLL" }, { "kernel32.dll", "Windows NT BASE API Client DLL" },
    { "KernelBase.dll", "Windows NT BASE API Client DLL" },
    { "msvcrt.dll", "Windows NT CRT DLL" }, { "ucrtbase.dll", "Microsoft® C Runtime Library" },
    { "sechost.dll", "Host for SCM/SDDL/LSA Lookup APIs" },
    { "rpcrt4.dll", "Remote Procedure Call Runtime" }, { "advapi32.dll", "Advanced Windows 32 Base API" },
    { "combase.dll", "Microsoft COM for Windows" }, { "user32.dll", "Multi-User Windows USER API Client DLL" },
    { "win32u.dll", "Win32u" }, { "gdi32.dll", "GDI Client DLL" }, { "gdi32full.dll", "GDI Client DLL" },
    { "msvcp_win.dll", "Microsoft® C Runtime Library" }, { "imm32.dll", "Multi-User Windows IMM32 API Client DLL" },
};

static const struct named system_modules[] = {
    { "ole32.dll", "Microsoft OLE for Windows" }, { "oleaut32.dll", "OLEAUT32.DLL" },
    { "shell32.dll", "Windows Shell Common Dll" }, { "shlwapi.dll", "Shell Light-weight Utility Library" },
    { "SHCore.dll", "SHCORE" }, { "windows.storage.dll", "Microsoft WinRT Storage API" },
    { "profapi.dll", "User Profile Basic API" }, { "bcrypt.dll", "Windows Cryptographic Primitives Library" },
    { "bcryptprimitives.dll", "Windows Cryptographic Primitives Library" },
    { "cryptbase.dll", "Base cryptographic API DLL" }, { "crypt32.dll", "Crypto API32" },
    { "cryptsp.dll", "Cryptographic Service Provider API" }, { "rsaenh.dll", "Microsoft Enhanced Cryptographic Provider" },
    { "wintrust.dll", "Microsoft Trust Verification APIs" }, { "msasn1.dll", "ASN.1 Runtime APIs" },
    { "ws2_32.dll", "Windows Socket 2.0 32-Bit DLL" }, { "mswsock.dll", "Microsoft Windows Sockets 2.0 Service Provider" },
    { "dnsapi.dll", "DNS Client API DLL" }, { "IPHLPAPI.DLL", "IP Helper API" }, { "nsi.dll", "NSI User-mode interface DLL" },
    { "winhttp.dll", "Windows HTTP Services" }, { "wininet.dll", "Internet Extensions for Win32" },
    { "urlmon.dll", "OLE32 Extensions for Win32" }, { "iertutil.dll", "Run time utility for Internet Explorer" },
    { "secur32.dll", "Security Support Provider Interface" }, { "sspicli.dll", "Security Support Provider Interface" },
    { "kerberos.dll", "Kerberos Security Package" }, { "msv1_0.dll", "Microsoft Authentication Package v1.0" },
    { "ntmarta.dll", "Windows NT MARTA provider" }, { "userenv.dll", "Userenv" }, { "version.dll", "Version Checking and File Installation Libraries" },
    { "psapi.dll", "Process Status Helper" }, { "dbghelp.dll", "Windows Image Helper" }, { "dbgcore.dll", "Windows Core Debugging Helpers" },
    { "uxtheme.dll", "Microsoft UxTheme Library" }, { "dwmapi.dll", "Microsoft Desktop Window Manager API" },
    { "propsys.dll", "Microsoft Property System" }, { "clbcatq.dll", "COM+ Configuration Catalog" },
    { "TextInputFramework.dll", "\"TextInputFramework.DYNLINK\"" }, { "CoreMessaging.dll", "Microsoft CoreMessaging Dll" },
    { "CoreUIComponents.dll", "Microsoft Core UI Components Dll" }, { "WinTypes.dll", "Windows Base Types DLL" },
    { "msctf.dll", "MSCTF Server DLL" }, { "d3d11.dll", "Direct3D 11 Runtime" }, { "dxgi.dll", "DirectX Graphics Infrastructure" },
    { "dcomp.dll", "Microsoft DirectComposition Library" }, { "twinapi.appcore.dll", "twinapi.appcore" },
    { "rmclient.dll", "Resource Manager Client" }, { "netapi32.dll", "Net Win32 API DLL" }, { "netutils.dll", "Net Win32 API Helpers DLL" },
    { "wkscli.dll", "Workstation Service Client DLL" }, { "samcli.dll", "Security Accounts Manager Client DLL" },
    { "srvcli.dll", "Server Service Client DLL" }, { "logoncli.dll", "Net Logon Client DLL" }, { "cfgmgr32.dll", "Configuration Manager DLL" },
    { "setupapi.dll", "Windows Setup API" }, { "devobj.dll", "Device Information Set DLL" }, { "wldp.dll", "Windows Lockdown Policy" },
    { "amsi.dll", "Anti-Malware Scan Interface" }, { "taskschd.dll", "Task Scheduler COM API" }, { "wbemcomn.dll", "WMI" },
    { "fastprox.dll", "WMI Custom Marshaller" }, { "wbemprox.dll", "WMI" }, { "vbscript.dll", "Microsoft ® VBScript" },
    { "jscript.dll", "Microsoft ® JScript" }, { "scrobj.dll", "Windows ® Script Component Runtime" },
    { "mscoree.dll", "Microsoft .NET Runtime Execution Engine" }, { "apphelp.dll", "Application Compatibility Client Library" },
    { "sfc_os.dll", "Windows File Protection" }, { "winmm.dll", "MCI API DLL" }, { "mmdevapi.dll", "MMDevice API" },
    { "AudioSes.dll", "Audio Session" }, { "wtsapi32.dll", "Windows Remote Desktop Session Host Server SDK APIs" },
    { "winsta.dll", "Winstation Library" }, { "xmllite.dll", "Microsoft XmlLite Library" }, { "msxml6.dll", "MSXML 6.0" },
    { "esent.dll", "Extensible Storage Engine for Microsoft(R) Windows(R)" }, { "wevtapi.dll", "Eventing Consumption and Configuration API" },
    { "gpapi.dll", "Group Policy Client API" }, { "dsreg.dll", "AD/AAD User Device Registration" }, { "ncrypt.dll", "Windows NCrypt Router" },
    { "ntasn1.dll", "Microsoft ASN.1 API" }, { "schannel.dll", "TLS / SSL Security Provider" }, { "rasapi32.dll", "Remote Access API" },
    { "rtutils.dll", "Routing Utilities" }, { "fwpuclnt.dll", "FWP/IPsec User-Mode API" }, { "dhcpcsvc.dll", "DHCP Client Service" },
    { "edputil.dll", "EDP util" }, { "policymanager.dll", "Policy Manager DLL" }, { "linkinfo.dll", "Windows Volume Tracking" },
    { "ntshrui.dll", "Shell extensions for sharing" }, { "cscapi.dll", "Offline Files Win32 API" }, { "thumbcache.dll", "Microsoft Thumbnail Cache" },
};

struct other_module {
    const char *path, *description, *company, *Signed;
};

/* Modules of programs; the first two columns of app_loads name who loads them. */
static const struct other_module app_modules[] = {
    { "C:\\Windows\\WinSxS\\amd64_microsoft.windows.common-controls_6595b64144ccf1df_6.0.19041.1110_none_60b5254171f9507e\\comctl32.dll", "User Experience Controls Library", "Microsoft Corporation", "true" },
    { "C:\\Windows\\WinSxS\\amd64_microsoft.windows.gdiplus_6595b64144ccf1df_1.1.19041.2251_none_91a40448cc8846c1\\GdiPlus.dll", "Microsoft GDI+", "Microsoft Corporation", "true" },
    { "C:\\Windows\\SysWOW64\\ntdll.dll", "NT Layer DLL", "Microsoft Corporation", "true" },
    { "C:\\Windows\\SysWOW64\\kernel32.dll", "Windows NT BASE API Client DLL", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Google\\Chrome\\Application\\121.0.6167.140\\chrome.dll", "Google Chrome", "Google LLC", "true" },
    { "C:\\Program Files\\Google\\Chrome\\Application\\121.0.6167.140\\chrome_elf.dll", "Google Chrome", "Google LLC", "true" },
    { "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\121.0.2277.98\\msedge.dll", "Microsoft Edge", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Microsoft Office\\root\\Office16\\mso20win32client.dll", "Microsoft Office component", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Microsoft Office\\root\\Office16\\wwlib.dll", "Microsoft Word", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Microsoft Office\\root\\vfs\\ProgramFilesCommonX64\\Microsoft Shared\\OFFICE16\\mso.dll", "Microsoft Office component", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Common Files\\Northwind\\Backup\\nwbshell.dll", "Northwind Backup Shell Extension", "Northwind Traders Ltd", "true" },
    { "C:\\Program Files\\Harbor EDR\\hrbhook.dll", "Harbor Endpoint Sensor Hook", "Harbor Security Inc.", "true" },
    { "C:\\Program Files\\7-Zip\\7z.dll", "7z Plugin", "Igor Pavlov", "false" },
    { "C:\\Program Files\\7-Zip\\7-zip.dll", "7-Zip Shell Extension", "Igor Pavlov", "false" },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\clr.dll", "Microsoft .NET Runtime Common Language Runtime - WorkStation", "Microsoft Corporation", "true" },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\mscoreei.dll", "Microsoft .NET Runtime Execution Engine", "Microsoft Corporation", "true" },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\clrjit.dll", "Microsoft .NET Runtime Just-In-Time Compiler", "Microsoft Corporation", "true" },
    { "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\mscorlib\\4f2dd41b2d2b4b8bb5c5a5a1f5e0a1c3\\mscorlib.ni.dll", "Microsoft Common Language Runtime Class Library", "Microsoft Corporation", "false" },
    { "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\System\\0b7c9d3e6f1a4852907bd3c1e5a2f684\\System.ni.dll", ".NET Framework", "Microsoft Corporation", "false" },
    { "C:\\Program Files\\Windows Defender\\MpClient.dll", "Client Interface", "Microsoft Corporation", "true" },
    { "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.23110.3-0\\MpOAV.dll", "IOfficeAntiVirus Module", "Microsoft Corporation", "true" },
    { "C:\\Program Files\\Contoso\\Ledger\\ledger_core.dll", "Contoso Ledger", "Contoso Ltd", "true" },
    { "C:\\Program Files\\Java\\jre-11\\bin\\server\\jvm.dll", "OpenJDK 64-Bit server VM", "Eclipse Adoptium", "true" },
    { "C:\\Program Files\\Java\\jre-11\\bin\\net.dll", "OpenJDK Platform binary", "Eclipse Adoptium", "true" },
};
enum { WINSXS_FIRST = 0, WINSXS_LAST = 3, CHROME_FIRST = 4, CHROME_LAST = 5, EDGE = 6,
       OFFICE_FIRST = 7, OFFICE_LAST = 9, SHELL_FIRST = 10, SHELL_LAST = 13, NET_FIRST = 14,
       NET_LAST = 18, DEFENDER_FIRST = 19, DEFENDER_LAST = 20, LEDGER = 21, JAVA_FIRST = 22,
       JAVA_LAST = 23 };

struct image_fact {
    const char *path, *command_line, *parent;
    bool system;
    int first, last; /* of app_modules; -1: none */
    int system_modules;
};

static const struct image_fact image_facts[] = {
    { "C:\\Windows\\System32\\services.exe", "C:\\Windows\\system32\\services.exe", NULL, true, -1, -1, 16 },
    { "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE", NULL, false, SHELL_FIRST, SHELL_LAST, 54 },
    { "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p", "services.exe", true, -1, -1, 38 },
    { "C:\\Windows\\System32\\lsass.exe", "C:\\Windows\\system32\\lsass.exe", NULL, true, -1, -1, 30 },
    { "C:\\Windows\\System32\\spoolsv.exe", "C:\\Windows\\System32\\spoolsv.exe", "services.exe", true, -1, -1, 26 },
    { "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding", "svchost.exe", true, -1, -1, 24 },
    { "C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe {222A245B-E637-4AE9-A93F-A59CA119A75E}", "svchost.exe", false, WINSXS_FIRST, 0, 24 },
    { "C:\\Windows\\System32\\RuntimeBroker.exe", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding", "svchost.exe", false, -1, -1, 28 },
    { "C:\\Windows\\System32\\dllhost.exe", "C:\\Windows\\system32\\DllHost.exe /Processid:{3AD05575-8857-4850-9277-11B85BDB8E09}", "svchost.exe", false, WINSXS_FIRST, 1, 26 },
    { "C:\\Windows\\System32\\SearchIndexer.exe", "C:\\Windows\\system32\\SearchIndexer.exe /Embedding", "services.exe", true, -1, -1, 32 },
    { "C:\\Windows\\System32\\conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1", "explorer.exe", false, -1, -1, 12 },
    { "C:\\Windows\\System32\\cmd.exe", "\"C:\\Windows\\system32\\cmd.exe\" /c whoami /all", "explorer.exe", false, -1, -1, 4 },
    { "C:\\Windows\\System32\\notepad.exe", "\"C:\\Windows\\system32\\NOTEPAD.EXE\" C:\\Users\\Public\\readme.txt", "explorer.exe", false, WINSXS_FIRST, 0, 22 },
    { "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -NoLogo", "explorer.exe", false, NET_FIRST, NET_LAST, 34 },
    { "C:\\Windows\\System32\\rundll32.exe", "\"C:\\Windows\\system32\\rundll32.exe\" shell32.dll,Control_RunDLL", "explorer.exe", false, WINSXS_FIRST, 0, 10 },
    { "C:\\Windows\\System32\\regsvr32.exe", "regsvr32.exe /s C:\\Windows\\System32\\scrobj.dll", "explorer.exe", false, -1, -1, 10 },
    { "C:\\Windows\\System32\\mshta.exe", "\"C:\\Windows\\System32\\mshta.exe\" C:\\Program Files\\Contoso\\Ledger\\about.hta", "explorer.exe", false, WINSXS_FIRST, 0, 26 },
    { "C:\\Windows\\System32\\wscript.exe", "\"C:\\Windows\\System32\\WScript.exe\" C:\\Windows\\System32\\slmgr.vbs /dlv", "explorer.exe", false, -1, -1, 20 },
    { "C:\\Windows\\System32\\cscript.exe", "cscript.exe //nologo C:\\Windows\\System32\\slmgr.vbs /xpr", "services.exe", true, -1, -1, 18 },
    { "C:\\Windows\\System32\\msiexec.exe", "C:\\Windows\\system32\\msiexec.exe /V", "services.exe", true, -1, -1, 22 },
    { "C:\\Windows\\System32\\smartscreen.exe", "C:\\Windows\\System32\\smartscreen.exe -Embedding", "svchost.exe", false, -1, -1, 24 },
    { "C:\\Windows\\System32\\backgroundTaskHost.exe", "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppXmtcan0h2tfbfy7k9kn8hbxb6dmzz1zh0.mca", "svchost.exe", false, -1, -1, 30 },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\MSBuild.exe", "MSBuild.exe C:\\Program Files\\Contoso\\Ledger\\ledger.sln", "cmd.exe", false, 14, 16, 18 },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\InstallUtil.exe", "InstallUtil.exe \"C:\\Program Files\\Contoso\\Ledger\\ledger_service.exe\"", "cmd.exe", false, 14, 16, 14 },
    { "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\mscorsvw.exe", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\mscorsvw.exe -StartupEvent 1e4 -InterruptEvent 0", "services.exe", true, NET_FIRST, NET_LAST, 16 },
    { "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=renderer --lang=en-US", "explorer.exe", false, CHROME_FIRST, CHROME_LAST, 36 },
    { "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --profile-directory=Default", "explorer.exe", false, EDGE, EDGE, 36 },
    { "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE", "\"C:\\Program Files\\Microsoft Office\\Root\\Office16\\WINWORD.EXE\" /n /o \"\"", "explorer.exe", false, OFFICE_FIRST, OFFICE_LAST, 48 },
    { "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", "\"C:\\Program Files\\Microsoft Office\\Root\\Office16\\OUTLOOK.EXE\"", "explorer.exe", false, OFFICE_FIRST, OFFICE_LAST, 50 },
    { "C:\\Program Files\\7-Zip\\7zFM.exe", "\"C:\\Program Files\\7-Zip\\7zFM.exe\"", "explorer.exe", false, SHELL_FIRST, SHELL_LAST, 20 },
    { "C:\\Program Files\\Windows Defender\\MsMpEng.exe", "\"C:\\Program Files\\Windows Defender\\MsMpEng.exe\"", "services.exe", true, DEFENDER_FIRST, DEFENDER_LAST, 30 },
    { "C:\\Program Files\\Contoso\\Ledger\\ledger.exe", "\"C:\\Program Files\\Contoso\\Ledger\\ledger.exe\" --branch 0417", "explorer.exe", false, LEDGER, LEDGER, 22 },
    { "C:\\Program Files\\Java\\jre-11\\bin\\java.exe", "java -Xmx2g -jar \"C:\\Program Files\\Contoso\\Ledger\\report.jar\"", "services.exe", true, JAVA_FIRST, JAVA_LAST, 14 },
};

/* Loads worth a score, and loads that look so and are not: every factor alone
 * and together, and the edges of each. */
static const struct evil_fact {
    const char *image, *path, *company, *Signed;
} evil_facts[] = {
    { "rundll32.exe", "C:\\Users\\m.okafor\\AppData\\Local\\Temp\\nvdisp64.dll", "", "false" },
    { "regsvr32.exe", "C:\\Windows\\Temp\\sccm-helper.dll", "", "false" },
    { "powershell.exe", "C:\\Users\\m.okafor\\AppData\\Roaming\\Sync\\sync.dll", "", "false" },
    { "rundll32.exe", "\\\\fs02.corp.example\\users\\AppData\\Roaming\\prn.dll", "", "false" },
    { "svchost.exe", "\\\\fs02.corp.example\\tools$\\agent.dll", "Contoso Ltd", "true" },
    { "explorer.exe", "\\\\fs02\\only-a-share.dll", "Contoso Ltd", "true" },
    { "wscript.exe", "C:\\ProgramData\\Ledger\\jsbridge.dll", "Contoso Ltd", "true" },
    { "mshta.exe", "C:\\Windows\\System32\\wlanhlp.dll", "", "false" },
    { "cscript.exe", "C:\\Users\\Public\\Libraries\\zlib1.dll", "", "failed" },
    { "MSBuild.exe", "C:\\Users\\m.okafor\\Downloads\\build\\task.dll", "", "false" },
    { "InstallUtil.exe", "C:\\temp\\svc.exe", "", "false" },
    { "svchost.exe", "C:\\Windows\\WinSxS\\Temp\\ph.dll", "", "false" },
    { "WINWORD.EXE", "C:\\Users\\m.okafor\\AppData\\Local\\Temp\\VBE\\MSForms.exd.dll", "Microsoft Corporation", "true" },
    { "explorer.exe", "\\\\?\\C:\\tmp\\long name\\über & <co>.dll", "", "true" },
    { "ledger.exe", "C:\\Program Files\\Contoso\\Ledger\\plugins\\old.dll", "", "false" },
    { "java.exe", "D:\\srv\\jni\\native.dll", "", "" },
};

static struct span file_name(struct span path)
{
    return span_file_name(path);
}

struct module module_make(const char *path, const char *description, const char *company,
                          const char *Signed, uint64_t content)
{
    bool windows = strcmp(company, "Microsoft Corporation") == 0, is_true = strcmp(Signed, "true") == 0;
    struct span ImageLoaded = gen_text("%s", path);
    unsigned build = (unsigned)(content % 4000);
    return (struct module){
        .ImageLoaded = ImageLoaded,
        .FileVersion = !*company ? SPAN("-")
            : windows ? gen_text("10.0.19041.%u (WinBuild.160101.0800)", build)
                      : gen_text("%u.%u.%u", build % 20 + 1, build % 9, build),
        .Description = span_text(*description ? description : "-"),
        .Product = !*company ? SPAN("-") : windows ? SPAN("Microsoft® Windows® Operating System")
                                                   : gen_text("%s", description),
        .Company = span_text(*company ? company : "-"),
        .OriginalFileName = *company ? file_name(ImageLoaded) : SPAN("-"),
        .Hashes = gen_hashes(content, "1M2I"),
        .Signed = span_text(Signed),
        .Signature = !is_true ? SPAN("-") : windows ? SPAN("Microsoft Windows") : span_text(company),
        .SignatureStatus = is_true ? SPAN("Valid") : SPAN("Unavailable"),
    };
}

static struct module system_module(const struct named *n)
{
    struct span path = gen_text("C:\\Windows\\System32\\%s", n->name);
    return module_make((const char *)path.at, n->description, "Microsoft Corporation", "true",
                       chance_of(path));
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* An image loads its own file, the base, some of Windows' and its program's. */
static void image_fill(struct world *w, struct image *i, const struct image_fact *fact, size_t number)
{
    struct chance c;
    const struct module *windows = w->module + COUNT(base_modules);
    const struct module *apps = windows + COUNT(system_modules);
    *i = (struct image){ .Image = span_text(fact->path), .system = fact->system,
                         .CommandLine = span_text(fact->command_line),
                         .parent = fact->parent ? world_image(w, fact->parent) : NULL };
    chance_seed(&c, chance_of(i->Image));
    i->loads[i->count++] = apps + COUNT(app_modules) + number;
    for (size_t b = 0; b < COUNT(base_modules); b++)
        i->loads[i->count++] = w->module + b;
    uint32_t first = chance_below(&c, COUNT(system_modules));
    for (int s = 0; s < fact->system_modules; s++)
        i->loads[i->count++] = windows + (first + 7u * (uint32_t)s) % COUNT(system_modules);
    for (int a = fact->first; a >= 0 && a <= fact->last; a++)
        i->loads[i->count++] = apps + a;
}

static void add_evil(struct world *w)
{
    w->evils = COUNT(evil_facts);
    w->evil = gen_get(w->evils * sizeof *w->evil);
    struct module *m = gen_get(w->evils * sizeof *m);
    for (size_t i = 0; i < w->evils; i++) {
        const struct evil_fact *f = &evil_facts[i];
        m[i] = module_make(f->path, *f->company ? "Helper" : "-", f->company, f->Signed,
                           chance_of(span_text(f->path)));
        w->evil[i].by = world_image(w, f->image);
        w->evil[i].load = &m[i];
    }
}

struct world *world_make(void)
{
    struct world *w = gen_get(sizeof *w);
    size_t at = 0, images = COUNT(image_facts);
    w->modules = COUNT(base_modules) + COUNT(system_modules) + COUNT(app_modules) + images;
    w->module = gen_get(w->modules * sizeof *w->module);
    for (size_t i = 0; i < COUNT(base_modules); i++)
        w->module[at++] = system_module(&base_modules[i]);
    for (size_t i = 0; i < COUNT(system_modules); i++)
        w->module[at++] = system_module(&system_modules[i]);
    for (size_t i = 0; i < COUNT(app_modules); i++)
        w->module[at++] = module_make(app_modules[i].path, app_modules[i].description,
                                      app_modules[i].company, app_modules[i].Signed,
                                      chance_of(span_text(app_modules[i].path)));
    w->image = gen_get(images * sizeof *w->image);
    for (size_t i = 0; i < images; i++) {
        const char *path = image_facts[i].path;
        bool ours = strstr(path, "Contoso") || strstr(path, "Java") || strstr(path, "Google");
        bool unsigned_one = strstr(path, "7-Zip") != NULL;
        w->module[at++] = module_make(path, "Program", ours ? "Contoso Ltd"
                                      : unsigned_one ? "Igor Pavlov" : "Microsoft Corporation",
                                      unsigned_one ? "false" : "true", chance_of(span_text(path)));
        w->images = i; /* parents stand before their children */
        image_fill(w, &w->image[i], &image_facts[i], i);
        w->images = i + 1;
    }
    add_evil(w);
    return w;
}

const struct image *world_image(const struct world *w, const char *name)
{
    for (size_t i = 0; i < w->images; i++)
        if (span_equal(file_name(w->image[i].Image), span_text(name)))
            return &w->image[i];
    gen_die("no image %s", name);
}

struct host host_make(unsigned number)
{
    static const char *const users[] = { "a.lindqvist", "m.okafor", "j.tanaka", "s.moreau",
                                         "p.novak", "r.haddad", "e.silva", "k.oneill" };
    static const char *const sites[] = { "north", "south", "harbor", "lab" };
    const char *user = users[number % COUNT(users)];
    return (struct host){
        .Computer = number % 9 == 8 ? gen_text("SRV-%03u.corp.example", number)
                                    : gen_text("WS-%04u.%s.corp.example", number,
                                               sites[number % COUNT(sites)]),
        .User = gen_text("CORP\\%s", user),
        .user_folder = gen_text("C:\\Users\\%s\\", user),
        .schema = number % 5 < 3 ? SCHEMA_480 : number % 5 == 3 ? SCHEMA_421
                : (enum sysmon_schema)(SCHEMA_410 + number / 5 % 3),
    };
}
