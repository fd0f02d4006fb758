"""Holds results that were never measured against the plan, and the plan against itself."""

import json
import re

import bench
import pytest
import results

PLAN = bench.Plan(bench.HERE / "plan.toml")
EVERYTHING = re.compile("")
PACKAGE = "io.github.rustffi.benchmarks."


def raw(benchmark, score, jdk="25.0.1", threads=1, unit="us/op", **params):
    params = {name: str(value) for name, value in params.items()}
    metric = {"score": score, "scoreUnit": unit}
    return {"benchmark": PACKAGE + benchmark, "params": params, "threads": threads, "jdkVersion": jdk, "primaryMetric": metric}


def times(score, peer, n=1024, **more):
    return raw("matrix.MatrixBenchmark.compute", score, work="TIMES", n=n, peer=peer, **more)


def of(*raws):
    return results.Results(map(results.parse, raws))


def verdicts(text, *raws):
    return [v for v in results.verdicts(PLAN, of(*raws)) if text in v.target["text"]]


def save(folder, name, *raws):
    path = folder / name
    path.write_text(json.dumps({"runs": [], "results": raws}), encoding="utf-8")
    return path


def test_what_a_target_compares_is_measured():
    for target in PLAN.targets:
        assert sum(relation in target for relation in ("at-least", "at-most", "above")) == 1, target["text"]
        measure = PLAN.measures[target["measure"]]
        other = PLAN.measures[target.get("with", target["measure"])]
        jdk = target.get("jdk", 17)
        cells = list(PLAN.cells(measure["params"]))
        for params in PLAN.cells(target["at"]):
            assert params in cells, target["text"]
            assert target["ours"] in PLAN.peers_at(measure, params, jdk), target["text"]
            # Of several peers the slowest may be left out.
            peers = PLAN.peers_at(other, target.get("with-at", params), jdk)
            assert set(peers) & set(target["peers"]), target["text"]


def test_every_operation_is_measured_or_excused():
    table = (bench.ROOT / "README.md").read_text(encoding="utf-8").partition("| class | operations |")[2].partition("\n\n")[0]
    operations, owner = set(), None
    for row in table.splitlines()[2:]:
        _, name, methods, _ = row.split("|")
        owner = name.strip(" `") or owner
        operations |= {f"{owner}.{method}" for method in re.findall(r"`(\w+)`", methods)}
    assert {"Matrix.times", "Hits.scores"} <= operations
    measured = {
        operation
        for measure in PLAN.measures.values()
        for operation in measure.get("operations", re.findall(r"`(\w+\.\w+)`", measure["title"]))
        if not operation.startswith("RustFfi.")
    }
    excused = [operation for some in PLAN.unmeasured for operation in some["operations"]]
    assert len(set(excused)) == len(excused)
    assert not measured & set(excused)
    assert measured | set(excused) == operations


def test_every_peer_is_described():
    for measure in PLAN.measures.values():
        assert set(measure["peers"]) <= set(PLAN.peers), measure["name"]
        for some in [*measure.get("only", []), *measure.get("without", [])]:
            assert set(some["peers"]) <= set(measure["peers"]), measure["name"]


def test_every_peer_is_measured_somewhere():
    measured = {}
    for measure, _, peers in PLAN.points(25, "full", EVERYTHING):
        measured.setdefault(measure["name"], set()).update(peers)
    for measure in PLAN.measures.values():
        assert measure.get("jvm") is False or measured[measure["name"]] == set(measure["peers"]), measure["name"]


def test_quick_measures_less_and_nothing_else():
    for jdk in (17, 25):
        full = {(m["name"], str(at)): set(peers) for m, at, peers in PLAN.points(jdk, "full", EVERYTHING)}
        quick = {(m["name"], str(at)): set(peers) for m, at, peers in PLAN.points(jdk, "quick", EVERYTHING)}
        assert all(peers <= full[point] for point, peers in quick.items())
        assert sum(map(len, quick.values())) < sum(map(len, full.values())) / 2


