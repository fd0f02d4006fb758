package io.github.rustffi.benchmarks.matrix;

/** The linear algebra of one library. */
@FunctionalInterface
public interface LinearAlgebra {
    /**
     * Returns what to time.
     *
     * @param work what to compute
     * @param problem what to compute it of; its arrays must not be changed
     * @return the task, which leaves its problem as it was and can run any number of times
     * @throws UnsupportedOperationException when the library has no such thing
     */
    Task<?> task(Work work, Problem problem);
}
