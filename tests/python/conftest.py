"""Fixtures: a graph file from its text, a body from its lines."""

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from squall._loading import load_file

Load = Callable[[str], dict[str, Any]]
Record = Callable[..., list[dict[str, Any]]]

PRELUDE = """\
from squall import *; from squall.http import *
DataPool("users", csv="users.csv"); DataPool("my users", csv="users.csv")
class Load(Setup):
    pass

@depends(Load)
class Shop(Execute):
    @action()
    async def go(self):
"""
"""The lines before a body; its first line is the tenth of the file."""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads the text of a graph file called `shop.py` in the working directory."""
    monkeypatch.chdir(tmp_path)

    def from_text(text: str) -> dict[str, Any]:
        Path("shop.py").write_text(textwrap.dedent(text), encoding="utf-8")
        document: dict[str, Any] = json.loads(load_file("shop.py"))
        return document

    return from_text


@pytest.fixture
def load_body(load: Load) -> Load:
    """Loads a graph with one action, from the lines of its body."""

    def from_body(body: str) -> dict[str, Any]:
        return load(PRELUDE + textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8) + "\n")

    return from_body


@pytest.fixture
def record(load_body: Load) -> Record:
    """Returns the steps of a body, without where they were written."""

    def steps(body: str) -> list[dict[str, Any]]:
        document = load_body(body)
        assert document["errors"] == []
        flow = document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["flow"]
        return _without_source(flow)

    return steps


@pytest.fixture
def request_of(record: Record) -> Callable[[str], dict[str, Any]]:
    """Returns the only request of a body, without name and source."""

    def only(call: str) -> dict[str, Any]:
        (step,) = record(f"await self.client.http.{call}")
        return {key: value for key, value in step["http"].items() if key != "name"}

    return only


@pytest.fixture
def refusal(load_body: Load) -> Callable[[str], dict[str, Any]]:
    """Returns why a body cannot be compiled, in the form of an error: it runs in Python, or is a mistake."""

    def only(body: str) -> dict[str, Any]:
        document = load_body(body)
        if document["plan"] is None:
            (error,) = document["errors"]
            return error
        assert document["errors"] == []
        (action,) = document["explain"]
        assert action["mode"] == "python"
        return {
            "message": f"{action['stage']}.{action['action']} runs in Python: {action['reason']}",
            "hint": action["hint"],
            "file": action["file"],
            "line": action["line"],
            "name": f"{action['stage']}.{action['action']}",
        }

    return only


def _without_source(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_source(item) for key, item in value.items() if key != "source"}
    return [_without_source(item) for item in value] if isinstance(value, list) else value


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that writes the snapshots anew."""
    parser.addoption("--update-snapshots", action="store_true", help="write tests/python/snapshots anew")
