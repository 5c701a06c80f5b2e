"""The scripts and volume models of a loaded test, by the names that its plan uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from squall._script.pools import Pool, remote_in_agents

if TYPE_CHECKING:
    from squall._squall import Context  # type: ignore[attr-defined, unused-ignore]

VolumeModel = Callable[[float, float], float]
"""Says how many iterations run at once from one second to another; raises `StopVolumeModel` to end its scenario."""


class StopVolumeModel(Exception):  # noqa: N818 - the name that tests written for mite raise
    """Raised by a volume model whose scenario is over."""


@dataclass(slots=True)
class Script:
    """Code that the engine runs once per iteration.

    Attributes:
        entry: Its name in the plan, e.g. `shop:browse`; one per test.
        call: Takes the context and the arguments of the iteration: a coroutine function, or for threads a plain one.
        runs: Where it runs: on the event loop of the process, or on a thread for as long as it takes.
        name: Name of the operation where the body itself is timed as one.
        times: When the body is timed as an operation: never, only where it sent no request, or always.
        pool: Where each iteration gets its arguments; None: it has none.
        open: Runs once per process before the load; what it raises stops the run.
        close: Runs once per process after the load.
        fixture: Awaited before `call` in the same iteration.
    """

    entry: str
    call: Callable[..., Any]
    runs: Literal["coroutine", "thread"]
    name: str
    times: Literal["never", "without_requests", "always"]
    pool: Pool | None = None
    open: Callable[[], None] | None = None
    close: Callable[[], None] | None = None
    fixture: Callable[[Context], Awaitable[None]] | None = None


_scripts: dict[str, Script] = {}
_volumes: dict[str, VolumeModel] = {}


def register(script: Script) -> None:
    """Adds a script; in an agent process its data comes from the process in which the test was loaded first.

    Raises:
        ValueError: There is one of that name already.
    """
    if script.entry in _scripts:
        raise ValueError(f"there are two scripts `{script.entry}`")
    script.pool = remote_in_agents(script.entry, script.pool)
    _scripts[script.entry] = script


def resolve(entry: str) -> Script:
    """Returns the script of a name.

    Raises:
        LookupError: There is none.
    """
    try:
        return _scripts[entry]
    except KeyError:
        known = ", ".join(f"`{name}`" for name in _scripts) or "none"
        raise LookupError(f"the test has no script `{entry}`; it has {known}") from None


def unregister(entry: str) -> None:
    """Forgets a script, where there is one of that name."""
    _scripts.pop(entry, None)


def scripts() -> list[Script]:
    """Returns all scripts, in the order in which they were registered."""
    return list(_scripts.values())


def register_volume(entry: str, model: VolumeModel) -> None:
    """Adds a volume model.

    Raises:
        ValueError: There is one of that name already.
    """
    if entry in _volumes:
        raise ValueError(f"there are two volume models `{entry}`")
    _volumes[entry] = model


def resolve_volume(entry: str) -> VolumeModel:
    """Returns the volume model of a name.

    Raises:
        LookupError: There is none.
    """
    try:
        return _volumes[entry]
    except KeyError:
        known = ", ".join(f"`{name}`" for name in _volumes) or "none"
        raise LookupError(f"the test has no volume model `{entry}`; it has {known}") from None


def clear() -> None:
    """Forgets everything, before another test is loaded."""
    _scripts.clear()
    _volumes.clear()
