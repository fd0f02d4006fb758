"""Runs the benchmarks that plan.toml names, and writes the pages about them: scripts/bench runs it.

    bench.py [--jdk HOME]… [--json FILE]                  measures everything, then writes the pages
    bench.py --page NAME [--jdk HOME]… [--json FILE]      measures what is on one page, then writes that
    bench.py --only REGEX [--jdk HOME]… [--json FILE]     measures a part of it, for --report to put into a page
    bench.py --quick [--jdk HOME]… [--only REGEX]         measures what the targets need; fails if one is missed
    bench.py --report FILE… [--page NAME]                 writes the pages from results; the last one that has them counts
    bench.py --list [--quick] [--page NAME] [--only REGEX]
                                                          says what would be measured

The JDKs default to the one of JAVA_HOME or else of the PATH.
"""

import argparse
import ctypes
import datetime
import importlib.metadata
import itertools
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import results

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = HERE / "target"
DOCS = ROOT / "docs"
CRITERION = ROOT / "native" / "target" / "criterion"


class Plan:
    """What plan.toml says."""

    def __init__(self, path):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        self.ours = content["ours"]
        self.modes = content["mode"]
        self.jvm = content["jvm"]
        self.peers = content["peers"]
        self.pages = content["pages"]
        self.measures = {measure["name"]: measure for measure in content["measure"]}
        self.crossovers = content["crossover"]
        self.unmeasured = content["unmeasured"]
        self.targets = [{"ours": self.ours, "at": {}} | target for target in content["target"]]
        for measure in self.measures.values():
            measure.setdefault("params", {})
            measure.setdefault("ours", self.ours)
            measure.setdefault("page", next(iter(self.pages)))

    @staticmethod
    def cells(params):
        """Yields every combination of the values of parameters."""
        values = [value if isinstance(value, list) else [value] for value in params.values()]
        for combination in itertools.product(*values):
            yield dict(zip(params, combination))

    @staticmethod
    def runs_on(entry, jdk):
        """Tells whether a measure, peer or target is meant for a JDK: `jdk = 25` is for that and later ones."""
        return jdk is None or jdk >= entry.get("jdk", 0)

    def peers_at(self, measure, params, jdk):
        """Returns the peers of a measure that take part with these parameters."""
        return [
            peer
            for peer in measure["peers"]
            if self.runs_on(self.peers[peer], jdk)
            and not any(peer in some["peers"] and params["n"] not in some["n"] for some in measure.get("only", []))
            and not any(peer in hole["peers"] and hole["at"].items() <= params.items() for hole in measure.get("without", []))
        ]

    def rounds(self, measure, mode):
        """Returns how many times every peer of a measure runs at a point."""
        return measure.get("rounds", {}).get(mode, self.modes[mode]["rounds"])

    def points(self, jdk, mode, only, page=None):
        """Yields (measure, parameters, peers): what is measured on a JDK, or with None what needs no JVM."""
        for measure in self.measures.values():
            if (measure.get("jvm") is False) != (jdk is None) or not only.search(measure["name"]):
                continue
            if page and measure["page"] != page:
                continue
            if not self.runs_on(measure, jdk):
                continue
            for params in self.cells(measure["params"]):
                peers = self.peers_at(measure, params, jdk)
                if mode == "quick":
                    needed = self.needed(measure, params, jdk)
                    needed -= set(measure.get("quick-without", []))
                    peers = [peer for peer in peers if peer in needed]
                if peers and "command" in measure:
                    # A program measures all at once.
                    yield measure, {}, peers
                    break
                if peers:
                    yield measure, params, peers

    def needed(self, measure, params, jdk):
        """Returns the peers that a target compares at these parameters."""
        peers = set()
        for target in self.targets:
            if self.runs_on(target, jdk):
                if target["measure"] == measure["name"] and params in list(self.cells(target["at"])):
                    peers.add(target["ours"])
                    if "with" not in target:
                        peers.update(target["peers"])
                    if "bound" in target and "with" not in target["bound"]:
                        peers.add(target["bound"]["peer"])
                if target.get("with") == measure["name"] and params == target.get("with-at", params):
                    peers.update(target["peers"])
                if target.get("bound", {}).get("with") == measure["name"]:
                    peers.add(target["bound"]["peer"])
        return peers


