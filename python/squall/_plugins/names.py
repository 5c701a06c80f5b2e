"""Names of plugins in code that runs in Python, so that a wrong one is told before the load."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from types import CodeType

from squall._lowering.problems import Problems
from squall._lowering.used_pools import codes, reachable
from squall._plugins.declared import UnknownPluginError, find
from squall._plugins.engine import EnginePlugin
from squall._plugins.project import PluginLoadError
from squall._recording.frames import Place, qualified_name


def check_names(body: Callable[..., object], stage: type, problems: Problems) -> None:
    """Tells of names in `plugin["name"]` that no engine plugin has, in a method and in what of the test it may call."""
    for function in reachable(body, stage):
        for code in codes(function.__code__):
            for name, line in _names(code):
                place = Place(code.co_filename, line, qualified_name(code))
                try:
                    find(name, EnginePlugin)
                except UnknownPluginError as error:
                    problems.add(error.message, place, error.hint)
                except PluginLoadError as error:
                    problems.add(error.message, error.place or place, error.hint)


def _names(code: CodeType) -> Iterator[tuple[str, int]]:
    """Yields the texts that are looked up in something called `plugin`, with their lines."""
    if "plugin" not in code.co_names:
        return
    line = code.co_firstlineno
    instructions = list(dis.get_instructions(code))
    for attribute, constant, lookup in zip(instructions, instructions[1:], instructions[2:], strict=False):
        line = _line(attribute) or line
        is_text = constant.opname == "LOAD_CONST" and isinstance(constant.argval, str)
        if attribute.argval == "plugin" and is_text and lookup.opname in ("BINARY_SUBSCR", "BINARY_OP"):
            yield constant.argval, _line(constant) or line


def _line(instruction: dis.Instruction) -> int | None:
    positions = getattr(instruction, "positions", None)  # from Python 3.11 on
    line = positions.lineno if positions is not None else instruction.starts_line
    return None if line is None else int(line)
