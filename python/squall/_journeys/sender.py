"""Messages that a scenario function sends, before there is a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Sender:
    """Keeps messages; the first iteration of the run sends them, in the first process."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, dict[str, Any]]] = []

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __call__(self, type: str | Mapping[str, Any], **fields: Any) -> None:
        """Sends a message: its type and fields, or one dict with both."""
        if not isinstance(type, str):
            fields = {**type, **fields}
            type = str(fields.pop("type", "message"))
        self._kept.append((type, fields))

    def send(self, type: str | Mapping[str, Any], **fields: Any) -> None:
        """Sends a message, as calling the sender does."""
        self(type, **fields)

    def release(self, ctx: Any) -> None:
        """Sends what was kept."""
        kept, self._kept = self._kept, []
        for type, fields in kept:
            ctx.send(type, **fields)
