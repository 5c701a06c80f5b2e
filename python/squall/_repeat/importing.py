"""Files with repeated functions while `squall` itself imports them: nothing is run, and no report is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from squall._repeat.spec import Spec
from squall._script import link


@dataclass(frozen=True)
class Noted:
    """A `go` that was not run."""

    function: Callable[..., Any]
    spec: Spec


class ImportEnded(BaseException):
    """Ends the import of a file where its results would be reported: there are none."""


_noted: list[Noted] = []
_depth = 0


@contextmanager
def importing() -> Iterator[None]:
    """Holds while a file is imported that is to be run by this process or for another one."""
    global _depth
    _depth += 1
    try:
        yield
    except ImportEnded:
        pass
    finally:
        _depth -= 1


def is_importing() -> bool:
    """Tells whether a `go` is to be noted instead of run."""
    return _depth > 0 or link.in_agent()


def note(noted: Noted) -> None:
    """Notes a `go` instead of running it.

    In another process that is the end of the import: what the function needs is there, as it was in the first process
    when it came here, and what follows may write files that are the first process's alone.
    """
    _noted.append(noted)
    if link.in_agent():
        raise ImportEnded


def take_noted() -> list[Noted]:
    """Returns what was noted since the last time."""
    taken, _noted[:] = list(_noted), []
    return taken


def before_report() -> None:
    """Ends the import where a report is asked for: the script would overwrite that of the real run."""
    if is_importing():
        raise ImportEnded
