"""Reporter plugins: what they are given, what their exceptions do, and how their driver counts."""

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from plugin_runs import FINISHED, Ran, run, squall

GRAPH = """\
import asyncio, json, os, threading
from pathlib import Path
from squall import *
from squall.plugins import *

{reporter}

class Load(Setup):
    batch_size = 1
    iterations = {iterations}

@depends(Load)
class Shop(Execute):
    @task()
    async def buy(self):
        ctx = current()
        ctx.record("pay", ctx.now(), ctx.now())
        ctx.metric("price", 2.5)
        ctx.send("bought", sku=7)
        if ctx.iteration == 0:
            ctx.record("refuse", ctx.now(), ctx.now(), ok=False, error="sold out")

@depends(Shop)
class Summary(Analyze):
    pass

@depends(Summary)
class Results(Submit):
    config = {config}
"""
KEEPS = """\
class Keeper(ReporterPlugin):
    def __init__(self, path="kept.jsonl", *, secret=None):
        self.path = path

    def keep(self, kind, batch):
        line = {"kind": kind, "batch": batch, "run": self.run, "thread": threading.current_thread().name}
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\\n")

    async def connect(self):
        await asyncio.sleep(0)
        self.keep("connect", [])

    def events(self, batch):
        self.keep("events", batch)

    async def messages(self, batch):
        self.keep("messages", batch)

    def common(self, batch):
        self.keep("common", batch)

    def metrics(self, batch):
        self.keep("metrics", batch)

    def custom(self, batch):
        self.keep("custom", batch)

    def errors(self, batch):
        self.keep("errors", batch)

    def system(self, batch):
        self.keep("system", batch)

    def close(self):
        self.keep("close", [])
        return "the keeper"
"""


def graph(reporter: str, config: str, iterations: int = 4) -> str:
    return GRAPH.format(reporter=textwrap.dedent(reporter), config=config, iterations=iterations)


