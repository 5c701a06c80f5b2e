"""What is found in a project, by reading it only."""

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from squall import _squall
from squall._project import register
from squall._project.discovery import Discovered, discover

BOOM = "raise SystemExit('imported')\n"


@pytest.fixture
def tree(tmp_path: Path) -> Any:
    def write(files: dict[str, str], *ignored: str) -> Discovered:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return discover(tmp_path, list(ignored))

    return write


def names(discovered: Discovered) -> list[tuple[str, str]]:
    return [(found.table, found.value) for found in discovered.found]


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("from squall import Execute\nclass A(Execute): ...", "graphs"),
        ("from squall import Execute as E\nclass A(E): ...", "graphs"),
        ("import squall\nclass A(squall.Execute): ...", "graphs"),
        ("import squall as s\nclass A(s.Act): ...", "graphs"),
        ("import squall.compat.hedra as h\nclass A(h.Execute): ...", "graphs"),
        ("from squall.compat import hedra\nclass A(hedra.Execute): ...", "graphs"),
        ("from squall.compat.hedra import *\nclass A(Execute): ...", "graphs"),
        ("from squall import Execute\nclass B(Execute): ...\nclass A(B): ...", "graphs"),
        ("from squall import Execute\nclass A(Execute[Plugin]): ...", "graphs"),
        ("from squall import Execute\nBase = Execute\nclass A(Base): ...", "graphs"),
        ("try:\n    from squall import Execute\nexcept ImportError:\n    pass\nclass A(Execute): ...", "graphs"),
        ("import squall\nclass A(squall.TestCase): ...", "testcases"),
        ("from squall.compat.pysurge import TestCase\nclass A(TestCase): ...", "testcases"),
        ("def scenario(): return []", "scenarios"),
        ("import squall\nif __name__ == '__main__':\n    squall.Repeat(print).go(1)", "repeats"),
        ("from squall.compat.gorgon import Gorgon\ntest = Gorgon(print)", "repeats"),
        ("from squall.compat.locust import HttpUser\nclass A(HttpUser): ...", "users"),
        ("from hedra import Execute\nclass A(Execute): ...", None),
        ("from unittest import TestCase\nclass A(TestCase): ...", None),
        ("async def scenario(): ...", None),
        ("class Execute: ...\nclass A(Execute): ...", None),
        ("class A(B): ...\nclass B(A): ...", None),
        ("x = x\nclass A(x): ...", None),
    ],
)
def test_a_file_is_what_its_names_come_from(tree: Any, text: str, table: str | None) -> None:
    found = names(tree({"a.py": f"{text}\n{BOOM}"}))
    assert found == ([(table, "a.py")] if table else [])


@pytest.mark.parametrize(
    "line",
    [
        "from .base import Base",
        "from base import Base",
        "from load.tests.base import Base",
        "from ..tests.base import *",
    ],
)
def test_names_are_followed_into_the_projects_own_files(tree: Any, line: str) -> None:
    base = "from squall import Execute\nclass Base(Execute): ...\n"
    found = names(tree({"load/tests/base.py": base, "load/tests/a.py": f"{line}\nclass A(Base): ...\n"}))
    assert ("graphs", "load/tests/a.py") in found


def test_plugins_are_found_beside_tests(tree: Any) -> None:
    text = "from squall.plugins import EnginePlugin\nfrom squall import Execute\nclass R(EnginePlugin): ...\nclass A(Execute): ...\n"
    assert names(tree({"a.py": text})) == [("graphs", "a.py"), ("plugins", "a.py:R")]


def test_yaml_is_a_plan_or_test_cases_or_nothing(tree: Any) -> None:
    files = {
        "plan.yaml": "version: 1\nname: x\nstages: {}\n",
        "cases.yml": "tests:\n- test_class: a.B\n",
        "compose.yaml": "services: {}\n",
        "broken.yaml": "a: [\n",
        "list.yaml": "- 1\n",
    }
    assert names(tree(files)) == [("testcases", "cases.yml"), ("plans", "plan.yaml")]


def test_a_file_that_is_no_python_is_told_and_the_rest_goes_on(tree: Any) -> None:
    discovered = tree({"bad.py": "x = 1\ndef (:\n", "good.py": "def scenario(): ...\n"})
    assert names(discovered) == [("scenarios", "good.py")]
    assert [(unread.path, unread.line) for unread in discovered.unread] == [("bad.py", 2)]


def test_what_is_no_part_of_the_project_is_left_out(tree: Any) -> None:
    text = "def scenario(): ...\n"
    hidden = {f"{folder}/a.py": text for folder in (".git", "__pycache__", "own/lib", "drafts", "node_modules")}
    files = {**hidden, "own/pyvenv.cfg": "", "b.py": text, "c_old.py": text}
    assert names(tree(files, "drafts", "*_old.py")) == [("scenarios", "b.py")]


def registered(root: Path, text: str, discovered: Discovered) -> str:
    (root / "squall.toml").write_text(text, encoding="utf-8")
    _, tables = register.read(root)
    register.write(root, register.changes(root, tables, discovered))
    return (root / "squall.toml").read_text(encoding="utf-8")


def test_names_that_somebody_gave_stay(tree: Any, tmp_path: Path) -> None:
    discovered = tree({"a.py": "def scenario(): ...\n", "b.py": "def scenario(): ...\n"})
    before = "# mine\n[scenarios] # these\nnightly = 'a.py' # at two\nsmall = 'a.py:other'\n"
    assert registered(tmp_path, before, discovered) == f'{before}b = "b.py"\n'


def test_what_is_gone_or_another_kind_is_taken_out(tree: Any, tmp_path: Path) -> None:
    discovered = tree({"a.py": "def scenario(): ...\n"})
    before = "[graphs]\na = 'a.py'\nold = 'old.py'\n\n[plugins]\nfar = 'package:Class'\nnear = 'old.py:X'\n"
    after = "[graphs]\n\n[plugins]\nfar = 'package:Class'\n\n[scenarios]\na = \"a.py\"\n"
    assert registered(tmp_path, before, discovered) == after


def test_files_of_one_name_are_told_apart_by_their_folders(tree: Any, tmp_path: Path) -> None:
    text = "def scenario(): ...\n"
    discovered = tree({"eu/shop.py": text, "us/shop.py": text, "shop.yaml": "version: 1\nname: x\nstages: {}\n"})
    after = registered(tmp_path, "", discovered)
    tables = json.loads(_squall.read_project(after))
    assert tables["scenarios"] == {"shop": "eu/shop.py", "us.shop": "us/shop.py"}
    assert tables["plans"] == {"shop-2": "shop.yaml"}


def test_plugins_of_one_file_are_named_after_their_classes(tree: Any, tmp_path: Path) -> None:
    text = "from squall.plugins import *\nclass RedisClient(EnginePlugin): ...\nclass Waves(PersonaPlugin): ...\n"
    discovered = tree({"p.py": text, "q.py": "from squall.plugins import *\nclass Q(ReporterPlugin): ...\n"})
    tables = json.loads(_squall.read_project(registered(tmp_path, "", discovered)))
    assert tables["plugins"] == {"redis_client": "p.py:RedisClient", "waves": "p.py:Waves", "q": "q.py:Q"}
