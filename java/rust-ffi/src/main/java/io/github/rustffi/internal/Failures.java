package io.github.rustffi.internal;

import io.github.rustffi.NoConvergenceException;
import io.github.rustffi.NotPositiveDefiniteException;
import io.github.rustffi.SingularMatrixException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * The exceptions that Rust throws. Rust knows them by numbers, and names none of them: so they are those of this class
 * loader, whatever the thread's context class loader is, and a tool that shrinks jars sees that they are used.
 */
final class Failures {
    // As in native/src/java/failure.rs.
    static final int BUG = 0;
    static final int NULL_POINTER = 1;
    static final int ILLEGAL_ARGUMENT = 2;
    static final int ILLEGAL_STATE = 3;
    static final int INDEX_OUT_OF_BOUNDS = 4;
    static final int UNSUPPORTED_OPERATION = 5;
    static final int ARITHMETIC = 6;
    static final int SINGULAR = 7;
    static final int NOT_POSITIVE_DEFINITE = 8;
    static final int NO_CONVERGENCE = 9;
    static final int OUT_OF_MEMORY = 10;
    static final int IO = 11;
    static final int NO_SUCH_FILE = 12;
    static final int ACCESS_DENIED = 13;
    static final int FILE_SYSTEM = 14;

    /** Thrown where no other exception can be made. */
    static final Error SPARE = new Unreported();

    static {
        // Every class is linked now: later, its class loader may have been closed, or the stack be too short for that.
        for (int kind = BUG; kind <= FILE_SYSTEM; kind++) {
            exception(kind, "", "");
        }
    }

    private Failures() {}

    /**
     * Returns the exception of a kind. One about a file makes its message of the file and the reason; others ignore it.
     */
    static Throwable exception(int kind, String message, String file) {
        switch (kind) {
            case NULL_POINTER:
                return new NullPointerException(message);
            case ILLEGAL_ARGUMENT:
                return new IllegalArgumentException(message);
            case ILLEGAL_STATE:
                return new IllegalStateException(message);
            case INDEX_OUT_OF_BOUNDS:
                return new IndexOutOfBoundsException(message);
            case UNSUPPORTED_OPERATION:
                return new UnsupportedOperationException(message);
            case ARITHMETIC:
                return new ArithmeticException(message);
            case SINGULAR:
                return new SingularMatrixException(message);
            case NOT_POSITIVE_DEFINITE:
                return new NotPositiveDefiniteException(message);
            case NO_CONVERGENCE:
                return new NoConvergenceException(message);
            case OUT_OF_MEMORY:
                return new OutOfMemoryError(message);
            case IO:
                return new IOException(message);
            case NO_SUCH_FILE:
                return new NoSuchFileException(file, null, message);
            case ACCESS_DENIED:
                return new AccessDeniedException(file, null, message);
            case FILE_SYSTEM:
                return new FileSystemException(file, null, message);
            default:
                return new AssertionError("bug in rust_ffi: ".concat(message));
        }
    }

    /** One for all threads and all time: it keeps no stack trace and collects nothing. */
    private static final class Unreported extends Error {
        private static final long serialVersionUID = 1L;

        Unreported() {
            super("rust_ffi: a call failed, and there was no memory to say why", null, false, false);
        }
    }
}
