"""Finds the line of the user's code that led to where we are."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_INSTALLED = f"{os.sep}site-packages{os.sep}"


@dataclass(frozen=True)
class Place:
    """A line of a file, and the class or function around it."""

    file: str
    line: int
    name: str | None = None

    def named(self, name: str) -> Place:
        """Returns the same line under another name."""
        return Place(self.file, self.line, name)

    def to_source(self) -> dict[str, object]:
        """Returns the plan's `source` object."""
        source: dict[str, object] = {"file": shown(self.file), "line": self.line}
        if self.name is not None:
            source["name"] = self.name
        return source


def shown(path: str) -> str:
    """Returns a path as people read it: relative where it lies below the working directory."""
    absolute = os.path.abspath(path)
    here = os.getcwd().rstrip(os.sep) + os.sep
    return absolute[len(here) :] if absolute.startswith(here) else absolute


def is_own(code: CodeType) -> bool:
    """Tells whether code belongs to this package."""
    return code.co_filename.startswith(_OWN)


def is_users(code: CodeType) -> bool:
    """Tells whether code was written for the test: not ours, not Python's, not an installed package's."""
    name = code.co_filename
    return not (name.startswith((_OWN, _STDLIB, "<")) or _INSTALLED in name)


def qualified_name(code: CodeType) -> str:
    """Returns the qualified name of code; the plain one on Python 3.10."""
    return getattr(code, "co_qualname", code.co_name)


def caller() -> Place:
    """Returns the innermost line of the user's code that is running."""
    frame: FrameType | None = sys._getframe(1)
    fallback: Place | None = None
    while frame is not None:
        code = frame.f_code
        if is_users(code):
            return Place(code.co_filename, frame.f_lineno, qualified_name(code))
        if fallback is None and not is_own(code):
            fallback = Place(code.co_filename, frame.f_lineno, qualified_name(code))
        frame = frame.f_back
    return fallback or Place("<unknown>", 1)


def users_lines(traceback: TracebackType | None) -> list[Place]:
    """Returns the user's lines of a traceback, outermost first."""
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_users(code):
            places.append(Place(code.co_filename, traceback.tb_lineno, qualified_name(code)))
        traceback = traceback.tb_next
    return places


def traceback_text(places: list[Place]) -> str:
    """Returns lines of the user's code as Python shows a traceback, most recent call last."""
    import linecache

    lines = []
    for place in places:
        lines.append(f"{shown(place.file)}:{place.line}, in {place.name}")
        text = linecache.getline(place.file, place.line).strip()
        if text:
            lines.append(f"    {text}")
    return "\n".join(lines)
