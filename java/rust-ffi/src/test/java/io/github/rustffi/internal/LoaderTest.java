package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.NativeLibrary;
import io.github.rustffi.RustFfi;
import org.junit.jupiter.api.Test;

class LoaderTest {
    /** As after an attempt that failed when the file was loaded already. */
    @Test
    void aSecondAttemptTakesTheSameFileAndRegistersAgain() {
        NativeLibrary.load();
        Loader again = Loader.load();
        assertThat(again.failure()).isNull();
        assertThat(again.path()).isEqualTo(NativeLibrary.path());
        assertThat(RustFfi.add(5, 3)).isEqualTo(8);
    }
}
