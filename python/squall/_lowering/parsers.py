"""Reads the values of attributes: each function returns what the plan holds, or says what the attribute takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from squall._authoring.pauses import pause_text
from squall._authoring.placeholders import Placeholder
from squall._authoring.values import DURATION_HINT, duration_text, seconds_of
from squall._recording.encoding import fields, plain

if TYPE_CHECKING:
    from squall.injection import InjectionStep


class WrongValueError(Exception):
    """A value is not what an attribute takes; says what it takes."""

    def __init__(self, wanted: str, hint: str | None = None) -> None:
        super().__init__(wanted)
        self.hint = hint


Parse = Callable[[Any], Any]


def count(least: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise WrongValueError(f"a whole number of at least {least}")
        return value

    return parse


def duration(value: Any) -> str:
    text = duration_text(value)
    if text is None:
        raise WrongValueError("a duration", DURATION_HINT)
    return text


def pause(value: Any) -> str:
    text = pause_text(value)
    if text is None:
        raise WrongValueError("a duration, or a pair of the shortest and the longest", DURATION_HINT)
    return text


def rate(value: Any) -> float | str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise WrongValueError('a number of iterations a second, or text like `"500/s"`, `"30/m"`')
    return value


def ramp(value: Any) -> str | list[dict[str, Any]]:
    wanted = WrongValueError('text like `"30s:100,1m:100"`, or a list of `(duration, target)`')
    if isinstance(value, str) and value.strip():
        return value.strip()
    if not isinstance(value, (list, tuple)) or not value:
        raise wanted
    ramps = []
    for one in value:
        duration = duration_text(one[0]) if isinstance(one, (list, tuple)) and len(one) == 2 else None
        if duration is None or isinstance(one[1], bool) or not isinstance(one[1], (int, float)):
            raise wanted
        ramps.append({"duration": duration, "target": one[1]})
    return ramps


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("`True` or `False`")
    return value


def cookies(value: Any) -> Any:
    if not isinstance(value, bool) and value != "per_iteration":
        raise WrongValueError('`True`, `False` or `"per_iteration"`')
    return value


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise WrongValueError("text")
    return plain(value, "it")


def path_text(value: Any) -> str:
    if isinstance(value, Placeholder) or not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise WrongValueError("the path of a file")
    return plain(os.fspath(value), "it")


def one_of(*options: str) -> Parse:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise WrongValueError(" or ".join(f'`"{option}"`' for option in options))
        return value

    return parse


def positive_duration(value: Any) -> str:
    written = duration(value)
    if seconds_of(written) <= 0:
        raise WrongValueError("a duration longer than 0", DURATION_HINT)
    return written


def share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise WrongValueError("a number greater than 0 and at most 1")
    return value


def counts(value: Any) -> list[int]:
    wrong = WrongValueError("a list of whole numbers like `[10, 50, 20]`, one of them greater than 0")
    if not isinstance(value, (list, tuple)) or any(isinstance(one, bool) or not isinstance(one, int) for one in value):
        raise wrong
    if any(one < 0 for one in value) or not any(value):
        raise wrong
    return list(value)


def plugins(value: Any) -> dict[str, type]:
    wrong = WrongValueError('a dictionary of classes by name like `{"database": Database}`')
    if not isinstance(value, Mapping):
        raise wrong
    if any(not isinstance(name, str) or not name or not isinstance(one, type) for name, one in value.items()):
        raise wrong
    return dict(value)


def stages(value: Any) -> list[type | str]:
    if not isinstance(value, (list, tuple)) or any(not isinstance(one, (str, type)) for one in value):
        raise WrongValueError("a list of Execute stages, as classes or by name")
    return list(value)


def injection(value: Any) -> list[InjectionStep]:
    from squall.injection import InjectionStep  # most graphs have none

    steps = list(value) if isinstance(value, (list, tuple)) else [value]
    for step in steps:
        if not isinstance(step, InjectionStep):
            hint = 'a step ends with how long it takes: `ramp_users(50).during("30s")`'
            raise WrongValueError("a list of steps of `squall.injection`", hint)
    return steps


def log_level(value: Any) -> str:
    levels = {
        "debug": "debug",
        "info": "info",
        "warn": "warn",
        "warning": "warn",
        "error": "error",
        "critical": "error",
    }
    if not isinstance(value, str) or value.lower() not in levels:
        raise WrongValueError('`"debug"`, `"info"`, `"warning"`, `"error"` or `"critical"`')
    return levels[value.lower()]


def connections(value: Any) -> object:
    if isinstance(value, str) and value in ("per_user", "new_each"):
        return value
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[0] == "shared":
        return {"shared": count(1)(value[1])}
    raise WrongValueError('`"per_user"`, `"new_each"` or `("shared", 10)`')


def headers(value: Any) -> dict[str, Any]:
    return fields(value, "it")


def connect_to(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, Mapping):
        raise WrongValueError('a dictionary like `{"shop.example:443": "127.0.0.1:8443"}`')
    return [{"from": text(source), "to": text(target)} for source, target in value.items()]


def thresholds(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise WrongValueError('a list of rules like `["p99(response_time) < 200ms"]`')
    return [text(rule) for rule in value]


def as_given(value: Any) -> Any:
    return value
