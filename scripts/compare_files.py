"""Writes files with NumPy in every form that is read, and compares what Java makes of them: see scripts/compare-files.

Beside the files lies expected.txt, with a line for each array: the file, the name in it or -, the shape, and the values
that numpy.load gives, as Java's Double.parseDouble reads them.
"""

import subprocess
import sys
from pathlib import Path

import numpy

KINDS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]


def values(kind):
    """Returns six values of a type, the ends of its range among them as far as doubles have them."""
    if kind == "bool":
        return [True, False, False, True, True, False]
    if kind.startswith("float"):
        info = numpy.finfo(kind)
        return [1.5, -0.0, float(info.max), float(info.smallest_subnormal), -numpy.inf, numpy.nan]
    info = numpy.iinfo(kind)
    highest = min(info.max, 2**63 if info.min == 0 else 2**62)
    return [0, 1, info.min, highest, min(info.max, 2**53), 42]


def python2(array):
    """Returns a file as NumPy wrote it under Python 2 on Windows: with u before texts and L after numbers."""
    shape = "(" + ", ".join(f"{n}L" for n in array.shape) + ")"
    return with_header(f"{{u'descr': u'{array.dtype.str}', u'fortran_order': False, u'shape': {shape}, }}", array)


def named(name, array):
    """Returns a file whose type is given by a name, as other writers do it."""
    return with_header(f"{{'descr': '{name}', 'fortran_order': False, 'shape': {array.shape}, }}", array)


def with_header(text, array):
    text = f"{text:<117}\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + array.tobytes()


def write_files(folder):
    for kind in KINDS:
        array = numpy.array(values(kind), kind)
        numpy.save(folder / f"vector-{kind}.npy", array)
        array = array.reshape(2, 3)
        numpy.save(folder / f"matrix-{kind}.npy", array)
        numpy.save(folder / f"matrix-{kind}-fortran.npy", numpy.asfortranarray(array))
        if array.itemsize > 1:
            swapped = array.astype(array.dtype.newbyteorder(">"))
            numpy.save(folder / f"matrix-{kind}-big-endian.npy", swapped)
            numpy.save(folder / f"matrix-{kind}-big-endian-fortran.npy", numpy.asfortranarray(swapped))
    array = numpy.arange(6.0).reshape(3, 2)
    for major in [2, 3]:
        with open(folder / f"version-{major}.npy", "wb") as file:
            numpy.lib.format.write_array(file, array, version=(major, 0))
    (folder / "python2.npy").write_bytes(python2(array))
    for name in ["float64", "d", "double", "=f8"]:
        (folder / f"named-{name}.npy").write_bytes(named(name, array))
    numpy.save(folder / "empty.npy", numpy.zeros((0, 3)))
    numpy.save(folder / "empty-vector.npy", numpy.zeros(0, "float32"))
    arrays = {"weights": numpy.asfortranarray(array), "labels": numpy.array([3, -1, 2**53]), "größe 数": numpy.float32([0.1])}
    numpy.savez(folder / "stored.npz", **arrays)
    numpy.savez_compressed(folder / "compressed.npz", **arrays)


def arrays(folder):
    """Yields the file, the name in it or -, and the array."""
    for path in sorted(folder.glob("*.np[yz]")):
        loaded = numpy.load(path)
        if path.suffix == ".npy":
            yield path.name, "-", loaded
        else:
            yield from ((path.name, name, loaded[name]) for name in loaded.files)


def number(value):
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), value.hex())


def expected(folder):
    for file, name, array in arrays(folder):
        numbers = [number(float(value)) for value in array.ravel()]
        yield "\t".join([file, name, "x".join(map(str, array.shape)), " ".join(numbers)])


def compare(folder):
    """Compares what Java has written, by the number of the line of expected.txt, and returns how many files there are."""
    count = 0
    for line, (file, name, array) in enumerate(list(arrays(folder))):
        written = folder / "java" / str(line)
        doubles = array.astype("float64")
        found = {"npy": numpy.load(written / "a.npy")}
        for archive in ["stored", "compressed"]:
            with numpy.load(written / f"{archive}.npz") as npz:
                assert npz.zip.testzip() is None
                found |= {f"{archive}, {key}": npz[key] for key in npz.files}
        if array.ndim == 2 and array.size:
            found["csv"] = numpy.loadtxt(written / "a.csv", delimiter=",", ndmin=2)
        found["float npy"] = numpy.load(written / "floats.npy")
        for what, other in found.items():
            same = doubles.astype(other.dtype)
            assert other.shape == same.shape, (file, name, what, other.shape)
            assert numpy.array_equal(other, same, equal_nan=same.dtype.kind == "f"), (file, name, what, other)
            assert (numpy.signbit(other) == numpy.signbit(same)).all() or same.dtype.kind != "f", (file, name, what)
            count += 1
    return count


def main(folder, classpath=None):
    write_files(folder)
    (folder / "expected.txt").write_text("".join(f"{line}\n" for line in expected(folder)), encoding="utf-8")
    if classpath:
        subprocess.run(["java", "--class-path", classpath, "scripts/CompareFiles.java", str(folder)], check=True)
        print(f"{compare(folder)} arrays that Java has written are those that NumPy wrote")


main(Path(sys.argv[1]), *sys.argv[2:])