def test_a_program_runs_once():
    names = [measure["name"] for measure, _, _ in PLAN.points(25, "full", EVERYTHING)]
    assert [names.count(name) for name in ("first-call", "pauses", "peak")] == [1, 1, 1]


def test_a_peer_runs_where_it_can():
    peers = {jdk: {p for _, _, peers in PLAN.points(jdk, "full", EVERYTHING) for p in peers} for jdk in (17, 25)}
    assert "ffm" not in peers[17] and "ffm" in peers[25]
    assert "netlib-vector" in peers[17]


def test_peers_that_want_another_jvm_get_one():
    jdk = bench.Jdk(bench.HERE, "25.0.1")
    measure, params = PLAN.measures["times"], {"work": "TIMES", "n": 4}
    commands = [
        command
        for command, _ in bench.jmh(PLAN, "full", jdk, measure, params, ["jblas", "rust-ffi", "ejml", "netlib-vector"], bench.HERE)
    ]
    assert [command[-1] for command in commands] == ["peer=jblas,rust-ffi", "peer=ejml", "peer=netlib-vector"]
    assert "jdk.incubator.vector" not in " ".join(commands[0] + commands[1])
    assert "--add-modules jdk.incubator.vector" in commands[2][commands[2].index("-jvmArgs") + 1]


def test_what_computes_in_java_warms_up_for_longer():
    jdk = bench.Jdk(bench.HERE, "25.0.1")

    def warm_ups(name, mode, *peers):
        measure = PLAN.measures[name]
        commands = bench.jmh(PLAN, mode, jdk, measure, {"n": 1024}, peers, bench.HERE)
        return [" ".join(command[command.index("-wi") :][:4]) for command, _ in commands]

    assert warm_ups("svd", "full", "rust-ffi", "ojalgo") == ["-wi 1 -w 400ms", "-wi 1 -w 5s"]
    assert warm_ups("svd", "quick", "rust-ffi", "ojalgo") == ["-wi 1 -w 300ms", "-wi 1 -w 1s"]
    assert warm_ups("vectors", "full", "rust-ffi", "java") == ["-wi 1 -w 600ms"]


def test_peers_run_in_turn():
    jdk = bench.Jdk(bench.HERE, "25.0.1")
    measure = PLAN.measures["search"]
    peers = PLAN.peers_at(measure, {"k": 10}, 25)
    commands = [command for command, _ in bench.jmh(PLAN, "full", jdk, measure, {"k": 10}, peers, bench.HERE)]
    assert [command[-1] for command in commands] == [
        "peer=lucene-scalar,java,rust-ffi",
        "peer=lucene,jvector",
        "peer=rust-ffi-64",
        "peer=floats-64",
    ]


@pytest.fixture
def rounds(monkeypatch, tmp_path):
    """Returns a function that measures two peers on a machine whose cores are so far from each other, time after time.

    It returns in which orders the peers ran, and the results.
    """

    def measured(count, lines, **more):
        asked, lines = [], iter(lines)

        def run(command, _):
            peers = command[-1].removeprefix("peer=").split(",")
            asked.append(peers)
            (tmp_path / "jmh.json").write_text(json.dumps([times(len(asked), peer) for peer in peers]))

        monkeypatch.setattr(bench, "BUILD", tmp_path)
        monkeypatch.setattr(bench, "run", run)
        monkeypatch.setattr(bench, "line_nanoseconds", lambda: next(lines))
        measure = PLAN.measures["times"] | {"rounds": {"full": count}} | more
        jdk, params = bench.Jdk(bench.HERE, "25.0.1"), {"work": "TIMES", "n": 1024}
        return asked, list(bench.run_jmh(PLAN, "full", jdk, measure, params, ["rust-ffi", "jblas"]))

    return measured


def test_every_second_round_runs_backwards(rounds):
    asked, raws = rounds(3, [30] * 6)
    assert asked == [["rust-ffi", "jblas"], ["jblas", "rust-ffi"], ["rust-ffi", "jblas"]]
    assert [raw["round"] for raw in raws] == [0, 0, 1, 1, 2, 2]


