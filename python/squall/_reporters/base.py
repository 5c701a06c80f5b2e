"""A reporter and its settings, as a test gives them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Union

from squall._recording.frames import caller

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

    defaults: ClassVar[dict[str, Any]] = {}
    """What each setting is where nobody says it."""

    paths: ClassVar[frozenset[str]] = frozenset()
    """Settings that are paths."""

    flags: ClassVar[frozenset[str]] = frozenset()
    """Settings that are `True` or `False`."""

    secrets: ClassVar[frozenset[str]] = frozenset()
    """Settings that are shown nowhere."""

    def __init__(self, settings: dict[str, Any], unavailable: dict[str, Any] | None = None) -> None:
        self.settings = {
            name: value
            for name, value in settings.items()
            if name not in self.defaults or value != self.defaults[name] or type(value) is not type(self.defaults[name])
        }
        self.unavailable = [name for name, value in (unavailable or {}).items() if value is not None]
        self.place = caller()

    def __repr__(self) -> str:
        shown = ((name, "…" if name in self.secrets else repr(value)) for name, value in self.settings.items())
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in shown)})"
