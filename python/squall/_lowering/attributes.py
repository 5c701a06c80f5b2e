"""What stages can set: names, accepted values, and how the plan writes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from squall._authoring.pauses import pause_text
from squall._authoring.placeholders import Placeholder
from squall._authoring.stages import Analyze, Execute, Setup, Stage, Submit
from squall._authoring.values import DURATION_HINT, duration_text
from squall._recording.encoding import fields, plain


class WrongValueError(Exception):
    """A value is not what an attribute takes; says what it takes."""

    def __init__(self, wanted: str, hint: str | None = None) -> None:
        super().__init__(wanted)
        self.hint = hint


Parse = Callable[[Any], Any]


def _count(least: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise WrongValueError(f"a whole number of at least {least}")
        return value

    return parse


def _duration(value: Any) -> str:
    text = duration_text(value)
    if text is None:
        raise WrongValueError("a duration", DURATION_HINT)
    return text


def _pause(value: Any) -> str:
    text = pause_text(value)
    if text is None:
        raise WrongValueError("a duration, or a pair of the shortest and the longest", DURATION_HINT)
    return text


def _rate(value: Any) -> float | str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise WrongValueError('a number of iterations a second, or text like `"500/s"`, `"30/m"`')
    return value


def _ramp(value: Any) -> str | list[dict[str, Any]]:
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


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("`True` or `False`")
    return value


def _cookies(value: Any) -> Any:
    if not isinstance(value, bool) and value != "per_iteration":
        raise WrongValueError('`True`, `False` or `"per_iteration"`')
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise WrongValueError("text")
    return plain(value, "it")


def path_text(value: Any) -> str:
    if isinstance(value, Placeholder) or not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise WrongValueError("the path of a file")
    return plain(os.fspath(value), "it")


def _one_of(*options: str) -> Parse:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise WrongValueError(" or ".join(f'`"{option}"`' for option in options))
        return value

    return parse


def _persona(value: Any) -> str:
    if value != "default":
        raise WrongValueError(
            '`"default"`: other personas are not available in this version',
            "`rate`, `ramp` and `iterations` describe other loads",
        )
    return "default"


def _connections(value: Any) -> object:
    if isinstance(value, str) and value in ("per_user", "new_each"):
        return value
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[0] == "shared":
        return {"shared": _count(1)(value[1])}
    raise WrongValueError('`"per_user"`, `"new_each"` or `("shared", 10)`')


def _headers(value: Any) -> dict[str, Any]:
    return fields(value, "it")


def _connect_to(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, Mapping):
        raise WrongValueError('a dictionary like `{"shop.example:443": "127.0.0.1:8443"}`')
    return [{"from": _text(source), "to": _text(target)} for source, target in value.items()]


def _thresholds(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise WrongValueError('a list of rules like `["p99(response_time) < 200ms"]`')
    return [_text(rule) for rule in value]


def _as_given(value: Any) -> Any:
    return value


_LOAD: dict[str, Parse] = {
    "batch_size": _count(1),
    "total_time": _duration,
    "batch_interval": _duration,
    "graceful_stop": _duration,
    "persona_type": _persona,
    "rate": _rate,
    "ramp": _ramp,
    "stages": _ramp,
    "spacing": _one_of("even", "poisson"),
    "max_users": _count(1),
    "max_wait": _duration,
    "iterations": _count(1),
    "iterations_per_user": _count(1),
    "pacing": _duration,
    "pause": _pause,
    "base_url": _text,
    "headers": _headers,
    "connect_timeout": _duration,
    "read_timeout": _duration,
    "request_timeout": _duration,
    "redirects": _count(0),
    "reset_connections": _flag,
    "connections": _connections,
    "cookies": _cookies,
    "max_response_size": _count(1),
    "dns_ttl": _duration,
    "connect_to": _connect_to,
    "local_address": _text,
    "unix_socket": path_text,
    "insecure": _flag,
    "ca_file": path_text,
    "cert_file": path_text,
    "key_file": path_text,
    "server_name": _text,
}

KNOWN: dict[type[Stage], dict[str, Parse]] = {
    Setup: {**_LOAD, "seed": _count(0), "thresholds": _thresholds, "data": _as_given},
    Execute: _LOAD,
    Analyze: {},
    Submit: {"config": _as_given},
}
"""Attributes by the kind of stage. None always means that an attribute is not set."""

OF_HEDRA = frozenset(
    {
        "stage_timeout",
        "plugins",
        "priority",
        "retries",
        "log_level",
        "action_interval",
        "batch_gradient",
        "cpus",
        "no_run_visuals",
        "apply_to_stages",
        "browser_type",
        "device_type",
        "locale",
        "geolocation",
        "permissions",
        "playwright_options",
        "tracing",
        "experiment",
        "actions_filepaths",
        "stream",
        "context",
        "metadata",
    }
)
"""Attributes of Hedra's stages that this version does not have."""