def test_a_round_in_which_the_cores_move_is_measured_again(rounds):
    asked, raws = rounds(2, [30, 180, 180, 180, 180, 175])
    assert asked == [["rust-ffi", "jblas"], ["rust-ffi", "jblas"], ["jblas", "rust-ffi"]]
    assert [(raw["round"], raw["line"]) for raw in raws] == [(0, [180, 180])] * 2 + [(1, [175, 180])] * 2
    assert [raw["primaryMetric"]["score"] for raw in raws] == [2, 2, 3, 3]


def test_a_machine_that_never_rests_is_measured_all_the_same(rounds):
    asked, raws = rounds(1, [30, 180, 180, 30, 30, 180])
    assert len(asked) == 3
    assert [raw["line"] for raw in raws] == [[30, 180]] * 2


def test_work_of_one_core_does_not_mind_where_the_others_are(rounds):
    asked, _ = rounds(1, [30, 180], shared=False)
    assert len(asked) == 1


def test_peers_that_take_turns_in_one_jvm_are_compared_turn_by_turn():
    measure = PLAN.measures["search-read"]
    result = raw("index.SearchAndReadBenchmark.inTurn", 2e5, data="GAUSSIAN", k=10)
    result["secondaryMetrics"] = {
        "searching": {"score": 1, "rawData": [[3e6, 2e6, 2.5e6]]},
        "searchingFloats": {"score": 1, "rawData": [[9e6, 6e6, 8e6]]},
        "reading": {"score": 1, "rawData": [[9.5e6, 6.3e6, 8.1e6]]},
    }
    raws = list(bench.named(measure, {"data": "GAUSSIAN", "k": 10}, result))
    assert [raw["round"] for raw in raws] == [0, 1, 2] * 3
    (verdict,) = (v for v in verdicts("without codes: at least 0.9", *raws) if v.ratio)
    assert verdict.ratio == pytest.approx(1.05)
    (verdict,) = (v for v in verdicts("2.5 x the speed of reading", *raws) if v.ratio)
    assert verdict.ratio == pytest.approx(3.17, abs=0.01)


def test_turns_of_several_rounds_are_kept_apart(monkeypatch):
    measure, jdk = PLAN.measures["search-read"], bench.Jdk(bench.HERE, "25.0.1")
    monkeypatch.setattr(bench, "run_round", lambda *_: ([times(1, "read") | {"round": turn} for turn in range(3)], [30]))
    raws = bench.run_jmh(PLAN, "full", jdk, measure, {"k": 10}, measure["peers"])
    assert sorted(raw["round"] for raw in raws) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("arguments", "written"),
    [([], True), (["--page", "search"], True), (["--only", "^search$"], False), (["--quick"], False)],
)
def test_a_page_is_written_of_all_that_is_on_it_only(monkeypatch, tmp_path, arguments, written):
    wrote = []
    monkeypatch.setattr(bench, "measure_all", lambda plan, mode, jdks, only, output, page: save(output.parent, output.name))
    monkeypatch.setattr(bench, "write_pages", lambda plan, files, only: wrote.extend(files))
    monkeypatch.setattr(bench.Jdk, "default", lambda: bench.Jdk(bench.HERE, "25.0.1"))
    output = tmp_path / "results.json"
    monkeypatch.setattr("sys.argv", ["bench.py", *arguments, "--json", str(output)])
    try:
        bench.main()
    except SystemExit as e:
        assert e.code == 0
    assert wrote == ([output] if written else [])


def test_a_target_is_met_on_its_line():
    (verdict,) = verdicts("7 x ojAlgo", times(100, "rust-ffi"), times(700, "ojalgo"))[:1]
    assert (verdict.met, verdict.ratio, verdict.jdk) == (True, pytest.approx(7), 25)


def test_a_target_is_missed_below_its_line():
    (verdict,) = [v for v in verdicts("7 x ojAlgo", times(100, "rust-ffi"), times(699, "ojalgo"))]
    assert not verdict.met


def test_of_several_peers_the_best_counts():
    (verdict,) = verdicts("`Matrix.times`: 8 x EJML", times(100, "rust-ffi"), times(2000, "ejml"), times(700, "ejml-mt"))
    assert (verdict.met, verdict.peer) == (False, "ejml-mt")


