package io.github.rustffi.loading;

import io.github.rustffi.NativeLibrary;
import io.github.rustffi.RustFfi;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The program that a test starts in a JVM of its own: it prints where the library was loaded from, or why not. */
public final class Probe {
    private Probe() {}

    /** Prints {@code 8 from <platform> <path>} or the message of the failure. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            int sum = RustFfi.add(5, 3);
            out.println(sum + " from " + NativeLibrary.platform() + " " + NativeLibrary.path());
        } catch (UnsatisfiedLinkError e) {
            out.println(e.getMessage());
        }
    }
}
