"""What became of each stage, for `squall explain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from squall._authoring.stages import HttpAttributes, Setup
from squall._lowering.graph import kind
from squall._lowering.reach import Node
from squall._lowering.settings import Settings

if TYPE_CHECKING:
    from squall._script.registry import Script


def explained(
    node: Node, content: Mapping[str, Any], load: tuple[str, Settings] | None, scripts: Iterable[Script]
) -> dict[str, object]:
    """Returns the entry of the document's `stages`.

    It has `stage`, `kind`, `after` (names), `setup` (the Setup stage that holds for it), `load` (the load profile in
    words), `timeout`, `retries`, `priority`, `skip`, `added`, `scripts` (what of it runs in Python), `file` and `line`;
    what does not hold is null.
    """
    source = content.get("source") or {}
    is_set_up = issubclass(node.stage, HttpAttributes) and not issubclass(node.stage, Setup)
    entries = [script.entry for script in scripts if script.entry.startswith(f"{node.name}.")]
    hooks = content.get("hooks")
    if hooks and hooks["entry"] not in entries:
        entries.append(hooks["entry"])
    return {
        "stage": node.name,
        "kind": kind(node.stage).__name__,
        "after": list(node.after),
        "setup": node.setup.__name__ if node.setup and is_set_up else None,
        "load": load[0] if load else None,
        "timeout": content.get("timeout"),
        "retries": content.get("retries"),
        "priority": content.get("priority"),
        "skip": bool(content.get("skip")),
        "added": node.is_added,
        "scripts": entries,
        "file": source.get("file"),
        "line": source.get("line"),
    }
