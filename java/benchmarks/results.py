"""What has been measured: reading, merging and comparing results in the shape of JMH's JSON.

A file holds `{"runs": […], "results": […]}`; a plain list of results, as JMH writes it, is read too. A result is

    {"benchmark": "….MatrixBenchmark.compute", "params": {"work": "TIMES", "n": "1024", "peer": "ejml"}, "threads": 1,
     "jdkVersion": "25.0.1", "primaryMetric": {"score": 1.5, "scoreError": 0.1, "scoreUnit": "us/op"}}

and what does not run on a JVM has no jdkVersion. A comparison is measured in rounds, in each of which every peer runs once:
"round" says in which, and "line" how many nanoseconds a line of the cache took from core to core meanwhile. Peers are
compared within a round, for a machine may be half as fast a minute later, and the median of the rounds counts.
"""

import json
import math
import re
import statistics
import subprocess
from pathlib import Path
from dataclasses import dataclass

# By which factor the way of a cache line from core to core changes at least when they have moved.
MOVED = 2.5

SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "milliseconds": 1e-3}


@dataclass(frozen=True)
class Result:
    benchmark: str
    params: tuple
    threads: int
    jdk: int | None
    """The feature release, or None where there is no JVM."""
    cost: float
    """Less is better: the seconds of one operation, or a number of bytes."""
    score: float
    unit: str
    round: int
    line: tuple = ()
    """The least and the most nanoseconds that a line of the cache took from core to core during the round, if measured."""

    def __getitem__(self, name):
        return dict(self.params).get(name)

    @property
    def comparison(self):
        """What results of different peers have in common that may be compared."""
        return (self.benchmark, tuple(p for p in self.params if p[0] != "peer"), self.threads, self.jdk)


@dataclass(frozen=True)
class Measured:
    """What the rounds of a comparison say about one peer."""

    rounds: tuple

    @property
    def comparison(self):
        return self.rounds[0].comparison

    @property
    def peer(self):
        return self.rounds[0]["peer"]

    @property
    def unit(self):
        return self.rounds[0].unit

    @property
    def score(self):
        return statistics.median(r.score for r in self.rounds)

    @property
    def cost(self):
        return statistics.median(r.cost for r in self.rounds)

    def over(self, other):
        """Returns how many times as much as another it costs.

        This is the median over the rounds that both have, or the ratio of the medians if they ran in no round together.
        """
        ratios = self.within_rounds(other)
        if not ratios:
            return self.cost / other.cost
        low, high = statistics.median_low(ratios), statistics.median_high(ratios)
        # Of two in the middle, the geometric mean is the same the other way round.
        return low if low == high else math.sqrt(low * high)

    def within_rounds(self, other):
        """Returns how many times as much as another it costs in each of the rounds that both have."""
        costs = {r.round: r.cost for r in other.rounds} if self.comparison == other.comparison else {}
        return [r.cost / costs[r.round] for r in self.rounds if r.round in costs]


def jdk_version(java):
    """Returns the version of a JDK, as JMH writes it."""
    settings = subprocess.run(
        [java, "-XshowSettings:properties", "-version"], check=True, capture_output=True, text=True
    ).stderr
    return re.search(r"java\.version = (\S+)", settings)[1]


def write(path, benchmark, version, scores):
    """Writes results as JMH does, of (parameters, score, unit, other scores by their names)."""
    raws = [
        {
            "benchmark": benchmark,
            "params": params,
            "jdkVersion": version,
            "primaryMetric": metric(score, unit),
            "secondaryMetrics": {name: metric(*more) for name, more in others.items()},
        }
        for params, score, unit, others in scores
    ]
    Path(path).write_text(json.dumps(raws, indent=2) + "\n", encoding="utf-8")


def metric(score, unit):
    return {"score": score, "scoreUnit": unit}


def feature(version):
    """Returns the feature release of a JDK version: 25 for 25.0.1."""
    return int(version.split(".")[0].split("-")[0].split("+")[0])


def cost(score, unit, threads):
    """Returns the seconds that an operation takes when `threads` of them run side by side, or the score without a time."""
    over, _, under = unit.partition("/")
    if over in SECONDS:
        return score * SECONDS[over] / threads
    if under in SECONDS:
        return SECONDS[under] / score
    return score


def parse(raw):
    """Returns one result of a file."""
    metric, threads = raw["primaryMetric"], raw.get("threads", 1)
    # A short run does not wait until all is compiled: the median of its iterations leaves the first ones out.
    iterations = [score for fork in metric.get("rawData", []) for score in fork]
    score = statistics.median(iterations) if iterations else metric["score"]
    return Result(
        benchmark=re.sub(r"^([a-z]\w*\.)+", "", raw["benchmark"]),
        params=tuple(sorted((name, str(value)) for name, value in (raw.get("params") or {}).items())),
        threads=threads,
        jdk=feature(raw["jdkVersion"]) if raw.get("jdkVersion") else None,
        cost=cost(score, metric["scoreUnit"], threads),
        score=score,
        unit=metric["scoreUnit"],
        round=raw.get("round", 0),
        line=tuple(raw.get("line", ())),
    )


