"""The iteration that is running, where a body runs in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from squall import _squall
from squall._recording.recording import current

if TYPE_CHECKING:
    from squall._squall import Context


def running() -> Context | None:
    """Returns the context of the iteration that this code belongs to; None while recording and outside of any."""
    if current() is not None:
        return None
    try:
        return _squall.current()
    except RuntimeError:
        return None
