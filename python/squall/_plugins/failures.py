"""Exceptions of plugins as failures that are counted."""

from __future__ import annotations

import asyncio
import socket
import ssl

from squall._script.errors import describe

_CLASSES: tuple[tuple[type[BaseException], str], ...] = (
    (asyncio.TimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (socket.gaierror, "dns"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "connect"),
    (ConnectionError, "reset"),
    (EOFError, "closed"),
)


def class_of(error: BaseException, *, is_connected: bool) -> str:
    """Returns the class by which an exception is counted; without a connection it is about that."""
    found = next((name for kind, name in _CLASSES if isinstance(error, kind)), "script")
    if is_connected:
        return found
    return found if found in ("timeout", "dns", "tls") else "connect"


def described(error: BaseException) -> tuple[str, str]:
    """Returns the message of an exception with the user's line, and a traceback where it is the first such."""
    _, message, detail = describe(error)
    return message, detail
