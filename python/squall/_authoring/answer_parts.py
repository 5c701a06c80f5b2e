"""Parts of an answer that are plain dictionaries; for types alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from squall._squall import Headers


class Timings(TypedDict):
    """Where the time of a request went, in seconds."""

    response: float
    """From the intended start to the last byte: what a user would have waited."""
    service: float
    """From the actual start to the last byte."""
    waiting: float
    """From the intended to the actual start: the generator's own delay."""
    connecting: float
    """DNS and TCP; 0 on a connection that was open."""
    securing: float
    """TLS; 0 on a connection that was open, and without TLS."""
    writing: float
    """Sending the request."""
    first_byte: float
    """From the last byte sent to the first byte received."""
    reading: float
    """From the first byte to the last."""


class Hop(TypedDict):
    """A redirect that was followed."""

    status: int
    """Its status."""
    url: str
    """URL that answered with it."""
    headers: Headers
    """Its headers."""
