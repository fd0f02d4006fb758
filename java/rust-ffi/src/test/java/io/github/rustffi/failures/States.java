package io.github.rustffi.failures;

import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.util.Arrays;

/**
 * Makes failing calls in a state in which a JVM is rarely found, and prints what is wrong. {@link Runs} starts a JVM
 * for each state.
 *
 * <p>Arguments are the state, what it needs to know, and which calls to make. With {@code each} before them, each call
 * is made in a copy of the library of its own, in which nothing has failed before.
 */
public final class States {
    /** Begins the line that says that the program has come to its end. */
    static final String DONE = "done: ";

    private States() {}

    public static void main(String[] arguments) throws Exception {
        long made =
                arguments[0].equals("each") ? each(Arrays.copyOfRange(arguments, 1, arguments.length)) : run(arguments);
        System.out.println(DONE + made);
        // Threads that are still there are of no interest.
        System.exit(0);
    }

    private static long each(String... arguments) throws Exception {
        long made = 0;
        String[] inCopy = arguments.clone();
        for (int number : Calls.select(arguments[arguments.length - 1])) {
            inCopy[inCopy.length - 1] = Integer.toString(number);
            made += Copy.run(inCopy);
        }
        return made;
    }

    /** Returns how many calls have been made. */
    static long run(String... arguments) throws Exception {
        String selection = arguments[arguments.length - 1];
        switch (arguments[0]) {
            case "copies":
                return Copy.inTwo(selection);
            case "stopped":
                return Copy.inTwoStopped(selection);
            default:
                return runHere(selection, arguments);
        }
    }

    private static long runHere(String selection, String... arguments) throws Exception {
        try (Calls calls = new Calls()) {
            switch (arguments[0]) {
                case "rest" -> calls.prepare(selection).makeAll("at rest").makeAllAfterwards();
                case "heap" ->
                    FullHeap.make(
                            prepare(calls, arguments[1], selection),
                            Arrays.stream(arguments[2].split(","))
                                    .mapToInt(Integer::parseInt)
                                    .toArray());
                case "stack" ->
                    EndOfStack.make(
                            prepare(calls, arguments[1], selection),
                            Long.parseLong(arguments[2]),
                            Integer.parseInt(arguments[3]));
                case "context" -> {
                    if (ContextLoaders.areRefused(arguments[1])) {
                        // JDK 17 starts no thread from one that does so, and an index needs one that cleans.
                        VectorIndex.create(1, VectorIndex.Metric.COSINE).close();
                    }
                    onThread(calls, selection, part -> ContextLoaders.start(arguments[1], part));
                }
                case "virtual" -> onThread(calls, selection, States::startVirtual);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            return calls.made();
        }
    }

    /** Prepares calls, the library being loaded, and nothing having failed before unless the state is {@code warm}. */
    private static Calls prepare(Calls calls, String kind, String selection)
            throws ReflectiveOperationException, IOException {
        calls.warmUp().prepare(selection);
        return kind.equals("warm") ? calls.makeAll("at rest") : calls;
    }

    /** Starts threads of some kind. */
    interface Threads {
        Thread start(Runnable part) throws Exception;
    }

    /** Makes the calls on a thread of some kind: first of all, and when they have been made at rest. */
    private static void onThread(Calls calls, String selection, Threads threads) throws Exception {
        threads.start(() -> calls.prepare(selection).makeAll("there")).join();
        calls.makeAllAfterwards();
        threads.start(() -> calls.makeAll("there, the second time,")).join();
        calls.makeAllAfterwards();
    }

    private static Thread startVirtual(Runnable part) throws ReflectiveOperationException {
        // Not in the oldest JDK that we compile for.
        return (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, part);
    }
}
