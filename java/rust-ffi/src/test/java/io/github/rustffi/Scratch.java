package io.github.rustffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where tests put thousands of files. */
public final class Scratch {
    private static final long ROOM = 1L << 30;

    private Scratch() {}

    /**
     * Returns the directory that Linux keeps in memory, if there is one and it has room: files that each wait for a
     * disk take minutes. Else that for temporary files.
     */
    public static Path directory() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() >= ROOM
                ? memory
                : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
