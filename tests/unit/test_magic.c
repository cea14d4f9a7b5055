/* What a collection is full of is told by its first bytes, whatever its name. */
#include "ingest/magic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define HEAD_BYTES (64u << 10)

static struct magic told(struct span begin, size_t at, size_t len)
{
    static uint8_t head[HEAD_BYTES];
    struct magic m;

    memset(head, 'x', sizeof head);
    memcpy(head + at, begin.at, begin.len);
    m = magic_of(span_of(head, len));
    return m.kind == KIND_UNKNOWN ? magic_last(span_of(head, len)) : m;
}

#define TIME "\0\x80\x3e\xd5\xde\xb1\x9d\1" /* 1970 */

static void first_bytes_tell_the_kind(void **state)
{
    static const struct {
        struct span begin;
        size_t at, len;
        enum kind kind;
        const char *name;
    } table[] = {
        { SPAN_INIT("regf"), 0, 4096, KIND_OTHER, "registry hive" },
        { SPAN_INIT("HvLE"), 0, 512, KIND_OTHER, "registry log" },
        { SPAN_INIT("FILE0\0"), 0, 1024, KIND_OTHER, "$MFT" },
        { SPAN_INIT("RSTR"), 0, 4096, KIND_OTHER, "$LogFile" },
        { SPAN_INIT("\xeb\x52\x90NTFS    "), 0, 8192, KIND_OTHER, "$Boot" },
        { SPAN_INIT("\xeb\x52\x90NTFS    "), 0, HEAD_BYTES, KIND_CLOSED, "disc image" },
        { SPAN_INIT("\xeb\x58\x90-FVE-FS-"), 0, HEAD_BYTES, KIND_CLOSED, "BitLocker" },
        { SPAN_INIT("\x53\xef\1\0"), 1080, HEAD_BYTES, KIND_CLOSED, "disc image" },
        { SPAN_INIT("\x53\xef\1\0"), 1080, 4096, KIND_UNKNOWN, "unknown" },
        { SPAN_INIT("EXFAT   "), 3, HEAD_BYTES, KIND_CLOSED, "disc image" },
        { SPAN_INIT("FAT32   "), 82, HEAD_BYTES, KIND_CLOSED, "disc image" },
        { SPAN_INIT("LUKS\xba\xbe"), 0, HEAD_BYTES, KIND_CLOSED, "LUKS" },
        { SPAN_INIT("ADSEGMENTEDFILE\0"), 0, 512, KIND_CLOSED, "AD1" },
        { SPAN_INIT("x\x01s\x0d" "bb`"), 0, 512, KIND_CLOSED, "DMG" },
        { SPAN_INIT("PK\3\4" "xxxxxxxxxxxxxxxxxxxxxxxxxx" "information.turtle"), 0, 512,
          KIND_CLOSED, "AFF4" },
        { SPAN_INIT("PK\7\10PK\3\4"), 0, 512, KIND_CLOSED, "split zip" },
        { SPAN_INIT("\x53\x2a\x4d\x18"), 0, 512, KIND_CLOSED, "zstd" },
        { SPAN_INIT("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff"), 0, 512, KIND_CLOSED, "lzma" },
        { SPAN_INIT("\xef\xbb\xbf" "Event[0]:"), 0, 512, KIND_CLOSED, "wevtutil's text" },
        { SPAN_INIT("<Objs Version=\"1.1\""), 0, 512, KIND_CLOSED, "Export-Clixml" },
        { SPAN_INIT("Level,Date and Time,Source,Event ID,"), 0, 512, KIND_CLOSED,
          "Event Viewer's CSV" },
        { SPAN_INIT("MAM\x04"), 0, 100, KIND_OTHER, "prefetch file" },
        { SPAN_INIT("\x1e\0\0\0SCCA"), 0, 100, KIND_OTHER, "prefetch file" },
        { SPAN_INIT("L\0\0\0\x01\x14\x02\0"), 0, 100, KIND_OTHER, "shortcut" },
        { SPAN_INIT("SQLite format 3\0"), 0, 100, KIND_OTHER, "SQLite database" },
        { SPAN_INIT("\0\0\0\0\xef\xcd\xab\x89"), 0, 100, KIND_OTHER, "ESE database" },
        { SPAN_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, 100, KIND_OTHER, "OLE document" },
        { SPAN_INIT("%PDF-1.7"), 0, 100, KIND_OTHER, "PDF" },
        { SPAN_INIT("\x89PNG\x0d\x0a\x1a\x0a"), 0, 100, KIND_OTHER, "PNG picture" },
        { SPAN_INIT("\xff\xd8\xff\xe0"), 0, 100, KIND_OTHER, "JPEG picture" },
        { SPAN_INIT("\x7f" "ELF"), 0, 100, KIND_OTHER, "ELF executable" },
        { SPAN_INIT("\xca\xfe\xba\xbe\0\0\0\2"), 0, 100, KIND_OTHER, "Mach-O executable" },
        { SPAN_INIT("\xca\xfe\xba\xbe\0\0\0\x34"), 0, 100, KIND_OTHER, "Java class" },
        { SPAN_INIT("LPKSHHRH"), 0, 100, KIND_OTHER, "systemd journal" },
        { SPAN_INIT("EMiL"), 0, 100, KIND_OTHER, "memory dump" },
        /* a time of the year 2022 at its place */
        { SPAN_INIT("\x58\0\0\0\2\0\0\0" "12345678" "12345678" "12345678" "\0\0\x3e\xd5\xde\xb1\xd8\1"),
          0, 100, KIND_OTHER, "change journal" },
        { SPAN_INIT("\x58\0\0\0\2\0\0\0" "12345678" "12345678" "12345678" TIME), 0, 100, KIND_UNKNOWN,
          "unknown" },
        { SPAN_INIT("\2\0\0\0\0\0\0\0" "12345678" "\0\0\x3e\xd5\xde\xb1\xd8\1"), 0, 100, KIND_OTHER,
          "recycled file" },
        { SPAN_INIT("\2\0\0\0\0\0\0\0" "12345678" "\0\0\x3e\xd5\xde\xb1\xd8\1"), 0, 4096, KIND_UNKNOWN,
          "unknown" },
        { SPAN_INIT("ElfFile"), 0, 4096, KIND_UNKNOWN, "unknown" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct magic m = told(table[i].begin, table[i].at, table[i].len);

        if (m.kind != table[i].kind || strcmp(m.name, table[i].name) != 0)
            fail_msg("row %zu: %s (%d), not %s (%d)", i, m.name, (int)m.kind, table[i].name,
                     (int)table[i].kind);
    }
}

static void short_heads_are_nothing_and_break_nothing(void **state)
{
    uint8_t head[64] = { 2 };

    (void)state;
    for (size_t len = 0; len <= sizeof head; len++) {
        uint8_t *exact = malloc(len + 1); /* under the sanitizers: not one byte more */

        assert_non_null(exact);
        memcpy(exact, head, len);
        assert_int_equal(magic_of(span_of(exact, len)).kind, KIND_UNKNOWN);
        assert_int_equal(magic_last(span_of(exact, len)).kind, KIND_UNKNOWN);
        free(exact);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_bytes_tell_the_kind),
        cmocka_unit_test(short_heads_are_nothing_and_break_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
