"""A test file, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from squall._authoring.pools import DataPool

if TYPE_CHECKING:
    from squall._hooks.store import Store
    from squall._script.registry import Script


class Module:
    """A file that was imported, or one that holds data.

    Attributes:
        file: The file, as the user gave it.
        names: What it defines; nothing for a file that is not Python.
        pools: Data pools that were declared while it was imported, with or without a name.
        name: Name under which it was imported; empty for a file that is not Python.
    """

    def __init__(self, file: str, names: Mapping[str, object], pools: list[DataPool], name: str = "") -> None:
        self.file = file
        self.names = names
        self.pools = pools
        self.name = name


class Lowered:
    """What became of a file.

    Attributes:
        plan: The plan; None where something is wrong.
        explain: For each action, how it runs.
        notes: What was asked for and has no effect.
        scripts: What is to be registered, so that the interpreter finds what the plan names.
        stages: For each stage of a graph, what became of it.
        run: What the file says about the run itself, not about the load: `quiet_view`, `log_level`.
        store: What remembers the stages of the run; None: they have no hooks.
    """

    def __init__(
        self,
        plan: dict[str, Any] | None = None,
        explain: list[dict[str, object]] | None = None,
        notes: list[str] | None = None,
        scripts: list[Script] | None = None,
        *,
        stages: list[dict[str, object]] | None = None,
        run: dict[str, object] | None = None,
        store: Store | None = None,
    ) -> None:
        self.plan = plan
        self.explain = explain or []
        self.notes = notes or []
        self.scripts = scripts or []
        self.stages = stages or []
        self.run = run or {}
        self.store = store
