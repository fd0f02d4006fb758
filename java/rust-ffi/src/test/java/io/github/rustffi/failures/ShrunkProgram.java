package io.github.rustffi.failures;

import io.github.rustffi.Matrix;
import io.github.rustffi.NativeMemory;
import io.github.rustffi.RustFfi;
import io.github.rustffi.SingularMatrixException;
import io.github.rustffi.VectorIndex;
import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The program of {@link ProGuardIT}. It uses what is called by its name: native methods, the exceptions that Rust
 * throws, an enum, and JMX.
 */
final class ShrunkProgram {
    private ShrunkProgram() {}

    public static void main(String[] args) throws Exception {
        System.out.println(RustFfi.add(5, 3));
        try {
            Matrix.zeros(2, 2).plus(Matrix.of(2, 2, 1, 2, 2, 4)).solve(new double[] {1, 1});
        } catch (SingularMatrixException e) {
            System.out.println(e.getMessage());
        }
        try (VectorIndex index = VectorIndex.create(2, VectorIndex.Metric.COSINE)) {
            index.add(new float[] {1, 0});
            System.out.println(index.search(new float[] {2, 0}, 1));
        }
        NativeMemory.registerMBean();
        ObjectName name = new ObjectName("io.github.rustffi:type=NativeMemory");
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (int i = 0; i < 1000 && !server.isRegistered(name); i++) {
            Thread.sleep(10);
        }
        System.out.println("TotalBytes: " + ((long) server.getAttribute(name, "TotalBytes") >= 0));
    }
}
