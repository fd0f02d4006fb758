package io.github.rustffi;

import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.internal.Crossing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** Measures the figures of docs/memory.md, in JVMs of their own, where nothing else takes native memory. */
@Tag("slow")
class MemoryTest {
    private static final int N = 1000;

    /** By how much a figure may differ, as a part of it. */
    private static final double RELATIVE = 0.05;

    /** The same in matrices, since figures have two digits after the point. */
    private static final double ABSOLUTE = 0.01;

    /** Returns the calls of the page, by how they stand there. */
    private static Map<String, Runnable> calls() {
        Matrix a = random(1, N, N);
        Matrix b = random(2, N, N);
        Matrix s = a.gram().plus(Matrix.identity(N));
        double[] x = random(3, N, 1).toArray();
        FloatMatrix floats = FloatMatrix.of(a);
        FloatMatrix others = FloatMatrix.of(b);
        Matrix view = Matrix.wrap(N, N, a.toArray());
        Lu lu = a.lu();
        Cholesky cholesky = s.cholesky();
        Qr qr = a.qr();
        Svd svd = a.svd();
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("a.times(b)", () -> a.times(b));
        calls.put("a.times(x)", () -> a.times(x));
        calls.put("a.transposeTimes(b)", () -> a.transposeTimes(b));
        calls.put("a.timesTranspose(b)", () -> a.timesTranspose(b));
        calls.put("a.gram()", a::gram);
        calls.put("floats.times(others)", () -> floats.times(others));
        calls.put("view.times(b)", () -> view.times(b));
        calls.put("a.solve(x)", () -> a.solve(x));
        calls.put("a.solve(b)", () -> a.solve(b));
        calls.put("a.inverse()", a::inverse);
        calls.put("a.determinant()", a::determinant);
        calls.put("a.lu()", a::lu);
        calls.put("view.lu()", view::lu);
        calls.put("lu.solve(x)", () -> lu.solve(x));
        calls.put("lu.solve(b)", () -> lu.solve(b));
        calls.put("lu.rcond()", lu::rcond);
        calls.put("s.cholesky()", s::cholesky);
        calls.put("cholesky.solve(x)", () -> cholesky.solve(x));
        calls.put("cholesky.solve(b)", () -> cholesky.solve(b));
        calls.put("a.qr()", a::qr);
        calls.put("qr.q()", qr::q);
        calls.put("qr.solve(x)", () -> qr.solve(x));
        calls.put("a.leastSquares(x)", () -> a.leastSquares(x));
        calls.put("LeastSquares.of(a, x)", () -> LeastSquares.of(a, x));
        calls.put("a.rank()", a::rank);
        calls.put("a.conditionNumber()", a::conditionNumber);
        calls.put("a.svd()", a::svd);
        calls.put("svd.solve(x)", () -> svd.solve(x));
        calls.put("a.pseudoInverse()", a::pseudoInverse);
        calls.put("s.symmetricEigen()", s::symmetricEigen);
        calls.put("a.eigen()", a::eigen);
        return calls;
    }

    /** Prints a line for each call: the name, and the peak in matrices. */
    static final class Measuring {
        public static void main(String[] args) throws Exception {
            Parallelism.setThreads(2);
            boolean pins = args[0].equals("pins");
            if (pins) {
                // Java asks about its collector in the background.
                Await.until("arrays are lent", () -> Crossing.lends(N * N));
            }
            calls().forEach((name, call) -> {
                NativeMemory.resetPeak();
                call.run();
                System.out.println(name + "\t" + NativeMemory.peakWorkspaceBytes() / (8.0 * N * N));
            });
            System.out.println("lends\t" + (Crossing.lends(N * N) ? 1 : 0));
        }
    }

    /** Returns the figures of a column of the page by the calls. */
    private static Map<String, Double> stated(int column) throws IOException {
        Map<String, Double> stated = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("../../docs/memory.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length == 4 && cells[1].strip().startsWith("`")) {
                stated.put(cells[1].replace('`', ' ').strip(), Double.valueOf(cells[column].strip()));
            }
        }
        return stated;
    }

    private static void assertAsStated(int column, String collector) throws Exception {
        boolean pins = column == 2;
        Child.Result child =
                Child.run(List.of("-XX:+Use" + collector + "GC", "-Xmx1g"), Measuring.class, pins ? "pins" : "copies");
        assertThat(child.exit()).as(child.output()).isZero();
        Map<String, Double> measured = new LinkedHashMap<>();
        for (String line : child.output().split("\\R")) {
            String[] parts = line.split("\t");
            measured.put(parts[0], Double.valueOf(parts[1]));
        }
        assertThat(measured.remove("lends")).isEqualTo(pins ? 1 : 0);
        Map<String, Double> stated = stated(column);
        assertThat(stated.keySet()).isEqualTo(measured.keySet());
        assertThat(measured).allSatisfy((call, matrices) -> assertThat(Math.abs(matrices - stated.get(call)))
                .as("%s takes %.3f matrices, not %.2f", call, matrices, stated.get(call))
                .isLessThanOrEqualTo(Math.max(RELATIVE * stated.get(call), ABSOLUTE)));
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void thePageHasThePeaksWhereTheCollectorPins() throws Exception {
        assertAsStated(2, "G1");
    }

    @Test
    void thePageHasThePeaksWhereTheCollectorDoesNotPin() throws Exception {
        assertAsStated(3, "Serial");
    }
}
