package io.github.rustffi.internal;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.scijava.nativelib.BaseJniExtractor;

/** Native-lib-loader's extraction, into a directory of ours. */
final class Extractor extends BaseJniExtractor {
    private final File directory;

    private Extractor(File directory) throws IOException {
        super(Library.class);
        this.directory = directory;
    }

    /**
     * Extracts a library out of the jar.
     *
     * @throws IOException if the jar holds none, or the directory cannot be written to
     */
    static void extract(Library library, File directory) throws IOException {
        try {
            if (create(directory).extractJni(library.directory(), "rust_ffi") == null) {
                throw new FileNotFoundException("the jar holds no ".concat(library.resource()));
            }
        } catch (FileNotFoundException | NoSuchFileException e) {
            InputStream in = Library.openInJar(library.resource());
            if (in == null) {
                throw e;
            }
            Files.copy(in, directory.toPath().resolve(Library.name()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Creates an extractor that only extracts. Left to itself, its constructor deletes other processes' directories
     * that are older than five minutes, and takes 10 ms to describe this system for the sake of resources that we do
     * not have.
     */
    private static Extractor create(File directory) throws IOException {
        Properties properties = System.getProperties();
        synchronized (properties) {
            Object age = properties.put("org.scijava.nativelib.leftoverMinAgeMs", Long.toString(Long.MAX_VALUE));
            Object system = properties.putIfAbsent("mx.sysinfo", "any");
            try {
                return new Extractor(directory);
            } finally {
                if (age == null) {
                    properties.remove("org.scijava.nativelib.leftoverMinAgeMs");
                } else {
                    properties.put("org.scijava.nativelib.leftoverMinAgeMs", age);
                }
                if (system == null) {
                    properties.remove("mx.sysinfo");
                }
            }
        }
    }

    @Override
    public File getNativeDir() {
        return directory;
    }

    @Override
    public File getJniDir() {
        return directory;
    }
}
