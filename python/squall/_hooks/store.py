"""What the process that loaded the test remembers of its stages while they run."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from squall._hooks.context import ContextClashError, ContextError, context_of
from squall._hooks.exchange import TOPIC, Asked, Ended, Opened, Publish, Reset
from squall._script import link


@dataclass
class Report:
    """What the hooks of a stage have told at their end."""

    error: str | None
    gate: bool
    metrics: list[dict[str, Any]]


@dataclass(frozen=True)
class _Entry:
    value: bytes
    origin: str


@dataclass
class _Stage:
    after: tuple[str, ...]
    published: dict[str, bytes] = field(default_factory=dict)
    report: Report | None = None
    results: dict[str, Any] | None = None
    has_begun: bool = False


class Store:
    """The stages of a run: what their hooks have published, told and been given.

    Args:
        after: For each stage, those right before it.
    """

    def __init__(self, after: Mapping[str, tuple[str, ...]]) -> None:
        self._stages = {name: _Stage(before) for name, before in after.items()}
        self._lock = threading.RLock()

    def begin(self, stage: str) -> None:
        """Forgets what an earlier attempt of a stage has told."""
        with self._lock:
            known = self._stages[stage]
            again, known.has_begun = known.has_begun, True
            known.published, known.report = {}, None
        if again:
            context_of(stage).clear()
            with suppress(RuntimeError):  # there may be no other process
                link.tell_all(TOPIC, pickle.dumps(Reset(stage)))

    def set_results(self, stage: str, results: dict[str, Any]) -> None:
        """Notes what an Analyze stage has found out."""
        with self._lock:
            self._stages[stage].results = results

    def report(self, stage: str) -> Report | None:
        """Returns what the hooks of a stage have told."""
        with self._lock:
            return self._stages[stage].report

    def answer(self, asked: Asked) -> Opened | None:
        """Answers the hooks of a stage.

        Raises:
            ContextError: The stages before do not agree.
        """
        with self._lock:
            stage = self._stages[asked.stage]
            if isinstance(asked, Publish):
                stage.published.update(asked.values)
                return None
            if isinstance(asked, Ended):
                stage.published.update(asked.values)
                stage.report = Report(asked.error, asked.gate, asked.metrics)
                return None
            incoming = self._incoming(asked.stage)
            values = {name: entry.value for name, entry in incoming.items()} | stage.published
            return Opened(values, frozenset(incoming), self._results_for(asked.stage))

    def _incoming(self, stage: str) -> dict[str, _Entry]:
        merged: dict[str, _Entry] = {}
        for before in self._stages[stage].after:
            for name, entry in self._outgoing(before).items():
                known = merged.get(name)
                if known is None or entry.origin in (known.origin, *self._later_than(known.origin)):
                    merged[name] = entry
                elif known.origin not in self._later_than(entry.origin) and not _are_equal(known, entry):
                    raise ContextClashError(
                        f"the stages `{known.origin}` and `{entry.origin}` before `{stage}` give the key `{name}` of "
                        "the context different values; let one of them run after the other, or rename the key"
                    )
        return merged

    def _outgoing(self, stage: str) -> dict[str, _Entry]:
        own = {name: _Entry(value, stage) for name, value in self._stages[stage].published.items()}
        return {**self._incoming(stage), **own}

    def _later_than(self, stage: str) -> set[str]:
        return {name for name in self._stages if stage in self._earlier(name)}

    def _earlier(self, stage: str) -> set[str]:
        found: set[str] = set()
        waiting = list(self._stages[stage].after)
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(self._stages[one].after)
        return found

    def _results_for(self, stage: str) -> dict[str, Any] | None:
        """Returns what the stage itself, or the nearest before it, knows of the load."""
        seen: set[str] = set()
        level = [stage]
        while level:
            for name in level:
                results = self._stages[name].results
                if results is not None:
                    return results
            seen.update(level)
            level = [one for name in level for one in self._stages[name].after if one not in seen]
        return None


def _are_equal(one: _Entry, other: _Entry) -> bool:
    if one.value == other.value:
        return True
    try:
        return bool(pickle.loads(one.value) == pickle.loads(other.value))  # noqa: S301 - from our own processes
    except Exception:  # the objects' own comparison
        return False


_store: Store | None = None


def install(store: Store) -> None:
    """Makes a store the one of this process."""
    global _store
    _store = store


def clear() -> None:
    """Forgets the test before."""
    global _store
    _store = None


def _current() -> Store:
    if _store is None:
        raise LookupError("the test has no hooks")
    return _store


def serve_hooks(payload: bytes) -> bytes:
    """Answers the hooks of a stage, in whichever process they run."""
    asked: Asked = pickle.loads(payload)  # noqa: S301 - from our own processes
    try:
        return pickle.dumps(_current().answer(asked))
    except ContextError as error:
        return pickle.dumps(error)


def serve_run(payload: bytes) -> bytes:
    """Answers the run: `begin`, `results` and `ended` of a stage, as JSON.

    A test without hooks has nothing to tell.
    """
    asked: dict[str, Any] = json.loads(payload)
    told: dict[str, Any] = {}
    if _store is not None and asked["op"] == "begin":
        _store.begin(asked["stage"])
    elif _store is not None and asked["op"] == "results":
        _store.set_results(asked["stage"], asked["results"])
    elif asked["op"] == "ended":
        report = _store.report(asked["stage"]) if _store is not None else None
        told = {
            "reported": report is not None,
            "error": report.error if report else None,
            "gate": report.gate if report else True,
            "metrics": report.metrics if report else [],
        }
    return json.dumps(told).encode()


def hear(payload: bytes) -> None:
    """Takes the news that a stage begins anew."""
    news: Reset = pickle.loads(payload)  # noqa: S301 - from our own processes
    context_of(news.stage).clear()
