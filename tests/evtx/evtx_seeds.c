/* Writes the seed corpus of fuzz_evtx into a folder: chunks without the zeros
 * that fill them, one for each thing that the decoder does.  Run by hand when
 * there is something new to show:  evtx_seeds tests/fuzz/corpus/fuzz_evtx */
#include "tests/evtx/evtx_events.h"

#include <stdio.h>

static const char *folder;

static void seed(const char *name, const struct make *m, uint32_t len)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "wb");
    if (!f || fwrite(m->at, 1, len, f) != len || fclose(f) != 0) {
        perror(path);
        exit(2);
    }
}

static void every_type(struct make *m)
{
    static const uint8_t bytes[16] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0 };
    static const struct { const char *name; uint8_t type; uint8_t len; } fields[] = {
        { "CommandLine", VALUE_WSTRING, 16 }, { "Company", VALUE_STRING, 8 },
        { "Contents", VALUE_INT8, 1 }, { "CreationUtcTime", VALUE_UINT8, 1 },
        { "CurrentDirectory", VALUE_INT16, 2 }, { "Description", VALUE_UINT16, 2 },
        { "FileVersion", VALUE_INT32, 4 }, { "Hash", VALUE_UINT32, 4 },
        { "Hashes", VALUE_INT64, 8 }, { "Image", VALUE_UINT64, 8 },
        { "ImageLoaded", VALUE_FLOAT, 4 }, { "IntegrityLevel", VALUE_DOUBLE, 8 },
        { "LogonId", VALUE_BOOL, 4 }, { "OriginalFileName", VALUE_BINARY, 9 },
        { "ParentImage", VALUE_GUID, 16 }, { "ParentCommandLine", VALUE_SIZE, 8 },
        { "ProcessGuid", VALUE_FILETIME, 8 }, { "ProcessId", VALUE_SYSTEMTIME, 16 },
        { "Product", VALUE_SID, 16 }, { "RuleName", VALUE_HEX32, 4 },
        { "Signature", VALUE_HEX64, 8 }, { "Signed", VALUE_NULL, 0 },
        { "SignatureStatus", VALUE_ARRAY | VALUE_WSTRING, 16 },
        { "User", VALUE_ARRAY | VALUE_UINT32, 16 }, { "UtcTime", VALUE_ARRAY | VALUE_STRING, 16 },
    };
    enum { COUNT = sizeof fields / sizeof fields[0] };
    struct make_templates t = { 0 };
    struct make_field f[COUNT];

    for (int i = 0; i < COUNT; i++)
        f[i] = (struct make_field){ fields[i].name, { bytes, fields[i].len, fields[i].type },
                                    i % 2 };
    make_event(m, &t, 7, f, COUNT);
    make_event(m, &t, 1, f, COUNT);
    make_event(m, &t, 11, f, COUNT);
}

int main(int argc, char **argv)
{
    struct make *m = malloc(sizeof *m);
    struct make_templates t = { 0 };
    uint32_t end;

    if (argc != 2 || !m)
        return 2;
    folder = argv[1];
    make_begin(m);
    make_load(m, &t, "C:\\one.dll");
    make_load(m, &t, "C:\\two.dll");
    make_ends(m, m->len);
    seed("templates", m, m->len);

    make_begin(m);
    make_load_loose(m, "C:\\Temp\\loose.dll");
    make_ends(m, m->len);
    seed("loose", m, m->len);

    make_begin(m);
    every_type(m);
    make_ends(m, m->len);
    seed("types", m, m->len);

    make_begin(m);
    t = (struct make_templates){ 0 };
    make_load(m, &t, "C:\\declared.dll");
    end = m->len;
    make_load(m, &t, "C:\\slack.dll");
    make_ends(m, end);
    seed("slack", m, m->len);
    m->at[0] = 'X';
    seed("no-magic", m, m->len);
    free(m);
    return 0;
}
