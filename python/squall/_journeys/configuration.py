"""The configuration of a test, from the environment and the command line."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from squall._journeys.specs import MISSING, Specs
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._recording.frames import traceback_text, users_lines
from squall._script.config import config, from_environment


def configure(overrides: Overrides, specs: Specs, problems: Problems) -> None:
    """Begins the configuration anew: what `--config` returns or the environment says, then `--add-to-config`."""
    values = dict(_base(overrides.config, specs, problems))
    for pair in overrides.add_to_config:
        name, colon, value = pair.partition(":")
        if not colon or not name:
            problems.add(f"`--add-to-config {pair}` has no key and value", None, "write it as `KEY:VALUE`")
            continue
        values[name] = value
    config.fill(values)


def tell_raised(error: BaseException, what: str, problems: Problems) -> None:
    """Tells of an exception of the test's code, with its own lines."""
    lines = users_lines(error.__traceback__)
    said = " ".join(part.strip() for part in traceback.format_exception_only(type(error), error))
    problems.add(f"{what} raised {said}", lines[-1] if lines else None, None, traceback_text(lines))


def _base(spec: str | None, specs: Specs, problems: Problems) -> Mapping[str, Any]:
    if spec is None:
        return from_environment()
    load = specs.find(spec, None, "configuration")
    if load is MISSING:
        return {}
    if not callable(load):
        problems.add(f"`--config {spec}` is no function", None, "it must return a dict")
        return {}
    try:
        values = load()
    except Exception as error:
        tell_raised(error, f"`--config {spec}`", problems)
        return {}
    if not isinstance(values, Mapping):
        problems.add(f"`--config {spec}` must return a dict, not `{type(values).__name__}`", None)
        return {}
    return values
