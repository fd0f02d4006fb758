"""Compares the ids that VectorIndex finds with those of faiss and of NumPy in doubles: scripts/compare-index runs it."""

import itertools
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import faiss
import numpy

QUERIES, K = 50, 20
FORMS = ["nearest", "exclude", "own", "within", "put", "saved"]


def datasets():
    random = numpy.random.default_rng(1)
    normal = lambda rows, columns: random.standard_normal((rows, columns))
    yield "random", normal(20_000, 96), normal(QUERIES, 96)
    yield "odd dimension", normal(5_000, 77), normal(QUERIES, 77)
    centres = normal(20, 64)
    clustered = centres[random.integers(0, 20, 10_000)] + 1e-3 * normal(10_000, 64)
    yield "clustered", clustered, clustered[:QUERIES] + 1e-4 * normal(QUERIES, 64)
    yield "far from the origin", 1000 + 1e-2 * normal(5_000, 64), 1000 + 1e-2 * normal(QUERIES, 64)
    yield "equal", numpy.repeat(normal(50, 32), 100, axis=0), normal(QUERIES, 32)
    powers = 10.0 ** random.integers(-15, 16, (5_000, 1))
    yield "huge and tiny", normal(5_000, 48) * powers, normal(QUERIES, 48)
    yield "beyond a float's square", normal(2_000, 16) * 1e30, normal(QUERIES, 16) * 1e25
    # What is made against codes of few bits.
    for clusters in (1, 2):
        centres = normal(clusters, 100)
        near = lambda rows: centres[numpy.arange(rows) % clusters] + 1e-4 * normal(rows, 100)
        yield f"tight clusters: {clusters}", near(4_000), near(QUERIES)
    outliers = normal(4_000, 128)
    outliers[:, :3] *= 100
    yield "outlier coordinates", outliers, normal(QUERIES, 128)
    yield "heavy tails", random.standard_cauchy((4_000, 64)), normal(QUERIES, 64)
    yield "subnormal", normal(2_000, 32) * 1e-41, normal(QUERIES, 32)
    yield "norms of 1e17 and 1e-17", normal(4_000, 64) * 10.0 ** random.choice([-17, 17], (4_000, 1)), normal(QUERIES, 64)
    yield "one-hot", numpy.eye(64)[random.integers(0, 64, 3_000)], numpy.eye(64)[:QUERIES] + 0.1
    for dimension in (1, 518, 519, 4096):
        yield f"dimension {dimension}", normal(1_500, dimension), normal(QUERIES, dimension)


def rows_of(file):
    """Returns what a file has: its last rows are the queries."""
    rows = numpy.load(file)
    return Path(file).stem, rows[:-QUERIES], rows[-QUERIES:]


def scores(metric, vectors, queries):
    x, y = queries.astype(numpy.float64), vectors.astype(numpy.float64)
    if metric == "EUCLIDEAN":
        return -numpy.stack([((y - query) ** 2).sum(axis=1) for query in x])
    if metric == "COSINE":
        x = x / numpy.linalg.norm(x, axis=1, keepdims=True)
        y = y / numpy.linalg.norm(y, axis=1, keepdims=True)
    return x @ y.T


def by_faiss(metric, vectors, queries):
    index = faiss.IndexFlatL2(vectors.shape[1]) if metric == "EUCLIDEAN" else faiss.IndexFlatIP(vectors.shape[1])
    if metric == "COSINE":
        vectors, queries = vectors.copy(), queries.copy()
        faiss.normalize_L2(vectors)
        faiss.normalize_L2(queries)
    index.add(vectors)
    return index.search(queries, K)[1]


def recall(score, ids, metric):
    """The share of the best K that is found, where scores tie within float error any of them."""
    found = 0
    for row, hits in zip(score, ids):
        hits = hits[hits >= 0]
        worst = numpy.sort(row)[-K]
        slack = 2.0**-23 * abs(worst) + (1e-14 if metric == "COSINE" else 0)
        found += len({hit for hit in hits if row[hit] >= worst - slack})
    return found / (K * len(score))


def allowed(form, query, count):
    """Which vectors a query may find."""
    numbers = numpy.arange(count)
    if form in ("exclude", "put", "saved"):
        return numbers % 3 != 0
    return numbers % (query % 5 + 1) == 0 if form == "own" else numbers >= 0


def check_form(form, metric, score, lists, threshold):
    """Returns how many queries have found something else than doubles do, ties within float error apart."""
    wrong = 0
    for query, (row, hits) in enumerate(zip(score, lists)):
        may = allowed(form, query, len(row))
        bound = threshold if form == "within" else numpy.sort(row[may])[-K]
        slack = 2.0**-22 * abs(bound) + (1e-14 if metric == "COSINE" else 0)
        sure = set(numpy.flatnonzero(may & (row > bound + slack)))
        possible = set(numpy.flatnonzero(may & (row >= bound - slack)))
        found = set(hits)
        is_whole = form == "within" or len(hits) == K
        wrong += not (sure <= found <= possible and is_whole and len(found) == len(hits))
    return wrong


