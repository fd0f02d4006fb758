package io.github.rustffi.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.scijava.nativelib.BaseJniExtractor;
import org.scijava.nativelib.NativeLibraryUtil;

/**
 * The outcome of the one attempt to load the native library: either its path or the failure.
 *
 * @param platform the directory of this platform's library in the jar
 * @param path the loaded file, or an empty path
 * @param failure why nothing was loaded
 */
public record Loader(String platform, Path path, @Nullable UnsatisfiedLinkError failure) {
    /**
     * Loads the library out of the jar. Never throws: a static initializer calls this, and a failure there would hide
     * its cause from every caller but the first.
     *
     * @return the outcome
     */
    public static Loader load() {
        String platform = NativeLibraryUtil.getArchitecture().name().toLowerCase(Locale.ROOT);
        try {
            Path path = extract(platform);
            System.load(path.toString());
            requireSameVersion(path);
            Natives.register();
            return new Loader(platform, path, null);
        } catch (IOException | LinkageError | RuntimeException e) {
            UnsatisfiedLinkError failure = new UnsatisfiedLinkError(
                    "cannot load rust_ffi " + Version.OF_JAR + " for " + platform + ": " + e.getMessage());
            failure.addSuppressed(e);
            return new Loader(platform, Path.of(""), failure);
        }
    }

    private static Path extract(String platform) throws IOException {
        Path directory = Files.createTempDirectory("rust-ffi-");
        File file = new Extractor(directory).extractJni("natives/" + platform, "rust_ffi");
        if (file == null) {
            throw new IOException("the jar holds no library for this platform");
        }
        directory.toFile().deleteOnExit();
        return file.toPath();
    }

    private static void requireSameVersion(Path path) {
        if (!Natives.version().equals(Version.OF_JAR)) {
            throw new UnsatisfiedLinkError(
                    path + " is version " + Natives.version() + ", but the jar is version " + Version.OF_JAR);
        }
    }

    /** Extracts into a directory of ours. */
    private static final class Extractor extends BaseJniExtractor {
        private final Path directory;

        Extractor(Path directory) throws IOException {
            super(Loader.class);
            this.directory = directory;
        }

        @Override
        public File getNativeDir() {
            return directory.toFile();
        }

        @Override
        public File getJniDir() {
            return directory.toFile();
        }
    }
}
