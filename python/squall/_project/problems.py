"""Why a command cannot go on."""

from __future__ import annotations


class ProjectError(Exception):
    """What is wrong, and what to do about it.

    Attributes:
        message: What is wrong.
        hint: What to do, or None.
        refused: The command itself was wrong and nothing was done; else something it needs did not work.
    """

    def __init__(self, message: str, hint: str | None = None, *, refused: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.refused = refused


def listed_paths(paths: list[str]) -> str:
    """Returns paths for an error: the first few of them."""
    shown = ", ".join(f"`{path}`" for path in paths[:5])
    return shown if len(paths) <= 5 else f"{shown} and {len(paths) - 5} more"
