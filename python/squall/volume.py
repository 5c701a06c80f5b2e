"""Volume models: how many iterations of a journey run at once, as a function of time.

Any function of the start and the end of a window, in seconds of the load, is a volume model, asked once a second::

    lambda start, end: 10
    Nothing("10s") + Ramp("1m") + Constant("5m", 200)

`rate` is for journeys that are started at a rate, however many run at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from squall._authoring.values import DURATION_HINT, Duration, duration_text, seconds_of
from squall._script.registry import StopVolumeModel

__all__ = [
    "Compound",
    "Constant",
    "Nothing",
    "Ramp",
    "Rate",
    "StopVolumeModel",
    "VolumeModel",
    "oneshot",
    "rate",
]

_LONE_RAMP = "Ramp was called outside of a compound volume model"
_NO_FROM = "You must specify 'frm' for a ramp that comes first: there is nothing before it to start from"
_NO_TO = "You must specify 'to' for a ramp that comes last: there is nothing after it to lead to"
_TO_INSIDE = "A ramp with 'to' specified must come last: it leads to what comes after it"
_FROM_INSIDE = "A ramp with 'frm' specified must come first: it starts from what comes before it"
_TWO_RAMPS = "Two ramps cannot follow each other: put a Constant between them"


class VolumeModel:
    """A volume model that can be continued with `+` by another one.

    Attributes:
        seconds: How long it lasts.
    """

    seconds: float

    @property
    def most(self) -> float:
        """The most iterations at once."""
        return 0

    @property
    def text(self) -> str:
        """How long it lasts, as the plan writes it."""
        return _text(self.seconds)

    def __call__(self, start: float, end: float) -> int:
        """Returns how many iterations run at once at a second of the load.

        Raises:
            StopVolumeModel: It is over.
            ValueError: Its parts do not fit together.
        """
        raise NotImplementedError

    def __add__(self, other: VolumeModel) -> Compound:
        if not isinstance(other, VolumeModel):
            raise ValueError(f"{other!r} cannot continue a volume model: it is none")
        return Compound((*self._parts(), *other._parts()))

    def __radd__(self, other: object) -> Compound:
        raise ValueError(f"{other!r} cannot be continued by a volume model: it is none")

    def check(self) -> None:
        """Looks for parts that do not fit together.

        Raises:
            ValueError: Says which.
        """

    def _parts(self) -> tuple[VolumeModel, ...]:
        return (self,)

    def _stop_after(self, start: float) -> None:
        if start > self.seconds:
            raise StopVolumeModel


class _Level(VolumeModel):
    """A model that stays at one level."""

    users: float

    @property
    def most(self) -> float:
        """The most iterations at once."""
        return self.users

    def __call__(self, start: float, end: float) -> int:  # noqa: ARG002 - called with both
        self._stop_after(start)
        return int(self.users)


@dataclass(frozen=True)
class Nothing(_Level):
    """No iterations for a time.

    Attributes:
        duration: How long.
    """

    duration: Duration

    users = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _seconds(self.duration))


@dataclass(frozen=True)
class Constant(_Level):
    """The same number of iterations at once for a time.

    Attributes:
        duration: How long.
        users: Iterations at once.
    """

    duration: Duration
    users: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _seconds(self.duration))


@dataclass(frozen=True)
class Ramp(VolumeModel):
    """Leads evenly from the level of what comes before it to the level of what comes after it.

    Attributes:
        duration: How long.
        to: Level at its end; for the last part of a model only, and needed there.
        frm: Level at its start; for the first part of a model only, and needed there.
    """

    duration: Duration
    to: float | None = None
    frm: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _seconds(self.duration))

    def __call__(self, start: float, end: float) -> int:  # noqa: ARG002 - called with both
        """Leads from `frm` to `to`, where both are known.

        Raises:
            StopVolumeModel: It is over.
            ValueError: One of them is not.
        """
        self.check()
        self._stop_after(start)
        return self.at(start, self.frm or 0, self.to or 0)

    @property
    def most(self) -> float:
        """The most iterations at once, as far as this ramp says it."""
        return max(self.frm or 0, self.to or 0)

    def at(self, start: float, frm: float, to: float) -> int:
        """Returns the level at a second of the ramp, between two levels."""
        return int(frm + (to - frm) * start / self.seconds) if self.seconds else int(to)

    def check(self) -> None:
        """Looks for a level that is missing.

        Raises:
            ValueError: A ramp alone needs both.
        """
        if self.frm is None and self.to is None:
            raise ValueError(_LONE_RAMP)
        if self.frm is None:
            raise ValueError(_NO_FROM)
        if self.to is None:
            raise ValueError(_NO_TO)


@dataclass(frozen=True)
class Compound(VolumeModel):
    """Models one after the other.

    Attributes:
        parts: The models.
    """

    parts: tuple[VolumeModel, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", sum(part.seconds for part in self.parts))
        # Whatever is added later, these stay inside.
        for index, part in enumerate(self.parts):
            if isinstance(part, Ramp):
                self._check_inside(index, part)

    def __call__(self, start: float, end: float) -> int:
        """Asks the part that this second belongs to; a second at a border belongs to the part before it.

        Raises:
            StopVolumeModel: All are over.
            ValueError: Parts do not fit together.
        """
        self.check()
        self._stop_after(start)
        before = 0.0
        for index, part in enumerate(self.parts):
            if start <= before + part.seconds:
                return self._level(index, part, start - before, end - before)
            before += part.seconds
        raise StopVolumeModel

    @property
    def most(self) -> float:
        """The most iterations at once."""
        return max(part.most for part in self.parts)

    def check(self) -> None:
        """Looks for parts that do not fit together.

        Raises:
            ValueError: Says which.
        """
        first, last = self.parts[0], self.parts[-1]
        if isinstance(first, Ramp) and first.frm is None:
            raise ValueError(_NO_FROM)
        if isinstance(last, Ramp) and last.to is None:
            raise ValueError(_NO_TO)

    def _level(self, index: int, part: VolumeModel, start: float, end: float) -> int:
        if not isinstance(part, Ramp):
            return part(start, end)
        frm = part.frm if part.frm is not None else _level_of(self.parts[index - 1])
        to = part.to if part.to is not None else _level_of(self.parts[index + 1])
        return part.at(start, frm, to)

    def _check_inside(self, index: int, ramp: Ramp) -> None:
        if index + 1 < len(self.parts):
            if ramp.to is not None:
                raise ValueError(_TO_INSIDE)
            if isinstance(self.parts[index + 1], Ramp):
                raise ValueError(_TWO_RAMPS)
        if index and ramp.frm is not None:
            raise ValueError(_FROM_INSIDE)

    def _parts(self) -> tuple[VolumeModel, ...]:
        return self.parts


class Oneshot:
    """Starts one iteration at a time of the load, and is over then; see `oneshot`."""

    def __init__(self, when: float, before: Literal["wait", "stop"]) -> None:
        self._when = when
        self._before = before
        self._fired = False

    def __call__(self, start: float, end: float) -> int:  # noqa: ARG002 - called with both
        """Returns 0 before the time, 1 once.

        Raises:
            StopVolumeModel: It is over.
        """
        if self._fired:
            raise StopVolumeModel
        if start > self._when:
            self._fired = True
            return 1
        if self._before == "stop":
            raise StopVolumeModel
        return 0


def oneshot(when: float = -1, *, stop_scenario: bool = False) -> Oneshot:
    """Returns a model that starts one iteration at a time of the load, exactly one, and is over then.

    Args:
        when: In seconds.
        stop_scenario: Where the model is asked before that time, it is over.
    """
    return Oneshot(when, "stop" if stop_scenario else "wait")


@dataclass(frozen=True)
class Rate:
    """Starts iterations at a rate, however many run at once; see `rate`."""

    rate: float | str | None
    stages: str | None
    duration: Duration | None
    spacing: Literal["even", "poisson"]
    max_users: int | None
    max_wait: Duration | None

    def to_load(self) -> dict[str, Any]:
        """Returns the plan's `load`, without a duration where none was said."""
        load: dict[str, Any] = {}
        if self.rate is not None:
            load["rate"] = self.rate
        if self.stages is not None:
            load["stages"] = self.stages
        elif self.duration is not None:
            load["duration"] = _text(self.duration)
        if self.spacing != "even":
            load["spacing"] = self.spacing
        if self.max_users is not None:
            load["max_users"] = self.max_users
        if self.max_wait is not None:
            load["max_wait"] = _text(self.max_wait)
        return {"open": load}


