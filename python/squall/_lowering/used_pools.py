"""Finds the data pools that a body uses which runs in Python.

A flow says so itself. Of Python code only the texts in it are known: each function that the body may call and that
refers to `data` is searched for names of pools. Where such a function has none, it may mean any pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from squall._authoring.pools import data, file_kind
from squall._recording.frames import is_users

_MAY_REPEAT = ("sequential", "random")


def used_pools(body: Callable[..., object], stage: type, pools: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Returns the pools that a method may use: names of declared pools, and paths of data files.

    Where a name is only known in the iteration, these are all declared pools whose rows may be used more than once.

    Args:
        body: The method.
        stage: Its class.
        pools: The declared pools, as the plan holds them.
    """
    used: dict[str, None] = {}
    for function in reachable(body, stage):
        parts = list(codes(function.__code__))
        if not any(_refers_to_data(code, function) for code in parts):
            continue
        texts = [text for code in parts for text in code.co_consts if isinstance(text, str)]
        names = [text for text in texts if text in pools or _is_path(text)]
        if not names:
            names = [name for name, pool in pools.items() if pool.get("order", "sequential") in _MAY_REPEAT]
        used.update(dict.fromkeys(names))
    return list(used)


def _is_path(text: str) -> bool:
    return file_kind(text) is not None and not any(space in text for space in "\n\t") and "://" not in text


def reachable(body: Callable[..., object], stage: type) -> Iterator[FunctionType]:
    """Yields a function and those of the test that it may call, by name."""
    waiting: list[object] = [body]
    seen: set[CodeType] = set()
    while waiting:
        function = _plain(waiting.pop())
        if function is None or function.__code__ in seen or not is_users(function.__code__):
            continue
        seen.add(function.__code__)
        yield function
        waiting.append(getattr(function, "__wrapped__", None))
        waiting.extend(cell.cell_contents for cell in function.__closure__ or () if _is_set(cell))
        for code in codes(function.__code__):
            for name in code.co_names:
                waiting.append(function.__globals__.get(name))
                waiting.append(getattr(stage, name, None))


def _is_set(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _plain(value: object) -> FunctionType | None:
    function = getattr(value, "__func__", value)
    return function if isinstance(function, FunctionType) else None


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yields code and the code of the functions and comprehensions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def _refers_to_data(code: CodeType, function: FunctionType) -> bool:
    return any(function.__globals__.get(name) is data for name in code.co_names) or (
        "data" in code.co_names and _has_squall(function)
    )


def _has_squall(function: FunctionType) -> bool:
    """Tells whether the module of a function knows `squall` itself, so that `squall.data` may be meant."""
    return any(getattr(value, "__name__", None) == "squall" for value in function.__globals__.values())
