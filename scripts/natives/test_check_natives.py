"""Feeds the gate real libraries, one for each way in which a library can be unfit, and sees it refuse them."""

import hashlib
import shutil
import struct
import subprocess
import sys
import zipfile

import check_natives
import finish_macho
import finish_pe
import pytest

JAVA = """
package p;
public final class Sums_ {
  static int field;
  public static native int sum(int a, long[] b, String c);
  public static int notNative() { return 1; }
}
"""
FUNCTIONS = """
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
EXPORT int add(int a, int b) { return a + b; }
EXPORT int multiply(int a, int b) { return a * b; }
EXPORT char *greet(const char *name) { return strcpy(malloc(strlen(name) + 1), name); }
EXPORT void free_string(char *text) { free(text); }
EXPORT int Java_p_Sums_1_sum__I_3JLjava_lang_String_2(void) { return 3; }
"""
TARGETS = {
    "linux_64": "x86_64-linux-gnu.2.17",
    "linux_arm64": "aarch64-linux-gnu.2.17",
    "linux_musl_64": "x86_64-linux-musl",
    "linux_musl_arm64": "aarch64-linux-musl",
    "windows_64": "x86_64-windows-gnu",
    "windows_arm64": "aarch64-windows-gnu",
    "osx_64": "x86_64-macos.11.0",
    "osx_arm64": "aarch64-macos.11.0",
}
LINUX = [name for name in TARGETS if name.startswith("linux")]
GLIBC = ["linux_64", "linux_arm64"]
WINDOWS = ["windows_64", "windows_arm64"]
MACOS = ["osx_64", "osx_arm64"]


class Workshop:
    """Builds libraries and puts them into jars."""

    def __init__(self, folder):
        self.folder = folder
        self.built = {}
        source = folder / "java" / "Sums_.java"
        source.parent.mkdir()
        source.write_text(JAVA)
        subprocess.run(["javac", "-d", folder / "classes", source], check=True)
        self.content = {"p/Sums_.class": (folder / "classes/p/Sums_.class").read_bytes()}
        self.content |= dict.fromkeys(check_natives.LEGAL, b"...")

    def library(self, platform, *options, source=FUNCTIONS, target=None, strip=True, hide=True, sign=True, libraries=()):
        """The contents of a library: a good one where nothing but the platform is given."""
        key = (platform, options, source, target, strip, hide, sign, libraries)
        if key not in self.built:
            target = target or TARGETS[platform]
            file = self.folder / check_natives.PLATFORMS[platform].library
            code = self.folder / "code.c"
            code.write_text(source)
            command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-shared", "-O1", "-fno-sanitize=all"]
            command += ["-fvisibility=hidden", "-o", file, code, *options]
            command += ["-s"] if strip else ["-g"]
            if "linux" in target:
                opposites = {"relro": "-Wl,-z,norelro", "now": "-Wl,-z,lazy"}
                command += [f"-Wl,-z,{wanted}" for wanted, opposite in opposites.items() if opposite not in options]
            if "macos" in target:
                command += ["-Wl,-headerpad,0x100"]
                if not any("install_name" in option for option in options):
                    command += [f"-Wl,-install_name,{file.name}"]
            subprocess.run([*command, *libraries], check=True, cwd=self.folder)
            data = file.read_bytes()
            if "macos" in target and hide:
                data = finish_macho.hide(data)
            if "macos" in target and sign:
                data = finish_macho.sign(data, file.stem)
            self.built[key] = data
        return self.built[key]

    def jar(self, libraries, name="rust-ffi-1.2.3.jar", extra=(), without=None):
        """A jar of the class above, the legal texts and the libraries, given as a map from platform to contents."""
        path = self.folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as jar:
            for entry, data in {**self.content, **dict(extra)}.items():
                if entry != without:
                    jar.writestr(entry, data)
            for platform, data in libraries.items():
                entry = f"natives/{platform}/{check_natives.PLATFORMS[platform].library}"
                jar.writestr(entry, data)
                jar.writestr(f"{entry}.sha256", f"{hashlib.sha256(data).hexdigest()} of the library\n")
        return path

    def violations(self, platform, data):
        """What the gate says of a jar for one platform with these contents as its library."""
        return check_natives.check_jar(self.jar({platform: data}, f"rust-ffi-1.2.3-{platform}.jar"))[1]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory):
    assert shutil.which("javac"), "javac is needed"
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="session")
def good(workshop):
    return {platform: workshop.library(platform) for platform in TARGETS}


