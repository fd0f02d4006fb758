"""Measures exact search over the number of vectors, with codes and without, and that of faiss in the same minutes and with as
many threads, and compares what they find. The benchmarks are built."""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

import faiss
import numpy

import results

SIZES, DIMENSION, QUERIES, K = [10_000, 30_000, 100_000, 300_000, 1_000_000], 384, 64, 10
FOLDER = Path(__file__).resolve().parent / "target" / "sizes"


def vectors(count, seed):
    return numpy.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=numpy.float32)


def by_faiss(index, queries, seconds):
    """Returns the median seconds of a search for one query."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or not times:
        for query in queries:
            begin = time.perf_counter()
            index.search(query[None, :], K)
            times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jvm", required=True, help="the java to measure with")
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--output", required=True, help="a file for the results, in JMH's JSON")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()

    FOLDER.mkdir(parents=True, exist_ok=True)
    faiss.omp_set_num_threads(len(os.sched_getaffinity(0)))
    queries = vectors(QUERIES, 2)
    files = {name: FOLDER / f"{name}.npy" for name in ("vectors", "queries", "ids")}
    numpy.save(files["queries"], queries)
    command = [arguments.jvm, "-cp", arguments.classpath, "io.github.rustffi.benchmarks.index.SearchSizes"]
    command += [str(files["vectors"]), str(files["queries"]), str(K), str(arguments.seconds), str(files["ids"])]
    found, version = [], results.jdk_version(arguments.jvm)
    for size in SIZES:
        searched = vectors(size, 1)
        numpy.save(files["vectors"], searched)
        index = faiss.IndexFlatIP(DIMENSION)
        index.add(searched)
        _, expected = index.search(queries, K)
        for number in range(arguments.rounds):
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            nanoseconds = [int(line) for line in lines] + [by_faiss(index, queries, arguments.seconds) * 1e9]
            ids = numpy.load(files["ids"]).reshape(QUERIES, K)
            recall = statistics.fmean(len(set(a) & set(b)) / K for a, b in zip(ids, expected))
            print(f"{size} vectors, round {number}: {nanoseconds}, {recall:.4f} of the ids are those of faiss", flush=True)
            if recall < 1 - 1 / (QUERIES * K):
                raise SystemExit("rust-ffi and faiss find different vectors")
            for peer, score in zip(("rust-ffi", "floats", "faiss"), nanoseconds):
                found.append(
                    {
                        "benchmark": "SearchSizes",
                        "params": {"n": str(size), "peer": peer},
                        "jdkVersion": version,
                        "primaryMetric": results.metric(score, "ns/op"),
                        "round": number,
                    }
                )
    Path(arguments.output).write_text(json.dumps(found), encoding="utf-8")
    files["vectors"].unlink()


if __name__ == "__main__":
    main()
