"""Values that differ from one iteration to the next.

While an action is recorded, and at the top of a test file, they are placeholders that the engine fills in. In a body
that runs in Python they are the values themselves.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from threading import Lock
from types import FrameType
from typing import Any, Literal, NoReturn

from squall import _squall
from squall._recording.frames import is_own
from squall._recording.recording import current_markers, misuse, refuse
from squall._recording.running import running

_HINT = "its value exists only during the load, once per iteration"


class Placeholder:
    """A value that the engine fills in for each iteration.

    Use it wherever a request takes a value: in the URL, headers, query, body or checks. `str()`, f-strings, `+`, `%`
    and `join` of such strings make longer text of it. As a value of a JSON body it keeps its JSON type:
    `{"n": random_int(1, 5)}` sends a number, `{"n": f"{random_int(1, 5)}"}` a string.

    Its value is not known in Python, so that it cannot be compared, counted with, or looked into; a body that does
    cannot be compiled, and `squall explain` says so.
    """

    __slots__ = ("_draw", "expression")

    def __init__(self, expression: str, draw: Callable[[], object] | None = None) -> None:
        self.expression = expression
        """The expression between `${` and `}` in the plan."""
        self._draw = draw

    def __str__(self) -> str:
        if self._draw is not None and running() is not None:
            return str(self._draw())
        return current_markers().marker(self.expression)

    def __repr__(self) -> str:
        return f"<placeholder {self.expression}>"

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(f"the format `{spec}` cannot be applied to {self._what()}", _HINT)
        return str(self)

    def __add__(self, other: object) -> str:
        if isinstance(other, (str, Placeholder)):
            return f"{self}{other}"
        refuse(f"{self._what()} cannot be counted with", _HINT)

    def __radd__(self, other: object) -> str:
        if isinstance(other, str):
            return f"{other}{self}"
        refuse(f"{self._what()} cannot be counted with", _HINT)

    def __bool__(self) -> NoReturn:
        refuse(f"a decision is made on {self._what()}", _HINT)

    def __eq__(self, other: object) -> NoReturn:
        refuse(f"{self._what()} is compared", _HINT)

    def __hash__(self) -> NoReturn:
        refuse(f"{self._what()} is used as a key or in a set", _HINT)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(f"`.{name}` is taken from {self._what()}", _HINT)

    def _what(self) -> str:
        return f"the placeholder `${{{self.expression}}}`"


def _refuse_with(reason: str) -> object:
    def method(self: Placeholder, *_: object) -> NoReturn:
        refuse(reason.format(self._what()), _HINT)

    return method


_REFUSED = {
    "{} is compared": "ne lt le gt ge",
    "{} is counted with": (
        "sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod pow rpow neg pos abs round "
        "trunc floor ceil and rand or ror xor rxor invert lshift rlshift rshift rrshift matmul rmatmul"
    ),
    "{} is turned into a number": "int float complex index",
    "{} is looked into": "len iter contains getitem reversed",
    "{} is turned into bytes": "bytes",
    "{} is called": "call",
}
for _reason, _names in _REFUSED.items():
    for _name in _names.split():
        setattr(Placeholder, f"__{_name}__", _refuse_with(_reason))


def random_int(minimum: int, maximum: int) -> Any:
    """Draws a whole number evenly, both ends included; a new one wherever it is used.

    Args:
        minimum: Smallest number.
        maximum: Largest number; not below `minimum`.

    Returns:
        A placeholder; in a body that runs in Python the number.
    """
    for name, value in (("minimum", minimum), ("maximum", maximum)):
        _whole(name, value, "random_int")
    if minimum > maximum:
        misuse(f"`random_int({minimum}, {maximum})` has no number to draw", "give the smaller number first")
    context = running()
    if context is not None:
        return context.rng.randint(minimum, maximum)
    return Placeholder(f"random_int({minimum}, {maximum})", partial(random_int, minimum, maximum))


def random_choice(*options: str | int | float | bool) -> Any:
    """Draws one of the options evenly; a new one wherever it is used.

    Args:
        options: The values to draw from, at least one; a single list or tuple of them is accepted too. To draw some
            more often, name them more often.

    Returns:
        A placeholder; in a body that runs in Python one of the options.
    """
    if len(options) == 1 and isinstance(options[0], (list, tuple)):
        options = tuple(options[0])
    if not options:
        misuse("`random_choice()` has nothing to draw from", "name at least one option")
    context = running()
    if context is not None:
        return context.rng.choice(options)
    expression = f"random_choice({', '.join(_literal(option) for option in options)})"
    return Placeholder(expression, partial(random_choice, *options))


def uuid4() -> Any:
    """Makes a random UUID (version 4, RFC 9562) as 36 characters; a new one wherever it is used.

    Returns:
        A placeholder; in a body that runs in Python the text.
    """
    context = running()
    if context is not None:
        import uuid  # costs the start of the command more than all of this module

        return str(uuid.UUID(int=context.rng.getrandbits(128), version=4))
    return Placeholder("uuid4()", uuid4)


def counter(start: int = 0, step: int = 1) -> Any:
    """Counts over the whole run, over all virtual users; each place where it is written has its own counter.

    In a body that runs in Python on several processes, each of them hands out its share of the numbers: none comes
    twice, but they do not come in order.

    Args:
        start: First number. Default: 0.
        step: Difference from one number to the next, not 0. Default: 1.

    Returns:
        A placeholder; in a body that runs in Python the number.
    """
    for name, value in (("start", start), ("step", step)):
        _whole(name, value, "counter")
    if step == 0:
        misuse("`step` of `counter` is 0: it would always give the same number")
    count = partial(_count, _written_at(), start, step)
    if running() is not None:
        return count()
    arguments = [] if (start, step) == (0, 1) else [str(start)] if step == 1 else [str(start), str(step)]
    return Placeholder(f"counter({', '.join(arguments)})", count)


def timestamp(unit: Literal["s", "ms", "us", "ns"] | None = None) -> Any:
    """Takes the time of day when the request is made, since 1970-01-01 UTC.

    Args:
        unit: Whole `"s"`, `"ms"`, `"us"` or `"ns"`. Default: seconds with a fraction.

    Returns:
        A placeholder; in a body that runs in Python the number, as of this call.
    """
    if unit not in (None, "s", "ms", "us", "ns"):
        misuse(f"`timestamp` knows no unit `{unit!r}`", 'use "s", "ms", "us" or "ns"')
    if running() is not None:
        return time.time() if unit is None else time.time_ns() // _NANOSECONDS[unit]
    return Placeholder("timestamp()" if unit is None else f'timestamp("{unit}")', partial(timestamp, unit))


def user_id() -> Any:
    """Is the number of the virtual user that runs the iteration.

    Returns:
        A placeholder; in a body that runs in Python the number.
    """
    context = running()
    return Placeholder("user_id()", user_id) if context is None else context.user


def iteration() -> Any:
    """Is the number of the virtual user's iteration.

    Returns:
        A placeholder; in a body that runs in Python the number.
    """
    context = running()
    return Placeholder("iteration()", iteration) if context is None else context.iteration


_NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}

_Written = tuple[object, int]
_counts: dict[_Written, int] = {}
_counting = Lock()


def _written_at() -> _Written:
    """Returns the place in the code that called us."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_own(frame.f_code):
        frame = frame.f_back
    return (None, 0) if frame is None else (frame.f_code, frame.f_lasti)


def _count(written: _Written, start: int, step: int) -> int:
    """Returns the next number of the counter at a place; processes take turns."""
    with _counting:
        count = _counts[written] = _counts.get(written, -1) + 1
    process, processes = _squall.place()
    return start + step * (count * processes + process)


def _whole(name: str, value: object, function: str) -> None:
    if isinstance(value, Placeholder):
        misuse(f"`{name}` of `{function}` cannot be a placeholder")
    if isinstance(value, bool) or not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
        misuse(f"`{name}` of `{function}` must be a whole number, not `{value!r}`")


def _literal(option: object) -> str:
    if isinstance(option, Placeholder):
        misuse("an option of `random_choice` cannot be a placeholder")
    if not isinstance(option, (str, int, float)):
        misuse(f"an option of `random_choice` must be text, a number or a boolean, not `{option!r}`")
    return json.dumps(option, ensure_ascii=False)
