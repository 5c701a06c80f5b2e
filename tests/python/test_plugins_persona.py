"""Persona plugins: which iterations start when, what a persona knows, and what is told of a wrong one."""

import json
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from plugin_runs import FINISHED, run, squall
from squall import StopVolumeModel
from squall._plugins.arrivals import model_of
from squall.plugins import PersonaPlugin, PersonaSettings

GRAPH = """\
import asyncio, json
from pathlib import Path
from squall import *
from squall.plugins import *

{persona}

class Load(Setup):
    persona_type = "{name}"
    plugins = {{"wave": Wave}}
    batch_size = 50
    total_time = "{time}"
{setup}

@depends(Load)
class Shop(Execute):
    @task()
    async def get(self):
        pass
"""
STEADY = """\
class Wave(PersonaPlugin):
    def schedule(self, start, end):
        return 40 * (end - start)
"""


def graph(persona: str, name: str = "wave", time: str = "1s", setup: str = "") -> str:
    return GRAPH.format(
        persona=textwrap.dedent(persona), name=name, time=time, setup=textwrap.indent(textwrap.dedent(setup), "    ")
    )


def started(folder: Path, text: str, *options: str) -> int:
    ran = run(folder, text, *options)
    assert ran.code in FINISHED, ran.output
    (stage,) = (stage for stage in ran.summary["stages"] if stage["name"] == "Shop")
    count: int = stage["iterations_started"]
    return count


def test_as_many_iterations_start_as_the_schedule_says(tmp_path: Path) -> None:
    assert started(tmp_path, graph(STEADY)) == 40


def test_several_processes_share_them(tmp_path: Path) -> None:
    assert started(tmp_path, graph(STEADY), "--processes", "2") == 40


def test_fractions_add_up(tmp_path: Path) -> None:
    half = STEADY.replace("40 * (end - start)", "2.5")
    assert started(tmp_path, graph(half, time="2s")) == 5


def test_the_schedule_may_end_the_load(tmp_path: Path) -> None:
    persona = """\
    class Wave(PersonaPlugin):
        def schedule(self, start, end):
            if start >= 1:
                raise StopVolumeModel
            return 7
    """
    assert started(tmp_path, graph(persona, time="1h")) == 7


def test_every_yield_of_a_generator_starts_iterations(tmp_path: Path) -> None:
    persona = """\
    class Wave(PersonaPlugin):
        async def generate(self):
            for _ in range(4):
                yield
                await asyncio.sleep(0.03)
            yield 5
            yield 0
    """
    assert started(tmp_path, graph(persona, time="1h")) == 9


def test_it_knows_what_the_stages_say_of_the_load(tmp_path: Path) -> None:
    persona = """\
    class Wave(PersonaPlugin):
        def schedule(self, start, end):
            known = self.settings
            Path("known.json").write_text(json.dumps([
                known.stage, known.batch_size, known.total_time, known.batch_interval, known.batch_gradient,
                known.values["batch_interval"],
            ]))
            return 1
    """
    started(tmp_path, graph(persona, setup='batch_interval = "250ms"\nbatch_gradient = 0.5'))
    known = json.loads((tmp_path / "known.json").read_text(encoding="utf-8"))
    assert known == ["Shop", 50, 1.0, 0.25, 0.5, "250ms"]


def test_the_name_of_one_of_squalls_own_may_be_taken(tmp_path: Path) -> None:
    text = graph(STEADY, name="ramped").replace('{"wave": Wave}', '{"ramped": Wave}')
    assert started(tmp_path, text) == 40


def test_it_may_come_from_squall_toml(tmp_path: Path) -> None:
    (tmp_path / "waves.py").write_text("from squall.plugins import PersonaPlugin\n" + STEADY, encoding="utf-8")
    (tmp_path / "squall.toml").write_text('[plugins]\ntide = "waves.py:Wave"\n', encoding="utf-8")
    assert started(tmp_path, graph(STEADY, name="tide")) == 40


@pytest.mark.parametrize(
    ("persona", "name", "messages"),
    [
        (STEADY, "wvae", ["there is no persona `wvae`", "did you mean `wave`?"]),
        (STEADY, "unlike", ["there is no persona `unlike`", "`wave`"]),
        ("class Wave(PersonaPlugin): pass", "wave", ["the persona `wave` defines neither `schedule` nor `generate`"]),
        (
            STEADY + "    async def generate(self):\n        yield\n",
            "wave",
            ["the persona `wave` defines both `schedule` and `generate`"],
        ),
        (
            STEADY + "    def __init__(self, settings):\n        raise ValueError('too small')\n",
            "wave",
            ["`Wave(…)` raises `ValueError: too small`"],
        ),
        ("class Wave(EnginePlugin): pass", "wave", ["there is no persona `wave`"]),
    ],
)
def test_a_wrong_persona_is_told_before_the_load(tmp_path: Path, persona: str, name: str, messages: list[str]) -> None:
    (tmp_path / "shop.py").write_text(graph(persona, name), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    for message in messages:
        assert message in output
    assert "at shop.py:" in output


@pytest.mark.parametrize("body", ["def schedule(self, start, end):", "async def generate(self):\n        yield"])
def test_what_it_raises_ends_the_stage_with_its_line(tmp_path: Path, body: str) -> None:
    text = graph(f"class Wave(PersonaPlugin):\n    {body}\n        raise ValueError('out of water')\n", time="1h")
    (tmp_path / "shop.py").write_text(text, encoding="utf-8")
    code, output = squall(tmp_path, "run", "shop.py", "--progress", "none")
    assert code not in FINISHED, output
    assert "ValueError: out of water (shop.py:" in output


class Counting(PersonaPlugin):
    """Yields without end, as fast as it can."""

    yields = 0

    async def generate(self) -> AsyncIterator[None]:
        while True:
            type(self).yields += 1
            yield


def asked(model: Callable[[float, float], Any], done: Callable[[int], bool]) -> int:
    """Asks until what came is enough."""
    total, window = 0, 0
    while not done(total):
        total += int(model(window, window + 1))
        window += 1
    return total


def test_a_generator_that_never_waits_is_held_back() -> None:
    model = model_of(Counting(PersonaSettings("Shop")))
    total = asked(model, lambda total: total > 250_000)
    assert Counting.yields <= total + 110_000, "it is no further ahead than it may be"


def test_a_second_run_begins_anew() -> None:
    class Three(PersonaPlugin):
        async def generate(self) -> AsyncIterator[int]:
            yield 3

    def all_of(model: Callable[[float, float], Any]) -> int:
        total, window = 0, 0
        while True:
            try:
                total += int(model(window, window + 1))
            except StopVolumeModel:
                return total
            window += 1

    model = model_of(Three(PersonaSettings("Shop")))
    assert [all_of(model), all_of(model)] == [3, 3]


def test_an_attribute_that_describes_another_load_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(graph(STEADY, setup="iterations = 5"), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    assert "`iterations` does not go with the persona `wave`" in output
