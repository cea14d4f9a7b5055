/* The demonstration's macOS host: test 5 as eslogger prints it, between the
 * ordinary loads of a designer's morning. */
#include "tests/gen/gen.h"

#define XCODE "/Applications/Xcode.app/Contents/Developer/"
#define PYTHON XCODE "Library/Frameworks/Python3.framework/Versions/3.9/Resources/Python.app/" \
                     "Contents/MacOS/Python"
#define PLANTED "/private/tmp/df00tech_test_module.dylib"

struct actor {
    unsigned pid, version, ppid, parent_version;
    const char *image, *signing_id, *team;
    unsigned flags;
    bool platform;
    const char *command;
};

static const struct actor zsh = { 938, 2424, 930, 2410, "/bin/zsh", "com.apple.zsh", NULL,
                                  0x26000001, true, NULL };
static const struct actor figma = { 1204, 3187, 1, 1, "/Applications/Figma.app/Contents/MacOS/Figma",
                                    "com.figma.Desktop", "T8RA8NE3B7", 0x22010001, false,
                                    "/Applications/Figma.app/Contents/MacOS/Figma" };
static const struct actor linker = { 4236, 9069, 938, 2424, XCODE "Toolchains/XcodeDefault.xctoolchain/"
                                     "usr/bin/ld", "com.apple.ld", NULL, 0x22000001, true,
                                     "ld -dynamic -dylib -o /tmp/df00tech_test_module.dylib" };
static const struct actor python = { 4242, 9091, 938, 2424, PYTHON, "com.apple.python3", NULL,
                                     0x22000001, true,
                                     "python3 -c import ctypes; "
                                     "ctypes.CDLL('/tmp/df00tech_test_module.dylib')" };

struct es_story {
    FILE *f;
    int64_t time;
    unsigned number;
    struct truth *truth;
};

static void tell(struct es_story *s, enum gen_kind kind, const struct actor *a, const char *module)
{
    struct posix_event e = { .kind = kind, .time = s->time, .Computer = SPAN("~MAC-DESIGN"),
                             .User = SPAN("501"), .Image = span_text(a->image) };
    if (kind == KIND_LOAD) {
        e.CommandLine = span_text(a->command);
        e.ImageLoaded = span_text(module);
        e.temp = strncmp(module, "/private/tmp/", 13) == 0;
        e.good = strncmp(module, "/Applications/", 14) == 0 || strncmp(module, "/usr/lib/", 9) == 0;
        e.loader = strstr(a->image, "MacOS/Python") != NULL;
    }
    truth_posix(s->truth, &e);
}

static void process(struct es_story *s, const struct actor *a)
{
    fprintf(s->f, "{\"audit_token\":{\"pid\":%u,\"pidversion\":%u,\"auid\":501,\"euid\":501,"
                  "\"ruid\":501,\"egid\":20,\"rgid\":20,\"asid\":100019},\"ppid\":%u,"
                  "\"original_ppid\":%u,\"parent_audit_token\":{\"pid\":%u,\"pidversion\":%u,"
                  "\"auid\":501,\"euid\":501,\"ruid\":501,\"egid\":20,\"rgid\":20,\"asid\":100019},"
                  "\"group_id\":%u,\"session_id\":930,\"is_platform_binary\":%s,"
                  "\"is_es_client\":false,\"signing_id\":\"%s\",\"team_id\":",
            a->pid, a->version, a->ppid, a->ppid, a->ppid, a->parent_version, a->pid,
            a->platform ? "true" : "false", a->signing_id);
    fprintf(s->f, a->team ? "\"%s\"" : "%snull", a->team ? a->team : "");
    fprintf(s->f, ",\"cdhash\":\"51D3F0A4C2B7E98613A0D4F5B6C7D8E9%08llX\",\"codesigning_flags\":%u,"
                  "\"executable\":{\"path\":\"%s\",\"path_truncated\":false}}",
            (unsigned long long)chance_of(span_text(a->image)) & 0xffffffffu, a->flags, a->image);
}

/* Up to what the event itself says. */
static void begin(struct es_story *s, int type, const struct actor *a)
{
    char when[32];
    s->time += 4000;
    s->number++;
    gen_clock(s->time, 'T', 6, when);
    fprintf(s->f, "{\"schema_version\":1,\"version\":9,\"event_type\":%d,\"action_type\":1,"
                  "\"time\":\"%s000Z\",\"mach_time\":%llu,\"seq_num\":%u,\"global_seq_num\":%u,"
                  "\"thread\":{\"thread_id\":505819},\"process\":",
            type, when, (unsigned long long)(s->time * 24 / 1000), s->number, s->number);
    process(s, a);
    fputs(",\"event\":{", s->f);
}