def altered(data, offset, replacement):
    return data[:offset] + replacement + data[offset + len(replacement) :]


# What has to pass.


def test_accepts_a_jar_of_eight_good_libraries(workshop, good, capsys):
    assert check_natives.main([str(workshop.jar(good))]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {platform} " in shown for platform in TARGETS)
    assert "VIOLATION" not in shown


@pytest.mark.parametrize("platform", TARGETS)
def test_accepts_a_jar_for_one_platform(workshop, good, platform):
    assert workshop.violations(platform, good[platform]) == []


@pytest.mark.parametrize("kind", ["sources", "javadoc"])
def test_accepts_a_jar_without_libraries_only_where_none_belong(workshop, good, kind):
    name = f"rust-ffi-1.2.3-{kind}.jar"
    assert check_natives.check_jar(workshop.jar({}, name)) == ([], [])
    refused = check_natives.check_jar(workshop.jar({"osx_64": good["osx_64"]}, name))[1]
    assert refused == ["has osx_64, which does not belong there"]


def test_prints_every_violation_and_fails(workshop, good, capsys):
    assert check_natives.main([str(workshop.jar({**good, "linux_64": b"?", "osx_64": b"?"}))]) == 1
    shown = capsys.readouterr().out
    assert "VIOLATION linux_64: librust_ffi.so cannot be read" in shown
    assert "VIOLATION osx_64: librust_ffi.dylib cannot be read" in shown


# Platforms.


def test_refuses_a_missing_platform(workshop, good):
    libraries = {name: data for name, data in good.items() if name != "linux_musl_arm64"}
    assert check_natives.check_jar(workshop.jar(libraries))[1] == ["lacks linux_musl_arm64"]


def test_refuses_an_extra_platform(workshop, good):
    jar = workshop.jar(good, extra={"natives/linux_32/librust_ffi.so": good["linux_64"]}.items())
    assert check_natives.check_jar(jar)[1] == ["has linux_32, which does not belong there"]


def test_refuses_a_second_platform_in_a_jar_for_one(workshop, good):
    libraries = {name: good[name] for name in ("osx_64", "osx_arm64")}
    jar = workshop.jar(libraries, "rust-ffi-1.2.3-osx_arm64.jar")
    assert check_natives.check_jar(jar)[1] == ["has osx_64, which does not belong there"]


@pytest.mark.parametrize("file", check_natives.LEGAL)
def test_refuses_libraries_without_the_legal_texts(workshop, good, file):
    assert check_natives.check_jar(workshop.jar(good, without=file))[1] == [f"lacks {file}"]


def test_refuses_an_extra_file_beside_a_library(workshop, good):
    jar = workshop.jar(good, extra={"natives/osx_64/old.dylib": b"?"}.items())
    assert check_natives.check_jar(jar)[1] == ["has natives/osx_64/old.dylib, which does not belong there"]


def test_refuses_a_platform_with_another_file_than_its_library(workshop):
    jar = workshop.jar({}, "rust-ffi-1.2.3-osx_64.jar", {"natives/osx_64/rust_ffi.dylib": b"?"}.items())
    assert "lacks natives/osx_64/librust_ffi.dylib" in check_natives.check_jar(jar)[1]


def test_refuses_a_library_without_a_checksum(workshop, good):
    entry = "natives/osx_64/librust_ffi.dylib"
    jar = workshop.jar({}, "rust-ffi-1.2.3-osx_64.jar", {entry: good["osx_64"]}.items())
    assert check_natives.check_jar(jar)[1] == [f"lacks {entry}.sha256"]


def test_refuses_a_wrong_checksum(workshop, good):
    entry = "natives/osx_64/librust_ffi.dylib"
    extra = {entry: good["osx_64"], f"{entry}.sha256": hashlib.sha256(b"?").hexdigest()}
    jar = workshop.jar({}, "rust-ffi-1.2.3-osx_64.jar", extra.items())
    assert check_natives.check_jar(jar)[1] == [f"has {entry}.sha256, which is not that of its library"]


@pytest.mark.parametrize(
    ("platform", "other"),
    [*zip(TARGETS, [*list(TARGETS)[1::2], *list(TARGETS)[::2]], strict=True)],
)
def test_refuses_a_wrong_architecture_or_system(workshop, good, platform, other):
    found = workshop.violations(platform, good[other])
    assert any("is built for" in one or "cannot be read" in one or "not on the list" in one for one in found)


@pytest.mark.parametrize("family", [["linux_64", "linux_arm64"], ["linux_musl_64", "linux_musl_arm64"], WINDOWS, MACOS])
def test_refuses_each_architecture_in_the_place_of_the_other(workshop, good, family):
    for platform, other in (family, family[::-1]):
        assert any("is built for" in one for one in workshop.violations(platform, good[other]))


@pytest.mark.parametrize("platform", ["linux_64", "windows_64", "osx_64"])
def test_refuses_a_library_that_is_cut_off(workshop, good, platform):
    assert workshop.violations(platform, good[platform][:100]) != []


@pytest.mark.parametrize("platform", GLIBC)
def test_refuses_an_elf_file_that_is_no_library(workshop, good, platform):
    program = altered(good[platform], 16, struct.pack("<H", 2))
    assert f"{platform}: is not a shared library" in workshop.violations(platform, program)


# Dependencies.


@pytest.mark.parametrize("platform", LINUX)
@pytest.mark.parametrize("needed", ["libgcc_s.so.1", "libstdc++.so.6"])
def test_refuses_a_runtime_library_on_linux(workshop, platform, needed):
    stub = workshop.folder / f"stub-{platform}" / needed
    stub.parent.mkdir(exist_ok=True)
    stub.write_bytes(workshop.library(platform, f"-Wl,-soname,{needed}", source="int stub(void) { return 1; }"))
    found = workshop.violations(platform, workshop.library(platform, "-Wl,--no-as-needed", libraries=(str(stub),)))
    assert found == [f"{platform}: needs {needed}, which is not on the list"]


@pytest.mark.parametrize("platform", WINDOWS)
@pytest.mark.parametrize("needed", ["vcruntime140.dll", "msvcp140.dll", "libgcc_s_seh-1.dll"])
def test_refuses_a_runtime_library_on_windows(workshop, good, platform, needed):
    # The name of an import is a plain string, which gives way to a shorter one.
    room = b"api-ms-win-crt-runtime-l1-1-0.dll"
    assert room in good[platform]
    data = good[platform].replace(room, needed.encode().ljust(len(room), b"\0"))
    assert workshop.violations(platform, data) == [f"{platform}: needs {needed}, which is not on the list"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_a_dylib_of_another_package(workshop, platform):
    stub = workshop.folder / f"stub-{platform}" / "libother.dylib"
    stub.parent.mkdir(exist_ok=True)
    install_name = "-Wl,-install_name,/opt/other/libother.dylib"
    source = '__attribute__((visibility("default"))) int other(void) { return 1; }'
    stub.write_bytes(workshop.library(platform, install_name, source=source, hide=False))
    source = FUNCTIONS.replace("return a + b;", "extern int other(void); return a + b + other();")
    found = workshop.violations(platform, workshop.library(platform, source=source, libraries=(str(stub),)))
    assert found == [f"{platform}: needs /opt/other/libother.dylib, which is not on the list"]


@pytest.mark.parametrize("platform", GLIBC)
def test_refuses_a_newer_glibc(workshop, platform):
    source = FUNCTIONS.replace("return a + b;", "extern int getentropy(void *, unsigned long); return getentropy(0, a);")
    newer = workshop.library(platform, source=source, target=TARGETS[platform].replace("2.17", "2.28"))
    assert workshop.violations(platform, newer) == [f"{platform}: needs GLIBC_2.25, above GLIBC_2.17"]


@pytest.mark.parametrize(("platform", "other"), [("linux_musl_64", "linux_64"), ("linux_musl_arm64", "linux_arm64")])
def test_refuses_glibc_where_musl_belongs(workshop, good, platform, other):
    found = workshop.violations(platform, good[other])
    assert any("but is for musl" in one for one in found)


# Stripping.


@pytest.mark.parametrize("platform", TARGETS)
def test_refuses_an_unstripped_library(workshop, platform):
    local = "__attribute__((noinline)) static int local(int a) { return a * a; }\n"
    source = local + FUNCTIONS.replace("return a + b;", "return local(a) + local(b);")
    found = workshop.violations(platform, workshop.library(platform, source=source, strip=False))
    assert any("is not stripped" in one for one in found)


# Hardening.


@pytest.mark.parametrize("platform", LINUX)
def test_refuses_a_library_without_relro(workshop, platform):
    found = workshop.violations(platform, workshop.library(platform, "-Wl,-z,norelro"))
    assert found == [f"{platform}: has no RELRO segment"]


@pytest.mark.parametrize("platform", LINUX)
def test_refuses_lazy_binding(workshop, platform):
    found = workshop.violations(platform, workshop.library(platform, "-Wl,-z,lazy"))
    assert found == [f"{platform}: is not linked with BIND_NOW"]


@pytest.mark.parametrize("platform", LINUX)
def test_refuses_a_run_path(workshop, platform):
    found = workshop.violations(platform, workshop.library(platform, "-Wl,-rpath,/opt/lib"))
    assert found == [f"{platform}: has a run path"]


def program_headers(data):
    """The offset and type of each program header of a 64-bit ELF file."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    return [(start + size * index, struct.unpack_from("<I", data, start + size * index)[0]) for index in range(count)]


@pytest.mark.parametrize("platform", LINUX)
def test_refuses_an_executable_stack(workshop, good, platform):
    data = good[platform]
    stack = next(offset for offset, kind in program_headers(data) if kind == 0x6474E551)
    found = workshop.violations(platform, altered(data, stack + 4, struct.pack("<I", 7)))
    assert found == [f"{platform}: asks for an executable stack"]
    found = workshop.violations(platform, altered(data, stack, bytes(4)))
    assert found == [f"{platform}: asks for an executable stack"]


@pytest.mark.parametrize("platform", LINUX)
def test_refuses_writable_code_on_linux(workshop, good, platform):
    data = good[platform]
    load = next(offset for offset, kind in program_headers(data) if kind == 1)
    found = workshop.violations(platform, altered(data, load + 4, struct.pack("<I", 7)))
    assert found == [f"{platform}: has a segment that is writable and executable"]


def pe_header(data):
    return struct.unpack_from("<I", data, 0x3C)[0]


@pytest.mark.parametrize("platform", WINDOWS)
@pytest.mark.parametrize(("flag", "bit"), [("DYNAMIC_BASE", 0x40), ("HIGH_ENTROPY_VA", 0x20), ("NX_COMPAT", 0x100)])
def test_refuses_a_dll_without_aslr_or_nx(workshop, good, platform, flag, bit):
    data = good[platform]
    at = pe_header(data) + 24 + 70
    (flags,) = struct.unpack_from("<H", data, at)
    found = workshop.violations(platform, altered(data, at, struct.pack("<H", flags & ~bit)))
    assert found == [f"{platform}: lacks the flag {flag}"]


@pytest.mark.parametrize("platform", WINDOWS)
def test_refuses_a_dll_that_cannot_be_moved(workshop, good, platform):
    data = good[platform]
    at = pe_header(data) + 22
    (flags,) = struct.unpack_from("<H", data, at)
    found = workshop.violations(platform, altered(data, at, struct.pack("<H", flags | 0x1)))
    assert found == [f"{platform}: cannot be relocated: its relocations are stripped"]


@pytest.mark.parametrize("platform", WINDOWS)
def test_refuses_a_program_in_the_place_of_a_dll(workshop, good, platform):
    data = good[platform]
    at = pe_header(data) + 22
    (flags,) = struct.unpack_from("<H", data, at)
    found = workshop.violations(platform, altered(data, at, struct.pack("<H", flags & ~0x2000)))
    assert f"{platform}: is not a DLL" in found


@pytest.mark.parametrize("platform", WINDOWS)
def test_refuses_writable_code_on_windows(workshop, good, platform):
    data = good[platform]
    header = pe_header(data)
    (optional_size,) = struct.unpack_from("<H", data, header + 20)
    at = header + 24 + optional_size + 36
    (access,) = struct.unpack_from("<I", data, at)
    found = workshop.violations(platform, altered(data, at, struct.pack("<I", access | 0x80000000)))
    assert found == [f"{platform}: has the section .text, writable and executable"]


# macOS.


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_an_unsigned_dylib(workshop, platform):
    unsigned = workshop.library("osx_64", sign=False)
    if platform == "osx_64":
        assert workshop.violations(platform, unsigned) == ["osx_64: is not signed"]
    else:
        assert "osx_arm64: is not signed" in workshop.violations(platform, unsigned)


@pytest.mark.parametrize("platform", MACOS)
@pytest.mark.parametrize("offset", [0x500, 5000])
def test_refuses_a_dylib_changed_after_signing(workshop, good, platform, offset):
    data = good[platform]
    found = workshop.violations(platform, altered(data, offset, bytes([data[offset] ^ 1])))
    assert found == [f"{platform}: has a broken signature: page {offset // 4096} differs from its hash"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_a_signature_that_is_cut_off(workshop, good, platform):
    data = good[platform]
    command = next(at for at, kind, _ in finish_macho.load_commands(data) if kind == finish_macho.LC_CODE_SIGNATURE)
    (start,) = struct.unpack_from("<I", data, command + 8)
    found = workshop.violations(platform, altered(data, start, bytes(4)))
    assert found == [f"{platform}: has a broken signature: no superblob"]


@pytest.mark.parametrize("platform", MACOS)
def test_signing_twice_gives_the_same_bytes(good, platform):
    assert finish_macho.sign(good[platform], "librust_ffi") == good[platform]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_a_newer_macos(workshop, platform):
    newer = workshop.library(platform, target=TARGETS[platform].replace("11.0", "14.2"))
    assert workshop.violations(platform, newer) == [f"{platform}: needs macOS 14.2, above 11.0"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_an_install_name_with_rpath(workshop, platform):
    name = "@rpath/librust_ffi.dylib"
    found = workshop.violations(platform, workshop.library(platform, f"-Wl,-install_name,{name}"))
    assert found == [f"{platform}: has the install name {name}, not librust_ffi.dylib"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_an_rpath(workshop, platform):
    found = workshop.violations(platform, workshop.library(platform, "-Wl,-rpath,/opt/lib"))
    assert found == [f"{platform}: has the run path /opt/lib"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_an_executable_stack_on_macos(workshop, good, platform):
    (flags,) = struct.unpack_from("<I", good[platform], 24)
    data = finish_macho.sign(altered(good[platform], 24, struct.pack("<I", flags | 0x20000)), "librust_ffi")
    assert workshop.violations(platform, data) == [f"{platform}: asks for an executable stack"]


# Exports.


@pytest.mark.parametrize("platform", TARGETS)
def test_refuses_an_export_that_java_does_not_declare(workshop, platform):
    source = FUNCTIONS + "EXPORT int Java_p_Sums_1_other(void) { return 4; }"
    found = workshop.violations(platform, workshop.library(platform, source=source))
    assert found == [f"{platform}: exports Java_p_Sums_1_other, which no Java class declares"]


@pytest.mark.parametrize("platform", MACOS)
def test_refuses_the_exports_that_zig_adds(workshop, platform):
    found = workshop.violations(platform, workshop.library(platform, hide=False))
    assert found == [f"{platform}: exports __dso_handle, _mh_dylib_header, which no Java class declares"]


@pytest.mark.parametrize("platform", WINDOWS)
def test_refuses_the_exports_that_zig_adds_on_windows(workshop, platform):
    # Where no export is declared the linker exports all.
    source = FUNCTIONS.replace("__declspec(dllexport)", "") + "int internal(void) { return 1; }"
    data = workshop.library(platform, "-fvisibility=default", source=source)
    (found,) = workshop.violations(platform, data)
    assert "exports " in found and "internal" in found
    assert workshop.violations(platform, finish_pe.hide(data)) == []


@pytest.mark.parametrize("platform", TARGETS)
def test_refuses_a_library_that_lacks_a_declared_function(workshop, platform):
    source = FUNCTIONS.replace("Java_p_Sums_1_sum__I_3JLjava_lang_String_2", "multiply2").replace(
        "EXPORT int multiply2", "int multiply2"
    )
    found = workshop.violations(platform, workshop.library(platform, source=source))
    assert found == [f"{platform}: does not export Java_p_Sums_1_sum__I_3JLjava_lang_String_2"]


@pytest.mark.parametrize("platform", TARGETS)
def test_refuses_a_library_that_lacks_a_c_function(workshop, platform):
    source = FUNCTIONS.replace("EXPORT void free_string", "void free_string")
    found = workshop.violations(platform, workshop.library(platform, source=source))
    assert found == [f"{platform}: does not export free_string"]


def test_accepts_the_short_name_of_a_native(workshop):
    source = FUNCTIONS.replace("__I_3JLjava_lang_String_2", "")
    assert workshop.violations("linux_64", workshop.library("linux_64", source=source)) == []


def test_escapes_names_as_jni_says():
    assert check_natives.jni_escape("p/Sums_") == "p_Sums_1"
    assert check_natives.jni_escape("I[JLjava/lang/String;") == "I_3JLjava_lang_String_2"
    assert check_natives.jni_escape("größe$") == "gr_000f6_000dfe_00024"


# Size.


def test_refuses_a_library_above_its_size(workshop, good, monkeypatch):
    jar = workshop.jar({"linux_64": good["linux_64"]}, "rust-ffi-1.2.3-linux_64.jar")
    with zipfile.ZipFile(jar) as opened:
        size = opened.getinfo("natives/linux_64/librust_ffi.so").compress_size
    monkeypatch.setattr(check_natives, "LIBRARY_LIMIT", size)
    assert check_natives.check_jar(jar)[1] == []
    monkeypatch.setattr(check_natives, "LIBRARY_LIMIT", size - 1)
    assert check_natives.check_jar(jar)[1] == [f"linux_64: takes {size} bytes in the jar, above {size - 1}"]


def test_refuses_a_jar_above_its_size(workshop, good, monkeypatch):
    jar = workshop.jar(good)
    size = jar.stat().st_size
    monkeypatch.setattr(check_natives, "JAR_LIMIT", size)
    assert check_natives.check_jar(jar)[1] == []
    monkeypatch.setattr(check_natives, "JAR_LIMIT", size - 1)
    assert check_natives.check_jar(jar)[1] == [f"is {size} bytes, above {size - 1}"]


def test_the_size_limit_is_ten_megabytes():
    assert check_natives.JAR_LIMIT == 10_000_000
