"""What a suite of runs measured, by result; read from the runs' directories, also while one is still going."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squall._repeat.calls import Outcome
from squall._repeat.spec import ARROW, NESTED, Spec
from squall._repeat.times import Times


@dataclass
class Go:
    """One `go`.

    Attributes:
        spec: What was asked for.
        directory: Where its run is stored; None with `debug=True`.
        outcomes: With `debug=True`, what came of the calls.
    """

    spec: Spec
    directory: Path | None = None
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass
class Result:
    """Calls that gave the same result.

    Attributes:
        name: The result as text.
        times: Of all these calls.
        seconds: The same by the second in which they ended, counted over all runs.
        parts: Times of measured parts, by name.
    """

    name: str
    times: Times = field(default_factory=Times)
    seconds: dict[int, Times] = field(default_factory=dict)
    parts: dict[str, Times] = field(default_factory=dict)

    def second(self, index: int) -> Times:
        """Returns the times of one second."""
        return self.seconds.setdefault(index, Times())


@dataclass
class Results:
    """What all runs of a suite measured.

    Attributes:
        function: Name of the function.
        elapsed_s: Seconds of load of all runs together.
        by_name: Calls by result, the most frequent first.
        starts: For each run the second in which it starts, and what it was asked for.
        seconds: Number of seconds, runs one after the other.
        lengths: How much of a second there was, where it was not all of it: the last one of a run.
    """

    function: str
    elapsed_s: float = 0.0
    by_name: dict[str, Result] = field(default_factory=dict)
    starts: list[tuple[int, Spec]] = field(default_factory=list)
    seconds: int = 0
    lengths: dict[int, float] = field(default_factory=dict)

    @property
    def all(self) -> Result:
        """All calls, whatever their result."""
        total = Result("Result")
        for result in self.by_name.values():
            total.times.merge(result.times)
            for index, times in result.seconds.items():
                total.second(index).merge(times)
        return total

    def result(self, name: str) -> Result:
        """Returns the calls with a result."""
        return self.by_name.setdefault(name, Result(name))

    def rate(self, times: Times) -> float:
        """Returns how many there were a second."""
        return times.count / self.elapsed_s if self.elapsed_s > 0 else 0.0


def read(function: str, goes: list[Go]) -> Results:
    """Reads what was measured so far."""
    results = Results(function)
    for go in goes:
        results.starts.append((results.seconds, go.spec))
        length = _add_outcomes(results, go) if go.directory is None else _add_run(results, go.directory)
        results.elapsed_s += length
        results.seconds += max(1, -int(-length // 1))
    ordered = sorted(results.by_name.values(), key=lambda result: (-result.times.count, result.name))
    results.by_name = {result.name: result for result in ordered}
    return results


def _add_outcomes(results: Results, go: Go) -> float:
    for outcome in go.outcomes:
        taken = outcome.ended_ns - outcome.started_ns
        result = results.result(outcome.result)
        result.times.add(taken)
        result.second(results.seconds).add(taken)
        for part in outcome.parts:
            result.parts.setdefault(part.name, Times()).add(part.ended_ns - part.started_ns)
    return sum(outcome.ended_ns - outcome.started_ns for outcome in go.outcomes) / 1e9


def _add_run(results: Results, directory: Path) -> float:
    """Adds a run; returns the seconds of its load."""
    keys: list[dict[str, Any]] = []
    prefix = results.function + ARROW
    ended = 0.0
    for line in _lines(directory / "intervals.jsonl"):
        if isinstance(line.get("series"), dict) and "index" not in line:
            keys = line["series"]["series"]
            continue
        ended = line["start_s"] + line["length_s"]
        second = results.seconds + int(line["start_s"])
        results.lengths[second] = line["length_s"]
        known = {key["name"][len(prefix) :] for key in keys if _is_result(key, prefix)}
        for index, part in line.get("series", {}).items():
            key = keys[int(index)]
            if _is_result(key, prefix):
                result = results.result(key["name"][len(prefix) :])
                _add_times(part, result.times, result.second(second))
            elif key["kind"] == "transaction" and key["name"].startswith(prefix):
                _add_part(results, known, key["name"][len(prefix) :], part)
    return _load_of(directory) or ended


def _is_result(key: dict[str, Any], prefix: str) -> bool:
    return bool(key["kind"] == "operation" and key["name"].startswith(prefix))


def _add_part(results: Results, known: set[str], name: str, part: dict[str, Any]) -> None:
    """Adds a measured part; its name begins with the result that it belongs to."""
    owners = [owner for owner in known if name.startswith(owner + NESTED)]
    if owners:
        owner = max(owners, key=len)
        _add_times(part, results.result(owner).parts.setdefault(name[len(owner + NESTED) :], Times()))


def _add_times(part: dict[str, Any], *targets: Times) -> None:
    times = part.get("times") or {}
    for outcome in ("ok", "failed"):
        stored = times.get(f"{outcome}_service") or times.get(f"{outcome}_response")
        if stored:
            for target in targets:
                target.add_stored(stored, failed=outcome == "failed")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for text in file:
                if text.endswith("\n"):  # the last one may just be being written
                    yield json.loads(text)
    except FileNotFoundError:
        return


def _load_of(directory: Path) -> float | None:
    """Returns the seconds of load of a run that has ended, or None."""
    try:
        summary = json.loads((directory / "summary.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    lengths = [stage["elapsed_s"] for stage in summary["stages"] if stage["kind"] == "execute"]
    return float(sum(lengths)) or None