static void file(struct es_story *s, const char *key, const char *path)
{
    fprintf(s->f, "\"%s\":{\"path\":\"%s\",\"path_truncated\":false,\"stat\":{\"st_ino\":%llu,"
                  "\"st_dev\":16777234,\"st_mode\":33261,\"st_uid\":501}}",
            key, path, (unsigned long long)(chance_of(span_text(path)) % 9000000));
}

/* A child of `from`, which is still of its image, becomes `to`; args as JSON. */
static void run(struct es_story *s, const struct actor *from, const struct actor *to,
                const char *args)
{
    struct actor child = *from;
    child.pid = to->pid;
    child.version = to->version - 1;
    child.ppid = to->ppid;
    child.parent_version = to->parent_version;
    begin(s, 9, &child);
    fputs("\"exec\":{\"target\":", s->f);
    process(s, to);
    fprintf(s->f, ",\"args\":[%s],\"env\":[\"HOME=/Users/designer\"],", args);
    file(s, "cwd", "/Users/designer");
    fputs("}}}\n", s->f);
    tell(s, KIND_PROCESS, to, NULL);
}

static void map(struct es_story *s, const struct actor *a, const char *path, int protection)
{
    begin(s, 20, a);
    fprintf(s->f, "\"mmap\":{\"protection\":%d,\"max_protection\":7,\"flags\":2,\"file_pos\":0,",
            protection);
    file(s, "source", path);
    fputs("}}}\n", s->f);
    tell(s, protection & 4 ? KIND_LOAD : KIND_OTHER, a, path);
}

static void drop(struct es_story *s, const struct actor *a)
{
    begin(s, 13, a);
    fputs("\"create\":{\"destination_type\":1,\"destination\":{\"new_path\":{\"dir\":{\"path\":"
          "\"/private/tmp\",\"path_truncated\":false},\"filename\":\"df00tech_test_module.dylib\","
          "\"mode\":33261}}}}}\n", s->f);
    tell(s, KIND_CONTEXT, a, NULL);
    begin(s, 12, a);
    fputs("\"close\":{\"modified\":true,", s->f);
    file(s, "target", PLANTED);
    fputs("}}}\n", s->f);
    tell(s, KIND_CONTEXT, a, NULL);
}

static void leave(struct es_story *s, const struct actor *a)
{
    begin(s, 15, a);
    fputs("\"exit\":{\"stat\":0}}}\n", s->f);
    tell(s, KIND_OTHER, a, NULL);
}

void demo_macos(const char *name, int64_t time, struct truth *truth)
{
    static const char *const frameworks[] = { "Electron Framework.framework/Electron Framework",
        "Mantle.framework/Mantle", "ReactiveObjC.framework/ReactiveObjC",
        "Squirrel.framework/Squirrel" };
    static const char *const python_modules[] = { "_ctypes", "_struct", "_heapq", "zlib" };
    struct es_story s = { fopen(name, "wb"), time, 0, truth };
    if (!s.f)
        gen_die("can't create %s", name);
    run(&s, &zsh, &figma, "\"/Applications/Figma.app/Contents/MacOS/Figma\"");
    map(&s, &figma, "/usr/lib/dyld", 5);
    for (size_t i = 0; i < sizeof frameworks / sizeof *frameworks; i++)
        map(&s, &figma, (const char *)gen_text("/Applications/Figma.app/Contents/Frameworks/%s",
                                               frameworks[i]).at, 5);
    run(&s, &zsh, &linker, "\"ld\",\"-dynamic\",\"-dylib\",\"-o\",\"/tmp/df00tech_test_module.dylib\"");
    map(&s, &linker, "/usr/lib/dyld", 5);
    drop(&s, &linker);
    leave(&s, &linker);
    s.time += 40000000;
    run(&s, &zsh, &python, "\"python3\",\"-c\",\"import ctypes; "
                           "ctypes.CDLL('/tmp/df00tech_test_module.dylib')\"");
    map(&s, &python, "/usr/lib/dyld", 5);
    for (size_t i = 0; i < sizeof python_modules / sizeof *python_modules; i++)
        map(&s, &python, (const char *)gen_text(XCODE "Library/Frameworks/Python3.framework/"
            "Versions/3.9/lib/python3.9/lib-dynload/%s.cpython-39-darwin.so", python_modules[i]).at, 5);
    map(&s, &python, PLANTED, 1);
    map(&s, &python, PLANTED, 5);
    leave(&s, &python);
    if (fclose(s.f) != 0)
        gen_die("can't write %s", name);
}
