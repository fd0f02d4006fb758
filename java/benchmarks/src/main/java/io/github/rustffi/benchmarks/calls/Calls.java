package io.github.rustffi.benchmarks.calls;

/** Two native functions, called in one of the ways that Java has. */
public interface Calls {
    /**
     * Returns the sum of two numbers, wrapping around.
     *
     * @param a a number
     * @param b a number
     * @return the sum
     */
    int add(int a, int b);

    /**
     * Returns a greeting.
     *
     * @param name whom to greet
     * @return {@code "Hello, " + name + "!"}
     */
    String greet(String name);
}
