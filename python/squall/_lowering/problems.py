"""All that is wrong with a file, collected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from squall._recording.frames import Place, shown


@dataclass(frozen=True)
class Problem:
    """Something wrong: what, where, and how to fix it."""

    message: str
    place: Place | None = None
    hint: str | None = None
    traceback: str | None = None

    def to_json(self) -> dict[str, object]:
        """Returns the entry of the document's `errors`."""
        out: dict[str, object] = {
            "message": self.message,
            "file": shown(self.place.file) if self.place else None,
            "line": self.place.line if self.place else None,
            "name": self.place.name if self.place else None,
            "hint": self.hint,
        }
        if self.traceback:
            out["traceback"] = self.traceback
        return out


class Problems:
    """Collects what is wrong, so that a file's mistakes are all told at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, message: str, place: Place | None, hint: str | None = None, traceback: str | None = None) -> None:
        """Adds one, unless the very same was added before."""
        problem = Problem(message, place, hint, traceback)
        if problem not in self.found:
            self.found.append(problem)

    def to_json(self) -> list[dict[str, object]]:
        """Returns the document's `errors`, in the order of the file."""
        ordered = sorted(
            self.found, key=lambda problem: (problem.place.file, problem.place.line) if problem.place else ("", 0)
        )
        return [problem.to_json() for problem in ordered]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name that is most like another, if one is."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def listed(names: Iterable[str]) -> str:
    """Returns names for an error, each in backticks."""
    return ", ".join(f"`{name}`" for name in names)
