package io.github.rustffi.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eight threads add, replace, remove, save and search: every search sees one state. */
class ThreadsTest {
    private static final int GROUPS = 12;
    private static final int MEMBERS = 5;

    @TempDir
    Path directory;

    /** The members of a group, which are always changed together: vector, text and metadata tell by which change. */
    private static List<Segment> group(int group, int change) {
        List<Segment> segments = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            segments.add(new Segment(
                    group + "/" + member,
                    new float[] {1, group, member, change},
                    "change " + change,
                    Map.of("group", group, "change", change)));
        }
        return segments;
    }

    /** Fails unless what has been found are whole groups, each as one change has left it. */
    private static void check(List<Match> matches) {
        Map<Integer, Set<Integer>> changes = new java.util.HashMap<>();
        Map<Integer, Integer> members = new java.util.HashMap<>();
        for (Match match : matches) {
            Segment segment = match.segment();
            int change = (int) segment.metadata().get("change");
            int group = (int) segment.metadata().get("group");
            assertThat(segment.text()).isEqualTo("change " + change);
            assertThat(segment.vector())
                    .containsExactly(1, group, segment.id().charAt(segment.id().length() - 1) - '0', change);
            changes.computeIfAbsent(group, g -> new HashSet<>()).add(change);
            members.merge(group, 1, Integer::sum);
        }
        assertThat(changes.values()).allSatisfy(found -> assertThat(found).hasSize(1));
        assertThat(members.values()).allSatisfy(found -> assertThat(found).isEqualTo(MEMBERS));
    }

    @Test
    void everySearchSeesOneState() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger change = new AtomicInteger();
        AtomicInteger searches = new AtomicInteger();
        AtomicInteger added = new AtomicInteger(GROUPS);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (TextStore store = TextStore.open(directory)) {
            for (int group = 0; group < GROUPS; group++) {
                store.putAll(group(group, change.incrementAndGet()));
            }
            List<Future<?>> all = new ArrayList<>();
            // Groups from 0 to 5 are replaced; they never go. The others come and go. Further ones are added.
            for (int i = 0; i < 2; i++) {
                int thread = i;
                all.add(threads.submit(() -> {
                    for (int n = thread; !isOver.get(); n++) {
                        store.putAll(group(n % 6, change.incrementAndGet()));
                    }
                }));
            }
            all.add(threads.submit(() -> {
                for (int n = 0; !isOver.get(); n++) {
                    int group = 6 + n % 6;
                    if (n % 2 == 0) {
                        store.removeAll(Condition.of("group", ((Object) group)::equals));
                    } else {
                        store.removeAll(
                                group(group, 0).stream().map(Segment::id).toList());
                    }
                    store.putAll(group(group, change.incrementAndGet()));
                }
            }));
            all.add(threads.submit(() -> {
                while (!isOver.get()) {
                    store.putAll(group(added.getAndIncrement(), change.incrementAndGet()));
                    store.save();
                }
                return null;
            }));
            for (int i = 0; i < 4; i++) {
                int thread = i;
                all.add(threads.submit(() -> {
                    for (int n = thread; !isOver.get(); n++) {
                        List<Match> matches = store.search(new float[] {1, 1, 1, 1}, 1 << 20, -1, null);
                        check(matches);
                        assertThat(matches).hasSizeGreaterThanOrEqualTo(11 * MEMBERS);
                        int last = n % 6;
                        List<Match> some = store.search(
                                new float[] {1, 1, 1, 1}, 100, -1, Condition.of("group", group -> (int) group <= last));
                        check(some);
                        assertThat(some).hasSize((last + 1) * MEMBERS);
                        searches.incrementAndGet();
                    }
                }));
            }
            TimeUnit.SECONDS.sleep(4);
            isOver.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            store.save();
            assertThat(searches.get()).isGreaterThan(10);
        } finally {
            isOver.set(true);
            threads.shutdown();
        }
        try (TextStore store = TextStore.open(directory)) {
            assertThat(store.size()).isEqualTo((long) added.get() * MEMBERS);
            check(store.search(new float[] {1, 1, 1, 1}, 1 << 20, -1, null));
        }
    }
}
