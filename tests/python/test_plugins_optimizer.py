"""Optimizer plugins: what is tried, what is told of it, and which trial is the best."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from squall.plugins import OptimizerPlugin, Parameters, TrialError, TrialResult, optimize

GRAPH = """\
import asyncio
from squall import *

class Load(Setup):
    batch_size = 1

@depends(Load)
class Shop(Execute):
    @task()
    async def get(self):
        await asyncio.sleep(0.005)

@depends(Shop)
class Summary(Analyze):
    pass

@depends(Summary)
class Results(Submit):
    config = JSONConfig()
"""


class Tries(OptimizerPlugin):
    """Tries a list of values."""

    def __init__(self, *values: Mapping[str, float], **parameters: Any) -> None:
        self.values = list(values)
        self.parameters = parameters
        self.seen: list[tuple[Parameters, TrialResult]] = []

    def propose(self) -> Parameters | None:
        return self.values.pop(0) if self.values else None

    def observe(self, params: Parameters, result: TrialResult) -> None:
        self.seen.append((params, result))


@pytest.fixture(autouse=True)
def _graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.py").write_text(GRAPH, encoding="utf-8")


def test_the_best_of_its_proposals_is_returned() -> None:
    tries = Tries({"batch_size": 1}, {"batch_size": 6}, {"batch_size": 2}, batch_size=(1, 10))
    found = optimize("shop.py", tries, stage="Load", trial="250ms")
    assert found.parameters == {"batch_size": 6}
    assert [trial.parameters for trial in found.trials] == [{"batch_size": 1}, {"batch_size": 6}, {"batch_size": 2}]
    assert [params for params, _ in tries.seen] == [trial.parameters for trial in found.trials]
    for _, result in tries.seen:
        assert 0.2 < result.elapsed_s < 2
        assert result.succeeded > 0
        assert result.failed == 0
        assert 5 <= result.median_ms <= result.p95_ms <= result.p99_ms
        assert result.summary["reporters"] == [], "trials report to nobody"
    assert not Path("metrics.json").exists()
    assert len(list(Path(".squall/runs").iterdir())) == 3


def test_values_stay_in_their_bounds_and_whole_where_these_are() -> None:
    tries = Tries(
        {"batch_size": 99, "batch_interval": -1},
        {"batch_size": 1.6, "batch_interval": 0.001},
        batch_size=(1, 3),
        batch_interval=(0.0, 0.01),
    )
    found = optimize("shop.py", tries, stage="Load", trial=0.05, runs_dir="trials")
    assert [trial.parameters for trial in found.trials] == [
        {"batch_size": 3, "batch_interval": 0.0},
        {"batch_size": 2, "batch_interval": 0.001},
    ]
    assert len(list(Path("trials").iterdir())) == 2


def test_an_optimizer_may_have_a_score_of_its_own() -> None:
    class Fewest(Tries):
        def score(self, result: TrialResult) -> float:
            return -result.succeeded

    tries = Fewest({"batch_size": 1}, {"batch_size": 5}, batch_size=(1, 5))
    assert optimize("shop.py", tries, stage="Load", trial="100ms").parameters == {"batch_size": 1}


def test_the_search_ends_after_the_most_trials() -> None:
    tries = Tries(*[{"batch_size": 1}] * 9, batch_size=(1, 5))
    assert len(optimize("shop.py", tries, stage="Load", trial="20ms", most=2).trials) == 2


@pytest.mark.parametrize(
    ("tries", "message"),
    [
        (Tries({"batch_siz": 1}, batch_size=(1, 2)), "no parameter of its own; did you mean `batch_size`"),
        (Tries(batch_size=(1, 2)), "proposes nothing"),
        (Tries({}), "has no `parameters`"),
        (Tries({"batch_size": 1}, batch_size=(3, 2)), "the wrong way round: 3, 2"),
    ],
)
def test_wrong_parameters_are_told(tries: Tries, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        optimize("shop.py", tries, stage="Load")


def test_a_wrong_length_of_trials_is_told() -> None:
    with pytest.raises(ValueError, match="`trial` is no duration"):
        optimize("shop.py", Tries({"batch_size": 1}, batch_size=(1, 2)), stage="Load", trial="soon")


@pytest.mark.parametrize(
    ("stage", "text", "message"),
    [
        ("Laod", GRAPH, "did you mean `Load`"),
        ("Load", GRAPH.replace("batch_size = 1", "batch_siz = 1"), "has no attribute `batch_siz`"),
    ],
)
def test_a_trial_that_cannot_run_says_why(stage: str, text: str, message: str) -> None:
    Path("shop.py").write_text(text, encoding="utf-8")
    with pytest.raises(TrialError, match=message):
        optimize("shop.py", Tries({"batch_size": 1}, batch_size=(1, 2)), stage=stage)


def test_the_result_is_what_summary_json_says() -> None:
    tries = Tries({"batch_size": 2}, batch_size=(1, 2))
    result = optimize("shop.py", tries, stage="Load", trial="100ms").best.result
    (stored,) = Path(".squall/runs").glob("*/summary.json")
    assert json.loads(stored.read_text(encoding="utf-8"))["totals"]["ok"] == result.succeeded