def rate(
    starts: float | str,
    duration: Duration | None = None,
    *,
    spacing: Literal["even", "poisson"] = "even",
    max_users: int | None = None,
    max_wait: Duration | None = None,
) -> Rate:
    """Returns an open model: iterations start at a rate, however long they take.

    Args:
        starts: Iterations a second, or text: `"500/s"`, `"30/m"`; or ramps: `"10s:5,1m:50"` reaches 5 a second after
            ten seconds and 50 a minute later.
        duration: How long. Default: as the command line says (`-d`), else one minute; ramps say it themselves.
        spacing: `"even"` gaps, or those of independent users, `"poisson"`.
        max_users: Iterations at once at most. Default: two seconds' worth of them.
        max_wait: How long one that is due waits for its turn before it is dropped and counted. Default: `10s`.

    Raises:
        ValueError: An argument is wrong.
    """
    ramps = isinstance(starts, str) and ":" in starts
    if ramps and duration is not None:
        raise ValueError("ramps say how long they take: leave `duration` out")
    if not isinstance(starts, str) and (isinstance(starts, bool) or not 0 < starts < float("inf")):
        raise ValueError(f"`starts` must be a number above 0, or text like `30/m` or `10s:5,1m:50`, not {starts!r}")
    for given in (duration, max_wait):
        if given is not None:
            _text(given)
    if ramps:
        return Rate(None, str(starts), None, spacing, max_users, max_wait)
    return Rate(starts, None, duration, spacing, max_users, max_wait)


def _seconds(duration: Duration) -> float:
    return seconds_of(_text(duration))


def _text(duration: Duration) -> str:
    text = duration_text(duration)
    if text is None:
        raise ValueError(f"{duration!r} is no duration: {DURATION_HINT}")
    return text


def _level_of(part: VolumeModel) -> float:
    return part.users if isinstance(part, _Level) else 0