def test_faster_is_not_equal():
    calls = [raw("calls.CallBenchmark.greet", 50, text="short", peer=peer) for peer in ("rust-ffi", "jna", "jnr")]
    assert [v.met for v in verdicts("faster than JNA and JNR", *calls) if v.params["text"] == "short"] == [False]


def test_what_was_not_measured_is_not_met():
    assert [v.met for v in verdicts("7 x ojAlgo", times(100, "rust-ffi"))] == [False]


def in_rounds(peer, *scores, **more):
    return [times(score, peer, **more) | {"round": number} for number, score in enumerate(scores)]


def test_a_machine_that_drifts_changes_no_ratio():
    # 8 x, on a machine whose speed changes between rounds, and in one of them between peers: by the means it is 1.9 x, by
    # the medians 5.3 x.
    ours, theirs = in_rounds("rust-ffi", 100, 150, 1200), in_rounds("ojalgo", 800, 1200, 800)
    (verdict,) = verdicts("7 x ojAlgo", *ours, *theirs)
    assert (verdict.met, verdict.ratio) == (True, pytest.approx(8))


def test_a_lucky_round_meets_no_bar():
    # The fastest of each say 8 x, and so do the medians, but side by side it is 4 x in two of three rounds.
    ours, theirs = in_rounds("rust-ffi", 100, 50, 200), in_rounds("ojalgo", 400, 1600, 800)
    (verdict,) = verdicts("7 x ojAlgo", *ours, *theirs)
    assert (verdict.met, verdict.ratio) == (False, pytest.approx(4))
    assert verdict.rounds == pytest.approx((4, 32))


def test_a_ratio_is_the_same_the_other_way_round():
    measured = of(*in_rounds("rust-ffi", 100, 100), *in_rounds("ejml", 100, 400))
    ours, theirs = (measured.one(PLAN.measures["times"], {"n": 1024}, 25, peer) for peer in ("rust-ffi", "ejml"))
    assert theirs.over(ours) == pytest.approx(2)
    assert ours.over(theirs) == pytest.approx(1 / 2)


def test_a_round_that_a_peer_lacks_does_not_count():
    (verdict,) = verdicts("7 x ojAlgo", *in_rounds("rust-ffi", 1, 100, 110), *in_rounds("ojalgo", 800, 800)[1:])
    assert verdict.ratio == pytest.approx(8)
    assert verdict.rounds == ()


def test_measures_that_ran_in_no_round_together_are_compared_by_their_medians():
    one = in_rounds("rust-ffi", 100, 300, 110, n=256)
    eight = in_rounds("rust-ffi", 880, 880, 2640, n=256, threads=8)
    (verdict,) = verdicts("8 concurrent callers", *one, *eight)
    assert verdict.ratio == pytest.approx(1)


def test_threads_share_a_throughput():
    one, eight = times(100, "rust-ffi", n=256), times(800, "rust-ffi", n=256, threads=8)
    (verdict,) = verdicts("8 concurrent callers", one, eight)
    assert verdict.ratio == pytest.approx(1)


def test_a_geometric_mean_is_of_all_ratios():
    raws = []
    for n, theirs in ((64, 200), (256, 50), (1024, 400), (2048, 100)):
        raws += [times(100, "rust-ffi", n=n), times(theirs, "netlib-openblas", n=n)]
    (verdict,) = verdicts("`Matrix.times`: in the geometric mean", *raws)
    assert (verdict.met, verdict.ratio) == (True, pytest.approx(4 ** (1 / 4)))
    (verdict,) = verdicts("`Matrix.times`: in the geometric mean", *raws[2:])
    assert (verdict.met, verdict.ratio) == (False, None)


def test_the_peak_is_a_rate():
    peak = raw("Peak", 200e9, unit="flop/s", peer="fma")
    # 2 · 2048³ operations in 100 ms are 171.8 GFLOPS.
    (verdict,) = verdicts("of the cores' peak", times(100_000, "rust-ffi", n=2048), peak)
    assert (verdict.met, verdict.ratio) == (True, pytest.approx(0.859, abs=1e-3))


