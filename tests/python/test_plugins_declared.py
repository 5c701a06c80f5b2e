"""Where plugins come from, which one counts, and what is told of those that do not exist."""

import os
import textwrap
from pathlib import Path

import pytest

from plugin_runs import FINISHED, run, squall

PLUGIN = """\
from squall.plugins import EnginePlugin, PersonaPlugin

class {name}(EnginePlugin):
    async def execute(self, *args, **kwargs):
        open("used-{name}", "w").close()
"""
GRAPH = """\
from squall import *
from squall.plugins import *
{head}

class Load(Setup):
    batch_size = 1
    iterations = 1
{setup}

@depends(Load)
class Shop(Execute):
{shop}
    @task()
    async def get(self):
        await {call}.execute()
"""


def graph(head: str = "", setup: str = "", shop: str = "", call: str = 'self.client.plugin["store"]') -> str:
    def indented(text: str) -> str:
        return textwrap.indent(textwrap.dedent(text), "    ")

    return GRAPH.format(head=textwrap.dedent(head), setup=indented(setup), shop=indented(shop), call=call)


def package(folder: Path, name: str, value: str) -> None:
    """Makes a folder look like that of an installed package with an entry point."""
    info = folder / "stores-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stores\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[squall.plugins]\n{name} = {value}\n", encoding="utf-8")


def used(folder: Path) -> set[str]:
    return {path.name.removeprefix("used-") for path in folder.glob("used-*")}


