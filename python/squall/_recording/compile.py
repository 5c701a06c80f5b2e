"""Records a body twice and says whether it can be compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from squall._recording.body import BodyError, record_once
from squall._recording.difference import first_difference
from squall._recording.frames import Place, traceback_text
from squall._recording.recording import MisuseError, Recording, RefusalError, Step


@dataclass(frozen=True)
class Compiled:
    """The steps of a body.

    Attributes:
        steps: The steps, as the plan holds them.
        pools: Data pools that the body uses, and where.
    """

    steps: list[Step]
    pools: dict[str, Place]


@dataclass(frozen=True)
class Uncompiled:
    """Why a body has no steps.

    Attributes:
        reason: What stands in the way.
        hint: How it could be written instead, if there is a way.
        place: The user's line; None for the body as a whole.
        is_mistake: It would not work in Python either.
        traceback: The user's lines that led to an exception.
    """

    reason: str
    hint: str | None
    place: Place | None
    is_mistake: bool = False
    traceback: str | None = None


def compile_body(body: Callable[[], object], owner: object = None) -> Compiled | Uncompiled:
    """Records a body twice, and returns its steps if it asked for the same both times.

    Args:
        body: The body.
        owner: What it knows as `self`.
    """
    try:
        # The lengths of the nonces differ, so that lengths of texts with markers do too.
        first = record_once(body, owner, nonce_bytes=6)
        second = record_once(body, owner, nonce_bytes=9)
    except MisuseError as refusal:
        return Uncompiled(refusal.message, refusal.hint, refusal.place, is_mistake=True)
    except RefusalError as refusal:
        return Uncompiled(refusal.message, refusal.hint, refusal.place)
    except BodyError as error:
        place = error.lines[-1] if error.lines else None
        reason = f"its body raises `{error.message}`" + ("" if error.is_mistake else " while it is recorded")
        return Uncompiled(reason, error.hint, place, error.is_mistake, traceback_text(error.lines))
    return _compare(first, second)


def _compare(first: Recording, second: Recording) -> Compiled | Uncompiled:
    difference = first_difference(first.steps, second.steps)
    if difference is not None:
        return Uncompiled(difference.reason, difference.hint, difference.place)
    note = first.note or second.note
    if note is not None:
        return Uncompiled(note.message, note.hint, note.place)
    if not _has_request(first.steps):
        return Uncompiled("it makes no request", "await a request of `self.client.http`", None)
    return Compiled(first.steps, first.pools)


def _has_request(steps: list[Step]) -> bool:
    return any("http" in step or ("group" in step and _has_request(step["group"]["steps"])) for step in steps)
