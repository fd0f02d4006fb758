package io.github.rustffi.benchmarks.vector;

/** What is computed of two vectors. */
public enum Operation {
    /** The dot product. */
    DOT,
    /** The cosine of their angle. */
    COSINE
}
