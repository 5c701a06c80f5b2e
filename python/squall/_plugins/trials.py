"""Short runs that try values of a stage's attributes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from squall import _squall
from squall._authoring.values import DURATION_HINT, Duration, duration_text
from squall._lowering.problems import listed, nearest
from squall._plugins.optimizer import OptimizerPlugin, Parameters, Trial, TrialResult


class TrialError(RuntimeError):
    """A trial could not run; says why."""


@dataclass(frozen=True)
class Optimized:
    """What a search has found.

    Attributes:
        best: The trial with the highest score; the first of them where several have it.
        trials: All trials in their order.
    """

    best: Trial
    trials: list[Trial]

    @property
    def parameters(self) -> Parameters:
        """The values of the best trial."""
        return self.best.parameters


def optimize(
    file: str | os.PathLike[str],
    optimizer: OptimizerPlugin,
    *,
    stage: str,
    trial: Duration = "2s",
    most: int = 100,
    runs_dir: str | os.PathLike[str] | None = None,
) -> Optimized:
    """Runs short trials of a graph with what an optimizer proposes, one after the other, and returns the best.

    Each trial is a run of its own, which is stored like every run. Submit stages are left out.

    Args:
        file: The graph file.
        optimizer: Says what to try.
        stage: Name of the Setup or Execute stage whose attributes are tried.
        trial: How long each trial lasts, as `total_time` of that stage. Default: two seconds.
        most: Trials at most. Default: 100.
        runs_dir: Folder in which the runs are stored. Default: `.squall/runs`.

    Raises:
        ValueError: The parameters are wrong.
        TrialError: A trial could not run, e.g. because the file is wrong.
    """
    lasts = duration_text(trial)
    if lasts is None:
        raise ValueError(f"`trial` is no duration: {trial!r}; {DURATION_HINT}")
    _check_bounds(optimizer)
    trials: list[Trial] = []
    while len(trials) < most:
        proposed = optimizer.propose()
        if proposed is None:
            break
        tried = _within(proposed, optimizer)
        result = _run(os.fspath(file), {stage: tried}, lasts, runs_dir)
        optimizer.observe(tried, result)
        trials.append(Trial(tried, result, optimizer.score(result)))
    if not trials:
        raise ValueError(f"`{type(optimizer).__name__}` proposes nothing to try")
    return Optimized(max(trials, key=lambda one: one.score), trials)


def _check_bounds(optimizer: OptimizerPlugin) -> None:
    for name, bounds in optimizer.parameters.items():
        low, high = bounds
        if not low <= high:
            raise ValueError(f"the bounds of the parameter `{name}` are the wrong way round: {low!r}, {high!r}")
    if not optimizer.parameters:
        raise ValueError(f"`{type(optimizer).__name__}` has no `parameters`")


def _within(proposed: Parameters, optimizer: OptimizerPlugin) -> dict[str, float]:
    """Returns values inside of their bounds; raises where one is not among the parameters."""
    tried: dict[str, float] = {}
    for name, value in proposed.items():
        bounds = optimizer.parameters.get(name)
        if bounds is None:
            suggestion = nearest(name, optimizer.parameters)
            hint = f"did you mean `{suggestion}`?" if suggestion else f"there is {listed(optimizer.parameters)}"
            raise ValueError(
                f"`{type(optimizer).__name__}` proposes `{name}`, which is no parameter of its own; {hint}"
            )
        low, high = bounds
        within = min(max(value, low), high)
        tried[name] = round(within) if isinstance(low, int) and isinstance(high, int) else within
    return tried


def _run(
    file: str, stages: dict[str, dict[str, float]], lasts: str, runs_dir: str | os.PathLike[str] | None
) -> TrialResult:
    from squall._loading import load_file

    sets = [[stage, name, value] for stage, values in stages.items() for name, value in values.items()]
    sets += [[stage, "total_time", lasts] for stage, values in stages.items() if "total_time" not in values]
    overrides = json.dumps({"set": sets})
    document = json.loads(load_file(file, None, overrides))
    if document["errors"]:
        raise TrialError("\n".join(_shown(error) for error in document["errors"]))
    options: dict[str, Any] = {"base_dir": os.getcwd(), "file": os.path.abspath(file), "overrides": overrides}
    if runs_dir is not None:
        options["runs_dir"] = os.fspath(runs_dir)
    try:
        run = _squall.start_run(json.dumps(_without_submits(document["plan"])), json.dumps(options))
    except (ValueError, RuntimeError) as error:
        raise TrialError(str(error)) from error
    try:
        return _result(json.loads(run.finish()))
    except KeyboardInterrupt:
        run.abort()
        raise


def _shown(error: dict[str, Any]) -> str:
    where = f"{error['file']}:{error['line']}: " if error["file"] else ""
    hint = f" (hint: {error['hint']})" if error["hint"] else ""
    return f"{where}{error['message']}{hint}"


def _without_submits(plan: dict[str, Any]) -> dict[str, Any]:
    """Returns a plan that reports to nobody; what came after a Submit stage comes after what that came after."""
    stages: dict[str, dict[str, Any]] = plan["stages"]
    after = {name: stage.get("after", []) for name, stage in stages.items() if "submit" in stage}

    def before(names: list[str]) -> list[str]:
        found = [one for name in names for one in (before(after[name]) if name in after else [name])]
        return list(dict.fromkeys(found))

    kept = {
        name: {**stage, **({"after": before(stage["after"])} if "after" in stage else {})}
        for name, stage in stages.items()
        if name not in after
    }
    return {**plan, "stages": kept}


def _result(summary: dict[str, Any]) -> TrialResult:
    totals, elapsed = summary["totals"], summary["run"]["elapsed_s"]
    finished = totals["ok"] + totals["failed"]
    times = [series["response_time_ms"] for series in summary["series"]]
    return TrialResult(
        elapsed_s=elapsed,
        succeeded=totals["ok"],
        failed=totals["failed"],
        actions_per_second=finished / elapsed if elapsed > 0 else 0.0,
        median_ms=max((one["p50"] for one in times), default=0.0),
        p95_ms=max((one["p95"] for one in times), default=0.0),
        p99_ms=max((one["p99"] for one in times), default=0.0),
        verdict=summary["verdict"]["status"],
        summary=summary,
    )