def test_the_crossover_is_where_a_lead_begins_that_lasts():
    raws = []
    for n, java in ((8, 1), (32, 3), (128, 1), (256, 3), (768, 3)):
        for peer, score in (("rust-ffi", 2), ("java", java)):
            raws.append(raw("vectors.VectorBenchmark.compute", score, operation="DOT", type="FLOAT", n=n, peer=peer))
    assert [at[-2:] for at in results.crossovers(PLAN, of(*raws))] == [(256, False)]
    assert [at[-2:] for at in results.crossovers(PLAN, of(*raws[6:]))] == [(256, True)]


def test_a_later_file_replaces_whole_comparisons(tmp_path):
    first = save(tmp_path, "1.json", times(1, "rust-ffi"), times(2, "ejml"), times(3, "ejml", n=4))
    second = save(tmp_path, "2.json", times(10, "rust-ffi"), times(9, "rust-ffi", jdk="17.0.15"))
    _, merged = results.merge([first, second])
    assert sorted((r.jdk, r["n"], r["peer"], round(r.score)) for r in merged) == [
        (17, "1024", "rust-ffi", 9),
        (25, "1024", "rust-ffi", 10),
        (25, "4", "ejml", 3),
    ]


def test_a_file_of_jmh_is_read(tmp_path):
    path = tmp_path / "jmh.json"
    path.write_text(json.dumps([times(1, "rust-ffi")]), encoding="utf-8")
    _, (result,) = results.merge([path])
    assert (result.benchmark, result.cost) == ("MatrixBenchmark.compute", pytest.approx(1e-6))


def test_the_rounds_of_a_file_are_read(tmp_path):
    path = save(tmp_path, "1.json", *in_rounds("rust-ffi", 3, 1, 2))
    _, merged = results.merge([path])
    assert [r.round for r in merged] == [0, 1, 2]
    measured = results.Results(merged).one(PLAN.measures["times"], {"n": 1024}, 25, "rust-ffi")
    assert (measured.score, measured.cost) == (2, pytest.approx(2e-6))


def test_what_is_measured_before_all_is_compiled_does_not_count():
    result = times(5, "rust-ffi")
    result["primaryMetric"]["rawData"] = [[12, 5, 3, 2.5, 3]]
    assert results.parse(result).cost == pytest.approx(3e-6)


def test_what_a_program_writes_is_read(tmp_path):
    path = tmp_path / "pauses.json"
    results.write(path, "Pauses", "25.0.1", [({"peer": "idle"}, 12.5, "ms", {"count": (3, "pauses")})])
    _, (result,) = results.merge([path])
    assert (result.benchmark, result["peer"], result.jdk, result.cost) == ("Pauses", "idle", 25, pytest.approx(0.0125))


def test_criterion_is_read(tmp_path):
    new = tmp_path / "DOT_FLOAT" / "768" / "new"
    new.mkdir(parents=True)
    (new / "benchmark.json").write_text('{"group_id": "DOT/FLOAT", "function_id": null, "value_str": "768"}')
    (new / "estimates.json").write_text('{"mean": {"point_estimate": 41.5}}')
    (result,) = map(results.parse, bench.criterion(tmp_path))
    assert (result.benchmark, result["work"], result["type"], result["n"]) == ("Core", "DOT", "FLOAT", "768")
    assert (result.jdk, result.cost) == (None, pytest.approx(41.5e-9))


