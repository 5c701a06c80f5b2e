"""Engine plugins in hooks: of actions, and of stages that send no load."""

from pathlib import Path

from plugin_runs import FINISHED, run, squall

STORE = """\
from squall import *
from squall.plugins import *

class Store(EnginePlugin):
    kept = {"a": 1}

    async def connect(self):
        pass

    async def execute(self, key, value=None):
        if value is not None:
            self.kept[key] = value
        return self.kept[key]
"""


def test_a_stage_without_load_uses_them_once(tmp_path: Path) -> None:
    text = f"""{STORE}
class Prepare(Act):
    plugins = {{"store": Store}}

    @action()
    async def fill(self):
        return await self.client.plugin["store"].execute("b", 5)

    @context("fill")
    async def publish(self, fill):
        return {{"b": fill}}

@depends(Prepare)
class Load(Setup):
    batch_size = 2
    iterations = 6

@depends(Load)
class Shop(Execute):
    @task()
    async def get(self, b):
        assert b == 5
        assert await self.client.plugin["store"].execute("b") == 5
"""
    ran = run(tmp_path, text)
    assert ran.code in FINISHED, ran.output
    (fill,) = (one for one in ran.summary["series"] if one["stage"] == "Prepare")
    assert (fill["ok"], fill["failed"]) == (1, 0)
    assert fill["name"].endswith(" store")
    assert ran.series("get store")["ok"] == 6


def test_hooks_around_an_action_see_what_it_made_of_its_plugin(tmp_path: Path) -> None:
    text = f"""{STORE}
class Load(Setup):
    plugins = {{"store": Store}}
    batch_size = 1
    iterations = 4

@depends(Load)
class Shop(Execute):
    @event()
    async def choose(self):
        return {{"key": await self.client.plugin["store"].execute("a")}}

    @action("choose")
    async def get(self, key):
        return await self.client.plugin[Store].execute("a", key + 1)

    @check("get", "choose", message="it was not kept")
    async def kept(self, result, key):
        return result == key + 1
"""
    ran = run(tmp_path, text)
    assert ran.code in FINISHED, ran.output
    assert ran.errors == []
    (stage,) = (stage for stage in ran.summary["stages"] if stage["name"] == "Shop")
    assert (stage["iterations_started"], stage["iterations_failed"]) == (4, 0)
    assert ran.series("get store")["ok"] == 8


def test_a_wrong_name_in_a_hook_is_told_before_the_load(tmp_path: Path) -> None:
    text = f"""{STORE}
class Prepare(Act):
    plugins = {{"store": Store}}

    @event()
    async def fill(self):
        await self.client.plugin["stor"].execute("b", 5)

@depends(Prepare)
class Load(Setup):
    batch_size = 1
    iterations = 1

@depends(Load)
class Shop(Execute):
    @task()
    async def get(self):
        pass
"""
    (tmp_path / "shop.py").write_text(text, encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    assert "there is no plugin `stor`" in output
    assert "did you mean `store`?" in output
