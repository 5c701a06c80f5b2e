"""Text that remembers which placeholders went into it.

`str()` of a placeholder is a *marker*: a few characters between two delimiters that no keyboard has. Text operations
carry markers along, and the recorder turns them into `${…}`. A marker contains a nonce that differs, also in length,
from one recording to the next: whatever a body computes from a marker (a hash, base64, a length) differs too, and is
noticed.
"""

from __future__ import annotations

import os
import re

OPEN, CLOSE = "\U0010fffc", "\U0010fffd"
_MARKER = re.compile(f"{OPEN}([0-9A-Za-z]+)-([0-9]+){CLOSE}")


class BrokenMarkerError(Exception):
    """A text operation cut or changed a marker."""


class Markers:
    """Hands out markers for template expressions, and reads them back."""

    def __init__(self, nonce_bytes: int) -> None:
        # A lower-case first and an upper-case last letter: `.upper()` and `.lower()` both break every marker.
        self.nonce = f"q{os.urandom(nonce_bytes).hex()}Q"
        self._expressions: list[str] = []
        self._numbers: dict[str, int] = {}

    def marker(self, expression: str) -> str:
        """Returns the marker of an expression."""
        number = self._numbers.get(expression)
        if number is None:
            number = self._numbers[expression] = len(self._expressions)
            self._expressions.append(expression)
        return f"{OPEN}{self.nonce}-{number}{CLOSE}"

    def expression(self, number: int) -> str | None:
        """Returns the expression with this number, or None where no marker has it."""
        return self._expressions[number] if number < len(self._expressions) else None


# Placeholders that become text outside of a recording: at module level, in attributes of a stage.
OUTSIDE = Markers(nonce_bytes=8)


def split(text: str, markers: Markers) -> list[tuple[str, bool]]:
    """Splits text into literals (False) and expressions (True).

    Raises:
        BrokenMarkerError: A marker was cut or changed.
    """
    known = {OUTSIDE.nonce: OUTSIDE, markers.nonce: markers}
    parts: list[tuple[str, bool]] = []
    end = 0
    for match in _MARKER.finditer(text):
        if match.start() > end:
            parts.append((text[end : match.start()], False))
        owner = known.get(match[1])
        expression = owner.expression(int(match[2])) if owner else None
        if expression is None:
            raise BrokenMarkerError
        parts.append((expression, True))
        end = match.end()
    if end < len(text):
        parts.append((text[end:], False))
    if any(_is_broken(literal, known) for literal, is_expression in parts if not is_expression):
        raise BrokenMarkerError
    return parts


def _is_broken(literal: str, known: dict[str, Markers]) -> bool:
    if OPEN in literal or CLOSE in literal:
        return True
    folded = literal.lower()
    return any(nonce.lower() in folded for nonce in known)
