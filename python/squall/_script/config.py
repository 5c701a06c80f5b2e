"""The configuration of a test: one for all processes of a run, also when it changes while the load goes."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from squall._script import link

ENVIRONMENT_PREFIX = "SQUALL_CONF_"
"""Variables of the environment that begin like this are configuration."""

TOPIC = "config"
"""Topic of questions and news about the configuration."""

_NEVER = (0, "")

_origin = f"{os.getpid()}-{os.urandom(4).hex()}"


@dataclass(frozen=True)
class Change:
    """A key that was set.

    Attributes:
        name: The key.
        value: Its new value.
        stamp: When it was set, and by which process; the latest one holds in all processes.
    """

    name: str
    value: Any
    stamp: tuple[int, str]


class Config(Mapping[str, Any]):
    """What a test is told from outside, and what it sets itself.

    Reads are of this process's own copy; `set` reaches all processes of the run. Where there are several, values that
    change while the load goes must be picklable.
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._last: dict[str, tuple[int, str]] = {}
        self._shared = False

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values are often secrets.
        return f"<Config: {', '.join(self._values) or 'empty'}>"

    def get(self, name: str, default: Any = None) -> Any:
        """Returns the value of a key, or `default` where it was not set."""
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Sets a key in all processes of the run; the others have it some milliseconds later."""
        self._values[name] = value
        if not self._shared:
            return
        stamp = self._last[name] = (time.time_ns(), _origin)
        if link.place()[1] > 1:
            link.tell_all(TOPIC, pickle.dumps(Change(name, value, stamp)))

    def fill(self, values: Mapping[str, Any]) -> None:
        """Begins anew with these values, in this process alone: none other has a test that is still being loaded."""
        self._values = dict(values)
        self._last.clear()
        self._shared = False

    def share(self) -> None:
        """Ends loading: from now on, what is set here is set everywhere."""
        self._shared = True

    def snapshot(self) -> dict[str, Any]:
        """Returns a copy of all values."""
        return dict(self._values)

    def apply(self, change: Change) -> None:
        """Takes over a change of another process, unless the key was set again since."""
        if change.stamp > self._last.get(change.name, _NEVER):
            self._last[change.name] = change.stamp
            self._values[change.name] = change.value

    def take_over(self, values: Mapping[str, Any]) -> None:
        """Takes over the values of the process in which the test was loaded first; not of keys that were set since."""
        self._values.update({name: value for name, value in values.items() if name not in self._last})


config = Config()
"""The configuration of this process."""

Loader = Callable[[], Mapping[str, Any]]

_environment: list[Loader] = []


def from_environment() -> dict[str, Any]:
    """Returns what the environment says: `SQUALL_CONF_<key>`, and the variables of the test's own tool."""
    values = with_prefix(ENVIRONMENT_PREFIX)
    for load in _environment:
        values = {**load(), **values}
    return values


def with_prefix(prefix: str) -> dict[str, Any]:
    """Returns the variables of the environment that begin with a prefix, without it."""
    start = len(prefix)
    return {name[start:]: value for name, value in os.environ.items() if name.startswith(prefix) and name[start:]}


def add_environment(load: Loader) -> None:
    """Adds variables of another tool to the default configuration."""
    if load not in _environment:
        _environment.append(load)