def read(path):
    """Returns the runs and the raw results of a file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return ([], content) if isinstance(content, list) else (content["runs"], content["results"])


def merge(files):
    """Returns the runs and the results of several files.

    The last file that has a comparison has all of it, so that every ratio is one within a run.
    """
    runs, merged = [], []
    for path in files:
        more, raw = read(path)
        runs += [run for run in more if run not in runs]
        latest = {(r.comparison, r["peer"], r.round): r for r in map(parse, raw)}.values()
        replaced = {r.comparison for r in latest}
        merged = [r for r in merged if r.comparison not in replaced] + list(latest)
    return runs, merged


class Results:
    def __init__(self, results):
        self.all = list(results)
        self.jdks = sorted({r.jdk for r in self.all if r.jdk})

    def of(self, measure, params, jdk, peer=None):
        """Returns the results of a measure of the plan with these parameters."""
        wanted = {name: str(value) for name, value in params.items()}
        if peer:
            wanted["peer"] = peer
        return [
            r
            for r in self.all
            if r.benchmark == measure["benchmark"]
            and r.threads == measure.get("threads", 1)
            and r.jdk == (None if measure.get("jvm") is False else jdk)
            and all(r[name] == value for name, value in wanted.items())
        ]

    def one(self, measure, params, jdk, peer):
        """Returns what was measured of a peer, or None if nothing was."""
        found = self.of(measure, params, jdk, peer)
        return Measured(tuple(r for r in found if r.comparison == found[0].comparison)) if found else None


@dataclass(frozen=True)
class Verdict:
    """How one target stands on one JDK with one set of parameters."""

    target: dict
    jdk: int
    params: dict
    ratio: float | None
    """None if it has not been measured."""
    peer: str
    """The peer that the ratio is with; if none has been measured, all of them."""
    bound: float | None = None
    """The ratio that the target's bound reaches in our place, if it has one that has been measured."""
    rounds: tuple = ()
    """The least and the greatest ratio in a round, if there were several."""

    @property
    def met(self):
        if self.ratio is None:
            return False
        if "at-most" in self.target:
            return self.ratio <= self.target["at-most"]
        if "above" in self.target:
            return self.ratio > self.target["above"]
        return self.ratio >= self.target["at-least"]

    @property
    def margin(self):
        """How far beyond the target it is, as a factor: below 1 it is missed."""
        if self.ratio is None:
            return 0.0
        if "at-most" in self.target:
            return self.target["at-most"] / self.ratio
        return self.ratio / (self.target.get("at-least") or self.target["above"])


def limit(target):
    """Returns the words for a target's number."""
    for relation, words in (("at-least", "at least"), ("at-most", "at most"), ("above", "above")):
        if relation in target:
            return f"{words} {target[relation]:g}"
    raise ValueError(f"no relation in the target {target['text']!r}")


def verdicts(plan, results):
    """Yields how every target of the plan stands on every JDK that has been measured."""
    for target in plan.targets:
        for jdk in results.jdks:
            if plan.runs_on(target, jdk):
                each = [verdict(plan, results, target, jdk, params) for params in plan.cells(target["at"])]
                yield from [mean(target, jdk, each)] if "mean" in target else each


def mean(target, jdk, verdicts):
    """Returns how a target stands in the geometric mean of the ratios, of which none may be missing."""
    ratios = [v.ratio for v in verdicts]
    ratio = None if None in ratios else math.exp(statistics.fmean(map(math.log, ratios)))
    peers = dict.fromkeys(v.peer for v in verdicts)
    return Verdict(target, jdk, {}, ratio, ", ".join(peers))


def verdict(plan, results, target, jdk, params):
    measure = plan.measures[target["measure"]]
    other = plan.measures[target.get("with", target["measure"])]
    ours = results.one(measure, params, jdk, target["ours"])
    # The parameters that only one of two measures has do not hinder the comparison.
    theirs = [results.one(other, target.get("with-at", params), jdk, peer) for peer in target["peers"]]
    theirs = [r for r in theirs if r]
    if not ours or not theirs:
        return Verdict(target, jdk, params, None, ", ".join(target["peers"]))
    best = min(theirs, key=lambda r: r.over(ours))
    above, below = (ours, best) if "at-most" in target else (best, ours)
    # Where the peer is a rate, how much of it is reached: its cost is the seconds of one flop.
    ratio = above.over(below) * (target["flops"] * int(params["n"]) ** 3 if "flops" in target else 1)
    within = above.within_rounds(below)
    rounds = (min(within), max(within)) if len(within) > 1 else ()
    return Verdict(target, jdk, params, ratio, best.peer or "", bound(plan, results, target, jdk, params, best), rounds)


def bound(plan, results, target, jdk, params, theirs):
    """Returns the ratio that the bound of a target reaches in our place."""
    if "bound" not in target:
        return None
    measure = plan.measures[target["bound"].get("with", target["measure"])]
    # The parameters that only one of two measures has do not hinder the comparison.
    shared = {name: value for name, value in params.items() if name in measure["params"]}
    best = results.one(measure, shared, jdk, target["bound"]["peer"])
    if not best:
        return None
    # Of a rate, the cost is the seconds of one flop; of a cube of n they say how many there are for each value in it.
    flops = target["bound"]["flops"] * int(params.get("n", 1)) ** 3 if "flops" in target["bound"] else 1
    ratio = theirs.over(best) / flops
    return 1 / ratio if "at-most" in target else ratio


def crossovers(plan, results):
    """Yields (measure, parameters, JDK, peer, n, least): from which n on we stay faster than the peer, None if we do not, and
    whether that is the least n that was measured."""
    for crossover in plan.crossovers:
        measure = plan.measures[crossover["measure"]]
        sizes = sorted(measure["params"]["n"])
        for jdk in results.jdks:
            for params in plan.cells({k: v for k, v in measure["params"].items() if k != "n"}):
                ratios = []
                for n in sizes:
                    ours, theirs = (
                        results.one(measure, params | {"n": n}, jdk, peer) for peer in (plan.ours, crossover["peer"])
                    )
                    if ours and theirs:
                        ratios.append((n, theirs.over(ours)))
                if ratios:
                    least = None
                    for n, ratio in reversed(ratios):
                        if ratio <= 1:
                            break
                        least = n
                    yield crossover["measure"], params, jdk, crossover["peer"], least, least == ratios[0][0]
