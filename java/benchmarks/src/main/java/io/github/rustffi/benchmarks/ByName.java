package io.github.rustffi.benchmarks;

import java.util.Map;

/**
 * The peers of a benchmark, or ways to make them, by the names that results bear.
 *
 * @param <P> what there is of each
 */
public final class ByName<P> {
    private final Map<String, P> peers;

    /**
     * Makes peers known by their names.
     *
     * @param peers the peers
     */
    public ByName(Map<String, P> peers) {
        this.peers = peers;
    }

    /**
     * Returns the peer of a name.
     *
     * @param name the name
     * @return the peer
     * @throws IllegalArgumentException when there is none of that name
     */
    public P get(String name) {
        P peer = peers.get(name);
        if (peer == null) {
            throw new IllegalArgumentException("no peer " + name + " among " + peers.keySet());
        }
        return peer;
    }
}
