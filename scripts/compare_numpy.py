"""Compares Matrix with NumPy and SciPy: scripts/compare-numpy runs it.

Each comparison is an error over the bound that perturbation theory gives for it, a multiple of max(m, n)·ε times the
condition number where the result depends on that. The largest such ratio of each operation is printed, and above 30,
the threshold of LAPACK's own tests, fails.
"""

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy
import scipy.linalg

EPSILON = numpy.finfo(float).eps
THRESHOLD = 30


def problems(random):
    """Yields a kind and a matrix."""
    normal = lambda m, n: random.standard_normal((m, n))
    orthonormal = lambda m, n: numpy.linalg.qr(normal(max(m, n), min(m, n)))[0] if m >= n else orthonormal(n, m).T
    for n in [1, 2, 3, 4, 5, 8, 13, 16, 17, 31, 33, 64, 65, 100, 129, 257]:
        yield "square", normal(n, n)
        yield "integers", random.integers(-9, 10, (n, n)).astype(float)
        yield "tall", normal(3 * n + 1, n)
        yield "wide", normal(n, 2 * n + 3)
        symmetric = normal(n, n)
        yield "symmetric", symmetric + symmetric.T
        yield "positive definite", exactly_symmetric(symmetric @ symmetric.T + n * numpy.eye(n))
        yield "huge", normal(n, n) * 1e150
        yield "tiny", normal(n, n) * 1e-150
        values = numpy.logspace(0, -6, n)
        yield "ill-conditioned", orthonormal(n, n) * values @ orthonormal(n, n)
        rank = max(1, n // 2)
        yield "rank-deficient", orthonormal(n + 5, rank) * numpy.linspace(1, 2, rank) @ orthonormal(rank, n)
        yield "repeated singular values", orthonormal(n, n)


def exactly_symmetric(a):
    return (a + a.T) / 2


class Problem:
    def __init__(self, folder, kind, a, b):
        self.folder, self.kind, self.a, self.b = folder, kind, a, b
        self.m, self.n = a.shape
        self.unit = max(a.shape) * EPSILON
        self.s = scipy.linalg.svdvals(a)
        self.rank = int((self.s > self.s[0] * max(a.shape) * EPSILON).sum())
        # Of the part of full rank: what the sensitivity of a pseudo-inverse is made of.
        self.condition = self.s[0] / self.s[self.rank - 1]

    def __getitem__(self, name):
        return numpy.load(self.folder / f"{name}.npy")

    def __contains__(self, name):
        return (self.folder / f"{name}.npy").exists()


def norm(x):
    """The Frobenius norm, safe for huge and tiny values."""
    largest = numpy.abs(x).max(initial=0)
    return 0.0 if largest == 0 else largest * numpy.linalg.norm(x / largest)


def ratio(difference, bound):
    size = norm(difference)
    return 0.0 if size == 0 else size / bound


def compare(p):
    """Yields the name of an operation and its error over its bound."""
    a, b, unit, condition = p.a, p.b, p.unit, p.condition
    eye = lambda k: numpy.eye(k)
    yield "readNpy", 0.0 if (p["read"] == a).all() else numpy.inf
    yield "times", ratio(p["product"] - a.T @ b, unit * norm(a) * norm(b))
    yield "transpose times", ratio(p["transpose-times"] - a.T @ b, unit * norm(a) * norm(b))
    yield "times transpose", ratio(p["times-transpose"] - a.T @ b, unit * norm(a) * norm(b))
    yield "gram", ratio(p["gram"] - a.T @ a, unit * norm(a) * norm(a))
    yield "plus, minus, scaled", ratio(p["twice"] - 2 * a, unit * norm(a))
    yield "norm", ratio(p["norm"] - norm(a), unit * norm(a))
    yield "trace", ratio(p["trace"] - numpy.trace(a), unit * numpy.abs(numpy.diag(a)).sum())
    yield "rank", 0.0 if p["rank"] == numpy.linalg.matrix_rank(a) else numpy.inf
    if p.rank == min(a.shape):
        yield "conditionNumber", ratio(p["condition"] - condition, unit * condition**2)
    else:
        yield "conditionNumber", 0.0 if numpy.isinf(p["condition"]) or p["condition"] > 0.1 / EPSILON else numpy.inf
    cutoff = max(a.shape) * EPSILON
    x = numpy.linalg.lstsq(a / p.s[0], b, rcond=cutoff)[0] / p.s[0]
    residual = norm(a @ x - b) / p.s[0]
    yield "leastSquares", ratio(p["least_squares"] - x, unit * condition * (norm(x) + condition * residual))
    pseudo = numpy.linalg.pinv(a / p.s[0], rcond=cutoff) / p.s[0]
    yield "pseudoInverse", ratio(p["pseudo_inverse"] - pseudo, unit * condition * norm(pseudo))
    u, s, v = p["svd_u"], p["singular_values"][0], p["svd_v"]
    k = min(a.shape)
    yield "singularValues", ratio(s - p.s, unit * p.s[0])
    yield "svd", ratio(u * s @ v.T - a, unit * norm(a))
    yield "svd's vectors", ratio(u.T @ u - eye(k), unit * k) + ratio(v.T @ v - eye(k), unit * k)
    q, r = p["qr_q"], p["qr_r"]
    yield "qr", ratio(q @ r - a, unit * norm(a)) + ratio(q.T @ q - eye(k), unit * k)
    if p.rank == k:
        expected = numpy.linalg.qr(a / p.s[0], mode="r") * p.s[0]
        yield "qr's r", ratio(numpy.abs(r) - numpy.abs(expected), unit * condition * norm(a))
    if p.m == p.n:
        yield from compare_square(p)


def compare_square(p):
    a, b, n, unit, condition = p.a, p.b, p.n, p.unit, p.condition
    l, u, permutation = p["lu_l"], p["lu_u"], p["lu_permutation"][0].astype(int)
    yield "lu", ratio(l @ u - a[permutation], unit * norm(a))
    yield "lu's l", 0.0 if numpy.abs(l).max() <= 1 and (numpy.triu(l, 1) == 0).all() else numpy.inf
    if p.rank == n:
        sign, logarithm = numpy.linalg.slogdet(a)
        if abs(logarithm) < 700:
            determinant = sign * numpy.exp(logarithm)
            bound = abs(determinant) * (unit * condition + n * EPSILON * max(1, abs(logarithm)))
            yield "determinant", ratio(p["determinant"] - determinant, bound)
        x = scipy.linalg.solve(a, b)
        yield "solve", ratio(p["solution"] - x, unit * condition * norm(x))
        inverse = scipy.linalg.inv(a)
        yield "inverse", ratio(p["inverse"] - inverse, unit * condition * norm(inverse))
    yield from compare_eigenvalues(p)
    if "symmetric_values" in p:
        values, vectors = p["symmetric_values"][0], p["symmetric_vectors"]
        yield "symmetricEigen's values", ratio(values - scipy.linalg.eigvalsh(a), unit * norm(a))
        yield "symmetricEigen", ratio(a @ vectors - vectors * values, unit * norm(a)) + ratio(
            vectors.T @ vectors - numpy.eye(n), unit * n
        )
        definite = numpy.linalg.eigvalsh(a)[0] > 0
        yield "cholesky's refusal", 0.0 if definite == ("cholesky" in p) else numpy.inf
        if definite:
            expected = scipy.linalg.cholesky(a, lower=True)
            yield "cholesky", ratio(p["cholesky"] - expected, unit * condition * norm(expected))


def compare_eigenvalues(p):
    values = p["eigenvalues_re"][0] + 1j * p["eigenvalues_im"][0]
    packed = p["eigenvectors"]
    vectors = packed.astype(complex)
    for j in range(p.n - 1):
        if values[j].imag > 0:
            vectors[:, j] = packed[:, j] + 1j * packed[:, j + 1]
            vectors[:, j + 1] = packed[:, j] - 1j * packed[:, j + 1]
    yield "eigen", ratio(p.a @ vectors - vectors * values, p.unit * norm(p.a))
    yield "eigen's norms", ratio(numpy.sqrt((abs(vectors) ** 2).sum(axis=0)) - 1, p.unit)
    if p.kind not in ("rank-deficient",):
        # SciPy's own scaling of tiny matrices loses their eigenvalues.
        expected, left, right = scipy.linalg.eig(p.a / p.s[0], left=True)
        expected *= p.s[0]
        # The condition of each eigenvalue: the reciprocal of the angle between its left and right vectors.
        angle = numpy.abs((left.conj() * right).sum(axis=0))
        bound = p.unit * norm(p.a) / numpy.maximum(angle, EPSILON)
        rest = list(range(p.n))
        worst = 0.0
        for value in values:
            nearest = min(rest, key=lambda j: abs(expected[j] - value))
            rest.remove(nearest)
            worst = max(worst, abs(expected[nearest] - value) / bound[nearest])
        yield "eigen's values", worst


def main(work, classpath, seed):
    random = numpy.random.default_rng(seed)
    solved = []
    for number, (kind, a) in enumerate(problems(random)):
        folder = work / str(number)
        folder.mkdir()
        b = random.standard_normal((a.shape[0], 3))
        # Both orders and both precisions are read; a float's value is that of a double.
        if number % 3 == 1:
            a = numpy.asfortranarray(a)
        if number % 5 == 2 and kind in ("square", "tall", "wide", "integers"):
            numpy.save(folder / "a.npy", a.astype(numpy.float32))
            a = a.astype(numpy.float32).astype(float)
        else:
            numpy.save(folder / "a.npy", a)
        numpy.save(folder / "b.npy", b)
        solved.append(Problem(folder, kind, a, b))
    java = ["java", "--class-path", classpath, "scripts/CompareNumpy.java", work, len(solved)]
    subprocess.run([str(word) for word in java], check=True)

    worst = defaultdict(lambda: (0.0, None))
    counts = defaultdict(int)
    for problem in solved:
        for operation, error in compare(problem):
            counts[operation] += 1
            if not error <= worst[operation][0]:
                worst[operation] = (error, problem)
    print(f"{'operation':<24} problems   error / bound   of")
    for operation, count in counts.items():
        error, problem = worst[operation]
        of = f"{problem.kind}, {problem.m}x{problem.n}" if problem else ""
        print(f"{operation:<24} {count:8} {error:15.3f}   {of}")
    missed = [operation for operation, (error, _) in worst.items() if not error < THRESHOLD]
    if missed:
        sys.exit(f"above {THRESHOLD}: {', '.join(missed)}")


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
