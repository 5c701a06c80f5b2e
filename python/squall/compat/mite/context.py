"""mite's context: Squall's, with a message for what is raised inside a transaction."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol

from squall._recording.frames import is_own
from squall._script.errors import traceback_of
from squall.compat.mite.exceptions import MiteError

__all__ = ["Context"]

_TOLD = "_squall_told"


class Spy(Protocol):
    """Sees what a context does; for `squall.compat.mite.test`."""

    def sent(self, type: str, fields: dict[str, Any]) -> None:
        """Sees a message."""

    def received(self, method: str, response: Any) -> None:
        """Sees an answer."""

    def transaction(self, name: str) -> AbstractContextManager[None]:
        """Sees a transaction."""


class Context:
    """The context of a journey that was written for mite.

    What it does not have itself, it takes from Squall's: `config`, `should_stop`, `send`, `user`, …

    Attributes:
        http: The client; of acurl's kind inside of `mite_http`.
    """

    def __init__(self, ctx: Any, spy: Spy | None = None) -> None:
        self._ctx = ctx
        self._spy = spy
        self.http: Any = ctx.http

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    @asynccontextmanager
    async def transaction(self, name: str) -> AsyncIterator[None]:
        """Times a block; what is raised inside is told once, by the innermost transaction around it."""
        async with self._ctx.transaction(name):
            with self._spy.transaction(name) if self._spy is not None else nullcontext():
                try:
                    yield
                except Exception as error:
                    self.tell(error)
                    raise

    def send(self, type: str, /, **fields: Any) -> None:
        """Sends a message."""
        self._ctx.send(type, **fields)
        if self._spy is not None:
            self._spy.sent(type, fields)

    def tell(self, error: BaseException) -> None:
        """Sends a message for an exception, unless that was done."""
        if getattr(error, _TOLD, False):
            return
        setattr(error, _TOLD, True)
        about = {
            "message": "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1],
            "ex_type": type(error).__name__,
            "location": _location(error),
        }
        if isinstance(error, MiteError):
            self.send("error", **{**error.fields, **about})
        else:
            self.send("exception", **about, stacktrace=traceback_of(error) + "\n")


def with_context(journey: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a journey that gets mite's context, and tells of what it raises outside of any transaction."""

    @functools.wraps(journey)
    async def run(ctx: Any, *args: Any) -> Any:
        context = ctx if isinstance(ctx, Context) else Context(ctx)
        try:
            return await journey(context, *args)
        except Exception as error:
            context.tell(error)
            raise

    return run


def _location(error: BaseException) -> str:
    """Returns file, line and function of the innermost frame that is not Squall's."""
    innermost = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if not is_own(frame.f_code):
            innermost = f"{os.path.basename(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}"
    return innermost
