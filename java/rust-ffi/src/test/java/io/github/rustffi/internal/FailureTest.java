package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.internal.Loader.Attempt;
import java.io.FileNotFoundException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTest {
    /** What dynamic linkers say on systems that the other tests do not run on. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            linux_64     | /c/l.so: libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory | the other C library
            linux_64     | Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /c/l.so) | the other C library
            linux_64     | Error relocating /c/l.so: gnu_get_libc_version: symbol not found | the other C library
            osx_64       | dlopen(/c/l.dylib): mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64') | Apple silicon
            windows_64   | C:/c/l.dll: Can't find dependent libraries | a DLL that the library needs is missing
            windows_64   | C:/c/l.dll: Can't load ARM 64-bit .dll on a AMD 64-bit platform | the platform of this JVM
            linux_64     | /c/l.so: cannot open shared object file: Permission denied | is mounted noexec
            linux_64     | Native Library /c/l.so already loaded in another classloader | one class loader at a time
            """)
    void aKnownCauseHasAHint(String platform, String cause, String hint) {
        UnsatisfiedLinkError error =
                Failure.of(platform, List.of(new Attempt("/c", "natives/l", new UnsatisfiedLinkError(cause))));
        assertThat(error.getMessage().lines().filter(line -> line.startsWith("  hint: ")))
                .singleElement()
                .asString()
                .contains(hint);
        assertThat(error).hasMessageContaining("\n    /c: natives/l: java.lang.UnsatisfiedLinkError: " + cause);
    }

    @Test
    void aJarWithoutTheOtherLibcsLibraryIsNoHint() {
        Attempt missing = new Attempt("", "natives/m", new FileNotFoundException("the jar holds no natives/m.sha256"));
        Attempt refused = new Attempt("/c", "natives/l", new UnsatisfiedLinkError("/c/l.so: Permission denied"));
        assertThat(Failure.of("linux_64", List.of(refused, missing)))
                .hasMessageContaining("is mounted noexec")
                .hasMessageContaining("the jar holds no natives/m")
                .message()
                .doesNotContain("the platform of this JVM");
        assertThat(Failure.of("linux_64", List.of(missing))).hasMessageContaining("the platform of this JVM");
    }

    @Test
    void aCauseThatNobodyKnowsIsPassedOnWithoutAHint() {
        Throwable cause = new UnsatisfiedLinkError("Can't load library: /bad/luck");
        UnsatisfiedLinkError error = Failure.of("linux_64", List.of(new Attempt("/c", "natives/l", cause)));
        assertThat(error.getMessage()).contains("/bad/luck").doesNotContain("hint: ");
        assertThat(error.getSuppressed()).containsExactly(cause);
    }
}
