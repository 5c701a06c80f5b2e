"""Repeated functions: one call, what is stored of many, and the reports made of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from squall._loading import load_file
from squall._repeat.calls import Caller, parameters
from squall._repeat.importing import importing
from squall._repeat.progress import Progress, bar, clock
from squall._repeat.reports import duration, html_report, json_report, small_report
from squall._repeat.results import Go, read
from squall._repeat.spec import Spec
from squall._repeat.times import Times, bucket_of, middle_of
from squall.repeat import Repeat, importable


def spec(**values: Any) -> Spec:
    given: dict[str, Any] = {"entry": "repeat:op#1", "function": "op", "runs": "thread", "operations": 4}
    return Spec(**{**given, "processes": 1, "threads": 1, "seed": 0, **values})


class Recorder:
    """Takes what a call counts, in place of the context that the engine makes for each iteration of a run."""

    def __init__(self, iteration: int = 0, user: int = 1) -> None:
        self.iteration = iteration
        self.user = user
        self.clock = 0
        self.records: list[tuple[str, bool, str, str | None]] = []

    def now(self) -> int:
        self.clock += 1_000_000
        return self.clock

    def record(
        self,
        name: str,
        started: int,
        ended: int,
        *,
        ok: bool = True,
        kind: str = "operation",
        error: str | None = None,
        detail: str | None = None,
    ) -> None:
        assert started <= ended
        self.records.append((name, ok, kind, error))


def call(function: Any, recorder: Recorder, **values: Any) -> list[tuple[str, bool, str, str | None]]:
    Caller(function, spec(**values)).script.call(recorder)
    return recorder.records


def test_a_call_is_counted_by_its_result():
    numbers = []

    def op(number: int) -> str:
        numbers.append(number)
        return "SUCCESS"

    assert call(op, Recorder(iteration=3), seed=100) == [("op → SUCCESS", True, "operation", None)]
    assert numbers == [103]


def test_an_exception_is_a_failed_result():
    def op(number: int) -> None:
        raise KeyError(number)

    ((name, ok, _, error),) = call(op, Recorder(iteration=7))
    assert (name, ok) == ("op → 7", False)
    assert error is not None
    assert re.fullmatch(r"KeyError: 7 \(.*test_repeat\.py:\d+\)", error)


def test_an_exception_without_text_is_its_type():
    def op(number: int) -> None:
        raise ValueError

    assert call(op, Recorder())[0][0] == "op → ValueError"


def test_results_are_one_short_line():
    assert call(lambda number: "a\n  b", Recorder())[0][0] == "op → a b"
    assert call(lambda number: "", Recorder())[0][0] == 'op → ""'
    assert len(call(lambda number: "x" * 5000, Recorder())[0][0]) < 250


def test_parts_are_counted_below_the_result_and_may_be_nested():
    def op(number: int, gorgon: Any) -> int:
        with gorgon.measurement("http call 1"), gorgon.measurement("connect"):
            pass
        with gorgon.measurement("http call 2"):
            pass
        return 200

    assert call(op, Recorder()) == [
        ("op → 200", True, "operation", None),
        ("op → 200 :: http call 1 :: connect", True, "transaction", None),
        ("op → 200 :: http call 1", True, "transaction", None),
        ("op → 200 :: http call 2", True, "transaction", None),
    ]


def test_a_function_of_the_number_alone_can_measure_too():
    test = Repeat(lambda number: None)

    def op(number: int) -> None:
        with test.measurement("part"):
            pass

    assert [name for name, *_ in call(op, Recorder())] == ["op → None", "op → None :: part"]
    with pytest.raises(RuntimeError, match="inside the repeated function"):
        test.measurement("outside")


def test_an_async_function_is_a_coroutine_script():
    import asyncio

    async def op(number: int, call: Any) -> int:
        with call.measurement("sleep"):
            await asyncio.sleep(0)
        return number

    recorder = Recorder(iteration=5)
    script = Caller(op, spec()).script
    assert script.runs == "coroutine"
    asyncio.run(script.call(recorder))
    assert [name for name, *_ in recorder.records] == ["op → 5", "op → 5 :: sleep"]


def test_threads_wait_once_before_their_first_call():
    caller = Caller(lambda number: None, spec(delay_ms=3, seed=1))
    waits = [caller._delay_s(Recorder(user=user)) for user in (1, 2, 3, 4, 1, 2, 3, 4)]  # type: ignore[arg-type]
    assert all(0 <= wait <= 0.003 for wait in waits)
    assert waits[4:] == [0.0] * 4


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (lambda number: 0, 1),
        (lambda number, gorgon: 0, 2),
        (lambda number, retries=3: 0, 1),
        (lambda *numbers: 0, 1),
        (len, 1),
        (print, 1),
    ],
)
def test_functions_take_one_or_two_arguments(function, count):
    assert parameters(function) == count


@pytest.mark.parametrize("function", [lambda: 0, lambda a, b, c: 0, lambda number, *, key: 0])
def test_other_functions_are_refused(function):
    with pytest.raises(TypeError, match=r"def operation\(number\)"):
        Repeat(function)


def test_a_call_instead_of_a_function_is_refused():
    with pytest.raises(TypeError, match="without calling it"):
        Repeat(200)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{"num_operations": 0}, {"num_processes": -1}, {"num_threads": True}, {"seed": "x"}])
def test_wrong_numbers_are_refused(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Repeat(lambda number: 0).go(**values)


def test_functions_that_other_processes_cannot_import_are_refused():
    def local(number: int) -> None:
        pass

    for function, words in [(local, "made by another function"), (lambda number: 0, "a lambda")]:
        with pytest.raises(ValueError, match=f"{words}.*num_processes=1"):
            importable(function, function.__qualname__)
    assert importable(spec, "spec") == str(Path(__file__).resolve())


def test_debug_calls_once_in_this_thread_and_lets_exceptions_through():
    import threading

    seen = []

    def op(number: int, call: Any) -> str:
        with call.measurement("part"):
            seen.append((number, threading.current_thread()))
        if number == 8:
            raise ValueError("as it is")
        return "done"

    test = Repeat(op)
    test.go(num_operations=400, num_processes=3, num_threads=5, seed=7, debug=True)
    assert seen == [(7, threading.current_thread())]
    assert re.search(r"\bdone +1 ", test.small_report())
    assert re.search(r"\bpart< +1 ", test.small_report())
    with pytest.raises(ValueError, match="as it is"):
        test.go(seed=8, debug=True)


def stored(values: list[int]) -> dict[str, Any]:
    times: dict[int, int] = {}
    for value in values:
        times[bucket_of(value)] = times.get(bucket_of(value), 0) + 1
    return {
        "count": len(values),
        "min": min(values),
        "max": max(values),
        "sum": str(sum(values)),
        "sum_sq": "0",
        "buckets": [list(pair) for pair in sorted(times.items())],
    }


MS = 1_000_000


@pytest.fixture
def go(tmp_path: Path) -> Go:
    """A stored run of 2.5 s: 30 calls with the result 200 in two seconds, then 3 failed ones; and a request, which is none."""
    keys = [
        {"stage": "repeat", "scenario": "op", "name": "iteration", "kind": "iteration"},
        {"stage": "repeat", "scenario": "op", "name": "op → 200", "kind": "operation"},
        {"stage": "repeat", "scenario": "op", "name": "GET /", "kind": "operation"},
    ]
    later = [
        *keys,
        {"stage": "repeat", "scenario": "op", "name": "op → timed out", "kind": "operation"},
        {"stage": "repeat", "scenario": "op", "name": "op → 200 :: login", "kind": "transaction"},
    ]
    lines = [
        {"series": {"series": keys, "scenarios": [], "overflowed": 0}},
        {
            "index": 0,
            "start_s": 0.0,
            "length_s": 1.0,
            "series": {
                "1": {"ok": 10, "times": {"ok_service": stored([10 * MS] * 10), "ok_response": stored([90 * MS] * 10)}},
                "2": {"ok": 10, "times": {"ok_service": stored([1 * MS] * 10)}},
            },
        },
        {"series": {"series": later, "scenarios": [], "overflowed": 0}},
        {
            "index": 1,
            "start_s": 1.0,
            "length_s": 1.0,
            "series": {
                "1": {"ok": 20, "times": {"ok_service": stored([30 * MS] * 20)}},
                "4": {"ok": 20, "times": {"ok_response": stored([5 * MS] * 20)}},
            },
        },
        {
            "index": 2,
            "start_s": 2.0,
            "length_s": 0.5,
            "series": {"3": {"failed": 3, "times": {"failed_service": stored([100 * MS, 200 * MS, 3621 * MS])}}},
        },
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "intervals.jsonl").write_text(text + '{"index": 3, "start_s"')
    return Go(spec(), tmp_path)


def test_results_are_read_from_the_stored_run(go):
    results = read("op", [go])
    assert list(results.by_name) == ["200", "timed out"]
    good, bad = results.by_name.values()
    assert (good.times.count, good.times.failed, good.times.min_ns, good.times.max_ns) == (30, 0, 10 * MS, 30 * MS)
    assert (bad.times.count, bad.times.failed) == (3, 3)
    assert {index: times.count for index, times in good.seconds.items()} == {0: 10, 1: 20}
    assert good.parts["login"].count == 20
    assert results.elapsed_s == 2.5
    assert results.all.times.count == 33


def test_the_summary_says_how_long_the_load_took(go):
    summary = {"stages": [{"kind": "execute", "elapsed_s": 2.25}]}
    (go.directory / "summary.json").write_text(json.dumps(summary))
    assert read("op", [go]).elapsed_s == 2.25


def test_runs_add_up_one_after_the_other(go):
    results = read("op", [go, go])
    assert results.all.times.count == 66
    assert results.elapsed_s == 5.0
    assert sorted(results.by_name["200"].seconds) == [0, 1, 3, 4]


def test_the_small_report_is_gorgons_with_its_columns_in_line(go):
    assert small_report(read("op", [go])).splitlines() == [
        "Total time: 2s  500ms",
        "   Result         33   13 ops/sec. Avg time:     140ms Max: 3s  621ms Min:  10ms Failed: 3",
        "      200         30   12 ops/sec. Avg time:      23ms Max:      30ms Min:  10ms",
        "   login<         20 8.00 ops/sec. Avg time:       5ms Max:       5ms Min:   5ms",
        "timed out          3 1.20 ops/sec. Avg time: 1s  307ms Max: 3s  621ms Min: 100ms Failed: 3",
    ]


def test_a_report_before_any_run_is_empty():
    assert "Result" in Repeat(len).small_report()
    assert json.loads(Repeat(len).json_report())["count"] == 0


def test_the_json_report_has_percentiles_and_seconds(go):
    report = json.loads(json_report(read("op", [go])))
    assert (report["function"], report["count"], report["failed"]) == ("op", 33, 3)
    good = report["results"][0]
    assert good["result"] == "200"
    assert good["p50_ms"] == pytest.approx(30, rel=0.001)
    assert [second["count"] for second in good["seconds"]] == [10, 20]
    assert good["measurements"][0]["name"] == "login"
    assert report["runs"] == [{"second": 0, "num_operations": 4, "num_processes": 1, "num_threads": 1, "seed": 0}]


def test_the_html_report_needs_nothing_else(go):
    page = html_report(read("op", [go]))
    assert not re.search(r"(src|href)=|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", page)
    assert "{{" not in page
    data = json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["points"] == 3
    assert data["results"][0]["rate"] == [10, 20, 0]
    assert data["results"][1]["rate"] == [0, 0, 6]
    assert data["results"][0]["p99"][2] is None


def test_results_cannot_break_the_page(go):
    text = (go.directory / "intervals.jsonl").read_text().replace("timed out", "</script><b>{{data}}")
    (go.directory / "intervals.jsonl").write_text(text)
    page = html_report(read("op", [go]))
    assert page.count("</script>") == 2


def test_a_long_run_has_a_bounded_number_of_points(go):
    results = read("op", [go])
    results.seconds = 100_000
    data = json.loads(re.search(r'json">(.*?)</script>', html_report(results), re.DOTALL)[1])
    assert data["points"] <= 600


@pytest.mark.parametrize("value", [0, 1, 511, 512, 1023, 1024, 123_456, 10**9, 3600 * 10**9, 2**63])
def test_buckets_are_the_engines(value):
    bucket = bucket_of(value)
    assert abs(middle_of(bucket) - value) <= value / 1024
    assert bucket_of(middle_of(bucket)) == bucket


def test_quantiles_are_of_the_times():
    times = Times()
    for value in range(1, 1001):
        times.add(value)
    assert times.quantiles_ns(0.0, 0.5, 0.99, 1.0) == [1, 500, 990, 1000]
    assert times.mean_ns() == 500.5
    assert Times().quantiles_ns(0.5, 0.9) == [0, 0]


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (250_000, "250us"),
        (3 * MS, "3ms"),
        (31_226 * MS, "31s 226ms"),
        (125_010 * MS, "2m 5s 10ms"),
        (3_600_001 * MS, "1h 0m 0s 1ms"),
        (0, "0us"),
    ],
)
def test_durations_are_for_people(nanoseconds, text):
    assert " ".join(duration(nanoseconds).split()) == text


def test_progress_is_a_bar_on_a_terminal_and_nothing_elsewhere(monkeypatch):
    import io

    plain = io.StringIO()
    Progress(10, plain).show(5)
    assert plain.getvalue() == ""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    progress = Progress(1000, terminal)
    progress.show(500)
    assert "500 of 1,000 (50 %)" in terminal.getvalue()
    assert "left" in terminal.getvalue()
    progress.clear()
    assert terminal.getvalue().endswith("\r\x1b[2K")
    assert bar(0, 10).strip("▕▏ ") == ""
    assert bar(10, 10) == "▕" + "█" * 24 + "▏"
    assert [clock(7), clock(75), clock(3725)] == ["0:07", "1:15", "1:02:05"]


SCRIPT = """\
from pathlib import Path
import squall

