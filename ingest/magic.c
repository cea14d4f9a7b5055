/* First bytes and what they mean: one table, one line a kind.
 *
 * Never parses.  The surprise is the order: what a decoder might also take (a
 * boot sector is any 512 bytes with a signature) is asked after the decoders. */
#include "ingest/magic.h"

#define TAR_BLOCK 512
#define TAR_SUM_AT 148
#define TAR_SUM_BYTES 8
#define SECTOR 512
#define PE_POINTER_AT 0x3c
#define BOOT_BYTES_MAX (16u << 10)   /* of $Boot: 8 KiB as a rule */
#define RECYCLED_BYTES_MAX 1024
#define TEXT_BYTES_MAX 64
#define EXT_MAGIC_AT 1080
#define FILETIME_1990 UINT64_C(122756256000000000)
#define FILETIME_2100 UINT64_C(157469184000000000)
#define ZIP_LOCAL 0x04034b50u
#define ZIP_ENCRYPTED 1u
#define ZIP_SIZES_FOLLOW 8u

#define THEN ", then give modhunt the folder"

struct line {
    size_t at;
    struct span bytes;
    struct magic magic;
};

#define BUNDLE(at, bytes, form, name) \
    { at, SPAN_INIT(bytes), { KIND_BUNDLE, form, name, NULL } }
#define CLOSED(at, bytes, name, advice) \
    { at, SPAN_INIT(bytes), { KIND_CLOSED, FORM_NONE, name, advice } }
#define OTHER(at, bytes, name) \
    { at, SPAN_INIT(bytes), { KIND_OTHER, FORM_NONE, name, NULL } }