def test_the_page_says_what_the_results_say(tmp_path):
    pytest.importorskip("matplotlib")
    import page

    raws = [times(100, "rust-ffi", n=n) for n in (4, 1024)] + [times(50, "ejml", n=4), times(1300, "ejml")]
    raws += in_rounds("ejml", 200, 300, n=2048) + in_rounds("rust-ffi", 100, 100, n=2048)
    raws[0]["line"], raws[1]["line"] = [30, 40], [31, 170]
    written = []
    for name in ("a", "b"):
        path = tmp_path / name / "benchmarks.md"
        path.parent.mkdir()
        page.write(path, PLAN, "benchmarks", [], of(*raws))
        written.append({file.name: file.read_bytes() for file in path.parent.rglob("*.*")})
    assert written[0] == written[1]
    text = written[0]["benchmarks.md"].decode()
    assert "| `Matrix.times`: 8 x EJML at 1024 | at least 8 | met: 13.00 x (EJML) |" in text
    assert "| `Matrix.times` | 25 | EJML | n = 4: 2.00 |" in text
    assert "![Matrix.times: time over n](benchmarks/times.svg)" in text
    assert "| 1024 | 100 µs | 1.30 ms (13.00) |" in text
    assert "took 30 to 170 ns. In 1 of 2 rounds of work that cores share" in text


def test_a_page_has_what_is_on_it(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(bench, "DOCS", tmp_path)
    small = [raw("matrix.MatrixBenchmark.compute", 1, work="INVERSE", n=4, peer=peer) for peer in ("rust-ffi", "ejml")]
    bench.write_pages(PLAN, [save(tmp_path, "results.json", *small)], "small")
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.md")] == ["benchmarks/small.md"]
    text = (tmp_path / "benchmarks" / "small.md").read_text()
    assert text.startswith("# Benchmarks of small matrices")
    assert "[Benchmarks](../benchmarks.md), [Benchmarks of exact search](search.md)" in text
    assert "Small matrices" in text
    assert "`Matrix.lu`" not in text


def test_a_page_names_the_libraries_of_its_peers(tmp_path):
    pytest.importorskip("matplotlib")
    import page

    described = bench.describe([])
    assert re.fullmatch(r"[\d.]+", described["libraries"]["langchain4j"])
    versions = {peer["library"]: "1.2" for peer in PLAN.peers.values() if "library" in peer}
    path = tmp_path / "frameworks.md"
    page.write(path, PLAN, "frameworks", [described | {"libraries": versions}], of())
    assert "\nLibraries: rust-ffi 1.2, langchain4j 1.2, spring-ai-vector-store 1.2.\n" in path.read_text()


def test_a_page_measures_what_is_on_it():
    names = {measure["name"] for measure, _, _ in PLAN.points(25, "full", re.compile(""), "search")}
    assert names == {"search", "search-read", "first-search", "search-sizes", "store"}


def test_a_bound_says_what_it_would_reach():
    products = times(40e3, "rust-ffi"), times(30e3, "netlib-openblas"), tile(2 * 1024**3 / 0.02)
    verdict = next(v for v in verdicts("`Matrix.times`: at least 0.95", *products) if v.ratio)
    assert verdict.ratio == pytest.approx(0.75)
    assert verdict.bound == pytest.approx(1.5)
    rates = [tile(60e9), raw("Peak", 100e9, unit="flop/s", peer="fma")]
    (verdict,) = verdicts("80 %", times(1e6 * 2 * 2048**3 / 50e9, "rust-ffi", n=2048), *rates)
    assert verdict.ratio == pytest.approx(0.5)
    assert verdict.bound == pytest.approx(0.6)
    vectors = [
        raw("vector.VectorBenchmark.compute", score, operation="DOT", type="FLOAT", n=768, peer=peer, unit="ns/op")
        for peer, score in [("rust-ffi", 180), ("jni", 150), ("lucene", 60)]
    ]
    verdict = next(v for v in verdicts("2 x Lucene", *vectors) if v.ratio)
    assert verdict.ratio == pytest.approx(3)
    assert verdict.bound == pytest.approx(2.5)


def test_what_bounds_a_target_is_measured():
    for target in PLAN.targets:
        if "bound" in target:
            measure = PLAN.measures[target["bound"].get("with", target["measure"])]
            for params in PLAN.cells(target["at"]):
                shared = {name: value for name, value in params.items() if name in measure["params"]}
                assert target["bound"]["peer"] in PLAN.peers_at(measure, shared, 25), target["text"]
                assert target["bound"]["peer"] in PLAN.needed(measure, shared, 25), target["text"]


def tile(score):
    return raw("Peak", score, unit="flop/s", peer="tile")
