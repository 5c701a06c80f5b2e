"""A reporter and its settings, as a test gives them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from typing import Any, ClassVar, Union

from squall._recording.frames import caller
from squall._reporters.common import COMMON

FilePath = Union[str, "os.PathLike[str]"]
"""Path of a file; relative ones start at the working directory."""

Secret = Union[str, Mapping[str, str]]
"""A text that is shown nowhere, or where it is found: `from_env("NAME")`, `from_file("PATH")`."""


def from_env(name: str) -> dict[str, str]:
    """Returns a secret that is in an environment variable when the run starts.

    Args:
        name: Name of the variable.
    """
    return {"env": name}


def from_file(path: FilePath) -> dict[str, str]:
    """Returns a secret that is in a file when the run starts; a line break at its end is no part of it.

    Args:
        path: Path of the file; relative ones start at the working directory.
    """
    return {"file": os.fspath(path)}


class Reporter:
    """A reporter and its settings."""

    name: ClassVar[str] = ""
    """Name of the reporter in the plan."""

    paths: ClassVar[frozenset[str]] = frozenset()
    """Settings that are paths."""

    flags: ClassVar[frozenset[str]] = frozenset()
    """Settings that are `True` or `False`."""

    secrets: ClassVar[frozenset[str]] = frozenset()
    """Settings that are shown nowhere."""

    def __init__(
        self, settings: dict[str, Any], common: Mapping[str, Any], unavailable: dict[str, Any] | None = None
    ) -> None:
        unknown = [name for name in common if name not in COMMON]
        if unknown:
            known = ", ".join([*settings, *COMMON])
            raise TypeError(f"{type(self).__name__} has no setting {unknown[0]!r}: there are {known}")
        parameters = inspect.signature(type(self)).parameters.values()
        defaults = {one.name: one.default for one in parameters if one.default is not one.empty} | COMMON
        # What is as it would be anyway needs no place in the plan; `True` is no `1`.
        self.settings = {
            name: value
            for name, value in {**settings, **common}.items()
            if name not in defaults or value != defaults[name] or type(value) is not type(defaults[name])
        }
        self.unavailable = [name for name, value in (unavailable or {}).items() if value is not None]
        self.place = caller()

    def __repr__(self) -> str:
        shown = ((name, "…" if name in self.secrets else repr(value)) for name, value in self.settings.items())
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in shown)})"
