"""Writes the pages of benchmarks and their plots from results. The same results give the same bytes."""

import os.path

import matplotlib
from matplotlib import pyplot

import results

INTRODUCTION = """\
# {title}

<!-- Written by scripts/bench from its results: change the plan or java/benchmarks/page.py instead. -->

rust-ffi beside what a user would choose instead: each library from matrices and vectors of its own to new ones, with the
settings that it comes with. Every result was checked before it was timed. Ratios count: what a machine does in absolute
figures depends on the machine, and on what else runs on it. That changes within a minute, so whatever JMH measures is measured
in rounds. In a round each peer runs once, in a JVM of its own, one right after the other, and in the next they run in reverse
order; a ratio is the median of those within the rounds, and a time is the median of the rounds. What memory gives changes
within a second: searching and reading all of it take turns in one JVM. Peers that compute in Java warm up for seconds, until
the JVM has compiled them.

The cores of a virtual machine may be moved apart and together again, and work that they share takes up to twice as long while
a line of the cache has a long way from one to the other. That is measured before and after each JVM, and a round of such work
during which it has changed is measured again.

`scripts/bench --page {name}` measures all of it and writes this page; `java/benchmarks/plan.toml` says what, in how many rounds,
and with which flags. {others}
"""
COUNT = """\
The targets that were set, and whether each is met. A figure is how many times faster rust-ffi is, or, where the target says
"at most", how many times as long it takes; of several figures, the one nearest to the target or farthest below it. The
parentheses give the least and the greatest in a round: where the target lies between them, another run may say otherwise.
{met} of {all} are met.

Some targets that are missed are followed by a bound: what a loop in C would reach in our place that does only what cannot be
left out. It reads the vectors, or multiplies what lies in registers and the first-level cache, or takes two arrays from Java and
computes. For pauses it is a loop in Java that computes.
"""
WORK = """\
Time of one operation. In parentheses, how many times as long as rust-ffi it takes: below 1 the peer is faster.
"""
JNI = """\
What the calls above take beyond the core, which criterion times in a program without a JVM: crossing JNI, copying, and the
allocation of the result by the JVM. In parentheses, the part of the call that it is. Where the two were measured at
different times, noise can make it negative.
"""
WINS = """\
Every place where a peer was faster than rust-ffi, and how many times.
"""
MISSING = """\
What the plan has and these results lack: it has not been run, or it failed.
"""
# The parameters in the results of criterion of what is measured in Java as well.
CORE = {
    "MatrixBenchmark.compute": lambda at: {"work": at["work"], "n": at["n"]},
    "VectorBenchmark.compute": lambda at: {"work": at["operation"], "type": at["type"], "n": at["n"]},
    "IndexBenchmark.search": lambda at: {"work": "SEARCH", "n": at["k"]},
}


def write(path, plan, name, runs, measured):
    folder = path.parent / path.stem
    if folder.is_dir():
        for old in folder.glob("*.svg"):
            old.unlink()
    page = Page(plan, name, measured, folder)
    parts = [page.introduction(), page.runs(runs), page.targets(), page.wins(), page.work(), page.jni(), page.missing()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(part for part in parts if part), encoding="utf-8")


