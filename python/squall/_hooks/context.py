"""What the hooks of a stage share, and hand on to the stages after it."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator, Mapping
from typing import Any


class ContextError(Exception):
    """Something is wrong with what stages share."""


class ContextClashError(ContextError):
    """Two stages before a stage give a key different values."""


class ContextTypeError(ContextError):
    """A stage gives a key a value of another type than the stages before it."""


class ContextTransferError(ContextError):
    """A value cannot be handed to another stage."""


class State:
    """What a context holds in this process.

    Attributes:
        stage: The stage.
        values: Values by key.
        inherited: Types of the values that stages before have given.
        changed: What was set here and not yet delivered, pickled.
        is_filled: The values of the stages before are there.
    """

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.lock: asyncio.Lock | None = None
        self.clear()

    def clear(self) -> None:
        """Forgets everything: the stage begins anew."""
        self.values: dict[str, Any] = {}
        self.inherited: dict[str, type] = {}
        self.changed: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}
        self.is_filled = False

    def fill(self, values: Mapping[str, bytes], inherited: frozenset[str]) -> None:
        """Takes over copies of what there is."""
        self._known = dict(values)
        self.values = {name: pickle.loads(value) for name, value in values.items()}  # noqa: S301 - from our processes
        self.inherited = {name: type(self.values[name]) for name in inherited if name in self.values}
        self.is_filled = True

    def set(self, name: str, value: Any) -> None:
        """Sets a key here, and notes that it is to be delivered."""
        if not isinstance(name, str):
            raise ContextError(f"a key of the context is text, not {name!r}")
        if not self._is_new(name, value):
            return
        before = self.inherited.get(name)
        if before is not None and not _fits(before, value):
            raise ContextTypeError(
                f"`{self.stage}` makes the key `{name}` of the context `{type(value).__name__}`, "
                f"which it is not in the stages before: `{before.__name__}`"
            )
        self.changed[name] = self._known[name] = packed(name, value)
        self.values[name] = value

    def take_changes(self) -> dict[str, bytes]:
        """Returns what was set since the last call."""
        changed, self.changed = self.changed, {}
        return changed

    def take_all(self) -> dict[str, bytes]:
        """Returns what was set, or changed in place, at the end of what ran once."""
        for name, value in self.values.items():
            if isinstance(value, _CHANGEABLE) and self._is_new(name, value):
                self.changed[name] = self._known[name] = packed(name, value)
        return self.take_changes()

    def _is_new(self, name: str, value: Any) -> bool:
        """Tells whether a value differs from what everybody knows under its name."""
        known = self._known.get(name)
        if known is None:
            return True
        # What can change in place is compared with a copy of what it was.
        before = pickle.loads(known) if isinstance(value, _CHANGEABLE) else self.values[name]  # noqa: S301 - our own
        try:
            return type(before) is not type(value) or not bool(before == value)
        except Exception:  # the objects' own comparison
            return True


_CHANGEABLE = (list, dict, set, bytearray)


def packed(name: str, value: Any) -> bytes:
    """Returns a value as it is handed to other stages and processes.

    Raises:
        ContextTransferError: It cannot be.
    """
    try:
        return pickle.dumps(value)
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise ContextTransferError(
            f"the key `{name}` of the context cannot be handed to other stages: {said}; keep it in `self`, "
            "and publish data alone"
        ) from None


def _fits(before: type, value: Any) -> bool:
    """Tells whether a value may take the place of one of another type: numbers of numbers, and None of anything."""
    after = type(value)
    if value is None or before is type(None) or after is before or {before, after} == {int, float}:
        return True
    return bool not in (before, after) and (issubclass(after, before) or issubclass(before, after))


class StageContext:
    """What the hooks of a stage share: keys and values, as items and as attributes.

    A key that a stage publishes is there in every stage after it, as a copy of its own. As attributes there are keys
    and nothing else, so that no key can hide anything: `context["items"]`, `context.items` and
    `"items" in context` all mean the key. Iterating yields the keys.
    """

    __slots__ = ("_squall_state",)

    def __init__(self, state: State) -> None:
        object.__setattr__(self, "_squall_state", state)

    def __getitem__(self, name: str) -> Any:
        try:
            return self._squall_state.values[name]
        except KeyError:
            raise KeyError(_no_key(self, name)) from None

    def __setitem__(self, name: str, value: Any) -> None:
        self._squall_state.set(name, value)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._squall_state.values[name]
        except KeyError:
            raise AttributeError(_no_key(self, name)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._squall_state.set(name, value)

    def __contains__(self, name: object) -> bool:
        return name in self._squall_state.values

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._squall_state.values if "." not in name])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        # Values are often secrets.
        return f"<StageContext of {self._squall_state.stage}: {', '.join(self) or 'empty'}>"


def _no_key(context: StageContext, name: str) -> str:
    known = ", ".join(f"`{one}`" for one in context) or "none"
    return f"the context of `{context._squall_state.stage}` has no key `{name}`; it has {known}"


contexts: dict[str, State] = {}
"""The contexts of this process, by stage."""


def context_of(stage: str) -> State:
    """Returns the context of a stage in this process."""
    if stage not in contexts:
        contexts[stage] = State(stage)
    return contexts[stage]


def clear() -> None:
    """Forgets the contexts of the test before."""
    contexts.clear()
