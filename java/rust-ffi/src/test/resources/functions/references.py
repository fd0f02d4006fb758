"""Writes the exponentials that MatrixFunctionsTest compares with: pip install mpmath numpy scipy, and run this here.

The matrices are those of SciPy's own tests of expm, most of which are John Burkardt's, and well-known ones of Higham's
Matrix Computation Toolbox. The references have 200 digits before they are rounded. With each stands the error of SciPy's
result, relative to the 1-norm.
"""

import numpy
import scipy.linalg
from mpmath import mp, mpf, matrix, expm

mp.dps = 200


def matrices():
    for scale in [1e-2, 1e-1, 5e-1, 1, 10]:
        yield f"identity-times-{scale}", scale * numpy.eye(3)
    yield "integers-1", numpy.ones((4, 4)) - 4 * numpy.eye(4)
    yield "integers-2", [[-500, 500, 0, 0], [0, -550, 360, 190], [0, 630, -630, 0], [0, 0, 0, 0]]
    triangle = numpy.triu(numpy.full((4, 4), 3e4), 1)
    yield "triangle-of-al-mohy", triangle + numpy.diag([3.2346e-1, 3.0089e-1, 3.221e-1, 3.0744e-1])
    yield "burkardt-1", [[1, 0], [0, 2]]
    yield "burkardt-2", [[1, 3], [3, 2]]
    yield "burkardt-3", [[0, 1], [-39, -40]]
    yield "burkardt-4", [[-49, 24], [-64, 31]]
    yield "burkardt-5", 6 * numpy.eye(4, k=1)
    yield "burkardt-6", [[1, 1], [0, 1]]
    yield "burkardt-7", [[1 + 2**-52, 1], [0, 1 - 2**-52]]
    yield "burkardt-8", [[21, 17, 6], [-5, -1, -6], [4, 4, 16]]
    yield "burkardt-9", [[1, 2, 2, 2], [3, 1, 1, 2], [3, 2, 1, 2], [3, 3, 3, 1]]
    yield "burkardt-10", [[4, 2, 0], [1, 4, 1], [1, 1, 4]]
    one, two, three = 0.7815750847907159, -2.289519314033932, 8.680737820540137
    yield "burkardt-11", [[29.87942128909879, one, two], [one, 25.72656945571064, three], [two, three, 34.39400925519054]]
    yield "burkardt-12", [[-131, 19, 18], [-390, 56, 54], [-387, 57, 52]]
    ring = numpy.eye(10, k=1)
    ring[9, 0] = 1e-10
    yield "burkardt-13", ring
    a, b, c, d, e = 4e10, 4e8 / 6, 200 / 3, 3, 1e-8
    yield "burkardt-14", [[0, e, 0], [-(a + b), -d, a], [c, 0, -c]]
    for k in [1, 3, 6, 9]:
        yield f"overscaling-{k}", [[1, 10**k], [0, -1]]
    yield "overscaling-full", [[1 + 1e4, -1e4], [1e4, 1 - 1e4]]
    for n in [4, 6]:
        yield f"pascal-{n}", scipy.linalg.pascal(n)
        yield f"hilbert-{n}", scipy.linalg.hilbert(n)
    yield "frank", [[float(8 - max(i, j)) if j >= i - 1 else 0.0 for j in range(8)] for i in range(8)]
    yield "grcar", [[-1.0 if j == i - 1 else 1.0 if 0 <= j - i <= 3 else 0.0 for j in range(10)] for i in range(10)]
    yield "kahan", [[0.8**i * (1 if i == j else -0.6 if j > i else 0) for j in range(8)] for i in range(8)]
    yield "jordan", 0.5 * numpy.eye(6) + numpy.eye(6, k=1)
    yield "lower", numpy.tril([[(i * 7 + j * 5) % 11 - 5.0 for j in range(6)] for i in range(6)])
    yield "rotation", [[0, 10], [-10, 0]]
    yield "skew", (lambda a: a - a.T)(numpy.array([[(i * 5 + j * 3) % 7 / 2 for j in range(6)] for i in range(6)]))
    random = numpy.random.default_rng(1)
    for n, scale in [(2, 1e-3), (3, 0.05), (5, 0.3), (6, 1), (8, 3), (10, 10)]:
        yield f"gaussian-{n}", scale * random.standard_normal((n, n))
    rates = random.random((8, 8))
    yield "markov", rates - numpy.diag(rates.sum(axis=1))


with open("exponentials.txt", "w", encoding="ascii") as file:
    for name, a in matrices():
        a = numpy.array(a, dtype=float)
        n = len(a)
        exact = expm(matrix([[mpf(float(x)) for x in row] for row in a]), method="taylor")
        result = scipy.linalg.expm(a)
        sums = lambda of: max(sum(abs(of(i, j)) for i in range(n)) for j in range(n))
        error = sums(lambda i, j: mpf(float(result[i, j])) - exact[i, j]) / sums(lambda i, j: exact[i, j])
        file.write(f"{name} {n} {float(error):.3e}\n")
        for i in range(n):
            file.write(" ".join(float(x).hex() for x in a[i]) + "\n")
        for i in range(n):
            file.write(" ".join(float(exact[i, j]).hex() for j in range(n)) + "\n")