static const struct line table[] = {
    BUNDLE(0, "PK\3\4", FORM_ZIP, "zip"),
    BUNDLE(0, "PK\5\6", FORM_ZIP, "zip"),
    BUNDLE(0, "PK00PK\3\4", FORM_ZIP, "zip"),
    BUNDLE(0, "7z\xbc\xaf\x27\x1c", FORM_7Z, "7z"),
    BUNDLE(0, "\x1f\x8b\x08", FORM_GZIP, "gzip"),
    BUNDLE(0, "\xfd" "7zXZ\0", FORM_XZ, "xz"),
    BUNDLE(0, "\x28\xb5\x2f\xfd", FORM_ZSTD, "zstd"),
    BUNDLE(257, "ustar", FORM_TAR, "tar"),

    CLOSED(0, "Rar!\x1a\x07", "RAR", "a RAR archive: unpack it with `unrar x`" THEN),
    CLOSED(0, "MSCF\0\0\0\0", "CAB", "a cabinet: unpack it with `cabextract`" THEN),
    CLOSED(0, "MSWIM\0\0\0", "WIM", "a WIM image: unpack it with `wimlib-imagex extract`" THEN),
    CLOSED(0, "vhdxfile", "VHDX", "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(0, "conectix", "VHD", "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(0, "KDMV", "VMDK", "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(0, "# Disk DescriptorFile", "VMDK",
           "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(0, "QFI\xfb", "QCOW", "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(0, "EVF\x09\x0d\x0a\xff\0", "E01", "a disc image: mount it with `ewfmount`" THEN),
    CLOSED(0, "EVF2\x0d\x0a\x81\0", "Ex01", "a disc image: mount it with `ewfmount`" THEN),
    CLOSED(0, "LVF\x09\x0d\x0a\xff\0", "L01",
           "a logical image: mount it with `ewfmount`" THEN),
    CLOSED(0, "\xeb\x52\x90NTFS    ", "disc image",
           "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN),
    CLOSED(3, "-FVE-FS-", "BitLocker",
           "an encrypted disc image: unlock it with `dislocker`, mount it read-only" THEN),
    CLOSED(3, "EXFAT   ", "disc image",
           "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN),
    CLOSED(82, "FAT32   ", "disc image",
           "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN),
    CLOSED(54, "FAT16   ", "disc image",
           "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN),
    CLOSED(0, "LUKS\xba\xbe", "LUKS",
           "an encrypted disc image: open it with `cryptsetup open --readonly`, mount it" THEN),
    CLOSED(0, "ADSEGMENTEDFILE\0", "AD1",
           "a logical image of FTK: export its files with FTK Imager" THEN),
    CLOSED(0, "ADCRYPT\0", "AD1", "an encrypted image of FTK: export its files with FTK Imager" THEN),
    CLOSED(0, "x\x01s\x0d", "DMG", "a disc image of macOS: unpack it with `7z x`" THEN),
    CLOSED(0, "encrcdsa", "DMG", "an encrypted disc image of macOS: attach it with `hdiutil`" THEN),
    CLOSED(0, "PK\7\10PK\3\4", "split zip",
           "a part of a split archive: join them (`zip -s 0 FILE.zip --out whole.zip`)"),
    CLOSED(0, "XFSB", "disc image",
           "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN),
    CLOSED(32, "NXSB", "disc image", "an APFS image: mount it with `apfs-fuse`" THEN),
    CLOSED(0, "<<< Oracle VM VirtualBox", "VDI",
           "a disc image: mount it with `guestmount --ro`" THEN),
    CLOSED(SECTOR, "LABELONE", "disc image",
           "an LVM volume: activate it read-only (`losetup -r`, `vgchange -ay`)" THEN),
    CLOSED(SECTOR, "EFI PART", "disc image",
           "a disc image: mount it read-only (`losetup -rP`, `mount -o ro`)" THEN),
    CLOSED(32769, "CD001", "ISO", "an ISO image: unpack it with `bsdtar -xf`" THEN),
    CLOSED(0, "LZIP\1", "lzip", "compressed: unpack it with `lzip -d`"),
    CLOSED(0, "\x04\x22\x4d\x18", "lz4", "compressed: unpack it with `lz4 -d`"),
    CLOSED(0, "\x1f\x9d", "compress", "compressed: unpack it with `uncompress`"),
    CLOSED(0, "LRZI\0", "lrzip", "compressed: unpack it with `lrunzip`"),
    CLOSED(0, "\x89LZO\0\x0d\x0a\x1a\x0a", "lzop", "compressed: unpack it with `lzop -d`"),
    CLOSED(0, "070701", "cpio", "a cpio archive: unpack it with `cpio -id`" THEN),
    CLOSED(0, "xar!", "xar", "a xar archive: unpack it with `bsdtar -xf`" THEN),
    CLOSED(0, "-----BEGIN PGP MESSAGE-----", "PGP", "encrypted: decrypt it with `gpg -d`"),
    CLOSED(4, "LfLe", "EVT",
           "a log of Windows XP: convert it with `wevtutil epl OLD.evt NEW.evtx /lf:true`"),

    OTHER(0, "regf", "registry hive"),
    OTHER(0, "FILE0\0", "$MFT"),
    OTHER(0, "FILE*\0", "$MFT"),
    OTHER(0, "RSTR", "$LogFile"),
    OTHER(0, "HvLE", "registry log"),
    OTHER(0, "MAM\x04", "prefetch file"),
    OTHER(4, "SCCA", "prefetch file"),
    OTHER(0, "L\0\0\0\x01\x14\x02\0", "shortcut"),
    OTHER(0, "SQLite format 3\0", "SQLite database"),
    OTHER(4, "\xef\xcd\xab\x89", "ESE database"),
    OTHER(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document"),
    OTHER(0, "%PDF-", "PDF"),
    OTHER(0, "\x89PNG\x0d\x0a\x1a\x0a", "PNG picture"),
    OTHER(0, "\xff\xd8\xff", "JPEG picture"),
    OTHER(0, "II*\0", "TIFF picture"),
    OTHER(0, "MM\0*", "TIFF picture"),
    OTHER(0, "CMMM", "thumbnail cache"),
    OTHER(0, "IMMM", "thumbnail cache"),
    OTHER(0, "RDP8bmp\0", "RDP cache"),
    OTHER(0, "RIFF", "RIFF file"),
    OTHER(0, "OggS", "Ogg file"),
    OTHER(0, "ID3", "MP3 file"),
    OTHER(0, "\0\0\1\0", "icon"),
    OTHER(0, "wOFF", "font"),
    OTHER(0, "wOF2", "font"),
    OTHER(0, "OTTO\0", "font"),
    OTHER(0, "\0\1\0\0\0", "font"),
    OTHER(0, "GIF87a", "GIF picture"),
    OTHER(0, "GIF89a", "GIF picture"),
    OTHER(4, "ftyp", "MP4"),
    OTHER(0, "\x0a\x0d\x0d\x0a", "pcapng"),
    OTHER(0, "\xd4\xc3\xb2\xa1", "pcap"),
    OTHER(0, "\xa1\xb2\xc3\xd4", "pcap"),
    OTHER(0, "\x4d\x3c\xb2\xa1", "pcap"),
    OTHER(0, "\xa1\xb2\x3c\x4d", "pcap"),
    OTHER(0, "\x7f" "ELF", "ELF executable"),
    OTHER(0, "\xcf\xfa\xed\xfe", "Mach-O executable"),
    OTHER(0, "\xce\xfa\xed\xfe", "Mach-O executable"),
    OTHER(0, "dex\n", "DEX file"),
    OTHER(0, "\0asm", "WebAssembly module"),
    OTHER(0, "MDMP\x93\xa7", "memory dump"),
    OTHER(0, "PAGEDU64", "memory dump"),
    OTHER(0, "PAGEDUMP", "memory dump"),
    OTHER(0, "EMiL", "memory dump"),
    OTHER(0, "hibr", "hibernation file"),
    OTHER(0, "HIBR", "hibernation file"),
    OTHER(0, "bplist00", "property list"),
    OTHER(4, "Bud1", "folder view"),
    OTHER(0, "kych", "keychain"),
    OTHER(0, "1SLD", "FSEvents log"),
    OTHER(0, "2SLD", "FSEvents log"),
    OTHER(0, "3SLD", "FSEvents log"),
    OTHER(0, "EBFGONED", "OneDrive log"),
    OTHER(0, "SNSS", "browser session"),
    OTHER(0, "mozLz40\0", "browser session"),

    OTHER(0, "LPKSHHRH", "systemd journal"),
};

static bool stands_at(struct span head, size_t at, struct span bytes)
{
    return head.len >= at + bytes.len && memcmp(head.at + at, bytes.at, bytes.len) == 0;
}

/* The old tar, without "ustar": the header's own checksum, in octal. */
static bool is_old_tar(struct span head)
{
    unsigned sum = 0, said = 0, digits = 0;

    if (head.len < TAR_BLOCK || head.at[0] == 0)
        return false;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_BYTES ? ' ' : head.at[i];
    for (size_t i = TAR_SUM_AT; i < TAR_SUM_AT + TAR_SUM_BYTES; i++) {
        if (head.at[i] >= '0' && head.at[i] <= '7') {
            said = said * 8 + (unsigned)(head.at[i] - '0');
            digits++;
        } else if (head.at[i] != ' ' && head.at[i] != 0) {
            return false;
        }
    }
    return digits > 0 && sum == said;
}

static bool is_bzip2(struct span head)
{
    return head.len >= 10 && memcmp(head.at, "BZh", 3) == 0 && head.at[3] >= '1'
        && head.at[3] <= '9'
        && (memcmp(head.at + 4, "1AY&SY", 6) == 0
            || memcmp(head.at + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static bool is_pe(struct span head)
{
    uint32_t at;

    if (!stands_at(head, 0, SPAN("MZ")) || head.len < PE_POINTER_AT + 4)
        return false;
    memcpy(&at, head.at + PE_POINTER_AT, 4);
    return at < head.len && stands_at(head, at, SPAN("PE\0\0"));
}

/* One magic for two: a fat Mach-O has a few parts, a Java class a version from
 * 45 on. */
static const char *cafebabe(struct span head)
{
    if (!stands_at(head, 0, SPAN("\xca\xfe\xba\xbe")) || head.len < 8)
        return NULL;
    return head.at[4] == 0 && head.at[5] == 0 && head.at[6] == 0 && head.at[7] < 40
        ? "Mach-O executable" : "Java class";
}

static const struct magic aff4 = { KIND_CLOSED, FORM_NONE, "AFF4",
    "an AFF4 image: unpack it with `aff4imager`" THEN };
static const struct magic skippable = { KIND_CLOSED, FORM_NONE, "zstd",
    "zstd behind a frame of its own data: unpack it with `zstd -dc`" };

/* A zip whose first member, behind the local header, is AFF4's. */
static bool is_aff4(struct span head)
{
    return stands_at(head, 30, SPAN("information.turtle"))
        || stands_at(head, 30, SPAN("container.description"));
}

/* pzstd begins with a frame that only says how long the next is. */
static bool is_skippable(struct span head)
{
    return head.len >= 4 && (head.at[0] & 0xf0) == 0x50 && memcmp(head.at + 1, "\x2a\x4d\x18", 3) == 0;
}

/* LZMA alone: usual properties, a dictionary of whole 64 KiB, a size that is open or fits
 * 40 bits. */
static bool is_lzma(struct span head)
{
    bool open = stands_at(head, 5, SPAN("\xff\xff\xff\xff\xff\xff\xff\xff"));

    return stands_at(head, 0, SPAN("\x5d\0\0")) && (open || stands_at(head, 10, SPAN("\0\0\0\0")));
}

static struct magic other(const char *name)
{
    return (struct magic){ KIND_OTHER, FORM_NONE, name, NULL };
}

struct magic magic_of(struct span head)
{
    /* What KAPE takes of a volume as $Boot is no image of it. */
    if (stands_at(head, 3, SPAN("NTFS    ")) && head.len <= BOOT_BYTES_MAX)
        return other("$Boot");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (stands_at(head, table[i].at, table[i].bytes))
            return table[i].magic.form == FORM_ZIP && is_aff4(head) ? aff4 : table[i].magic;
    if (is_skippable(head))
        return skippable;
    if (is_bzip2(head))
        return (struct magic){ KIND_BUNDLE, FORM_BZIP2, "bzip2", NULL };
    if (is_old_tar(head))
        return (struct magic){ KIND_BUNDLE, FORM_TAR, "tar", NULL };
    if (is_pe(head))
        return other("PE executable");
    if (cafebabe(head))
        return other(cafebabe(head));
    return (struct magic){ KIND_UNKNOWN, FORM_NONE, "unknown", NULL };
}

/* A master boot record: its signature, and partitions that are active or not. */
static bool is_boot_record(struct span head)
{
    unsigned used = 0;

    if (!stands_at(head, SECTOR - 2, SPAN("\x55\xaa")))
        return false;
    for (size_t at = 446; at < 510; at += 16) {
        if (head.at[at] != 0 && head.at[at] != 0x80)
            return false;
        used += head.at[at + 4] != 0;
    }
    return used > 0;
}

static uint64_t number_at(struct span head, size_t at)
{
    uint64_t n = 0;

    if (head.len >= at + sizeof n)
        memcpy(&n, head.at + at, sizeof n);
    return n;
}

static bool is_filetime(uint64_t t)
{
    return t > FILETIME_1990 && t < FILETIME_2100;
}

/* A record of the change journal: version 2.0 or 3.0, a size in eights, a time. */
static bool is_usn(struct span head)
{
    uint64_t sizes = number_at(head, 0);
    uint32_t size = (uint32_t)sizes, version = (uint32_t)(sizes >> 32);

    return (version == 2 || version == 3) && size % 8 == 0 && size >= 56 && size <= 1024
        && is_filetime(number_at(head, version == 2 ? 32 : 48));
}

/* $I of the recycle bin: version 1 or 2, the file's size, when it was deleted. */
static bool is_recycled(struct span head)
{
    uint64_t version = number_at(head, 0);

    return (version == 1 || version == 2) && head.len <= RECYCLED_BYTES_MAX
        && is_filetime(number_at(head, 16));
}

/* Text that holds events, but not in a form that can be read back from it. */
static const struct line texts[] = {
    CLOSED(0, "Event[0]", "wevtutil's text", "events as text: export them as EVTX with"
           " `wevtutil epl LOG FILE.evtx`, or as XML with `wevtutil qe LOG /f:xml`"),
    CLOSED(0, "Level,Date and Time,Source,Event ID", "Event Viewer's CSV", "it lacks the events'"
           " fields: save them as EVTX (`wevtutil epl LOG FILE.evtx`) or XML"),
    CLOSED(0, "Level\tDate and Time\tSource\tEvent ID", "Event Viewer's text", "save the events"
           " as EVTX (`wevtutil epl LOG FILE.evtx`) or XML"),
    CLOSED(0, "<Objs Version=", "Export-Clixml", "PowerShell's objects: export the events as EVTX"
           " (`wevtutil epl LOG FILE.evtx`), or as JSON (`Get-WinEvent ... | ConvertTo-Json`)"),
};

/* The first letters, of UTF-16 with its mark too. */
static const struct magic *text_of(struct span head)
{
    uint8_t low[TEXT_BYTES_MAX];
    size_t len = 0, step = span_starts(head, SPAN("\xff\xfe")) ? 2 : 1;

    for (size_t i = step == 2 ? 2 : 0; i < head.len && len < sizeof low; i += step)
        low[len++] = head.at[i];
    struct span text = span_of(low, len);
    if (span_starts(text, SPAN("\xef\xbb\xbf")))
        text = span_of(text.at + 3, text.len - 3);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (span_starts(text, texts[i].bytes))
            return &texts[i].magic;
    return NULL;
}

struct magic magic_last(struct span head)
{
    if (text_of(head))
        return *text_of(head);
    if (is_lzma(head))
        return (struct magic){ KIND_CLOSED, FORM_NONE, "lzma",
            "compressed: unpack it with `xz -dc --format=lzma`" };
    if (is_usn(head))
        return other("change journal");
    if (is_recycled(head))
        return other("recycled file");
    if (stands_at(head, EXT_MAGIC_AT, SPAN("\x53\xef")) && head.len > BOOT_BYTES_MAX
        && head.at[EXT_MAGIC_AT + 2] < 8 && head.at[EXT_MAGIC_AT + 3] == 0)
        return (struct magic){ KIND_CLOSED, FORM_NONE, "disc image",
            "a file system's image: mount it read-only (`mount -o ro,loop`)" THEN };
    if (is_boot_record(head))
        return (struct magic){ KIND_CLOSED, FORM_NONE, "disc image",
            "a disc image: mount it read-only (`losetup -rP`, `mount -o ro`)" THEN };
    return (struct magic){ KIND_UNKNOWN, FORM_NONE, "unknown", NULL };
}

/* Walks the local headers as far as they tell their sizes. */
bool magic_zip_is_encrypted(struct span head)
{
    struct cursor c = cursor_of(head);

    while (cursor_u32(&c) == ZIP_LOCAL && !c.broken) {
        cursor_take(&c, 2);
        uint16_t flags = cursor_u16(&c);
        cursor_take(&c, 10);
        uint32_t packed = cursor_u32(&c);
        cursor_take(&c, 4);
        uint16_t name = cursor_u16(&c), extra = cursor_u16(&c);

        if (c.broken || flags & ZIP_ENCRYPTED)
            return !c.broken;
        if (flags & ZIP_SIZES_FOLLOW)
            return false;
        cursor_take(&c, (size_t)name + extra + packed);
    }
    return false;
}

const char *bundle_form_name(enum bundle_form form)
{
    switch (form) {
    case FORM_NONE: break;
    case FORM_ZIP: return "zip";
    case FORM_TAR: return "tar";
    case FORM_7Z: return "7z";
    case FORM_GZIP: return "gzip";
    case FORM_BZIP2: return "bzip2";
    case FORM_XZ: return "xz";
    case FORM_ZSTD: return "zstd";
    }
    return "unknown";
}
