package io.github.rustffi.examples;

import io.github.rustffi.RustFfi;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Adds, multiplies and greets: {@code Demo a b c d name} prints {@code a + b}, {@code c * d} and a greeting, in UTF-8.
 */
public final class Demo {
    private Demo() {}

    /**
     * Runs the demo.
     *
     * @param args four ints and a name
     */
    public static void main(String[] args) {
        if (args.length != 5) {
            fail("usage: Demo a b c d name, where a to d are ints");
        }
        int a = parse(args[0]);
        int b = parse(args[1]);
        int c = parse(args[2]);
        int d = parse(args[3]);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        out.println(a + " + " + b + " = " + RustFfi.add(a, b));
        out.println(c + " * " + d + " = " + RustFfi.multiply(c, d));
        out.println(RustFfi.greet(args[4]));
    }

    private static int parse(String argument) {
        try {
            return Integer.parseInt(argument);
        } catch (NumberFormatException e) {
            fail("not an int: " + argument);
            throw e;
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(2);
    }
}
