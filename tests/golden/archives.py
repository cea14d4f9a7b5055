"""Archives that no tool of Debian makes, written byte by byte."""
import lzma
import struct
import zlib


def crc(data):
    return zlib.crc32(data) & 0xffffffff


def local_header(name, method, flags, check, packed, size):
    return struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, flags, method, 0, 0x5a21, check, packed,
                       size, len(name), 0) + name


def central_header(name, method, flags, check, packed, size, at):
    return struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, flags, method, 0, 0x5a21, check,
                       packed, size, len(name), 0, 0, 0, 0, 0o600 << 16, at) + name


def zip_end(count, length, at):
    return struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, count, count, length, at, 0)


def zip_crypto(name, data, password, chance):
    """One member, stored, with PKWARE's old encryption."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc_byte(value, byte):
        return (value >> 8) ^ CRC_TABLE[(value ^ byte) & 0xff]

    def update(byte):
        keys[0] = crc_byte(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xff)) * 134775813 + 1) & 0xffffffff
        keys[2] = crc_byte(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    out = bytearray()
    head = chance.randbytes(11) + bytes([crc(data) >> 24])
    for byte in head + data:
        t = (keys[2] | 2) & 0xffff
        out.append(byte ^ ((t * (t ^ 1)) >> 8 & 0xff))
        update(byte)
    name = name.encode()
    fields = (0, 1, crc(data), len(out), len(data))
    local = local_header(name, *fields) + bytes(out)
    directory = central_header(name, *fields, 0)
    return local + directory + zip_end(1, len(directory), len(local))


CRC_TABLE = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0xedb88320 if n & 1 else 0)
    CRC_TABLE.append(n)


def number(n):
    """As 7z writes them, for what is small or needs all eight bytes."""
    return bytes([n]) if n < 0x80 else b'\xff' + struct.pack('<Q', n)


def seven_zip(name, data, dictionary=0):
    """One file: as it is, or as LZMA whose dictionary is said to be so large."""
    if dictionary:
        packed = lzma.compress(data, lzma.FORMAT_RAW, filters=[
            {'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 16, 'lc': 3, 'lp': 0, 'pb': 2}])
        coder = bytes([0x23, 3, 1, 1, 5, 0x5d]) + struct.pack('<I', dictionary)
    else:
        packed, coder = data, b'\1\0'
    utf16 = (name + '\0').encode('utf-16-le')
    header = (b'\1\4\6' + number(0) + number(1) + b'\t' + number(len(packed)) + b'\0'
              b'\7\x0b' + number(1) + b'\0' + number(1) + coder + b'\x0c' + number(len(data))
              + b'\0\x08\x0a\1' + struct.pack('<I', crc(data)) + b'\0\0'
              b'\5' + number(1) + b'\x11' + number(len(utf16) + 1) + b'\0' + utf16 + b'\0\0')
    start = struct.pack('<QQI', len(packed), len(header), crc(header))
    return b'7z\xbc\xaf\x27\x1c\0\4' + struct.pack('<I', crc(start)) + start + packed + header


def huge_xz(data):
    """The block's header says that 4 GiB of dictionary are needed."""
    out = bytearray(lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32))
    at = 12
    size = (out[at] + 1) * 4
    where = out.index(b'\x21\x01', at, at + size) + 2
    out[where] = 40
    out[at + size - 4:at + size] = struct.pack('<I', crc(bytes(out[at:at + size - 4])))
    return bytes(out)


def huge_zstd(data):
    """A frame of one raw block whose window is said to be 2 GiB."""
    window = (31 - 10) << 3
    block = struct.pack('<I', (len(data) << 3) | 1)[:3] + data
    return b'\x28\xb5\x2f\xfd' + bytes([0x00, window]) + block