@dataclass(frozen=True)
class Jdk:
    home: Path
    version: str

    @property
    def feature(self):
        return results.feature(self.version)

    @property
    def java(self):
        return str(self.home / "bin" / "java")

    @staticmethod
    def of(home):
        home = Path(home).resolve()
        try:
            release = (home / "release").read_text(encoding="utf-8")
        except OSError as e:
            sys.exit(f"bench: no JDK in {home}: {e.strerror} {e.filename}")
        return Jdk(home, re.search(r'^JAVA_VERSION="(.+)"', release, re.MULTILINE)[1])

    @staticmethod
    def default():
        if "JAVA_HOME" in os.environ:
            return Jdk.of(os.environ["JAVA_HOME"])
        return Jdk.of(Path(shutil.which("java")).resolve().parent.parent)


def jmh(plan, mode, jdk, measure, params, peers, output):
    """Yields the (command, environment) of each JMH that measures some peers in turn, one for neighbours alike."""

    def kind(name):
        """Returns what peers must have in common for one JMH to measure them."""
        peer = plan.peers[name]
        benchmark = measure.get("benchmarks", {}).get(name, measure["benchmark"])
        warm_up = of_mode["compiled-warm-up" if peer.get("compiled") else "warm-up"]
        warm_up = measure.get("warm-up", {}).get(mode, warm_up)
        return benchmark, warm_up, tuple(peer.get("jvm-args", [])), tuple(sorted(peer.get("env", {}).items()))

    of_mode = plan.modes[mode]
    is_large = params.get("n", 0) >= of_mode["large-from"]
    times = measure.get("times", {}).get(mode, of_mode["large" if is_large else "small"])
    heap = measure.get("heap", plan.jvm["large-heap" if is_large else "heap"])
    for (benchmark, warm_up, flags, env), names in itertools.groupby(peers, kind):
        command = [jdk.java, "-cp", f"{BUILD}/classes:{BUILD}/lib/*", "org.openjdk.jmh.Main"]
        command += [f"\\.{re.escape(benchmark)}$", "-rf", "json", "-rff", str(output)]
        command += shlex.split(f"{of_mode['jmh']} {warm_up} {times}")
        command += ["-jvmArgs", shlex.join([f"-Xms{heap}", f"-Xmx{heap}", *plan.jvm["args"], *flags, *newer(plan, jdk)])]
        if measure.get("threads", 1) > 1:
            command += ["-t", str(measure["threads"])]
        for param, value in (params | {"peer": ",".join(names)}).items():
            command += ["-p", f"{param}={value}"]
        yield command, dict(env)


def newer(plan, jdk):
    """Returns the flags that only newer JDKs know."""
    return plan.jvm["newer-args"] if jdk.feature >= plan.jvm["newer"] else []


def run_jmh(plan, mode, jdk, measure, params, peers):
    """Yields the results of all rounds, each with its round. Every second one runs backwards, so that a drift favours none.

    Of work that cores share, a round in which they have moved is measured again.
    """
    repeats = plan.modes[mode]["repeats"]
    for number in range(plan.rounds(measure, mode)):
        ordered = peers[:: -1 if number % 2 else 1]
        for repeat in range(1 + repeats):
            found, lines = run_round(plan, mode, jdk, measure, params, ordered)
            if not measure.get("shared") or max(lines) < results.MOVED * min(lines) or repeat == repeats:
                break
            print(f"bench: the cores have moved, from {min(lines):.0f} to {max(lines):.0f} ns or back: once more", flush=True)
        for result in found:
            turn = result.get("round", 0) * plan.rounds(measure, mode)
            yield result | {"round": turn + number, "line": [min(lines), max(lines)]}


def run_round(plan, mode, jdk, measure, params, peers):
    """Returns the results of one round, and the nanoseconds from core to core before and after each JMH in it."""
    output = BUILD / "jmh.json"
    found, lines = [], [line_nanoseconds()]
    for command, env in jmh(plan, mode, jdk, measure, params, peers, output):
        output.unlink(missing_ok=True)
        run(command, env)
        # JMH leaves an empty file when nothing could be measured.
        if output.exists() and output.stat().st_size:
            raws = json.loads(output.read_text(encoding="utf-8"))
            found += [result for raw in raws for result in named(measure, params, raw)]
        lines.append(line_nanoseconds())
    return found, lines


def line_nanoseconds():
    """Returns how long a line of the cache takes from one core to another."""
    function = ctypes.CDLL(str(BUILD / "libpeers.so")).line_nanoseconds
    function.restype = ctypes.c_double
    return function()


