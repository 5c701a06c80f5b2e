"""One test, from its constructor to its metrics."""

import asyncio
from typing import Any, ClassVar

import pytest

from squall._testcases.run import Life, Runner
from squall.testcase import TestCase


class Recorder:
    """Takes what a test counts, in place of the context that the engine makes for each iteration of a run."""

    def __init__(self) -> None:
        self.clock = 0
        self.records: list[tuple[str, bool, str, str | None]] = []
        self.metrics: list[tuple[str, float]] = []

    def now(self) -> int:
        self.clock += 1
        return self.clock

    def record(
        self, name: str, started: int, ended: int, *, ok: bool = True, kind: str = "operation", error: str | None = None
    ) -> None:
        assert started <= ended
        self.records.append((name, ok, kind, error))

    def metric(self, name: str, value: float) -> None:
        self.metrics.append((name, value))

    def names(self) -> list[str]:
        return [name for name, *_ in self.records]


class Steps(TestCase):
    seen: list[str]

    def __init__(self, fails: str = "", **kwargs: Any) -> None:
        super().__init__(fails=fails, **kwargs)
        self._step("init")

    def setup(self) -> None:
        self._step("setup")

    def run(self) -> None:
        self.metrics["db_time"] = 0.25
        self._step("run")

    def teardown(self) -> None:
        self._step("teardown")

    def _step(self, name: str) -> None:
        type(self).seen.append(name)
        if self.kwargs["fails"] == name:
            raise ValueError(f"no {name}")


@pytest.fixture
def steps() -> type[Steps]:
    Steps.seen = []
    return Steps


def run(test_class: type[TestCase], **kwargs: Any) -> Recorder:
    recorder = Recorder()
    runner = Runner(test_class, kwargs)
    result = runner.call(recorder)
    if runner.runs == "coroutine":
        asyncio.run(result)
    return recorder


def test_a_test_runs_from_setup_to_teardown(steps):
    recorder = run(steps)
    assert steps.seen == ["init", "setup", "run", "teardown"]
    assert recorder.names() == ["setup", "run", "teardown"]
    assert {kind for _, _, kind, _ in recorder.records} == {"transaction"}
    assert recorder.metrics == [("db_time", 0.25)]


@pytest.mark.parametrize("step", ["setup", "run"])
def test_what_a_step_raises_fails_the_test_after_its_teardown(steps, step):
    recorder = Recorder()
    with pytest.raises(ValueError, match=f"no {step}"):
        Runner(steps, {"fails": step}).call(recorder)
    assert steps.seen[-1] == "teardown"
    failed = [(name, error) for name, ok, _, error in recorder.records if not ok]
    assert failed == [(step, None)]


def test_metrics_of_a_failed_test_are_kept(steps):
    recorder = Recorder()
    with pytest.raises(ValueError, match="no run"):
        Runner(steps, {"fails": "run"}).call(recorder)
    assert recorder.metrics == [("db_time", 0.25)]


def test_what_the_constructor_raises_fails_the_test_without_teardown(steps):
    with pytest.raises(ValueError, match="no init"):
        Runner(steps, {"fails": "init"}).call(Recorder())
    assert steps.seen == ["init"]


def test_what_teardown_raises_is_counted_beside_the_test(steps):
    recorder = run(steps, fails="teardown")
    assert [(name, ok) for name, ok, *_ in recorder.records] == [("setup", True), ("run", True), ("teardown", False)]
    told = recorder.records[-1][3]
    assert told is not None
    assert told.startswith("ValueError: no teardown (")
    assert "test_testcases_run.py" in told
    assert recorder.metrics == [("db_time", 0.25)]


def test_a_test_that_is_given_up_is_still_torn_down(steps):
    class GivenUp(steps):
        def run(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runner(GivenUp, {}).call(Recorder())
    assert steps.seen[-1] == "teardown" or GivenUp.seen[-1] == "teardown"


def test_a_class_with_run_alone_has_no_parts():
    class Plain(TestCase):
        def run(self) -> None:
            self.metrics["n"] = 1

    recorder = run(Plain)
    assert recorder.records == []
    assert recorder.metrics == [("n", 1.0)]


def test_an_async_test_may_have_plain_steps():
    class Loop(TestCase):
        def setup(self) -> None:
            self.steps = ["setup"]

        async def run(self) -> None:
            await asyncio.sleep(0)
            self.steps.append("run")

        async def teardown(self) -> None:
            self.metrics["steps"] = len(self.steps)

    recorder = run(Loop)
    assert recorder.names() == ["setup", "run", "teardown"]
    assert recorder.metrics == [("steps", 2.0)]


@pytest.mark.parametrize("value", ["fast", None, True, float("nan"), float("inf"), [1], object()])
def test_a_metric_that_is_no_number_is_named_and_fails_no_test(value):
    class Wrong(TestCase):
        def run(self) -> None:
            self.metrics["good"] = 2
            self.metrics["size"] = value

    recorder = run(Wrong)
    assert recorder.metrics == [("good", 2.0)]
    ((name, ok, kind, error),) = recorder.records
    assert (name, ok, kind) == ("metrics", False, "transaction")
    assert error is not None
    assert error.startswith("metric `size` is ")


def test_metrics_that_are_no_dictionary_are_told():
    class Wrong(TestCase):
        def run(self) -> None:
            self.metrics = None  # type: ignore[assignment]

    assert run(Wrong).records[0][3] == "`self.metrics` is `None`, not a dictionary"


def test_startup_and_shutdown_run_once_and_keep_what_they_find():
    class Shared(TestCase):
        @classmethod
        def startup(cls) -> None:
            cls.calls = ["startup"]

        @classmethod
        def shutdown(cls) -> None:
            cls.calls.append("shutdown")

    life = Life(Shared)
    for _ in range(3):
        life.open()
    for _ in range(3):
        life.close()
    assert Shared.calls == ["startup", "shutdown"]


def test_a_plain_startup_keeps_values_for_all_tests():
    class Plain(TestCase):
        def startup(self) -> None:  # type: ignore[override]
            self.size = 3

        def run(self) -> None:
            self.metrics["length"] = self.size

    Life(Plain).open()
    assert run(Plain).metrics == [("length", 3.0)]


def test_shutdown_follows_a_startup_that_failed_and_no_other():
    class Failing(TestCase):
        calls: ClassVar[list[str]] = []

        @classmethod
        def startup(cls) -> None:
            raise OSError("no database")

        @classmethod
        def shutdown(cls) -> None:
            cls.calls.append("shutdown")

    untouched = Life(Failing)
    untouched.close()
    assert Failing.calls == []
    life = Life(Failing)
    with pytest.raises(OSError, match="no database"):
        life.open()
    life.close()
    assert Failing.calls == ["shutdown"]
