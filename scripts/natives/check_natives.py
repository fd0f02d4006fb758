"""Reads every native library in rust-ffi's jars and refuses what must not be published.

    check_natives.py [--platforms=A,B] FILE.jar...

What a jar has to hold follows from its name: rust-ffi-VERSION.jar the libraries of all platforms, or of those given,
rust-ffi-VERSION-PLATFORM.jar that of one, rust-ffi-VERSION-sources.jar and -javadoc.jar none. With a library come the licence,
and the notices of what is linked into it.
Prints a table of the libraries, then every violation; the exit code is 1 if there is one.
"""

import hashlib
import struct
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import lief
import platforms
from interface import C_FUNCTIONS, JVM_FUNCTIONS

lief.logging.disable()

LEGAL = ("META-INF/LICENSE", "META-INF/THIRD-PARTY-NOTICES.txt")
JAR_LIMIT = 10_000_000
# Of a library in its jar. Eight of this size fit; some of the platforms speak for the others.
LIBRARY_LIMIT = 1_200_000
GLIBC_LIMIT = (2, 17)
MACOS_LIMIT = (11, 0)


def names(values):
    return ", ".join(sorted(values)) or "nothing"


@dataclass(frozen=True)
class Platform:
    library: str
    machine: object
    allowed: frozenset
    is_glibc: bool = False


ELF = {"x86_64": lief.ELF.ARCH.X86_64, "aarch64": lief.ELF.ARCH.AARCH64}
PE = {"x86_64": lief.PE.Header.MACHINE_TYPES.AMD64, "aarch64": lief.PE.Header.MACHINE_TYPES.ARM64}
MACHO = {"x86_64": lief.MachO.Header.CPU_TYPE.X86_64, "aarch64": lief.MachO.Header.CPU_TYPE.ARM64}
GLIBC_LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
GLIBC_LIBRARIES = frozenset({"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"})
# The C runtime of api-ms-win-crt-*.dll is part of Windows since 10; vcruntime140.dll and its like are not.
WINDOWS_DLLS = frozenset(
    {"kernel32.dll", "kernelbase.dll", "ntdll.dll", "advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll"}
    | {"userenv.dll", "ws2_32.dll"}
    | {f"api-ms-win-core-{name}.dll" for name in ("synch-l1-2-0", "winrt-error-l1-1-0")}
    | {
        f"api-ms-win-crt-{name}-l1-1-0.dll"
        for name in ("conio", "convert", "environment", "filesystem", "heap", "locale", "math", "multibyte")
    }
    | {f"api-ms-win-crt-{name}-l1-1-0.dll" for name in ("private", "process", "runtime", "stdio", "string", "time")}
    | {"api-ms-win-crt-utility-l1-1-0.dll"}
)
MACOS_DYLIBS = frozenset({"/usr/lib/libSystem.B.dylib"})
# What zig's linker adds to a dylib of its own accord.
MACOS_LINKER_LOCALS = ("dyld_private", "__thunk")


def platform_of(row):
    """What the gate asks of the library of a row of native/platforms.txt."""
    cpu, system = row.target.split("-", 1)
    if cpu not in ELF:
        raise ValueError(f"no rules for {row.platform}: the processor {cpu} is not one of {names(ELF)}")
    match system:
        case "unknown-linux-gnu":
            return Platform(row.library, ELF[cpu], GLIBC_LIBRARIES | {GLIBC_LOADERS[cpu]}, is_glibc=True)
        case "unknown-linux-musl":
            return Platform(row.library, ELF[cpu], frozenset({"libc.so", f"libc.musl-{cpu}.so.1"}))
        case "pc-windows":
            return Platform(row.library, PE[cpu], WINDOWS_DLLS)
        case "apple-darwin":
            return Platform(row.library, MACHO[cpu], MACOS_DYLIBS)
    raise ValueError(f"no rules for {row.platform}: the system {system} is unknown")


PLATFORMS = {row.platform: platform_of(row) for row in platforms.rows()}


