"""Options that have no effect on a file, and the notes that say so."""

import json
from typing import Any

import pytest

from squall._loading import load_file

GRAPH = """\
from squall import *
class Load(Setup):
    {setup}
@depends(Load)
class Shop(Execute):
    {execute}
    @action()
    async def go(self):
        await self.client.http.get("/")
"""


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def notes_of(setup: str, execute: str, defaults: dict[str, Any], typed: dict[str, str]) -> list[str]:
        (tmp_path / "shop.py").write_text(GRAPH.format(setup=setup, execute=execute))
        document = json.loads(load_file("shop.py", None, json.dumps({"defaults": defaults, "typed": typed})))
        assert document["errors"] == []
        told: list[str] = document["notes"]
        return told

    return notes_of


@pytest.mark.parametrize(
    ("setup", "execute", "name", "value", "typed", "note"),
    [
        ("pass", "pass", "total_time", "1s", "-d 1s", None),
        ("total_time = '1s'", "pass", "total_time", "1s", "-d 1s", None),
        (
            "total_time = '5s'",
            "pass",
            "total_time",
            "1s",
            "-d 1s",
            "`-d 1s` has no effect: `Load` sets `total_time`; use `--set Load.total_time=1s`",
        ),
        (
            "total_time = '5s'",
            "total_time = '6s'",
            "total_time",
            "1s",
            "-d 1s",
            "`-d 1s` has no effect: `Shop` sets `total_time`; use `--set Shop.total_time=1s`",
        ),
        (
            "ramp = '1s:5'",
            "pass",
            "total_time",
            "1s",
            "-d 1s",
            "`-d 1s` has no effect: `Load` sets `ramp`; use `--set Load.total_time=1s`",
        ),
        (
            "iterations = 5",
            "pass",
            "rate",
            50,
            "-r 50",
            "`-r 50` has no effect: `Load` sets `iterations`; use `--set Load.rate=50`",
        ),
        (
            "spacing = 'even'",
            "rate = 5",
            "spacing",
            "poisson",
            "--poisson",
            "`--poisson` has no effect: `Load` sets `spacing`; set `spacing` there",
        ),
    ],
)
def test_an_option_that_the_file_leaves_no_room_for_is_told(notes, setup, execute, name, value, typed, note):
    assert notes(setup, execute, {name: value}, {name: typed}) == ([] if note is None else [note])


def test_what_was_not_typed_is_not_told(notes):
    assert notes("total_time = '5s'", "pass", {"total_time": "1s"}, {}) == []
