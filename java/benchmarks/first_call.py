"""Measures what the first call of a library costs in a fresh JVM, over a JVM that only prints a line: milliseconds and
resident bytes, each the median of some rounds, and the bytes of the jars that it takes. Linux; the benchmarks are built."""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import results

BUILD = Path(__file__).resolve().parent / "target"

# A library's name here, what FirstCall calls it, its jars, and whether it starts with an empty cache. It leaves a full one.
OURS = ["rust-ffi", "native-lib-loader", "slf4j-api"]
OPENBLAS = ["openblas", "javacpp"]
LIBRARIES = [
    ("rust-ffi, cold cache", "rust-ffi", OURS, True),
    ("rust-ffi, warm cache", "rust-ffi", OURS, False),
    ("rust-ffi, first product", "rust-ffi-matrix", OURS, False),
    ("zstd-jni", "zstd-jni", ["zstd-jni"], False),
    ("snappy-java", "snappy-java", ["snappy-java"], False),
    ("jna", "jna", ["jna"], False),
    ("bytedeco-openblas, cold cache", "openblas", OPENBLAS, True),
    ("bytedeco-openblas, warm cache", "openblas", OPENBLAS, False),
    ("jblas", "jblas", ["jblas"], False),
]


def jars(names):
    """Returns the files of some jars, natives included, among the dependencies of the benchmarks."""
    found = []
    for name in names:
        of_name = sorted(BUILD.glob(f"lib/{name}-[0-9]*.jar"))
        if not of_name:
            sys.exit(f"no {name} in {BUILD}/lib: build the benchmarks first")
        found += of_name
    return found


def start(java, call, libraries, cache):
    """Returns the seconds until a JVM has made its first call, and its resident bytes after it."""
    path = [str(BUILD / "classes"), *map(str, libraries)]
    command = [
        java,
        "--enable-native-access=ALL-UNNAMED",
        f"-Dorg.bytedeco.javacpp.cachedir={cache}/javacpp",
        "-cp",
        os.pathsep.join(path),
        "io.github.rustffi.benchmarks.FirstCall",
        call,
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    begin = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as jvm:
        line = jvm.stdout.readline()
        seconds = time.perf_counter() - begin
        if line != b"done\n":
            sys.exit(f"{call} failed: {line.decode()}{jvm.communicate()[1].decode()}")
        status = Path(f"/proc/{jvm.pid}/status").read_text()
        jvm.communicate()
    return seconds, int(re.search(r"VmRSS:\s*(\d+) kB", status)[1]) * 1024


def measure(java, rounds):
    """Returns the milliseconds and the resident bytes of a JVM that prints a line, and what each library adds."""
    runs = {"nothing": []} | {name: [] for name, *_ in LIBRARIES}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(rounds):
            runs["nothing"].append(start(java, "nothing", [], cache))
            for name, call, needed, cold in LIBRARIES:
                if cold:
                    shutil.rmtree(cache)
                    os.mkdir(cache)
                runs[name].append(start(java, call, jars(needed), cache))
    medians = {name: [statistics.median(values) for values in zip(*pairs)] for name, pairs in runs.items()}
    empty = medians.pop("nothing")
    return empty, {name: [value - base for value, base in zip(pair, empty)] for name, pair in medians.items()}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-load", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=25)
    parser.add_argument("--jvm", default=shutil.which("java"), help="the java to measure with")
    parser.add_argument("--output", help="a file for the results, in JMH's JSON")
    arguments = parser.parse_args()

    (empty_seconds, empty_bytes), added = measure(arguments.jvm, arguments.rounds)
    print(
        f"a JVM that prints a line: {empty_seconds * 1e3:.1f} ms, {empty_bytes / 1e6:.1f} MB resident;"
        f" the first call adds, in the median of {arguments.rounds} rounds,"
    )
    scores = []
    for name, _, needed, _ in LIBRARIES:
        seconds, resident = added[name]
        size = sum(jar.stat().st_size for jar in jars(needed))
        print(f"  {name:30} {seconds * 1e3:7.1f} ms {resident / 1e6:7.1f} MB resident, {size / 1e6:6.2f} MB of jars")
        scores += [
            ({"peer": name, "measure": "milliseconds"}, seconds * 1e3, "ms", {}),
            ({"peer": name, "measure": "jar bytes"}, size, "bytes", {}),
            ({"peer": name, "measure": "resident bytes"}, resident, "bytes", {}),
        ]
    if arguments.output:
        results.write(arguments.output, "FirstCall", results.jdk_version(arguments.jvm), scores)


main()
