"""Files that cannot be imported, and the start of the command."""

import json
import subprocess
import sys

import pytest

from squall._loading import load_file


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("x = (\n", 1, "SyntaxError: '(' was never closed", None),
        ("x = 1\n  y = 2\n", 2, "IndentationError: unexpected indent", None),
        ("x = 1\nraise ValueError('no')", 2, "ValueError: no", None),
        ("x = 1\nraise ValueError", 2, "ValueError", None),
        ("import sys\nsys.exit(3)", 2, "the file exits while it is imported: 3", None),
        (
            "\nfrom squall import actoin",
            2,
            "ImportError: cannot import name 'actoin' from 'squall'",
            "did you mean `action`?",
        ),
        (
            "from squall import xyzzy",
            1,
            "ImportError: cannot import name 'xyzzy'",
            "this version of `squall` has `Act`",
        ),
        ("import no_such_module_xyz", 1, "ModuleNotFoundError: No module named 'no_such_module_xyz'", "pip install"),
        (
            "from squall import *\nif random_int(1, 2) > 1: pass",
            2,
            "the placeholder `${random_int(1, 2)}` is compared",
            "once per iteration",
        ),
    ],
)
def test_a_file_that_cannot_be_imported_says_where(load, text, line, message, hint):
    document = load(text)
    assert document["plan"] is None
    assert document["explain"] == []
    (error,) = document["errors"]
    assert error["message"].startswith(message)
    assert (error["file"], error["line"]) == ("shop.py", line)
    assert error["hint"] is None if hint is None else hint in error["hint"]


def test_the_traceback_has_the_users_lines_only(load, tmp_path):
    (tmp_path / "prices.py").write_text("def price():\n    return {}['x']\n")
    (error,) = load("import prices\nPRICE = prices.price()\n")["errors"]
    assert (error["file"], error["line"], error["message"]) == ("prices.py", 2, "KeyError: 'x'")
    assert error["traceback"] == (
        "shop.py:2, in <module>\n    PRICE = prices.price()\nprices.py:2, in price\n    return {}['x']"
    )


def test_a_missing_file_is_an_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (error,) = json.loads(load_file("none.py"))["errors"]
    assert error["message"] == "cannot read the file: No such file or directory"
    assert error["file"] == "none.py"


def test_a_file_that_is_not_python_is_an_error(tmp_path):
    (error,) = json.loads(load_file(str(tmp_path / "x.toml")))["errors"]
    assert "is no Python file" in error["message"]


def test_a_file_can_be_loaded_again_after_it_changed(load):
    graph = (
        "from squall import *\nclass {}(Setup): pass\n@depends({})\nclass Shop(Execute):\n    @action\n"
        "    async def go(self):\n        await self.client.http.get('/')\n"
    )
    assert list(load(graph.format("A", "A"))["plan"]["stages"]) == ["A", "Shop", "Analyze", "Submit"]
    assert list(load(graph.format("Bee", "Bee"))["plan"]["stages"]) == ["Bee", "Shop", "Analyze", "Submit"]


def test_the_command_starts_without_the_sdk():
    program = (
        "import sys; before = set(sys.modules); import squall.__main__; "
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert set(loaded) == {"squall", "squall.__main__", "squall._squall"}


def test_every_public_name_can_be_imported_and_is_documented():
    import squall

    for name in squall.__all__:
        value = getattr(squall, name)
        assert name in dir(squall)
        assert value.__doc__, name
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        squall.nothing  # noqa: B018


def test_every_public_name_is_in_the_lazy_table():
    import squall

    assert set(squall._MODULE_OF) == {*squall.__all__, "__version__"}
