package io.github.rustffi.benchmarks.calls;

import io.github.rustffi.RustFfi;

/** This library. */
final class RustFfiCalls implements Calls {
    @Override
    public int add(int a, int b) {
        return RustFfi.add(a, b);
    }

    @Override
    public String greet(String name) {
        return RustFfi.greet(name);
    }
}
