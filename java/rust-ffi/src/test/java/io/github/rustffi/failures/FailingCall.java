package io.github.rustffi.failures;

import java.io.File;
import java.util.Objects;

/**
 * A call that fails, and how.
 *
 * <p>Between its preparation and the failure it asks the JVM for no class, no memory and hardly any stack of its own,
 * so that it can be made where there is none.
 */
public final class FailingCall {
    /** Ends a message of which only the beginning is known: the rest is the system's. */
    private static final String AND_SO_ON = "…";

    private static final String DIRECTORY = "{directory}";

    private final String method;
    private final String mistake;
    private final String exception;
    private final String message;
    private final Preparation preparation;

    FailingCall(String method, String mistake, String exception, String message, Preparation preparation) {
        this.method = method;
        this.mistake = mistake;
        this.exception = exception;
        this.message = message;
        this.preparation = preparation;
    }

    /** Makes what the call needs. */
    interface Preparation {
        /** Returns the call, or null where this machine cannot make it fail. */
        Call prepare(Scene scene) throws Exception;
    }

    /** The call itself. Its result does not matter: there should be none. */
    interface Call {
        void run() throws Throwable;
    }

    /** Returns the public method that is called, such as {@code Matrix.solve(double[])}. */
    public String method() {
        return method;
    }

    /** Returns the name of the class of the exception. */
    String exception() {
        return exception;
    }

    /** Returns whether Rust finds the mistake, and not Java. */
    boolean isOfRust() {
        return !mistake.startsWith(FailingCalls.IN_JAVA);
    }

    /** Returns the call with all that it needs, or null where this machine cannot make it fail. */
    public Prepared prepare(Scene scene) throws Exception {
        Call call = preparation.prepare(scene);
        String expected = message.contains(DIRECTORY)
                ? message.replace('/', File.separatorChar)
                        .replace(DIRECTORY, scene.directory().toString())
                : message;
        return call == null ? null : new Prepared(this, call, expected);
    }

    @Override
    public String toString() {
        return method + ", " + mistake;
    }

    /** A call that can be made any number of times. */
    public static final class Prepared {
        static {
            // So that the JVM need not look for what is caught when it has no memory to do so.
            new Prepared(null, () -> Objects.requireNonNull(null), null).attempt();
        }

        private final FailingCall of;
        private final Call call;
        private final String expected;

        private Prepared(FailingCall of, Call call, String expected) {
            this.of = of;
            this.call = call;
            this.expected = expected;
        }

        /** Returns what the call throws, or null where it returns as if nothing had happened. */
        public Throwable attempt() {
            try {
                call.run();
                return null;
            } catch (Throwable e) {
                return e;
            }
        }

        /** Makes the call, which must fail as it should. */
        public void requireFailure() {
            String wrong = wrong(attempt());
            if (wrong != null) {
                throw new AssertionError(this + ": " + wrong);
            }
        }

        /**
         * Returns what is wrong with what the call has thrown where memory or the stack may be at its end: then the
         * JVM's own error is right, too.
         */
        String wrongUnlessOfJvm(Throwable thrown) {
            return thrown instanceof VirtualMachineError ? null : wrong(thrown);
        }

        /** Returns what is wrong with what the call has thrown, or null where nothing is. */
        String wrong(Throwable thrown) {
            if (thrown == null) {
                return "returned as if nothing had happened";
            }
            Class<?> type = thrown.getClass();
            ClassLoader own =
                    type.getName().startsWith("io.github.rustffi.") ? FailingCall.class.getClassLoader() : null;
            if (!type.getName().equals(of.exception)) {
                return "threw " + thrown + ", not " + of.exception;
            }
            if (type.getClassLoader() != own) {
                return "threw " + of.exception + " of another class loader";
            }
            String message = thrown.getMessage();
            boolean right = message != null && expected.endsWith(AND_SO_ON)
                    ? message.startsWith(expected.substring(0, expected.length() - AND_SO_ON.length()))
                    : expected.equals(message);
            return right ? null : "has the message \"" + message + "\", not \"" + expected + "\"";
        }

        @Override
        public String toString() {
            return of.toString();
        }
    }
}
