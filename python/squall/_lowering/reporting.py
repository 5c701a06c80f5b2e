"""The `config` of a Submit stage as plan data."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from squall._lowering.problems import Problems
from squall._lowering.settings import Settings
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall.reporters import JSONConfig, Reporter


def submit_of(settings: Settings, stage: Place, problems: Problems) -> dict[str, Any]:
    """Returns the plan's `submit` for a Submit stage."""
    stream = {"stream": True} if settings.values.get("stream") else {}
    place = settings.places.get("config") or stage
    config = settings.values.get("config")
    if config is None:
        return {"reporters": [{**_reporter(JSONConfig(), problems), "source": stage.to_source()}], **stream}
    reporters = list(config) if isinstance(config, (list, tuple)) else [config]
    if not reporters:
        problems.add("`config` has no reporter", place, "give a reporter, or remove it for `JSONConfig()`")
    out = []
    for reporter in reporters:
        if _is_plugin(reporter):
            out.append(_plugin(reporter, problems))
            continue
        if isinstance(reporter, Reporter):
            out.append(_reporter(reporter, problems))
            continue
        hint = 'e.g. `JSONConfig(metrics_filepath="metrics.json")`'
        problems.add(f"`config` must be a reporter or a list of reporters, not {described(reporter)}", place, hint)
    return {"reporters": out, **stream}


def _is_plugin(reporter: object) -> bool:
    known: Any = sys.modules.get("squall._plugins.reporter")
    return known is not None and isinstance(reporter, known.ReporterPlugin)


def _plugin(reporter: Any, problems: Problems) -> dict[str, Any]:
    """Returns the entry of a reporter plugin; what it was made with stays in this process, as it may be secret."""
    from squall._plugins.reporter import kinds_of
    from squall._plugins.reporting import register

    try:
        kinds_of(type(reporter))
    except ValueError as error:
        problems.add(str(error), reporter.place)
    return {"name": f"plugin:{register(reporter)}", "settings": {}, "source": reporter.place.to_source()}


def _reporter(reporter: Reporter, problems: Problems) -> dict[str, Any]:
    name = type(reporter).__name__
    for option in reporter.unavailable:
        problems.add(
            f"`{option}` of `{name}` is not available in this version: there would be nothing in that file",
            reporter.place,
            "remove it",
        )
    settings = {}
    for option, value in reporter.settings.items():
        wanted = _wanted(reporter, option, value)
        if wanted is not None:
            problems.add(f"`{option}` of `{name}` must be {wanted}, not {described(value)}", reporter.place)
        else:
            # None is said as well: it turns a file off that the reporter would write by default.
            settings[option] = _plain(value)
            if not _is_plain(settings[option]):
                problems.add(f"`{option}` of `{name}` cannot be {described(value)}", reporter.place)
    return {"name": reporter.name, "settings": settings, "source": reporter.place.to_source()}


def _wanted(reporter: Reporter, option: str, value: object) -> str | None:
    """Returns what a path or a flag must be where it is something else; the reporter checks the others itself."""
    if option in reporter.flags and not isinstance(value, bool):
        return "`True` or `False`"
    if option in reporter.paths and not (value is None or isinstance(value, (str, os.PathLike))):
        return "a path or None"
    return None


def _plain(value: object) -> Any:
    """Returns a setting as the plan writes it; the reporter itself checks what it is."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): _plain(own) for key, own in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(own) for own in value]
    return value


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, bool, int, float))
