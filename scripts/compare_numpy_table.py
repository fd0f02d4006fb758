"""Compares the two columns of docs/numpy.md: scripts/compare-numpy runs it.

Python evaluates the one, Java compiles and runs the other, on seeded matrices that cross in .npy files.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import scipy.linalg
import scipy.spatial.distance

ROW = re.compile(r"\| `(.+)` \| `(.+)` \|")
END = "## Not compared here"

JAVA = """
import io.github.rustffi.*;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

class Table {
    private static Path folder;
    private static Matrix a, b, s, t;
    private static double[] x, y, z;

    public static void main(String[] args) throws IOException {
        folder = Path.of(args[0]);
        a = read("a");
        b = read("b");
        s = read("s");
        t = read("t");
        x = read("x").row(0);
        y = read("y").row(0);
        z = read("z").row(0);
CALLS
    }

    private static Matrix read(String name) throws IOException {
        return Matrix.readNpy(folder.resolve(name + ".npy"));
    }

    private static void save(int row, Matrix result) throws IOException {
        result.writeNpy(folder.resolve(row + ".npy"));
    }

    private static void save(int row, double[] result) throws IOException {
        save(row, Matrix.ofRow(result));
    }

    private static void save(int row, int[] result) throws IOException {
        save(row, Arrays.stream(result).asDoubleStream().toArray());
    }

    private static void save(int row, double[][] result) throws IOException {
        save(row, Matrix.of(result));
    }

    private static void save(int row, double result) throws IOException {
        save(row, new double[] {result});
    }

    private static void save(int row, boolean result) throws IOException {
        save(row, result ? 1.0 : 0.0);
    }
}
"""


def variables(random):
    a, b = random.standard_normal((2, 5, 5))
    t = random.standard_normal((8, 5))
    s = t.T @ t
    x, y = random.standard_normal((2, 5))
    return {"a": a, "b": b, "s": (s + s.T) / 2, "t": t, "x": x, "y": y, "z": random.standard_normal(8)}


def agree(computed, expected):
    """Whether the results are the same but for rounding: the problems are small and well-conditioned."""
    if expected.ndim < 2:
        expected = expected.reshape(1, -1)
    if computed.shape != expected.shape:
        return False
    return bool((np.abs(computed - expected) <= 1e-10 * max(1.0, np.abs(expected).max(initial=0.0))).all())


def main(work, classpath, seed):
    text = Path("docs/numpy.md").read_text().split(END)[0]
    rows = ROW.findall(text)
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    if not rows or len(rows) != len(lines):
        sys.exit(f"docs/numpy.md: {len(rows)} of {len(lines)} rows have two columns of code")
    values = variables(np.random.default_rng(seed))
    for name, value in values.items():
        np.save(work / f"{name}.npy", np.atleast_2d(value))
    calls = "\n".join(f"        save({number}, {java});" for number, (_, java) in enumerate(rows))
    source = work / "Table.java"
    source.write_text(JAVA.replace("CALLS", calls))
    subprocess.run(["java", "--class-path", classpath, str(source), str(work)], check=True)

    differing = []
    for number, (python, java) in enumerate(rows):
        expected = np.asarray(eval(python, {"np": np, "scipy": scipy, **values}), dtype=float)
        computed = np.load(work / f"{number}.npy")
        if not agree(computed, expected):
            differing.append(f"{python} is {expected}, but {java} is {computed}")
    if differing:
        sys.exit("\n".join(differing))
    print(f"docs/numpy.md: all {len(rows)} rows agree")


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
