package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hits of several shards, without Spark. */
class ShardHitsTest {
    /** One is the least normal float, the other half a unit less, which becomes the same float. */
    @Test
    void scoresThatOnlyAFloatMakesEqualComeInTheirOrder() {
        float[] query = {1 - 0x1p-24f};
        try (VectorIndex both = VectorIndex.create(1, Metric.DOT_PRODUCT);
                VectorIndex better = VectorIndex.create(1, Metric.DOT_PRODUCT);
                VectorIndex worse = VectorIndex.create(1, Metric.DOT_PRODUCT)) {
            both.put(1, new float[] {Float.MIN_NORMAL * (1 + 0x1p-23f)});
            both.put(0, new float[] {Float.MIN_NORMAL});
            better.put(1, both.get(1));
            worse.put(0, both.get(0));
            ShardHits first = ShardHits.of(0, better, better.search(query, 2), query, 0);
            ShardHits second = ShardHits.of(1, worse, worse.search(query, 2), query, 0);
            assertThat(both.search(query, 2).ids()).containsExactly(1, 0);
            assertThat(ShardHits.merged(List.of(first, second), 2, Metric.DOT_PRODUCT, 1))
                    .isEqualTo(both.search(query, 2));
        }
    }
}