class Page:
    def __init__(self, plan, name, measured, folder):
        self.plan, self.name, self.results, self.folder = plan, name, measured, folder
        self.measures = [measure for measure in plan.measures.values() if measure["page"] == name]

    def introduction(self):
        about = self.plan.pages
        here = about[self.name]["file"]
        others = [
            f"[{other['title']}]({os.path.relpath(other['file'], os.path.dirname(here))})"
            for name, other in about.items()
            if name != self.name
        ]
        text = f"There is also: {', '.join(others)}." if others else ""
        return INTRODUCTION.format(title=about[self.name]["title"], name=self.name, others=text)

    def title(self, peer):
        return self.plan.peers[peer]["title"]

    @staticmethod
    def peers(measure):
        """Returns the peers of a measure: ours first, the others as they run."""
        return sorted(measure["peers"], key=lambda peer: peer != measure["ours"])

    def runs(self, runs):
        lines = ["## What was run", ""]
        for run in runs:
            jdks = " and ".join(run["jdks"])
            lines.append(
                f"- {run['date']}, commit `{run['commit']}`: {run['cpu']}, {plural(run['cores'], 'core')}, {run['system']},"
                f" JDK {jdks}"
            )
        lines += self.distance()
        libraries = {}
        here = {peer for measure in self.measures for peer in measure["peers"]}
        for run in runs:
            for name, peer in self.plan.peers.items():
                version = run["libraries"].get(peer.get("library")) if name in here else None
                if version:
                    versions = libraries.setdefault(peer["library"], [])
                    versions += [version] if version not in versions else []
        if libraries:
            named = ", ".join(f"{name} {' and '.join(versions)}" for name, versions in libraries.items())
            lines += ["", f"Libraries: {named}."]
        return "\n".join(lines) + "\n"

    def distance(self):
        """Returns lines that say how far the cores were from each other."""
        lines = [value for r in self.results.all for value in r.line]
        if not lines:
            return []
        shared = {measure["benchmark"] for measure in self.measures if measure.get("shared")}
        rounds = {(r.comparison, r.round): r.line for r in self.results.all if r.line and r.benchmark in shared}.values()
        moved = sum(high >= results.MOVED * low for low, high in rounds)
        return [
            "",
            f"From one core to another a line of the cache took {min(lines):.0f} to {max(lines):.0f} ns. In {moved} of"
            f" {plural(len(rounds), 'round')} of work that cores share it still changed by a factor of"
            f" {results.MOVED} or more.",
        ]

    def targets(self):
        jdks = self.results.jdks
        names = {measure["name"] for measure in self.measures}
        verdicts = list(results.verdicts(self.plan, self.results))
        rows, met, count = [], 0, 0
        for target in self.plan.targets:
            if target["measure"] not in names:
                continue
            row = [target["text"], results.limit(target)]
            for jdk in jdks:
                here = [v for v in verdicts if v.target is target and v.jdk == jdk]
                if not here:
                    row.append("–")
                    continue
                worst = min(here, key=lambda v: v.margin)
                count += 1
                met += worst.met
                row.append(self.verdict(worst))
            rows.append(row)
        head = ["target", "wanted", *(f"JDK {jdk}" for jdk in jdks)]
        crossovers = [
            f"- {name} {' '.join(str(value) for value in params.values())}, JDK {jdk}: faster than {self.title(peer)} "
            + (f"from n = {n} on{', the least measured' * least}" if n else "at no n that reaches to the largest")
            for name, params, jdk, peer, n, least in results.crossovers(self.plan, self.results)
            if name in names
        ]
        if not rows:
            return ""
        text = f"## Targets\n\n{COUNT.format(met=met, all=plural(count, 'target'))}\n{table(head, rows)}"
        return text + ("\n### Crossover\n\n" + "\n".join(crossovers) + "\n" if crossovers else "")

    def verdict(self, v):
        if v.ratio is None:
            return "not measured"
        at = [self.title(v.peer)] if len(v.target["peers"]) > 1 else []
        at += [value if name not in ("n", "k") else f"{name} = {value}" for name, value in varying(v.target["at"], v.params)]
        details = [", ".join(at)] if at else []
        details += [f"{v.rounds[0]:.2f} to {v.rounds[1]:.2f}"] if v.rounds else []
        where = f" ({'; '.join(details)})" if details else ""
        bound = f"; {self.title(v.target['bound']['peer'])}: {v.bound:.2f} x" if v.bound and not v.met else ""
        return f"{'met' if v.met else '**missed**'}: {v.ratio:.2f} x{where}{bound}"

    def work(self):
        parts = [f"## Work\n\n{WORK}"]
        for measure in self.measures:
            if measure.get("jvm") is False:
                continue
            text = ""
            along = "n" if len(listed(measure, "n")) > 1 else None
            for params in self.plan.cells({k: v for k, v in measure["params"].items() if k != along}):
                text += self.tables(measure, params, along)
            if text:
                note = f"{measure['note']}\n\n" if "note" in measure else ""
                parts.append(f"### {measure['title']}\n\n{note}{text}")
        return "\n".join(parts) if len(parts) > 1 else ""

    def tables(self, measure, params, along):
        """Returns the plot and a table a JDK of a measure with these parameters, over the values of another one."""
        names = [str(value).lower() for _, value in varying(measure["params"], params)]
        heading = f"{' '.join(names)}, " if names else ""
        text, panels = "", {}
        for jdk in self.results.jdks:
            rows = {}
            for value in measure["params"][along] if along else [None]:
                at = params | ({along: value} if along else {})
                rows[value] = {
                    peer: result
                    for peer in self.peers(measure)
                    if (result := self.results.one(measure, at, jdk, peer))
                }
            peers = [peer for peer in self.peers(measure) if any(peer in row for row in rows.values())]
            if not peers:
                continue
            panels[jdk] = peers, rows
            head = [*([along] if along else []), *(self.title(peer) for peer in peers)]
            body = [
                [*([str(value)] if along else []), *(self.cell(measure, row, peer) for peer in peers)]
                for value, row in rows.items()
                if row
            ]
            text += f"{heading}JDK {jdk}:\n\n{table(head, body, 1 if along else 0)}\n"
        if along and panels:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = "-".join([measure["name"], *names]) + ".svg"
            self.plot(self.folder / file, along, panels)
            alternative = f"{measure['title'].replace('`', '')}{' ' if names else ''}{' '.join(names)}: time over {along}"
            text = f"![{alternative}]({self.folder.name}/{file})\n\n{text}"
        return text

    def cell(self, measure, row, peer):
        if peer not in row:
            return ""
        ours = row.get(measure["ours"])
        ratio = f" ({row[peer].over(ours):.2f})" if ours and peer != measure["ours"] else ""
        return show(row[peer]) + ratio

    def plot(self, file, along, panels):
        style = {"svg.hashsalt": "rust-ffi", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
        with matplotlib.rc_context(style):
            figure, axes = pyplot.subplots(
                1, len(panels), figsize=(4.8 * len(panels), 4.2), sharey=True, squeeze=False, layout="constrained"
            )
            shown = [peer for peer in self.plan.peers if any(peer in peers for peers, _ in panels.values())]
            colours = {peer: f"C{i % 10}" for i, peer in enumerate(p for p in shown if p != self.plan.ours)}
            for axis, (jdk, (peers, rows)) in zip(axes[0], panels.items()):
                for peer in peers:
                    points = [(value, row[peer].cost) for value, row in rows.items() if peer in row]
                    ours = peer == self.plan.ours
                    axis.loglog(
                        *zip(*points),
                        color="black" if ours else colours[peer],
                        linewidth=2.4 if ours else 1.2,
                        linestyle="-" if ours or shown.index(peer) <= 10 else "--",
                        marker="o",
                        markersize=3,
                        label=self.title(peer),
                        zorder=3 if ours else 2,
                    )
                values = [value for value, row in rows.items() if row]
                axis.set_xticks(values, [str(value) for value in values])
                axis.minorticks_off()
                axis.grid(alpha=0.3)
                axis.set_title(f"JDK {jdk}")
                axis.set_xlabel(along)
            axes[0][0].set_ylabel("seconds")
            axes[0][-1].legend(fontsize=7)
            figure.savefig(file, metadata={"Date": None, "Creator": None})
            pyplot.close(figure)

    def jni(self):
        rows = []
        core = {"benchmark": "Core", "jvm": False}
        for measure in self.measures:
            inside = CORE.get(measure["benchmark"])
            if not inside or measure.get("threads", 1) > 1:
                continue
            for params in self.plan.cells(measure["params"]):
                alone = self.results.one(core, inside(params), None, "core")
                calls = [self.results.one(measure, params, jdk, self.plan.ours) for jdk in self.results.jdks]
                if alone and any(calls):
                    row = [f"{measure['title']} {place(measure, params)}".strip(), show(alone)]
                    for call in calls:
                        if call is None:
                            row.append("")
                            continue
                        beyond = call.cost - alone.cost
                        row.append(f"{duration(beyond)} ({100 * beyond / call.cost:.0f} %)")
                    rows.append(row)
        if not rows:
            return ""
        head = ["work", "the core alone", *(f"beyond it, JDK {jdk}" for jdk in self.results.jdks)]
        return f"## What the JVM adds\n\n{JNI}\n{table(head, rows, 1)}"

    def wins(self):
        rows = []
        for measure in self.measures:
            for jdk in self.results.jdks if measure.get("jvm") is not False else []:
                for peer in measure["peers"]:
                    if peer == measure["ours"] or self.plan.peers[peer].get("yardstick"):
                        continue
                    where = []
                    for params in self.plan.cells(measure["params"]):
                        ours, theirs = (
                            self.results.one(measure, params, jdk, name) for name in (measure["ours"], peer)
                        )
                        if ours and theirs and ours.over(theirs) > 1:
                            at = place(measure, params)
                            where.append(f"{at}{': ' if at else ''}{ours.over(theirs):.2f}")
                    if where:
                        rows.append([measure["title"], str(jdk), self.title(peer), "; ".join(where)])
        if not rows:
            return "## Where a peer wins\n\nNowhere in these results was a peer faster than rust-ffi.\n"
        return f"## Where a peer wins\n\n{WINS}\n{table(['work', 'JDK', 'peer', 'where'], rows)}"

    def missing(self):
        rows = []
        for measure in self.measures:
            if measure.get("jvm") is False:
                continue
            for jdk in self.results.jdks:
                lacking = {}
                cells = list(self.plan.cells(measure["params"])) if self.plan.runs_on(measure, jdk) else []
                for params in cells:
                    for peer in self.plan.peers_at(measure, params, jdk):
                        if not self.results.one(measure, params, jdk, peer):
                            lacking.setdefault(peer, []).append(place(measure, params))
                for peer, places in lacking.items():
                    where = "; ".join(place for place in places if place) or "everywhere"
                    everywhere = len(places) == len(cells)
                    rows.append([measure["title"], str(jdk), self.title(peer), "everywhere" if everywhere else where])
        if not rows:
            return ""
        return f"## Not measured\n\n{MISSING}\n{table(['work', 'JDK', 'peer', 'where'], rows)}"


def listed(measure, name):
    value = measure["params"].get(name, [])
    return value if isinstance(value, list) else [value]


def varying(params, cell):
    """Returns the parameters of a cell that have several values."""
    return [(name, value) for name, value in cell.items() if isinstance(params.get(name), list) and len(params[name]) > 1]


def place(measure, params):
    """Returns the words for a cell of a measure: "dot float n = 8"."""
    words = [
        f"{name} = {value}" if name in ("n", "k") else str(value).lower()
        for name, value in varying(measure["params"], params)
    ]
    return " ".join(words)


def show(result):
    """Returns the words for what was measured."""
    over, _, under = result.unit.partition("/")
    if over in results.SECONDS or over == "ops":
        return duration(result.cost)
    if over == "flop":
        return f"{result.score / 1e9:.1f} GFLOPS"
    if over == "bytes":
        return f"{result.score / 1e6:.2f} MB{'/' + under if under else ''}"
    return f"{result.score:g} {result.unit}"


def duration(seconds):
    """Returns a time with three digits: 1.23 µs."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if abs(seconds) >= size or unit == "ns":
            value = seconds / size
            return f"{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f} {unit}"


def plural(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"


def table(head, rows, numbers_from=None):
    """Returns a table; the columns from one on are aligned to the right."""
    rule = ["---" if numbers_from is None or i < numbers_from else "---:" for i in range(len(head))]
    return "".join(f"| {' | '.join(str(cell) for cell in row)} |\n" for row in [head, rule, *rows])