@dataclass
class Library:
    """What was read of one library: the columns of its row and all that is wrong with it."""

    floor: str
    needs: list
    exports: set
    violations: list


# Java's side: the natives that the classes of a jar declare.


def class_natives(data):
    """The class's internal name and the (name, descriptor) of each of its native methods."""
    magic, _, _, pool_size = struct.unpack_from(">IHHH", data)
    if magic != 0xCAFEBABE:
        raise ValueError("not a class file")
    at, index, texts, classes = 10, 1, {}, {}
    widths = {3: 4, 4: 4, 5: 8, 6: 8, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
    while index < pool_size:
        tag = data[at]
        if tag == 1:
            (length,) = struct.unpack_from(">H", data, at + 1)
            texts[index] = data[at + 3 : at + 3 + length].decode("utf-8", "surrogatepass")
            at += 3 + length
        elif tag == 7:
            (classes[index],) = struct.unpack_from(">H", data, at + 1)
            at += 3
        else:
            at += 1 + widths[tag]
        index += 2 if tag in (5, 6) else 1
    _, this_class, _, interfaces = struct.unpack_from(">HHHH", data, at)
    at += 8 + 2 * interfaces
    natives = []
    for members in ("fields", "methods"):
        (count,) = struct.unpack_from(">H", data, at)
        at += 2
        for _ in range(count):
            flags, name, descriptor, attributes = struct.unpack_from(">HHHH", data, at)
            at += 8
            if members == "methods" and flags & 0x0100:
                natives.append((texts[name], texts[descriptor]))
            for _ in range(attributes):
                (length,) = struct.unpack_from(">I", data, at + 2)
                at += 6 + length
    return texts[classes[this_class]], natives


def jni_escape(name):
    """A part of a Java name as JNI's "Resolving Native Method Names" writes it in a symbol."""
    escapes = {"/": "_", "_": "_1", ";": "_2", "[": "_3"}
    units = name.encode("utf-16-be", "surrogatepass")
    out = []
    for (unit,) in struct.iter_unpack(">H", units):
        character = chr(unit)
        if character.isascii() and character.isalnum():
            out.append(character)
        else:
            out.append(escapes.get(character, f"_0{unit:04x}"))
    return "".join(out)


def jni_symbols(jar):
    """For each native method that the jar's classes declare: the short and the long symbol that implement it."""
    symbols = []
    for entry in jar.namelist():
        if entry.endswith(".class"):
            class_name, natives = class_natives(jar.read(entry))
            for method, descriptor in natives:
                short = f"Java_{jni_escape(class_name)}_{jni_escape(method)}"
                arguments = descriptor[1 : descriptor.index(")")]
                symbols.append((short, f"{short}__{jni_escape(arguments)}"))
    return symbols


# One function a file format.


def read_elf(data, platform):
    elf = lief.ELF.parse(list(data))
    if elf is None:
        return None
    wrong = []
    if elf.header.machine_type != platform.machine:
        wrong.append(f"is built for {elf.header.machine_type.name}, not {platform.machine.name}")
    if elf.header.file_type != lief.ELF.Header.FILE_TYPE.DYN:
        wrong.append("is not a shared library")

    versions = set()
    for requirement in elf.symbols_version_requirement:
        for auxiliary in requirement.get_auxiliary_symbols():
            versions.add(auxiliary.name)
    numbered = {tuple(map(int, v[6:].split("."))): v for v in versions if v.startswith("GLIBC_") and v[6:7].isdigit()}
    newest = max(numbered, default=None)
    if platform.is_glibc and newest and newest > GLIBC_LIMIT:
        wrong.append(f"needs {numbered[newest]}, above GLIBC_{GLIBC_LIMIT[0]}.{GLIBC_LIMIT[1]}")
    if not platform.is_glibc and versions:
        wrong.append(f"needs {names(versions)}, but is for musl")

    sections = {section.name for section in elf.sections}
    leftovers = {name for name in sections if name == ".symtab" or name.startswith((".debug", ".zdebug"))}
    if leftovers:
        wrong.append(f"is not stripped: has {names(leftovers)}")
    segments = {segment.type: segment for segment in elf.segments}
    kinds, flags = lief.ELF.Segment.TYPE, lief.ELF.Segment.FLAGS
    if kinds.GNU_STACK not in segments or segments[kinds.GNU_STACK].has(flags.X):
        wrong.append("asks for an executable stack")
    for segment in elf.segments:
        if segment.type == kinds.LOAD and segment.has(flags.W) and segment.has(flags.X):
            wrong.append("has a segment that is writable and executable")
    if kinds.GNU_RELRO not in segments:
        wrong.append("has no RELRO segment")
    entries = {entry.tag: entry for entry in elf.dynamic_entries}
    tags = lief.ELF.DynamicEntry.TAG
    bind_now = (
        tags.BIND_NOW in entries
        or (tags.FLAGS in entries and entries[tags.FLAGS].value & 0x8)
        or (tags.FLAGS_1 in entries and entries[tags.FLAGS_1].value & 0x1)
    )
    if not bind_now:
        wrong.append("is not linked with BIND_NOW")
    if tags.TEXTREL in entries:
        wrong.append("has relocations in its code (TEXTREL)")
    if tags.RPATH in entries or tags.RUNPATH in entries:
        wrong.append("has a run path")
    floor = f"glibc {'.'.join(map(str, newest or ()))}".rstrip() if platform.is_glibc else "musl"
    return Library(floor, list(elf.libraries), {symbol.name for symbol in elf.exported_symbols}, wrong)


def read_pe(data, platform):
    pe = lief.PE.parse(list(data))
    if pe is None:
        return None
    wrong = []
    if pe.header.machine != platform.machine:
        wrong.append(f"is built for {pe.header.machine.name}, not {platform.machine.name}")
    if not pe.header.has_characteristic(lief.PE.Header.CHARACTERISTICS.DLL):
        wrong.append("is not a DLL")
    wanted = lief.PE.OptionalHeader.DLL_CHARACTERISTICS
    for flag in (wanted.DYNAMIC_BASE, wanted.HIGH_ENTROPY_VA, wanted.NX_COMPAT):
        if not pe.optional_header.has(flag):
            wrong.append(f"lacks the flag {flag.name}")
    if lief.PE.Header.CHARACTERISTICS.RELOCS_STRIPPED in pe.header.characteristics_list:
        wrong.append("cannot be relocated: its relocations are stripped")
    if pe.header.numberof_symbols:
        wrong.append(f"is not stripped: has {pe.header.numberof_symbols} COFF symbols")
    leftovers = {section.name for section in pe.sections if section.name.startswith((".debug", "/"))}
    if leftovers:
        wrong.append(f"is not stripped: has {names(leftovers)}")
    if any(isinstance(entry, lief.PE.CodeViewPDB) for entry in pe.debug):
        wrong.append("is not stripped: names a PDB file")
    access = lief.PE.Section.CHARACTERISTICS
    for section in pe.sections:
        if section.has_characteristic(access.MEM_WRITE) and section.has_characteristic(access.MEM_EXECUTE):
            wrong.append(f"has the section {section.name}, writable and executable")
    entries = pe.get_export().entries if pe.has_exports else []
    exports = {entry.name or f"ordinal {entry.ordinal}" for entry in entries if entry.address}
    needs = [imported.name.lower() for imported in pe.imports] + [imported.name.lower() for imported in pe.delay_imports]
    version = pe.optional_header
    floor = f"Windows {version.major_subsystem_version}.{version.minor_subsystem_version}"
    return Library(floor, needs, exports, wrong)


def signature_fault(data, macho):
    """What is wrong with the code signature, or None. Layout: xnu's osfmk/kern/cs_blobs.h."""
    if not macho.has_code_signature:
        return "is not signed"
    start, size = macho.code_signature.data_offset, macho.code_signature.data_size
    blob = data[start : start + size]
    if len(blob) < 12:
        return "has a broken signature: it is cut off"
    magic, _, count = struct.unpack_from(">III", blob)
    if magic != 0xFADE0CC0:
        return "has a broken signature: no superblob"
    directories = 0
    for slot in range(count):
        kind, offset = struct.unpack_from(">II", blob, 12 + 8 * slot)
        if kind != 0 and not 0x1000 <= kind < 0x1005:
            continue
        directory = blob[offset:]
        magic, _, _, _, hashes, _, _, slots, limit = struct.unpack_from(">9I", directory)
        hash_size, hash_type, _, page_bits = struct.unpack_from(">4B", directory, 36)
        if magic != 0xFADE0C02:
            return "has a broken signature: no code directory"
        if limit != start:
            return f"has a broken signature: it covers {limit} of {start} bytes"
        algorithm = {1: "sha1", 2: "sha256", 3: "sha256", 4: "sha384"}.get(hash_type)
        if algorithm is None:
            return f"has a broken signature: unknown hash type {hash_type}"
        page = 1 << page_bits if page_bits else limit
        if slots != -(-limit // page):
            return f"has a broken signature: {slots} hashes for {limit} bytes"
        for index in range(slots):
            found = hashlib.new(algorithm, data[index * page : min((index + 1) * page, limit)]).digest()[:hash_size]
            if found != directory[hashes + index * hash_size : hashes + (index + 1) * hash_size]:
                return f"has a broken signature: page {index} differs from its hash"
        directories += 1
    return None if directories else "has a broken signature: no code directory"


def read_macho(data, platform):
    fat = lief.MachO.parse(list(data))
    if fat is None:
        return None
    wrong = []
    if fat.size != 1:
        wrong.append(f"holds {fat.size} architectures, not one")
    macho = fat.at(0)
    if macho.header.cpu_type != platform.machine:
        wrong.append(f"is built for {macho.header.cpu_type.name}, not {platform.machine.name}")
    if macho.header.file_type != lief.MachO.Header.FILE_TYPE.DYLIB:
        wrong.append("is not a dylib")
    build = macho.build_version
    floor = "no LC_BUILD_VERSION"
    if build is None or build.platform != lief.MachO.BuildVersion.PLATFORMS.MACOS:
        wrong.append("does not say in LC_BUILD_VERSION that it is for macOS")
    else:
        floor = f"macOS {build.minos[0]}.{build.minos[1]}"
        if tuple(build.minos[:2]) > MACOS_LIMIT:
            wrong.append(f"needs {floor}, above {MACOS_LIMIT[0]}.{MACOS_LIMIT[1]}")
    kinds = lief.MachO.LoadCommand.TYPE
    needs, install_name = [], None
    for command in macho.commands:
        if command.command == kinds.ID_DYLIB:
            install_name = command.name
        elif isinstance(command, lief.MachO.DylibCommand):
            needs.append(command.name)
        elif command.command == kinds.RPATH:
            wrong.append(f"has the run path {command.path}")
    if install_name != platform.library:
        wrong.append(f"has the install name {install_name}, not {platform.library}")
    if lief.MachO.Header.FLAGS.ALLOW_STACK_EXECUTION in macho.header.flags_list:
        wrong.append("asks for an executable stack")
    for segment in macho.segments:
        if segment.init_protection & 2 and segment.init_protection & 4:
            wrong.append(f"has the segment {segment.name}, writable and executable")
    # Of the symbol table only exports and imports may be left: a type whose N_EXT bit is not set is a local or a stab.
    local = {symbol.name for symbol in macho.symbols if symbol.raw_type & 0xE0 or not symbol.raw_type & 0x01}
    local = {name for name in local if not name.endswith(MACOS_LINKER_LOCALS)}
    if local:
        wrong.append(f"is not stripped: has {len(local)} local symbols")
    fault = signature_fault(data, macho)
    if fault:
        wrong.append(fault)
    exports = {symbol.name.removeprefix("_") for symbol in macho.exported_symbols}
    return Library(floor, needs, exports, wrong)


READERS = {"linux": read_elf, "windows": read_pe, "osx": read_macho}


def check_library(data, name, natives):
    """Reads one library and adds to its own violations those of its dependencies and exports."""
    platform = PLATFORMS[name]
    library = READERS[name.split("_")[0]](data, platform)
    if library is None:
        return Library("", [], set(), [f"{platform.library} cannot be read"])
    for needed in library.needs:
        if needed not in platform.allowed:
            library.violations.append(f"needs {needed}, which is not on the list")
    allowed = C_FUNCTIONS.union(JVM_FUNCTIONS, *natives)
    surplus = library.exports - allowed
    if surplus:
        library.violations.append(f"exports {names(surplus)}, which no Java class declares")
    missing = C_FUNCTIONS - library.exports
    missing |= {long for short, long in natives if short not in library.exports and long not in library.exports}
    if missing:
        library.violations.append(f"does not export {names(missing)}")
    return library


def expected_platforms(path, of_all):
    stem = path.name.removesuffix(".jar")
    if stem.endswith(("-sources", "-javadoc")):
        return set()
    for name in sorted(PLATFORMS, key=len, reverse=True):
        if stem.endswith(f"-{name}"):
            return {name}
    return set(of_all)


def check_jar(path, of_all=frozenset(PLATFORMS)):
    """Checks one jar: its rows for the table and its violations. The jar for all platforms has to hold those of_all."""
    rows, violations = [], []
    size = path.stat().st_size
    if size > JAR_LIMIT:
        violations.append(f"is {size} bytes, above {JAR_LIMIT}")
    expected = expected_platforms(path, of_all)
    with zipfile.ZipFile(path) as jar:
        natives = jni_symbols(jar)
        found = {}
        for entry in jar.namelist():
            parts = entry.split("/")
            if parts[0] == "natives" and parts[-1]:
                found.setdefault(parts[1], []).append(entry)
        lacking = [file for file in LEGAL if expected and file not in jar.namelist()]
        if lacking:
            violations.append(f"lacks {names(lacking)}")
        if expected - found.keys():
            violations.append(f"lacks {names(expected - found.keys())}")
        if found.keys() - expected:
            violations.append(f"has {names(found.keys() - expected)}, which does not belong there")
        for name in sorted(found.keys() & PLATFORMS.keys()):
            library_entry = f"natives/{name}/{PLATFORMS[name].library}"
            surplus = set(found[name]) - {library_entry, f"{library_entry}.sha256"}
            if surplus:
                violations.append(f"has {names(surplus)}, which does not belong there")
            if library_entry not in found[name]:
                violations.append(f"lacks {library_entry}")
                continue
            data = jar.read(library_entry)
            packed = jar.getinfo(library_entry).compress_size
            if packed > LIBRARY_LIMIT:
                violations.append(f"{name}: takes {packed} bytes in the jar, above {LIBRARY_LIMIT}")
            checksum = f"{library_entry}.sha256"
            if checksum not in found[name]:
                violations.append(f"lacks {checksum}")
            elif jar.read(checksum).split()[:1] != [hashlib.sha256(data).hexdigest().encode()]:
                violations.append(f"has {checksum}, which is not that of its library")
            library = check_library(data, name, natives)
            rows.append((name, f"{len(data)}", f"{packed}", library.floor, f"{len(library.exports)}", " ".join(library.needs)))
            violations += [f"{name}: {violation}" for violation in library.violations]
    return rows, violations


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    of_all = frozenset(PLATFORMS)
    if arguments[0].startswith("--platforms="):
        of_all = frozenset(row.platform for row in platforms.rows_of(arguments.pop(0).split("=")[1].split(",")))
    failed = False
    for argument in arguments:
        path = Path(argument)
        rows, violations = check_jar(path, of_all)
        print(f"{path.name}: {path.stat().st_size} bytes")
        table = [("platform", "bytes", "in the jar", "floor", "exports", "needs"), *rows] if rows else []
        widths = [max(len(row[column]) for row in table) for column in range(5)] if table else []
        for row in table:
            print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip())
        for violation in violations:
            print(f"  VIOLATION {violation}")
        failed |= bool(violations)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
