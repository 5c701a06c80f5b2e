"""Finds what `MODULE:NAME` stands for."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from squall._importing import import_module
from squall._lowering.document import Module
from squall._lowering.problems import Problems, listed, nearest
from squall._recording.frames import Place

MISSING = object()
"""Stands for what could not be found; the problem has been told."""


class Specs:
    """Looks names up in the test file and in other modules."""

    def __init__(self, module: Module, problems: Problems) -> None:
        self._module = module
        self._problems = problems

    def find(self, spec: str, place: Place | None, what: str) -> Any:
        """Returns what `MODULE:NAME`, or a `NAME` of the test file, stands for, or `MISSING`."""
        module, colon, name = spec.rpartition(":")
        if not name or (colon and not module):
            self._problems.add(f"`{spec}` is no {what}", place, "write it as `MODULE:NAME`, like `shop:browse`")
            return MISSING
        found = self._module.names if not module else self._names_of(module, place, what)
        if found is None:
            return MISSING
        value: Any = MISSING
        for index, part in enumerate(name.split(".")):
            value = found.get(part, MISSING) if index == 0 else getattr(value, part, MISSING)
            if value is MISSING:
                missing = f"`{spec}` does not exist" + ("" if part == spec else f": there is no `{part}`")
                self._tell_missing(missing, part, _fitting(found, what), place)
                break
        return value

    def module_of(self, spec: str) -> str:
        """Returns the module of a spec, that of the test file where it names none."""
        return spec.rpartition(":")[0] or module_name(self._module)

    def _names_of(self, module: str, place: Place | None, what: str) -> Any:
        if module == module_name(self._module):
            return self._module.names
        if module.endswith(".py") and os.path.abspath(module) == os.path.abspath(self._module.file):
            return self._module.names
        if module in sys.modules:
            return vars(sys.modules[module])
        raised = Problems()
        imported = import_module(module, raised)
        for one in raised.found:
            self._problems.add(f"cannot import the {what}: {one.message}", one.place or place, one.hint, one.traceback)
        return None if imported is None else vars(imported)

    def _tell_missing(self, message: str, part: str, known: list[str], place: Place | None) -> None:
        suggestion = nearest(part, known)
        has = f"there is {listed(known)}" if known else "nothing in that file could be meant"
        self._problems.add(message, place, f"did you mean `{suggestion}`?" if suggestion else has)


def _fitting(names: Mapping[str, Any], what: str) -> list[str]:
    """Returns the names of a file that could be meant: journeys, data pools, or else functions."""
    fits: Callable[[Any], bool]
    if what == "journey":
        fits = inspect.iscoroutinefunction
    elif what == "data pool":
        fits = _is_pool
    else:
        fits = _is_plain_function
    return [name for name, value in names.items() if not name.startswith("_") and fits(value)]


def _is_pool(value: object) -> bool:
    return callable(getattr(value, "checkout", None)) and not isinstance(value, type)


def _is_plain_function(value: object) -> bool:
    return inspect.isfunction(value) and not inspect.iscoroutinefunction(value)


def module_name(module: Module) -> str:
    """Returns the name by which specs know the test file."""
    return module.name.removeprefix("_squall_test_") or os.path.splitext(os.path.basename(module.file))[0]


def place_of(function: Any) -> Place | None:
    """Returns where a function was written, under its decorators."""
    plain = inspect.unwrap(function) if callable(function) else function
    code = getattr(plain, "__code__", None)
    if code is None:
        return None
    return Place(code.co_filename, code.co_firstlineno, getattr(plain, "__qualname__", code.co_name))
