"""The `config` of a Submit stage as plan data."""

from __future__ import annotations

import os
import sys
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
        wanted = "`True` or `False`" if option == "overwrite" else "a path or None"
        right = (
            isinstance(value, bool) if option == "overwrite" else value is None or isinstance(value, (str, os.PathLike))
        )
        if not right:
            problems.add(f"`{option}` of `{name}` must be {wanted}, not {described(value)}", reporter.place)
        else:
            # None is said as well: it turns a file off that the reporter would write by default.
            settings[option] = os.fspath(value) if isinstance(value, os.PathLike) else value
    return {"name": reporter.name, "settings": settings, "source": reporter.place.to_source()}