def op(number):
    return 200

test = squall.Repeat(op)
test.go(num_operations=10, num_processes=2, num_threads=3, seed=5)
test.go(num_operations=7, random_delay=True, num_threads=4)
Path("report.txt").write_text(test.small_report())
raise SystemExit("never reached")
"""


def test_squall_runs_what_a_script_asks_for(load, tmp_path):
    document = load(SCRIPT)
    assert document["errors"] == []
    stages = document["plan"]["stages"]
    loads = [stage["execute"]["scenarios"]["op"]["load"]["iterations"] for stage in stages.values()]
    assert [(one["users"], one["shared"]) for one in loads] == [(6, 10), (4, 7)]
    assert stages["repeat 2"]["after"] == ["repeat 1"]
    assert not (tmp_path / "report.txt").exists()


def test_another_process_finds_the_function_by_the_name_of_the_go(load):
    load(SCRIPT)
    name = spec(entry="repeat:op#3", operations=9, seed=20).to_name()
    document = json.loads(load_file("shop.py", name, json.dumps({"form": "repeat"})))
    assert document["errors"] == []
    (stage,) = document["plan"]["stages"].values()
    assert stage["execute"]["scenarios"]["op"]["flow"] == [
        {"script": {"entry": "repeat:op#3", "runs": "thread", "name": "op"}}
    ]
    missing = json.loads(load_file("shop.py", spec(function="gone").to_name(), json.dumps({"form": "repeat"})))
    assert "defines no `gone`" in missing["errors"][0]["message"]


def test_in_another_process_the_import_ends_at_the_first_go(load, monkeypatch, tmp_path):
    load("x = 1")
    monkeypatch.setattr("squall._script.link.in_agent", lambda: True)
    (tmp_path / "shop.py").write_text(
        SCRIPT.replace("test.go(num_operations=7", "Path('second.txt').touch(); test.go(num_operations=7")
    )
    document = json.loads(load_file("shop.py", spec().to_name(), json.dumps({"form": "repeat"})))
    assert document["errors"] == []
    assert not (tmp_path / "second.txt").exists()


def test_a_report_ends_an_import():
    reached = []
    with importing():
        Repeat(len).small_report()
        reached.append("after the report")
    assert reached == []
    assert "Result" in Repeat(len).small_report()
