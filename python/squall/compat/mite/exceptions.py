"""mite's exceptions."""

from __future__ import annotations

from typing import Any

__all__ = ["MiteError"]


class MiteError(Exception):
    """An error that the test itself found: its message has type `error` instead of `exception`, and these fields.

    Args:
        message: What happened.
        fields: Anything that JSON can hold.
    """

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.fields = fields
