package io.github.rustffi.smoke;

import io.github.rustffi.NativeLibrary;
import io.github.rustffi.RustFfi;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;

/**
 * Calls every public method of rust-ffi and checks its result, to be run out of an assembled jar on each platform.
 *
 * <pre>{@code
 * java -jar rust-ffi-smoke.jar [PLATFORM]
 * }</pre>
 *
 * Prints a line for each result that is not the expected one, and fails if there is one. Where a platform is given, the
 * library must be that platform's.
 */
public final class Smoke {
    private int checks;
    private int failures;

    private Smoke() {}

    /**
     * Runs the program.
     *
     * @param arguments the expected platform, or nothing
     */
    public static void main(String[] arguments) {
        Smoke smoke = new Smoke();
        smoke.loading(arguments.length > 0 ? arguments[0] : NativeLibrary.platform());
        smoke.tutorial();
        System.out.printf(
                "rust-ffi %s, %s, Java %s on %s: %d checks, %d failures%n",
                RustFfi.version(),
                NativeLibrary.platform(),
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                smoke.checks,
                smoke.failures);
        System.exit(smoke.failures == 0 ? 0 : 1);
    }

    private void loading(String platform) {
        equal("NativeLibrary.unavailabilityCause", NativeLibrary.unavailabilityCause(), Optional.empty());
        equal("NativeLibrary.isAvailable", NativeLibrary.isAvailable(), true);
        NativeLibrary.load();
        equal("NativeLibrary.platform", NativeLibrary.platform(), platform);
        equal("NativeLibrary.path", Files.isRegularFile(NativeLibrary.path()), true);
        // The version in the manifest of the jar that this program was started with.
        String jar = RustFfi.class.getPackage().getImplementationVersion();
        equal("RustFfi.version", RustFfi.version(), jar);
    }

    private void tutorial() {
        equal("RustFfi.add", RustFfi.add(5, 3), 8);
        equal("RustFfi.add", RustFfi.add(Integer.MAX_VALUE, 1), Integer.MIN_VALUE);
        equal("RustFfi.multiply", RustFfi.multiply(4, 6), 24);
        equal("RustFfi.greet", RustFfi.greet("Gopher"), "Hello, Gopher!");
        equal("RustFfi.greet", RustFfi.greet("Zo\u00eb \ud83d\ude80\0"), "Hello, Zo\u00eb \ud83d\ude80\0!");
        fails("RustFfi.greet", IllegalArgumentException.class, () -> RustFfi.greet("\ud83d"));
    }

    private void equal(String method, Object actual, Object expected) {
        check(Objects.equals(actual, expected), method + " gives " + actual + ", not " + expected);
    }

    private void fails(String method, Class<? extends Throwable> expected, Runnable call) {
        try {
            call.run();
            check(false, method + " does not throw " + expected.getName());
        } catch (RuntimeException e) {
            check(expected.isInstance(e), method + " throws " + e + ", not " + expected.getName());
        }
    }

    private void check(boolean holds, String otherwise) {
        checks++;
        if (!holds) {
            failures++;
            System.out.println("FAILED: " + otherwise);
        }
    }
}
