package io.github.rustffi.fuzz;

import io.github.rustffi.Parallelism;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Calls every public method with random values. What comes back has to be that of a simple loop where there is one, the
 * same bits on 1, 2 and 5 threads, the same again while others call and the number of threads changes, or an exception
 * that the method documents.
 *
 * <p>{@code scripts/fuzz} runs it for longer than {@link FuzzerTest}.
 */
public final class Fuzzer {
    private static final int[] THREADS = {1, 2, 5};
    private static final int CALLERS = 3;

    /** Further rounds for a method that has not returned. */
    private static final int ATTEMPTS = 40;

    /** What is shown at most of what is wrong. */
    private static final int SHOWN = 20;

    private final List<Api.Call> calls = Api.calls();
    private final Set<String> returned = new TreeSet<>();
    private final Set<String> wrong = new TreeSet<>();
    private long rounds;

    /** Fuzzes for a number of seconds, from a seed, and exits with 1 if something is wrong. */
    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
        System.out.println("seed " + seed);
        Fuzzer fuzzer = new Fuzzer();
        fuzzer.run(seed, TimeUnit.SECONDS.toNanos(seconds));
        System.out.println(fuzzer.rounds + " rounds of " + fuzzer.calls.size() + " methods");
        fuzzer.missed().forEach(name -> System.out.println("never returned: " + name));
        fuzzer.wrong.stream().limit(SHOWN).forEach(System.out::println);
        System.exit(fuzzer.wrong.isEmpty() && fuzzer.missed().isEmpty() ? 0 : 1);
    }

    /** Returns what was wrong, each thing with the seed of its round. */
    Set<String> wrong() {
        return wrong;
    }

    /** Returns the methods that have not returned once without an exception. */
    Set<String> missed() {
        Set<String> missed = new TreeSet<>();
        calls.forEach(call -> missed.add(call.name()));
        missed.removeAll(returned);
        return missed;
    }

    /**
     * Makes rounds until the time is over and each method has had its own, and further ones for those that have not
     * returned in any.
     */
    void run(long seed, long nanos) throws InterruptedException, ExecutionException {
        int threads = Parallelism.threads();
        long begin = System.nanoTime();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            long round = seed;
            for (; System.nanoTime() - begin < nanos || round - seed < calls.size(); round += CALLERS) {
                batch(callers, round);
            }
            long last = round + (long) ATTEMPTS * calls.size();
            for (; round < last && !missed().isEmpty(); round++) {
                if (missed().contains(Round.wanted(calls, round).name())) {
                    batch(callers, round);
                }
            }
        } finally {
            callers.shutdown();
            Parallelism.setThreads(threads);
        }
    }

    private void batch(ExecutorService callers, long seed) throws InterruptedException, ExecutionException {
        List<List<String>> expected = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            List<String> first = null;
            for (int threads : THREADS) {
                setThreads(threads);
                List<String> outcomes = run(seed + i);
                if (first == null) {
                    first = outcomes;
                    expected.add(first);
                }
                compare(first, outcomes, "on " + threads + " threads", seed + i);
            }
            rounds++;
        }
        List<Future<Round>> running = new ArrayList<>();
        List<List<String>> outcomes = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Round round = new Round(calls, seed + i);
            List<String> ofRound = new ArrayList<>();
            outcomes.add(ofRound);
            running.add(callers.submit(() -> ofRound.addAll(round.run()), round));
        }
        Random random = new Random(seed);
        while (!running.stream().allMatch(Future::isDone)) {
            setThreads(1 + random.nextInt(7));
            Thread.sleep(random.nextInt(5));
        }
        for (int i = 0; i < CALLERS; i++) {
            wrong.addAll(running.get(i).get().wrong());
            compare(expected.get(i), outcomes.get(i), "beside others", seed + i);
        }
    }

    private List<String> run(long seed) {
        Round round = new Round(calls, seed);
        List<String> outcomes = round.run();
        wrong.addAll(round.wrong());
        returned.addAll(round.returned());
        return outcomes;
    }

    private void setThreads(int threads) {
        Parallelism.setThreads(threads);
        returned.add("Parallelism.setThreads(int)");
    }

    private void compare(List<String> expected, List<String> outcomes, String where, long seed) {
        for (int i = 0; i < Math.max(expected.size(), outcomes.size()); i++) {
            String one = i < expected.size() ? expected.get(i) : "nothing";
            String other = i < outcomes.size() ? outcomes.get(i) : "nothing";
            if (!one.equals(other)) {
                wrong.add(other + " " + where + ", but was " + one + " (round " + seed + ")");
                return; // what follows differs for that reason
            }
        }
    }
}
