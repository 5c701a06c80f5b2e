"""The YAML file that says which test classes are fired, how often, and with which arguments."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from squall import _squall
from squall._lowering.problems import Problems, listed, nearest
from squall._recording.encoding import described
from squall._recording.frames import Place, traceback_text, users_lines
from squall._testcases.entries import RATE_HINT, Written, rate_of, seconds_of
from squall.testcase import TestCase

_native: Any = _squall

_LINE = re.compile(r" at line (\d+)")
_KEYS = ("tests", "duration", "name")
_TEST_KEYS = ("test_class", "rate", "kwargs", "max_duration")


class Node:
    """A value of a YAML document that knows its line."""

    def __init__(self, value: Any, lines: dict[str, int], pointer: str = "", line: int = 1) -> None:
        self.plain = value
        self.line = lines.get(pointer, line)
        self._lines = lines
        self._pointer = pointer

    def mapping(self) -> dict[str, Node] | None:
        """Returns the members, or None where it has none."""
        if not isinstance(self.plain, dict):
            return None
        return {key: self._below(key.replace("~", "~0").replace("/", "~1"), value) for key, value in self.plain.items()}

    def items(self) -> list[Node] | None:
        """Returns the items, or None where it is no list."""
        if not isinstance(self.plain, list):
            return None
        return [self._below(str(index), item) for index, item in enumerate(self.plain)]

    def _below(self, key: str, value: Any) -> Node:
        # What an alias stands for has no line of its own.
        return Node(value, self._lines, f"{self._pointer}/{key}", self.line)


class Config:
    """What a file asks for.

    Attributes:
        tests: The tests.
        duration: How long tests are started, or None.
        name: Name of the plan, or None.
    """

    def __init__(self, file: str, problems: Problems) -> None:
        self.tests: list[Written] = []
        self.duration: object = None
        self.name: str | None = None
        self._file = file
        self._problems = problems

    def read(self, root: dict[str, Node]) -> None:
        """Reads the members of the document; all that is wrong is told."""
        self._only(root, _KEYS, "a configuration")
        if "duration" in root:
            self._read_duration(root["duration"])
        if "name" in root:
            self.name = str(root["name"].plain)
        items = root["tests"].items()
        if not items:
            hint = "write a list: `- {test_class: shop_tests.Upload, rate: 5}`"
            self._tell("`tests` must be a list of tests", root["tests"], hint)
        _put_first(os.path.dirname(os.path.abspath(self._file)), os.getcwd())
        for item in items or ():
            self._read_test(item)

    def _read_duration(self, node: Node) -> None:
        seconds = seconds_of(node.plain)
        if seconds is None or seconds <= 0:
            self._tell(
                f"`duration` must be a duration above 0, not {described(node.plain)}", node, "like `5m` or `90s`"
            )
        self.duration = node.plain

    def _read_test(self, item: Node) -> None:
        members = item.mapping()
        if members is None:
            self._tell(
                f"a test must be names with values, not {described(item.plain)}",
                item,
                "it has `test_class` and `rate`",
            )
            return
        self._only(members, _TEST_KEYS, "a test")
        named = members.get("test_class")
        if named is None:
            self._tell("a test has no `test_class`", item, "give its path, like `shop_tests.Upload`")
        test_class = self._import(named) if named is not None else None
        values = {name: node.plain for name, node in members.items()}
        if test_class is None:
            if rate_of(values.get("rate", 1)) is None:
                self._tell(f"`rate` must be above 0, not {described(values['rate'])}", members["rate"], RATE_HINT)
            return
        self.tests.append(
            Written(
                test_class,
                values.get("rate", test_class.rate),
                values.get("kwargs") if values.get("kwargs") is not None else {},
                values.get("max_duration"),
                Place(self._file, item.line),
                {name: Place(self._file, node.line) for name, node in members.items()},
            )
        )

    def _import(self, node: Node) -> type[TestCase] | None:
        path = node.plain
        module_name, _, name = path.rpartition(".") if isinstance(path, str) else ("", "", "")
        if not module_name or not name:
            self._tell(f"`test_class` must be a path like `shop_tests.Upload`, not {described(path)}", node)
            return None
        try:
            module = importlib.import_module(module_name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            hint = f"it is looked for in the folder of the file, in {os.getcwd()}, and among what is installed"
            lines = users_lines(error.__traceback__)
            traceback = traceback_text(lines) if lines else None
            message = f"cannot import `{module_name}`: {type(error).__name__}: {error}"
            missing = isinstance(error, ModuleNotFoundError) and error.name == module_name.partition(".")[0]
            self._problems.add(message, Place(self._file, node.line), hint if missing else None, traceback)
            return None
        found = getattr(module, name, None)
        if isinstance(found, type) and issubclass(found, TestCase):
            return found
        self._tell_no_class(module_name, vars(module), name, node)
        return None

    def _tell_no_class(self, module_name: str, names: dict[str, object], name: str, node: Node) -> None:
        found = names.get(name)
        if found is not None:
            bases = {base.__module__.partition(".")[0] for base in getattr(found, "__mro__", ())}
            hint = "derive it from `squall.TestCase`"
            if "pysurge" in bases:
                hint = "change its import: `from squall.compat.pysurge import TestCase`"
            self._tell(f"`{module_name}.{name}` is no test case", node, hint)
            return
        known = [
            key
            for key, one in names.items()
            if isinstance(one, type) and issubclass(one, TestCase) and one is not TestCase
        ]
        suggestion = nearest(name, known)
        hints = [f"did you mean `{module_name}.{suggestion}`?"] if suggestion else []
        hints += [f"it has {listed(known)}"] if known and not suggestion else []
        self._tell(f"`{module_name}` has no class `{name}`", node, *hints[:1])

    def _only(self, members: dict[str, Node], known: Iterable[str], what: str) -> None:
        for key, node in members.items():
            if key not in known:
                suggestion = nearest(key, known)
                hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(known)}"
                self._tell(f"{what} has no `{key}`", node, hint)

    def _tell(self, message: str, node: Node, hint: str | None = None) -> None:
        self._problems.add(message, Place(self._file, node.line), hint)


def read_config(file: str, problems: Problems) -> Config | None:
    """Reads a configuration; None where the document has no `tests`, and is something else."""
    config = Config(file, problems)
    try:
        with open(file, encoding="utf-8") as opened:
            document = json.loads(_native.parse_yaml(opened.read()))
    except (OSError, UnicodeDecodeError) as error:
        problems.add(f"cannot read the file: {getattr(error, 'strerror', None) or error}", Place(file, 1))
        return config
    if document["error"] is not None:
        found = _LINE.search(document["error"])
        problems.add(document["error"], Place(file, int(found[1]) if found else 1))
        return config
    root = Node(document["value"], document["lines"]).mapping()
    if root is None or "tests" not in root:
        return None
    config.read(root)
    return config


def _put_first(*folders: str) -> None:
    for folder in reversed(folders):
        if folder not in sys.path:
            sys.path.insert(0, folder)
