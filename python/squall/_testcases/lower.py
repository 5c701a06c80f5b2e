"""Test cases as a plan: one Execute stage, one scenario per class and arguments."""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import replace
from typing import Any

from squall._lowering.document import Lowered
from squall._lowering.http_settings import http_settings
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems, listed
from squall._script.registry import Script
from squall._testcases.entries import RATE_HINT, Entry, Written, check, seconds_of
from squall._testcases.run import Life, Runner
from squall.testcase import TestCase

STAGE = "Tests"
"""Name of the stage."""

UNTIL_STOPPED = "3650d"
"""Length of a load that Ctrl-C ends."""

_OF_OTHER_LOADS = {
    "batch_size": "`max_duration` of a class, times its rate, is the number of threads",
    "max_users": "`max_duration` of a class, times its rate, is the number of threads",
    "stages": "tests have a constant rate",
    "iterations": "`-d` says how long tests are started",
    "pause": "tests do not wait for each other",
}


class Lowering:
    """Turns tests into a plan and its scripts."""

    def __init__(self, file: str, overrides: Overrides, problems: Problems) -> None:
        self._file = file
        self._overrides = overrides
        self._problems = problems

    def run(self, tests: list[Written], *, duration: object = None, name: str | None = None) -> Lowered:
        """Returns the plan; there is none where something is wrong.

        Args:
            tests: What was asked for.
            duration: How long tests are started, where the command line does not say it.
            name: Name of the plan, where the command line does not say it.
        """
        self._check_load()
        defaults = self._overrides.defaults.values
        tests = [self._replaced(test) for test in tests]
        self._check_sets(tests)
        entries = _merged([check(test, defaults.get("rate"), self._problems) for test in tests])
        if self._problems.found:
            return Lowered()
        length = seconds_of(defaults.get("total_time", duration))
        lowered = Lowered()
        scenarios: dict[str, Any] = {}
        lives = {entry.test_class: Life(entry.test_class) for entry in entries}
        for entry, label, offset in zip(entries, _labels(entries), _offsets(entries), strict=True):
            runner = Runner(entry.test_class, entry.kwargs)
            scenarios[label] = _scenario(entry, label, runner, _load(entry, offset, length))
            lowered.scripts.append(_script(entry, label, runner, lives[entry.test_class]))
            lowered.explain.append(_explained(entry, label, runner))
        execute = {
            "scenarios": scenarios,
            # As long as a test may take: those in flight at the end get to finish.
            "settings": {
                "graceful_stop": f"{max(1.0, *(entry.max_duration for entry in entries)):.3f}s",
                "must_succeed": True,
            },
        }
        lowered.plan = {
            "version": 1,
            "name": self._overrides.name or name or os.path.splitext(os.path.basename(self._file))[0],
            **self._shared(),
            "stages": {STAGE: {"execute": execute}},
        }
        return lowered

    def _shared(self) -> dict[str, Any]:
        folder = os.path.dirname(os.path.abspath(self._file))
        http = http_settings([self._overrides.defaults], folder)
        shared: dict[str, Any] = {"http": http} if http else {}
        if "seed" in self._overrides.defaults.values:
            shared["seed"] = self._overrides.defaults.values["seed"]
        return shared

    def _check_load(self) -> None:
        for attribute, hint in _OF_OTHER_LOADS.items():
            if attribute in self._overrides.defaults.values:
                self._problems.add(f"`{_OPTIONS[attribute]}` does not go with test cases", None, hint)

    def _replaced(self, test: Written) -> Written:
        for target, attribute, value in self._overrides.sets:
            if target == test.test_class.__name__ and attribute in ("rate", "max_duration"):
                test = replace(test, **{attribute: value}, places={})
        return test

    def _check_sets(self, tests: list[Written]) -> None:
        known = [test.test_class.__name__ for test in tests]
        for target, attribute, _ in self._overrides.sets:
            if target not in known:
                hint = f"there is {listed(dict.fromkeys(known))}"
                self._problems.add(f"`--set {target}.{attribute}`: there is no test case `{target}`", None, hint)
            elif attribute not in ("rate", "max_duration"):
                message = f"`--set {target}.{attribute}`: a test case has no `{attribute}` that can be set there"
                self._problems.add(message, None, f"it has `rate`, `max_duration`; {RATE_HINT}")


_OPTIONS = {
    "batch_size": "--users",
    "max_users": "--users",
    "stages": "--stages",
    "iterations": "--iterations",
    "pause": "--pause",
}


def _merged(entries: list[Entry]) -> list[Entry]:
    """Adds up the rates of entries with the same class and arguments: they are one line of the report."""
    merged: dict[tuple[type[TestCase], str], Entry] = {}
    for entry in entries:
        key = (entry.test_class, repr(entry.kwargs))
        known = merged.get(key)
        if known is not None:
            longest = max(known.max_duration, entry.max_duration)
            entry = replace(known, rate=known.rate + entry.rate, max_duration=longest)
        merged[key] = entry
    return list(merged.values())


def _labels(entries: list[Entry]) -> list[str]:
    """Returns a name for each entry that no other has: of classes with the same name, their modules tell them apart."""
    counts = Counter(entry.label for entry in entries)
    return [
        f"{entry.test_class.__module__}: {entry.label}" if counts[entry.label] > 1 else entry.label for entry in entries
    ]


def _offsets(entries: list[Entry]) -> list[float]:
    """Returns when each entry fires first, in seconds: evenly spread, so that tests of equal rates alternate."""
    total = sum(entry.rate for entry in entries)
    return [index / total for index in range(len(entries))]


def _load(entry: Entry, offset: float, length: float | None) -> dict[str, Any]:
    duration = f"{length:.9f}s" if length is not None else UNTIL_STOPPED
    load: dict[str, Any] = {"rate": entry.rate, "duration": duration}
    if offset > 0 and (length is None or offset < length):
        # Nothing until the offset, then all of it: the first test is fired as soon as there is a rate.
        steps = [{"duration": f"{offset:.9f}s", "target": 0}, {"duration": "0s", "target": entry.rate}]
        load = {"rate": 0, "stages": [*steps, {"duration": duration, "target": entry.rate}]}
    # What is due and finds no thread is dropped at once: tests in a queue would measure the queue.
    return {"open": {**load, "max_users": max(1, math.ceil(entry.rate * entry.max_duration - 1e-9)), "max_wait": "0s"}}


def _script(entry: Entry, label: str, runner: Runner, life: Life) -> Script:
    # The scenario has the arguments in its name already: the operation is the class.
    name = entry.test_class.__name__
    return Script(label, runner.call, runner.runs, name, "always", open=life.open, close=life.close)


def _scenario(entry: Entry, label: str, runner: Runner, load: dict[str, Any]) -> dict[str, Any]:
    script: dict[str, Any] = {"entry": label, "runs": runner.runs, "name": entry.test_class.__name__}
    scenario: dict[str, Any] = {"load": load, "flow": [{"script": script}]}
    if entry.place is not None:
        source = entry.place.to_source()
        script["source"] = source
        scenario["source"] = source
    return scenario


def _explained(entry: Entry, label: str, runner: Runner) -> dict[str, object]:
    where = "on the event loop" if runner.runs == "coroutine" else "on a thread"
    place = entry.place.to_source() if entry.place else {"file": None, "line": None}
    return {
        "stage": STAGE,
        "action": label,
        "mode": "python",
        "reason": f"test cases run {where}",
        "hint": None,
        "file": place["file"],
        "line": place["line"],
        "steps": [],
    }
