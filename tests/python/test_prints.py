"""What tests print while a screen is drawn."""

import io
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from squall._script import prints


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects the lines above the screen."""
    lines: list[str] = []

    def printed(line: str, /) -> bool:
        lines.append(line)
        return True

    monkeypatch.setattr(prints._squall, "printed", printed)
    return lines


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts a terminal where tests print; called in the test itself, as pytest has other streams in each phase."""

    def put() -> None:
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setattr(sys, "stderr", Terminal())

    return put


def test_lines_appear_above_the_screen_and_then_on_the_terminal_again(shown: list[str], terminal: Any) -> None:
    terminal()
    before: Any = sys.stdout
    prints.take()
    print("one", "two")  # noqa: T201
    print("three\nfour", file=sys.stderr)  # noqa: T201
    print("no end", end="")  # noqa: T201
    assert shown == ["one two", "three", "four"]
    prints.give_back()
    assert shown[3:] == ["no end"]
    print("after")  # noqa: T201
    assert (sys.stdout, before.getvalue()) == (before, "after\n")


def test_handlers_of_logging_follow(shown: list[str], terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal()
    handler = logging.StreamHandler()
    monkeypatch.setattr(logging.root, "handlers", [handler])
    prints.take()
    logging.getLogger("x").warning("careful")
    prints.give_back()
    assert shown == ["careful"]
    assert handler.stream is sys.stderr


def test_what_goes_to_a_file_is_left_alone(shown: list[str], terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal()
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    prints.take()
    print("one")  # noqa: T201
    prints.give_back()
    assert (file.getvalue(), shown) == ("one\n", [])