def as_halves(metric, vectors):
    """Returns the vectors rounded to half precision, or nothing if that has not all of them."""
    with numpy.errstate(over="ignore"):
        halves = vectors.astype(numpy.float16)
    fit = numpy.isfinite(halves).all() and (metric != "COSINE" or halves.any(axis=1).all())
    return halves if fit else None


def codes_differ(vectors, codes, bounds, centre):
    """Returns how many vectors are farther from what their codes stand for than the bounds say, or have codes of no use."""
    scale, residual, length = bounds[:, :3].astype(numpy.float64).T
    left = vectors.astype(numpy.float64) - centre - scale[:, None] * codes
    has_codes = numpy.isfinite(residual)
    far = numpy.linalg.norm(left, axis=1) > residual
    short = scale * numpy.linalg.norm(codes.astype(numpy.float64), axis=1) > length
    return int((has_codes & (far | short)).sum()) + int(codes.shape != vectors.shape or codes.dtype != numpy.int8)


def check_files(directory, vectors):
    """Returns how many vectors are not what the files of a saved index say, read with nothing but NumPy and zlib."""
    *lines, last = (directory / "manifest").read_text().splitlines(keepends=True)
    wrong = int(last != f"crc32 {zlib.crc32(''.join(lines).encode()):08x}\n")
    saved, coded = {}, 0
    for line in lines:
        kind, name, *rest = line.split()
        if kind == "part":
            data = (directory / name).read_bytes()
            wrong += rest != ["bytes", str(len(data)), "crc32", f"{zlib.crc32(data):08x}"]
        if kind == "segment":
            part = lambda what: numpy.load(directory / f"segment-{name}-{what}.npy")
            for id in part("tombstones") if rest[3] != "0" else []:
                saved.pop(id, None)
            if rest[1] != "0":
                wrong += part("vectors").dtype != vectors.dtype
                saved.update(zip(part("ids"), part("vectors")))
            if rest[4:]:
                wrong += rest[4:] != ["codes", "1"]
                wrong += codes_differ(part("vectors"), part("codes"), part("bounds"), part("centre"))
                coded += len(part("ids"))
    expected = [7 * i for i in range(len(vectors)) if i % 3 != 0]
    # Vectors around something huge have none.
    wrong += coded == 0 and numpy.linalg.norm(vectors.mean(axis=0, dtype=numpy.float64)) < 1e16
    return wrong + (sorted(saved) != expected) + sum((saved[id] != vectors[id // 7]).any() for id in expected)


def main(work, classpath, files):
    missed = False
    for name, vectors, queries in itertools.chain(datasets(), map(rows_of, files)):
        vectors, queries = vectors.astype(numpy.float32), queries.astype(numpy.float32)
        numpy.save(work / "vectors.npy", vectors)
        numpy.save(work / "queries.npy", queries)
        for metric in ["DOT_PRODUCT", "COSINE", "EUCLIDEAN"]:
            score = scores(metric, vectors, queries)
            # Scores may be beyond what a threshold can say.
            most = numpy.finfo(numpy.float32).max
            threshold = numpy.float32(numpy.clip(numpy.median(numpy.sort(score, axis=1)[:, -K]), -most, most))
            lists = {}
            halves = as_halves(metric, vectors)
            for storage, form in itertools.product(["FLOAT32", "FLOAT16"], FORMS):
                if storage == "FLOAT16" and halves is None:
                    continue
                own_vectors = vectors if storage == "FLOAT32" else halves
                own_score = score if storage == "FLOAT32" else scores(metric, halves, queries)
                given = -threshold if metric == "EUCLIDEAN" else threshold
                arguments = [work / "vectors.npy", work / "queries.npy", metric, K, work / "ids.txt", form, given, storage]
                program = Path(__file__).parent / "CompareIndex.java"
                subprocess.run(["java", "-cp", classpath, program, *map(str, arguments)], check=True)
                lines = (work / "ids.txt").read_text().splitlines()
                found = [[int(id) for id in line.split()] for line in lines]
                wrong = check_form(form, metric, own_score, found, float(threshold))
                if form == "saved":
                    wrong += check_files(work / "index", own_vectors)
                    shutil.rmtree(work / "index")
                if storage == "FLOAT32":
                    lists[form] = found
                if form != "nearest" or storage == "FLOAT16":
                    print(f"{name:24} {metric:12} {storage} {form:8} {wrong} of {QUERIES} queries differ", flush=True)
                missed |= wrong > 0
            ids = numpy.array(lists["nearest"])
            own = recall(score, ids, metric)
            theirs = by_faiss(metric, vectors, queries)
            same = (ids == theirs).mean()
            print(
                f"{name:24} {metric:12} recall {own:.4f}, faiss {recall(score, theirs, metric):.4f}, "
                f"the same id at the same rank as faiss {same:.4f}",
                flush=True,
            )
            missed |= own < 1
    sys.exit("a recall below 1, or other ids" if missed else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
