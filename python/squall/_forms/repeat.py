"""Repeated functions: a script that calls `squall.Repeat(…).go(…)`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from squall._lowering.document import Lowered, Module
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems
from squall._recording.frames import Place
from squall._repeat.calls import Caller
from squall._repeat.importing import Noted, take_noted
from squall._repeat.spec import Spec, plan_of


def lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns each `go` of a script into a stage; None where it has none.

    Args:
        module: The file.
        name: What one `go` of another process asks for (`Spec.to_name`), or a function, or None: all of them.
        overrides: What the command line adds.
        problems: Takes what is wrong.
    """
    noted = take_noted()
    spec = Spec.from_name(name)
    if spec is not None:
        function = _function(module.names, spec.function)
        if function is None:
            hint = "define it above the first `go` of the file"
            problems.add(f"`{module.file}` defines no `{spec.function}`", Place(module.file, 1), hint)
            return Lowered()
        noted = [Noted(function, spec)]
    elif name is not None:
        noted = [one for one in noted if one.spec.function == name]
    if not noted:
        return None
    plan_name = overrides.name or os.path.splitext(os.path.basename(module.file))[0]
    plan = plan_of(plan_name, [one.spec for one in noted])
    if "seed" in overrides.defaults.values:
        plan["seed"] = overrides.defaults.values["seed"]
    explain = [_explained(one, stage) for one, stage in zip(noted, plan["stages"], strict=True)]
    return Lowered(plan, explain, scripts=[Caller(one.function, one.spec).script for one in noted])


def _function(names: Mapping[str, object], path: str) -> Callable[..., Any] | None:
    first, *rest = path.split(".")
    found: Any = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found if callable(found) else None


def _explained(noted: Noted, stage: str) -> dict[str, object]:
    code = getattr(noted.function, "__code__", None)
    return {
        "stage": stage,
        "action": noted.spec.short,
        "mode": "python",
        "reason": f"a repeated function runs {'on the event loop' if noted.spec.runs == 'coroutine' else 'on threads'}",
        "hint": None,
        "file": code.co_filename if code else None,
        "line": code.co_firstlineno if code else None,
        "steps": [],
    }
