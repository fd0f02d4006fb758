package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MemoryTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void whereThereIsNoMemoryTheResultIsAsItWas() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String limited = "ulimit -v 1200000; export MALLOC_ARENA_MAX=1; exec \"$@\"";
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        limited,
                        "bash",
                        java,
                        "-Xmx600m",
                        "-XX:+UseSerialGC",
                        "-XX:CompressedClassSpaceSize=32m",
                        "-XX:ReservedCodeCacheSize=32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TooLarge.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output.lines().filter(line -> line.startsWith("OutOfMemoryError: cannot allocate")))
                .as(output)
                .hasSize(3);
        assertThat(output).contains("alive").doesNotContain("written");
        assertThat(process.waitFor()).isZero();
    }

    /** Tries each operation on a problem for which there is no memory. */
    static final class TooLarge {
        private static final int N = 4600;

        public static void main(String[] args) {
            BLAS blas = RustBlas.getInstance();
            // The threads begin while there is room for their stacks: they are not what is refused here.
            double[] small = new double[300 * 300];
            blas.dgemm("N", "N", 300, 300, 300, 1, small, 300, small.clone(), 300, 1, small, 300);
            double[] a = new double[N * N];
            double[] c = new double[N * N];
            Map<String, Runnable> operations = Map.of(
                    "dgemm", () -> blas.dgemm("N", "N", N, N, N, 1, a, N, a, N, 1, c, N),
                    "dsyrk", () -> blas.dsyrk("U", "N", N, N, 1, a, N, 1, c, N),
                    "dtrsm", () -> blas.dtrsm("L", "U", "N", "U", N, N, 2, a, N, c, N));
            for (String name : List.of("dgemm", "dsyrk", "dtrsm")) {
                Arrays.fill(c, 7);
                try {
                    operations.get(name).run();
                    System.out.println("enough memory for " + name);
                } catch (OutOfMemoryError e) {
                    System.out.println("OutOfMemoryError: " + e.getMessage());
                }
                for (double value : c) {
                    if (value != 7) {
                        System.out.println(name + " has written " + value);
                        break;
                    }
                }
            }
            Arrays.fill(small, 1);
            blas.dgemm("N", "N", 300, 300, 300, 1, small, 300, small.clone(), 300, 0, small, 300);
            System.out.println(small[0] == 300 ? "alive" : "wrong");
        }
    }
}
