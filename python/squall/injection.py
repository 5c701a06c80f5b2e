"""Gatling's injection steps, for the attribute `inject` of a Setup or Execute stage.

Open steps say how many iterations start, closed steps how many users there are; one list holds one kind::

    from squall.injection import at_once_users, constant_users_per_sec, ramp_users

    class Load(Setup):
        inject = [at_once_users(10), ramp_users(50).during("30s"), constant_users_per_sec(20).during("1m")]

A user of an open step is one iteration. Arguments are checked when the file is loaded, together with everything else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

from squall._authoring.values import DURATION_HINT, Duration, duration_text, seconds_of
from squall._recording.frames import Place, caller
from squall._recording.recording import misuse

__all__ = [
    "InjectionStep",
    "at_once_users",
    "constant_concurrent_users",
    "constant_users_per_sec",
    "increment_concurrent_users",
    "increment_users_per_sec",
    "nothing_for",
    "ramp_concurrent_users",
    "ramp_users",
    "ramp_users_per_sec",
    "stress_peak_users",
]

Model = Literal["open", "closed", "either"]
Ramp = tuple[str, float]

_AT_ONCE_PER_S = 1e8
_AT_ONCE_GAP_NS = 10
_PEAK_PIECES = 32


@dataclass(frozen=True)
class InjectionStep:
    """One step, as linear ramps of the rate or of the number of users.

    Attributes:
        model: Whether it is about a rate (`open`) or about users (`closed`).
        ramps: Durations, and what is reached at their ends; `0s` jumps.
        at_once: Iterations that start at one moment.
        is_random: Whether iterations start at random times instead of evenly spaced ones.
        place: Where it was written.
    """

    model: Model
    ramps: tuple[Ramp, ...]
    at_once: int
    is_random: bool
    place: Place

    def randomized(self) -> InjectionStep:
        """Makes iterations start at random times, as those of independent users do."""
        if self.model != "open" or self.at_once:
            misuse("only a rate can be `randomized`", "remove it")
        return replace(self, is_random=True)


class _Lasting:
    """A step that lacks how long it takes."""

    def __init__(self, model: Model, start: float, end: float) -> None:
        self._model: Model = model
        self._levels = (start, end)

    def during(self, duration: Duration) -> InjectionStep:
        """Says how long the step takes, e.g. `"30s"` or a number of seconds."""
        start, end = self._levels
        return _step(self._model, ("0s", start), (_time(duration), end))


class _Counted:
    """So many iterations, for which a duration is missing."""

    def __init__(self, users: int) -> None:
        self._users = users


class _RampUsers(_Counted):
    def during(self, duration: Duration) -> InjectionStep:
        """Says over which time the iterations start."""
        text = _time(duration)
        rate = self._users / seconds_of(text)
        return _step("open", ("0s", rate), (text, rate))


class _StressPeak(_Counted):
    def during(self, duration: Duration) -> InjectionStep:
        """Says over which time the iterations start; most of them do in its middle."""
        return _step("open", *_peak(self._users, seconds_of(_time(duration))))


class _Rising:
    """A step that lacks what it rises to."""

    def __init__(self, model: Model, start: float) -> None:
        self._model: Model = model
        self._start = start

    def to(self, end: float) -> _Lasting:
        """Says what is reached at the end."""
        return _Lasting(self._model, self._start, _number(end, "to"))


class _Stairs:
    """Levels, each a step higher than the one before."""

    def __init__(self, model: Model, height: float) -> None:
        self._model: Model = model
        self._height = height

    def times(self, levels: int) -> _StairsOf:
        """Says how many levels there are."""
        return _StairsOf(self._model, self._height, _count(levels, "times"))


class _StairsOf:
    def __init__(self, model: Model, height: float, levels: int) -> None:
        self._model: Model = model
        self._height = height
        self._count = levels

    def each_level_lasting(self, duration: Duration) -> Levels:
        """Says how long each level is held."""
        hold = _time(duration)
        ramps = _levels(self._height, self._count, hold, "0s", 0)
        return Levels(self._model, ramps, 0, False, caller(), self._height, self._count, hold, "0s", 0)  # noqa: FBT003


@dataclass(frozen=True)
class Levels(InjectionStep):
    """Levels, each a step higher than the one before, as an injection step."""

    height: float
    count: int
    hold: str
    ramp: str
    start: float

    def separated_by_ramps_lasting(self, duration: Duration) -> Levels:
        """Says how long it takes from one level to the next. Default: no time."""
        ramp = _time(duration)
        return replace(self, ramp=ramp, ramps=_levels(self.height, self.count, self.hold, ramp, self.start))

    def starting_from(self, start: float) -> Levels:
        """Says what the first level is. Default: one step above 0."""
        start = _number(start, "starting_from")
        return replace(self, start=start, ramps=_levels(self.height, self.count, self.hold, self.ramp, start))


def _levels(height: float, count: int, hold: str, ramp: str, start: float) -> tuple[Ramp, ...]:
    ramps: list[Ramp] = [("0s", start)]
    for level in range(count):
        target = (start or height) + level * height
        if level or not start:
            ramps.append((ramp, target))
        ramps.append((hold, target))
    return tuple(ramps)


def at_once_users(users: int) -> InjectionStep:
    """Starts so many iterations at the same moment, 10 ns after each other."""
    count = _count(users, "at_once_users")
    ramps = (("0s", _AT_ONCE_PER_S), (f"{count * _AT_ONCE_GAP_NS}ns", _AT_ONCE_PER_S))
    return InjectionStep("open", ramps, count, False, caller())  # noqa: FBT003 - the fields in their order


def ramp_users(users: int) -> _RampUsers:
    """Starts so many iterations in all, evenly over a time: `ramp_users(50).during("30s")`."""
    return _RampUsers(_count(users, "ramp_users"))


def constant_users_per_sec(rate: float) -> _Lasting:
    """Starts so many iterations a second: `constant_users_per_sec(20).during("1m")`, also `.randomized()`."""
    rate = _number(rate, "constant_users_per_sec")
    return _Lasting("open", rate, rate)


def ramp_users_per_sec(rate: float) -> _Rising:
    """Starts more and more iterations a second: `ramp_users_per_sec(1).to(50).during("1m")`."""
    return _Rising("open", _number(rate, "ramp_users_per_sec"))


def stress_peak_users(users: int) -> _StressPeak:
    """Starts so many iterations in all, few at first and last, most in the middle of the time given by `.during`.

    The rate is a bell curve (a smooth step of the count), in straight pieces whose areas add up to the users exactly.
    """
    return _StressPeak(_count(users, "stress_peak_users"))


def nothing_for(duration: Duration) -> InjectionStep:
    """Starts nothing for a time."""
    return _step("either", ("0s", 0), (_time(duration), 0))


def increment_users_per_sec(rate: float) -> _Stairs:
    """Raises the rate in levels.

    For example `increment_users_per_sec(5).times(3).each_level_lasting("10s").starting_from(10)`: 10, 15 and 20
    iterations a second. `.separated_by_ramps_lasting("5s")` goes from one to the next in that time.
    """
    return _Stairs("open", _number(rate, "increment_users_per_sec"))


def constant_concurrent_users(users: int) -> _Lasting:
    """Keeps so many users busy: `constant_concurrent_users(20).during("1m")`."""
    users = _count(users, "constant_concurrent_users", least=0)
    return _Lasting("closed", users, users)


def ramp_concurrent_users(users: int) -> _Rising:
    """Changes the number of users evenly: `ramp_concurrent_users(10).to(50).during("1m")`."""
    return _Rising("closed", _count(users, "ramp_concurrent_users", least=0))


def increment_concurrent_users(users: int) -> _Stairs:
    """Raises the number of users in levels, as `increment_users_per_sec` does with a rate."""
    return _Stairs("closed", _count(users, "increment_concurrent_users"))


def _step(model: Model, *ramps: Ramp) -> InjectionStep:
    return InjectionStep(model, ramps, 0, False, caller())  # noqa: FBT003 - the fields in their order


def _peak(users: int, seconds: float) -> Iterator[Ramp]:
    """Yields the density of a normal distribution, cut where less than one of the users would be left."""
    edge = -NormalDist().inv_cdf(1 / (users + 2))
    offsets = [edge * (2 * piece / _PEAK_PIECES - 1) for piece in range(_PEAK_PIECES + 1)]
    levels = [math.exp(-offset * offset / 2) for offset in offsets]
    piece_seconds = seconds / _PEAK_PIECES
    area = piece_seconds * (sum(levels) - (levels[0] + levels[-1]) / 2)
    yield ("0s", levels[0] * users / area)
    for level in levels[1:]:
        yield (_seconds(piece_seconds), level * users / area)


def _seconds(seconds: float) -> str:
    return duration_text(seconds) or "0s"


def _time(duration: Duration) -> str:
    text = duration_text(duration)
    if text is None or seconds_of(text) <= 0:
        misuse(f"`{duration!r}` is not how long a step takes", DURATION_HINT)
    return text


def _count(users: object, what: str, least: int = 1) -> int:
    if isinstance(users, bool) or not isinstance(users, int) or users < least:
        misuse(f"`{what}` takes a whole number of at least {least}, not `{users!r}`")
    return users


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        misuse(f"`{what}` takes a number of at least 0, not `{value!r}`")
    return value