@pytest.mark.parametrize(
    ("sources", "wins"),
    [("stage project package", "Own"), ("project package", "Project"), ("package", "Packaged")],
)
def test_what_is_nearest_to_the_test_counts(
    tmp_path: Path, sources: str, wins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere.py").write_text(PLUGIN.format(name="Project"), encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir()
    (site / "stores.py").write_text(PLUGIN.format(name="Packaged"), encoding="utf-8")
    package(site, "store", "stores:Packaged")
    if "project" in sources:
        (tmp_path / "squall.toml").write_text('[plugins]\nstore = "elsewhere.py:Project"\n', encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    setup = 'plugins = {"store": Own}' if "stage" in sources else ""
    ran = run(tmp_path, graph(PLUGIN.format(name="Own"), setup))
    assert ran.code in FINISHED, ran.output
    assert used(tmp_path) == {wins}


@pytest.mark.parametrize("spec", ["elsewhere.py:Project", "elsewhere:Project", "elsewhere.py"])
def test_squall_toml_names_a_module_or_a_file(tmp_path: Path, spec: str) -> None:
    (tmp_path / "elsewhere.py").write_text(PLUGIN.format(name="Project"), encoding="utf-8")
    (tmp_path / "squall.toml").write_text(f'[plugins]\nstore = "{spec}"\n', encoding="utf-8")
    assert run(tmp_path, graph()).code in FINISHED
    assert used(tmp_path) == {"Project"}


def test_all_stages_share_their_plugins(tmp_path: Path) -> None:
    text = graph(PLUGIN.format(name="Own"))
    text += '\n@depends(Shop)\nclass Summary(Analyze):\n    plugins = {"store": Own}\n'
    assert run(tmp_path, text).code in FINISHED
    assert used(tmp_path) == {"Own"}


TWO = PLUGIN.format(name="One") + PLUGIN.format(name="Other") + "\nclass Wave(PersonaPlugin): pass\n"


@pytest.mark.parametrize(
    ("setup", "shop", "call", "messages"),
    [
        (
            'plugins = {"store": One}',
            'plugins = {"store": Other}',
            'self.client.plugin["store"]',
            ["there are two plugins `store`: `shop.One`, `shop.Other`", "give one of them another name"],
        ),
        (
            'plugins = {"store": One}',
            "",
            'self.client.plugin["stor"]',
            ["there is no plugin `stor`", "did you mean `store`?", "shop.py:"],
        ),
        (
            'plugins = {"other": One, "wave": Wave}',
            "",
            'self.client.plugin["database"]',
            ["there is no plugin `database`", "there is `other`"],
        ),
        ("", "", 'self.client.plugin["database"]', ["an engine is declared with `plugins = {…}` on a stage"]),
        (
            'plugins = {"wave": Wave}',
            "",
            'self.client.plugin["wave"]',
            ["the plugin `wave` is a persona", "an engine derives from `EnginePlugin`"],
        ),
        (
            'plugins = {"store": 5}',
            "",
            "self.client.plugin[One]",
            ["`plugins`|the plugin `store` cannot be", "shop.py:"],
        ),
        ('plugins = ["store"]', "", "self.client.plugin[One]", ["`plugins` must be", "shop.py:"]),
        (
            'plugins = {"store": dict}',
            "",
            "self.client.plugin[One]",
            ["the plugin `store` cannot be", "`EnginePlugin`"],
        ),
    ],
)
def test_what_is_wrong_is_told_before_the_load(
    tmp_path: Path, setup: str, shop: str, call: str, messages: list[str]
) -> None:
    (tmp_path / "shop.py").write_text(graph(TWO, setup, shop, call), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    for message in messages:
        assert any(part in output for part in message.split("|")), output


def test_an_action_tells_an_unknown_plugin_as_well(tmp_path: Path) -> None:
    text = graph(TWO, 'plugins = {"store": One}', call='self.client.plugin["stor"]').replace("@task", "@action")
    (tmp_path / "shop.py").write_text(text, encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    assert "there is no plugin `stor`" in output


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        ('"nowhere:Store"', ["the plugin `store` (`nowhere:Store`) cannot be loaded", "No module named 'nowhere'"]),
        ('"nowhere.py:Store"', ["cannot be loaded", "nowhere.py"]),
        ('"elsewhere.py:Store"', ["`elsewhere.py` has no `Store`"]),
        ('"elsewhere.py:EnginePlugin"', ["the plugin `store` is no plugin"]),
        ('"broken.py:Store"', ["the plugin `store` (`broken.py:Store`) cannot be loaded: ZeroDivisionError"]),
        ('"two.py"', ["does not define one plugin", "`two.py:One`, `two.py:Other`"]),
    ],
)
def test_a_plugin_of_squall_toml_that_cannot_be_loaded_is_told_with_its_line(
    tmp_path: Path, spec: str, messages: list[str]
) -> None:
    (tmp_path / "elsewhere.py").write_text(PLUGIN.format(name="Project"), encoding="utf-8")
    (tmp_path / "two.py").write_text(PLUGIN.format(name="One") + PLUGIN.format(name="Other"), encoding="utf-8")
    (tmp_path / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    (tmp_path / "squall.toml").write_text(f"[plugins]\nstore = {spec}\n", encoding="utf-8")
    (tmp_path / "shop.py").write_text(graph(), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    for message in messages:
        assert message in output
    assert "squall.toml:2" in output


def test_a_plugin_that_squall_toml_names_by_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "squall.toml").write_text("[plugins]\nstore = 5\n", encoding="utf-8")
    (tmp_path / "shop.py").write_text(graph(), encoding="utf-8")
    code, output = squall(tmp_path, "check", "shop.py")
    assert code == 104, output
    assert "`store` must be the path of a file\n  in squall.toml, [plugins]" in output


def test_a_test_without_plugins_imports_nothing_of_them(tmp_path: Path) -> None:
    text = "from squall import *\nclass Load(Setup):\n    iterations = 1\n@depends(Load)\nclass Shop(Execute):\n"
    text += '    @action()\n    async def get(self):\n        await self.client.http.get("http://127.0.0.1:1/")\n'
    text += "import atexit, sys\natexit.register(lambda: print('seen', [m for m in sys.modules if 'plugin' in m]))\n"
    (tmp_path / "shop.py").write_text(text, encoding="utf-8")
    _, output = squall(tmp_path, "check", "shop.py")
    assert "seen ['squall._lowering.plugins']" in output


def test_what_a_project_registers_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "squall.toml").write_text('[project]\nproject-name = "stores"\n', encoding="utf-8")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "store.py").write_text(PLUGIN.format(name="Project"), encoding="utf-8")
    code, output = squall(tmp_path, "project", "sync", "--local")
    assert code == 0, output
    names = (tmp_path / "squall.toml").read_text(encoding="utf-8")
    name = next(line.split(" = ")[0] for line in names.splitlines() if "store.py" in line)
    assert run(tmp_path, graph(call=f'self.client.plugin["{name}"]')).code in FINISHED, names
    assert used(tmp_path) == {"Project"}
