"""Does for a DLL what zig's linker leaves undone.

    finish_pe.py FILE

rustc names the symbols to export in a .def file, which does not reach zig, and then every symbol that has not been made
local is exported: this takes all but the functions that Java and C call out of the export directory. Layout: Microsoft's
"PE Format", the .edata section.
"""

import struct
import sys
from pathlib import Path

from interface import is_ours


def file_offset(data, header, rva):
    """Where a relative virtual address is in the file."""
    (count,) = struct.unpack_from("<H", data, header + 6)
    (optional_size,) = struct.unpack_from("<H", data, header + 20)
    for section in range(count):
        at = header + 24 + optional_size + 40 * section
        size, start, raw_size, raw = struct.unpack_from("<4I", data, at + 8)
        if start <= rva < start + max(size, raw_size):
            return raw + rva - start
    raise ValueError(f"no section holds the address {rva:#x}")


def hide(data):
    """Returns the contents of the file with the exports that are not ours taken out."""
    data = bytearray(data)
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (magic,) = struct.unpack_from("<H", data, header + 24)
    if magic != 0x20B:
        raise ValueError("not a 64-bit PE file")
    # The linker writes the time into the file header; the same source has to give the same bytes.
    struct.pack_into("<I", data, header + 8, 0)
    (exports,) = struct.unpack_from("<I", data, header + 24 + 112)
    directory = file_offset(data, header, exports)
    (count, *tables) = struct.unpack_from("<4I", data, directory + 24)
    addresses, names, ordinals = (file_offset(data, header, rva) for rva in tables)
    kept = 0
    for index in range(count):
        (name_rva,) = struct.unpack_from("<I", data, names + 4 * index)
        (ordinal,) = struct.unpack_from("<H", data, ordinals + 2 * index)
        name = file_offset(data, header, name_rva)
        if is_ours(data[name : data.index(0, name)].decode()):
            struct.pack_into("<I", data, names + 4 * kept, name_rva)
            struct.pack_into("<H", data, ordinals + 2 * kept, ordinal)
            kept += 1
        else:
            struct.pack_into("<I", data, addresses + 4 * ordinal, 0)  # an unused ordinal
    struct.pack_into("<I", data, directory + 24, kept)
    return bytes(data)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_bytes(hide(path.read_bytes()))
