package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class NativeLibraryTest {
    @Test
    void loadsTheLibraryAnyNumberOfTimes() {
        assertThatCode(NativeLibrary::load).doesNotThrowAnyException();
        assertThatCode(NativeLibrary::load).doesNotThrowAnyException();
        assertThat(NativeLibrary.isAvailable()).isTrue();
        assertThat(NativeLibrary.unavailabilityCause()).isEmpty();
    }

    @Test
    void namesThePlatformAsTheJarDoes() {
        String resource = "/natives/" + NativeLibrary.platform() + "/" + System.mapLibraryName("rust_ffi");
        assertThat(NativeLibrary.class.getResource(resource)).as(resource).isNotNull();
    }

    @Test
    void knowsTheLoadedFile() {
        assertThat(NativeLibrary.path()).isRegularFile().isAbsolute();
    }
}