def named(measure, params, result):
    """Yields a result: as it is, or by the measure's name that of a peer with a benchmark of its own, or those of several peers.

    Several are measured by one benchmark where each has a counter in it. They take turns, so that an iteration is a round.
    """

    def of(peer):
        texts = {name: str(value) for name, value in (params | {"peer": peer}).items()}
        return result | {"benchmark": measure["benchmark"], "params": texts}

    for peer, counter in measure.get("counters", {}).items():
        iterations = itertools.chain.from_iterable(result["secondaryMetrics"][counter]["rawData"])
        for turn, score in enumerate(iterations):
            yield of(peer) | {"primaryMetric": results.metric(score, "ns/op"), "secondaryMetrics": {}, "round": turn}
    if "counters" not in measure:
        own = (peer for peer, name in measure.get("benchmarks", {}).items() if result["benchmark"].endswith("." + name))
        peer = next(own, None)
        yield of(peer) if peer else result


def run_command(plan, mode, jdk, measure):
    """Runs a program that writes results as JMH does."""
    output = BUILD / "command.json"
    output.unlink(missing_ok=True)
    words = {"json": output, "java": jdk.java, "python": sys.executable, "classpath": f"{BUILD}/classes:{BUILD}/lib/*"}
    arguments = measure.get("quick-arguments", []) if mode == "quick" else []
    command = [word.format(**words) for word in [*measure["command"], *arguments]]
    if command[0] == jdk.java:
        command[1:1] = newer(plan, jdk)
    run(command, {})
    if output.exists():
        yield from json.loads(output.read_text(encoding="utf-8"))


def run_criterion():
    """Runs the benchmark of the core alone and returns its results in JMH's shape."""
    shutil.rmtree(CRITERION, ignore_errors=True)
    run(["cargo", "bench", "--locked", "--package", "rust_ffi-benches"], {}, ROOT / "native")
    yield from criterion(CRITERION)


def criterion(folder):
    """Yields the results that criterion has left in a folder, in JMH's shape."""
    for file in sorted(folder.glob("**/new/benchmark.json")):
        name = json.loads(file.read_text(encoding="utf-8"))
        mean = json.loads(file.with_name("estimates.json").read_text(encoding="utf-8"))["mean"]
        work, _, kind = name["group_id"].partition("/")
        params = {"work": work, "n": name["value_str"], "peer": "core"} | ({"type": kind} if kind else {})
        metric = {"score": mean["point_estimate"], "scoreUnit": "ns/op"}
        yield {"benchmark": "Core", "params": params, "primaryMetric": metric}


def run(command, env, folder=ROOT):
    """Runs a program; one that fails leaves no result, which the report then says."""
    print("$", shlex.join(command), flush=True)
    done = subprocess.run(command, env=os.environ | env, cwd=folder)
    if done.returncode:
        print(f"bench: exit code {done.returncode}", file=sys.stderr)


def describe(jdks):
    """Returns what the page says about a run: the machine and what was measured."""
    processors = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"^model name\s*: (.+)", processors, re.MULTILINE)
    jars = (re.match(r"(.+?)-(\d.*)\.jar$", jar.name) for jar in sorted((BUILD / "lib").glob("*.jar")))
    libraries = {jar[1]: jar[2] for jar in jars if jar}
    # Frameworks are measured in their modules.
    for module, library in (("langchain4j", "langchain4j"), ("spring-ai", "spring-ai-vector-store")):
        pom = (ROOT / "java" / module / "pom.xml").read_text(encoding="utf-8")
        libraries[library] = re.search(rf"<{module}\.version>(.+?)<", pom)[1]
    try:
        libraries["faiss-cpu"] = importlib.metadata.version("faiss-cpu")
    except importlib.metadata.PackageNotFoundError:
        pass
    unpacked = next((BUILD / "openblas").glob("libopenblas0-pthread_*.deb"), None)
    openblas = (
        unpacked.name.split("_")[1]
        if unpacked
        else capture("dpkg-query", "--show", "--showformat=${Version}", "libopenblas0-pthread")
    )
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": capture("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "cpu": model[1] if model else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "jdks": [jdk.version for jdk in jdks],
        "libraries": libraries | ({"libopenblas0-pthread": openblas} if openblas else {}),
    }


