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
    OTHER(0, "FILE0\0", "MFT"),
    OTHER(0, "FILE*\0", "MFT"),
    OTHER(0, "MAM\x04", "prefetch"),
    OTHER(4, "SCCA", "prefetch"),
    OTHER(0, "L\0\0\0\x01\x14\x02\0", "shortcut"),
    OTHER(0, "SQLite format 3\0", "SQLite"),
    OTHER(4, "\xef\xcd\xab\x89", "ESE database"),
    OTHER(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document"),
    OTHER(0, "%PDF-", "PDF"),
    OTHER(0, "\x89PNG\x0d\x0a\x1a\x0a", "PNG"),
    OTHER(0, "\xff\xd8\xff", "JPEG"),
    OTHER(0, "GIF87a", "GIF"),
    OTHER(0, "GIF89a", "GIF"),
    OTHER(4, "ftyp", "MP4"),
    OTHER(0, "\x0a\x0d\x0d\x0a", "pcapng"),
    OTHER(0, "\xd4\xc3\xb2\xa1", "pcap"),
    OTHER(0, "\xa1\xb2\xc3\xd4", "pcap"),
    OTHER(0, "\x7f" "ELF", "ELF"),
    OTHER(0, "\xcf\xfa\xed\xfe", "Mach-O"),
    OTHER(0, "\xca\xfe\xba\xbe", "Mach-O"),
    OTHER(0, "MDMP\x93\xa7", "memory dump"),
    OTHER(0, "PAGEDU64", "memory dump"),
    OTHER(0, "PAGEDUMP", "memory dump"),
    OTHER(0, "bplist00", "property list"),
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

struct magic magic_of(struct span head)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (stands_at(head, table[i].at, table[i].bytes))
            return table[i].magic;
    if (is_bzip2(head))
        return (struct magic){ KIND_BUNDLE, FORM_BZIP2, "bzip2", NULL };
    if (is_old_tar(head))
        return (struct magic){ KIND_BUNDLE, FORM_TAR, "tar", NULL };
    if (is_pe(head))
        return (struct magic){ KIND_OTHER, FORM_NONE, "PE executable", NULL };
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

struct magic magic_last(struct span head)
{
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