def kept(folder: Path, name: str = "kept.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def report_of(ran: Ran) -> dict[str, Any]:
    (report,) = ran.summary["reporters"]
    found: dict[str, Any] = report
    return found


def test_it_gets_every_kind_of_record_in_order_on_one_thread(tmp_path: Path) -> None:
    ran = run(tmp_path, graph(KEEPS, "Keeper()"))
    assert ran.code in FINISHED, ran.output
    calls = kept(tmp_path)
    kinds = [call["kind"] for call in calls]
    assert kinds[0] == "connect"
    # What the machine did is sampled once a second, and this run may be over before.
    kinds = [kind for kind in kinds if kind != "system"]
    assert kinds[-4:] == ["common", "metrics", "errors", "close"]
    assert set(kinds[1:-4]) == {"events", "messages"}
    assert len({call["thread"] for call in calls}) == 1
    by_kind: dict[str, list[Any]] = {}
    for call in calls:
        by_kind.setdefault(call["kind"], []).extend(call["batch"])
    assert sorted(event["name"] for event in by_kind["events"]) == ["buy"] * 4 + ["pay"] * 4 + ["refuse"]
    assert [message["fields"] for message in by_kind["messages"]] == [{"sku": 7}] * 4
    assert {(one["name"], one["total"]) for one in by_kind["common"]} == {("buy", 4), ("pay", 4), ("refuse", 1)}
    assert {"response_time", "metric"} < {one["group"] for one in by_kind["metrics"]}
    assert [(one["error_class"], one["error_count"]) for one in by_kind["errors"]][:1] == [("script", 1)]
    assert calls[0]["run"] is None
    assert calls[-1]["run"]["verdict"] == "passed"
    report = report_of(ran)
    assert (report["name"], report["dropped"]) == ("plugin:Keeper", 0)
    assert report["delivered"] == sum(len(batch) for batch in by_kind.values())
    assert "the keeper" in ran.output


def test_several_stand_beside_those_that_come_with_squall(tmp_path: Path) -> None:
    config = '[Keeper("a.jsonl"), Keeper("b.jsonl"), JSONConfig(events_filepath=None)]'
    ran = run(tmp_path, graph(KEEPS, config))
    names = [report["name"] for report in ran.summary["reporters"]]
    assert names == ["plugin:Keeper", "plugin:Keeper-2", "json"]
    assert len(kept(tmp_path, "a.jsonl")) == len(kept(tmp_path, "b.jsonl"))
    assert (tmp_path / "metrics.json").exists()


def test_what_it_was_made_with_is_not_stored(tmp_path: Path) -> None:
    run(tmp_path, graph(KEEPS, 'Keeper(secret="hunter2")'))
    stored = [path for path in (tmp_path / ".squall").rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if b"hunter2" in path.read_bytes()]


def test_what_is_temporary_comes_again_and_only_what_was_not_delivered(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        tries = []

        def common(self, batch):
            self.tries.append("common")

        def metrics(self, batch):
            self.tries.append("metrics")
            if self.tries.count("metrics") < 3:
                raise Temporary("the backend is busy")

        def close(self):
            Path("tries.json").write_text(json.dumps(self.tries))
    """
    ran = run(tmp_path, graph(reporter, "Keeper()"))
    assert ran.code in FINISHED, ran.output
    assert json.loads((tmp_path / "tries.json").read_text()) == ["common", "metrics", "metrics", "metrics"]
    assert (report_of(ran)["dropped"], report_of(ran)["message"]) == (0, "the backend is busy")


def test_what_is_too_large_comes_in_halves(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        sizes = []

        def events(self, batch):
            if len(batch) > 3:
                raise TooLarge("three at most")
            self.sizes.append(len(batch))

        def close(self):
            Path("sizes.json").write_text(json.dumps(self.sizes))
    """
    ran = run(tmp_path, graph(reporter, "Keeper()"))
    sizes = json.loads((tmp_path / "sizes.json").read_text())
    assert (sum(sizes), max(sizes)) == (9, 3)
    assert report_of(ran)["dropped"] == 0


def test_an_exception_ends_it_and_what_it_did_not_take_waits_on_disk(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        def common(self, batch):
            raise ValueError("no such table")
    """
    ran = run(tmp_path, graph(reporter, "Keeper()"))
    assert ran.code in FINISHED, ran.output
    assert "ValueError: no such table (shop.py:" in ran.output
    assert (report_of(ran)["dropped"], report_of(ran)["spooled"]) == (0, 3)


def test_a_part_of_a_batch_may_be_taken(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        def common(self, batch):
            return 1
    """
    ran = run(tmp_path, graph(reporter, "Keeper()"))
    report = report_of(ran)
    assert (report["delivered"], report["dropped"]) == (1, 2)
    assert "it took 1 of 3 records" in ran.output


def test_a_reporter_that_does_not_connect_stops_the_run_before_any_load(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        def connect(self):
            raise OSError("no route")

        def common(self, batch):
            pass
    """
    (tmp_path / "shop.py").write_text(graph(reporter, "Keeper()"), encoding="utf-8")
    code, output = squall(tmp_path, "run", "shop.py", "--progress", "none")
    assert code == 1, output
    assert "OSError: no route (shop.py:" in output


def test_the_batch_has_at_most_as_many_records_as_it_says(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        max_batch_records = 2
        sizes = []

        def events(self, batch):
            self.sizes.append(len(batch))

        def close(self):
            Path("sizes.json").write_text(json.dumps(self.sizes))
    """
    run(tmp_path, graph(reporter, "Keeper()"))
    sizes = json.loads((tmp_path / "sizes.json").read_text())
    assert (sum(sizes), max(sizes)) == (9, 2)


@pytest.mark.parametrize(
    ("reporter", "config", "message"),
    [
        ("class Keeper(ReporterPlugin): pass", "Keeper()", "the reporter `Keeper` takes nothing"),
        (
            "class Keeper(ReporterPlugin):\n    kinds = ('event',)",
            "Keeper()",
            "the reporter `Keeper` takes `event`, which does not exist",
        ),
        (
            "class Keeper(ReporterPlugin):\n    kinds = ('events',)",
            "Keeper()",
            "the reporter `Keeper` takes `events` and has no method `events`",
        ),
        (KEEPS, "Keeper", "`config` must be a reporter or a list of reporters"),
    ],
)
def test_a_wrong_reporter_is_told_before_the_load(tmp_path: Path, reporter: str, config: str, message: str) -> None:
    (tmp_path / "shop.py").write_text(graph(reporter, config), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    assert message in output
    assert "at shop.py:" in output


PLAN = """\
version: 1
name: planned
stages:
  load:
    execute:
      scenarios:
        home:
          load: {{iterations: {{users: 1, shared: 2}}}}
          flow: [{{http: {{url: "http://127.0.0.1:1/"}}}}]
  results:
    after: [load]
    submit:
      reporters: [{{name: "{name}", settings: {settings}}}]
"""


@pytest.mark.parametrize(
    ("name", "settings", "code", "message"),
    [
        ("plugin:keeper", "{path: mine.jsonl}", 98, ""),
        ("plugin:keeper", "{folder: mine}", 104, "the settings of the reporter `keeper` are wrong"),
        ("plugin:kepeer", "{}", 104, "there is no plugin `kepeer`: did you mean `keeper`?"),
        ("plugin:client", "{}", 104, "the plugin `client` is an engine: a reporter derives from `ReporterPlugin`"),
        ("keeper", "{}", 104, "unknown reporter `keeper`"),
    ],
)
def test_a_plan_names_those_of_the_project(tmp_path: Path, name: str, settings: str, code: int, message: str) -> None:
    own = f"import asyncio, json, threading\nfrom squall.plugins import *\n{KEEPS}\nclass Client(EnginePlugin): pass\n"
    (tmp_path / "keeper.py").write_text(own, encoding="utf-8")
    (tmp_path / "squall.toml").write_text(
        '[plugins]\nkeeper = "keeper.py:Keeper"\nclient = "keeper:Client"\n', encoding="utf-8"
    )
    (tmp_path / "plan.yaml").write_text(PLAN.format(name=name, settings=settings), encoding="utf-8")
    found, output = squall(tmp_path, "run", "plan.yaml", "--progress", "none")
    assert message in output
    if code == 104:
        assert found == 104, output
    else:
        assert {"connect", "events", "close"} <= {call["kind"] for call in kept(tmp_path, "mine.jsonl")}, output


def test_a_stage_that_streams_sends_each_second(tmp_path: Path) -> None:
    reporter = """\
    class Keeper(ReporterPlugin):
        started = 0

        def intervals(self, batch):
            self.started += sum(one["started"] for one in batch if one["name"] == "pay")

        def close(self):
            Path("started.json").write_text(json.dumps(self.started))
    """
    run(tmp_path, graph(reporter, "Keeper()\n    stream = True"))
    assert json.loads((tmp_path / "started.json").read_text()) == 4