def capture(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def measure_all(plan, mode, jdks, only, output, page=None):
    """Measures, and writes what there is after each comparison: a run that is broken off leaves its results."""
    BUILD.mkdir(exist_ok=True)
    content = {"runs": [describe(jdks)], "results": []}
    begin = time.monotonic()
    # What needs no JVM is measured once.
    jobs = [(jdk, point) for jdk in [*jdks, None] for point in plan.points(jdk and jdk.feature, mode, only, page)]
    for program in dict.fromkeys(measure["needs"] for _, (measure, _, _) in jobs if "needs" in measure):
        subprocess.run([program], check=True, cwd=ROOT)
    for number, (jdk, (measure, params, peers)) in enumerate(jobs, 1):
        minutes = (time.monotonic() - begin) / 60
        at = " ".join(f"{name}={value}" for name, value in params.items())
        print(f"== {number} of {len(jobs)}, {minutes:.1f} min: {measure['name']} {at}", flush=True)
        if measure.get("criterion"):
            more = run_criterion()
        elif "command" in measure:
            more = run_command(plan, mode, jdk, measure)
        else:
            more = run_jmh(plan, mode, jdk, measure, params, peers)
        content["results"] += more
        output.write_text(json.dumps(content, indent=1), encoding="utf-8")
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes, results in {output}")


def print_targets(plan, measured, only, page=None):
    """Prints every ratio with its target. Returns whether all targets are met."""
    met = True
    for v in results.verdicts(plan, measured):
        name = v.target["measure"]
        if not only.search(name) or page not in (None, plan.measures[name]["page"]):
            continue
        at = "".join(f" {name}={value}" for name, value in v.params.items())
        ratio = "not measured" if v.ratio is None else f"{v.ratio:.2f} x {v.peer}"
        ratio += f" (bound {v.bound:.2f} x)" if v.bound else ""
        print(f"{'ok    ' if v.met else 'MISSED'} {v.target['text']}: {ratio}, {results.limit(v.target)} (JDK {v.jdk}{at})")
        met &= v.met
    for name, params, jdk, peer, n, least in results.crossovers(plan, measured):
        at = "".join(f" {value}" for value in params.values())
        where = f"from n = {n} on{', the least measured' * least}" if n else "nowhere"
        print(f"       {name}{at} is faster than {peer} {where} (JDK {jdk})")
    return met


def main():
    plan = Plan(HERE / "plan.toml")
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Runs the benchmarks and writes their pages.")
    parser.add_argument("--jdk", metavar="HOME", action="append", type=Jdk.of, help="a JDK to measure on; repeatable")
    parser.add_argument("--quick", action="store_true", help="what the targets need; exit code 1 if one is missed")
    parser.add_argument("--list", action="store_true", help="print what would be measured")
    parser.add_argument("--page", choices=plan.pages, help="what is on this page alone")
    parser.add_argument("--only", metavar="REGEX", type=re.compile, default=re.compile(""), help="names in plan.toml")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where the results go")
    parser.add_argument("--report", metavar="FILE", type=Path, nargs="+", help="write the pages from results")
    arguments = parser.parse_args()
    if arguments.report:
        write_pages(plan, arguments.report, arguments.page)
        return
    mode = "quick" if arguments.quick else "full"
    jdks = arguments.jdk or []
    if arguments.quick or not jdks:
        default = Jdk.default()
        jdks = [default, *(jdk for jdk in jdks if jdk.feature != default.feature)]
    if arguments.list:
        for jdk in [*jdks, None]:
            for measure, params, peers in plan.points(jdk and jdk.feature, mode, arguments.only, arguments.page):
                at = " ".join(f"{name}={value}" for name, value in params.items())
                print(jdk.feature if jdk else "--", measure["name"], at, ", ".join(peers), sep="\t")
        return
    output = (arguments.json or BUILD / ("quick.json" if arguments.quick else "results.json")).resolve()
    measure_all(plan, mode, jdks, arguments.only, output, arguments.page)
    if arguments.quick:
        _, measured = results.merge([output])
        sys.exit(0 if print_targets(plan, results.Results(measured), arguments.only, arguments.page) else 1)
    if arguments.only.pattern:
        print(f"bench: {output} is a part: --report writes a page from several files")
    else:
        write_pages(plan, [output], arguments.page)


def write_pages(plan, files, only=None):
    """Writes all pages, or one."""
    # Only who draws needs matplotlib.
    import page

    runs, measured = results.merge(files)
    for name in [only] if only else plan.pages:
        page.write(DOCS / plan.pages[name]["file"], plan, name, runs, results.Results(measured))
        print(f"wrote docs/{plan.pages[name]['file']}")


if __name__ == "__main__":
    main()
