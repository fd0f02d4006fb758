"""Measures how long G1 stops a JVM that allocates steadily, while another thread does nothing, while other threads compute
in Java, and while another thread factorizes 2000 x 2000 matrices with rust-ffi. A pause counts from the request to stop
until all threads run again, and with it what threads waited before it for a JNI critical section to end."""

import argparse
import math
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import results

BUILD = Path(__file__).resolve().parent / "target"
PEERS = ["idle", "java", "rust-ffi"]
# What happens while a JVM starts and compiles is not what is measured.
WARM_UP_SECONDS = 3


def pauses(log):
    """Returns the milliseconds of each pause that a log tells of."""
    found = []
    stalled_since = None
    stalled = 0
    for line in log.splitlines():
        time = int(re.match(r"\[(\d+)ns]", line)[1])
        if "Setting _needs_gc" in line:
            stalled_since = time
        elif "after exiting critical section" in line and stalled_since is not None:
            stalled += time - stalled_since
            stalled_since = None
        elif stalled_since is not None:
            # A collection that gave up: what it took is part of the wait.
            continue
        elif stop := re.search(r'Safepoint "G1.* Total: (\d+) ns', line):
            if time > WARM_UP_SECONDS * 1e9:
                found.append((int(stop[1]) + stalled) / 1e6)
            stalled = 0
    return found


def run(java, peer, seconds):
    """Returns the milliseconds of each pause of one JVM."""
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "log")
        subprocess.run(
            [
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseG1GC",
                "-Xms1g",
                "-Xmx1g",
                "-Xmn64m",
                # Without it the JVM stands still for 12 to 17 ms when a result of 32 MB is the first to lie in its pages:
                # it clears them with its thread in one go. That happens once in a part of the heap, as a JVM starts.
                "-XX:+AlwaysPreTouch",
                f"-Xlog:safepoint,gc+jni=debug:file={log}:uptimenanos:filecount=0",
                "-cp",
                f"{BUILD}/classes:{BUILD}/lib/*",
                "io.github.rustffi.benchmarks.Pauses",
                peer,
                str(WARM_UP_SECONDS + seconds),
            ],
            check=True,
        )
        return pauses(log.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jvm", default=shutil.which("java"), help="the java to measure with")
    parser.add_argument("--output", help="a file for the results, in JMH's JSON")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="how long each JVM runs in a round")
    arguments = parser.parse_args()

    found = {peer: [] for peer in PEERS}
    for _ in range(arguments.rounds):
        for peer in PEERS:
            found[peer] += run(arguments.jvm, peer, arguments.seconds)
    scores = []
    for peer, milliseconds in found.items():
        milliseconds.sort()
        p99 = milliseconds[math.ceil(0.99 * len(milliseconds)) - 1]
        median = statistics.median(milliseconds)
        print(
            f"{peer:8} p99 {p99:7.2f} ms, median {median:6.2f} ms, longest {milliseconds[-1]:7.2f} ms"
            f" of {len(milliseconds)} pauses"
        )
        others = {
            "count": (len(milliseconds), "pauses"),
            "median": (median, "ms"),
            "longest": (milliseconds[-1], "ms"),
        }
        scores.append(({"peer": peer}, p99, "ms", others))
    if arguments.output:
        results.write(arguments.output, "Pauses", results.jdk_version(arguments.jvm), scores)


main()
