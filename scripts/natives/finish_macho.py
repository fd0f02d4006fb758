"""Does for a 64-bit Mach-O library what zig's linker leaves undone.

    finish_macho.py FILE

zig exports every symbol that has not been made local, whatever rustc says: this hides all but the functions that Java and
C call. And zig signs only what it links for arm64: this gives the file an ad-hoc code signature, as
`codesign --sign - --force` does on a Mac. It has to be the last change of the file, for the signature holds a hash of each
page. Layout: xnu's EXTERNAL_HEADERS/mach-o/loader.h and osfmk/kern/cs_blobs.h.
"""

import hashlib
import struct
import sys
from pathlib import Path

from interface import is_ours

LC_SYMTAB, LC_SEGMENT_64, LC_CODE_SIGNATURE = 0x2, 0x19, 0x1D
LC_DYLD_INFO, LC_DYLD_INFO_ONLY, LC_DYLD_EXPORTS_TRIE = 0x22, 0x80000022, 0x80000033
PAGE = 4096
ADHOC = 0x2


def load_commands(data):
    """The offset, kind and size of each load command."""
    magic, _, _, _, count, _, _, _ = struct.unpack_from("<8I", data)
    if magic != 0xFEEDFACF:
        raise ValueError("not a 64-bit little-endian Mach-O file")
    at = 32
    for _ in range(count):
        kind, size = struct.unpack_from("<II", data, at)
        yield at, kind, size
        at += size


def segments(data):
    """For each segment its name and the offset of its load command."""
    for at, kind, _ in load_commands(data):
        if kind == LC_SEGMENT_64:
            yield data[at + 8 : at + 24].rstrip(b"\0").decode(), at


def uleb(data, at):
    """The number at an offset, seven bits a byte, and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def hide_in_trie(data, start, node=0, name=""):
    """Takes the exports that are not ours out of the trie that dyld looks them up in: its nodes stay, but end no name."""
    size, body = uleb(data, start + node)
    children = at = body + size
    count = data[at]
    at += 1
    for _ in range(count):
        end = data.index(0, at)
        label = data[at:end].decode()
        child, at = uleb(data, end + 1)
        hide_in_trie(data, start, child, name + label)
    if size and not is_ours(name.removeprefix("_")):
        kept = bytes(1) + data[children:at]
        data[start + node : start + node + len(kept)] = kept


def hide_in_symbol_table(data, command):
    """Marks exports that are not ours as private, for tools that read the symbol table."""
    symbols, count, texts, _ = struct.unpack_from("<4I", data, command + 8)
    for entry in range(symbols, symbols + 16 * count, 16):
        text, kind = struct.unpack_from("<IB", data, entry)
        defined, external = kind & 0x0E, kind & 0x01
        if defined and external:
            name = data[texts + text : data.index(0, texts + text)].decode()
            if not is_ours(name.removeprefix("_")):
                data[entry + 4] |= 0x10


def hide(data):
    """Returns the contents of the file with the exports that are not ours hidden."""
    data = bytearray(data)
    for at, kind, _ in load_commands(data):
        if kind == LC_SYMTAB:
            hide_in_symbol_table(data, at)
        elif kind in (LC_DYLD_INFO, LC_DYLD_INFO_ONLY, LC_DYLD_EXPORTS_TRIE):
            start, size = struct.unpack_from("<II", data, at + (8 if kind == LC_DYLD_EXPORTS_TRIE else 40))
            if size:
                hide_in_trie(data, start)
    return bytes(data)


def first_section(data):
    """Where the file's contents begin, which is where the room for load commands ends."""
    offsets = []
    for _, at in segments(data):
        (sections,) = struct.unpack_from("<I", data, at + 64)
        offsets += [struct.unpack_from("<I", data, at + 72 + 80 * section + 48)[0] for section in range(sections)]
    return min(offset for offset in offsets if offset)


def make_room(data):
    """Cuts an old signature off or adds the load command of a new one. Returns that command's offset."""
    for at, kind, _ in load_commands(data):
        if kind == LC_CODE_SIGNATURE:
            (start,) = struct.unpack_from("<I", data, at + 8)
            del data[start:]
            return at
    count, size = struct.unpack_from("<II", data, 16)
    if 32 + size + 16 > first_section(data):
        raise ValueError("no room for another load command: link with more header padding")
    struct.pack_into("<II", data, 16, count + 1, size + 16)
    struct.pack_into("<II", data, 32 + size, LC_CODE_SIGNATURE, 16)
    return 32 + size


def code_directory(identifier, code, text_size, slots):
    """The code directory: a header, the identifier and the hash of each page of what it covers."""
    name = identifier.encode() + b"\0"
    hashes_at = 88 + len(name)
    length = hashes_at + 32 * slots
    header = struct.pack(">9I", 0xFADE0C02, length, 0x20400, ADHOC, hashes_at, 88, 0, slots, len(code))
    header += struct.pack(">4B", 32, 2, 0, PAGE.bit_length() - 1)  # hash size, SHA-256, any platform, page size
    header += struct.pack(">4I4Q", 0, 0, 0, 0, 0, 0, text_size, 0)  # of these only the executable segment's size matters
    pages = (hashlib.sha256(code[at : at + PAGE]).digest() for at in range(0, len(code), PAGE))
    return header + name + b"".join(pages)


def sign(data, identifier):
    """Returns the contents of the signed file."""
    data = bytearray(data)
    command = make_room(data)
    data += bytes(-len(data) % 16)
    start, slots = len(data), -(-len(data) // PAGE)
    size = 20 + 88 + len(identifier) + 1 + 32 * slots
    size += -size % 16
    struct.pack_into("<II", data, command + 8, start, size)
    at = dict(segments(data))
    (text_size,) = struct.unpack_from("<Q", data, at["__TEXT"] + 48)
    linkedit = at["__LINKEDIT"]
    (file_offset,) = struct.unpack_from("<Q", data, linkedit + 40)
    file_size = start + size - file_offset
    struct.pack_into("<Q", data, linkedit + 32, file_size + -file_size % 16384)
    struct.pack_into("<Q", data, linkedit + 48, file_size)
    directory = code_directory(identifier, bytes(data), text_size, slots)
    blob = struct.pack(">5I", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory
    return bytes(data) + blob.ljust(size, b"\0")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_bytes(sign(hide(path.read_bytes()), path.stem))
