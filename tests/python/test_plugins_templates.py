"""`squall plugin create`: each starter is typed and tidy, and does what it says against the bundled target."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin_runs import FINISHED, squall

ROOT = Path(__file__).parents[2]
KINDS = {"engine": "database", "persona": "tide", "reporter": "warehouse", "optimizer": "climber"}
"""Kinds of plugins, and how the files are called here."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the bundled target and returns its URL."""
    ready = tmp_path_factory.mktemp("target") / "urls"
    command = [sys.executable, "-m", "squall", "target", "--http", "127.0.0.1:0", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as serving:
        try:
            while not ready.exists():
                assert serving.poll() is None, "the target ended"
                time.sleep(0.01)
            yield ready.read_text(encoding="utf-8").split()[0]
        finally:
            serving.terminate()


@pytest.fixture
def created(target: str, tmp_path: Path) -> Path:
    """Writes all starters into a folder and returns it."""
    for kind, name in KINDS.items():
        code, output = squall(tmp_path, "plugin", "create", kind, f"{name}.py", "--url", target)
        assert code == 0, output
        command = "python" if kind == "optimizer" else "squall run"
        assert f"run it with `{command} {name}.py`" in output
    return tmp_path


def summary_of(folder: Path, file: str, *options: str) -> dict[str, Any]:
    code, output = squall(folder, "run", file, "--progress", "none", "--summary", "summary.json", *options)
    assert code in FINISHED, output
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["totals"]["ok"] > 0, output
    assert summary["totals"]["failed"] == 0, output
    return summary


def test_all_are_typed_and_tidy(created: Path) -> None:
    files = [f"{name}.py" for name in KINDS.values()]
    tools = (
        ["mypy", "--strict", "--no-incremental", *files],
        # Attributes of stages are written as they are documented, and a script prints.
        ["ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--ignore", "RUF012,T201", *files],
        ["ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), *files],
    )
    for tool in tools:
        done = subprocess.run([sys.executable, "-m", *tool], cwd=created, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_engine_speaks_to_the_target(created: Path) -> None:
    summary = summary_of(created, "database.py", "--set", "Load.total_time=500ms", "--set", "Load.batch_size=3")
    (look,) = summary["series"]
    assert look["name"] == "look database"
    assert look["statuses"].keys() == {"200"}
    assert look["first_byte_ms"]["count"] == look["ok"]
    assert look["bytes_received"] > look["bytes_sent"] > 0
    (connect,) = (one for one in summary["transactions"] if one["name"] == "database connect")
    assert connect["ok"] == 3


def test_the_reporter_fills_its_database(created: Path) -> None:
    summary = summary_of(created, "warehouse.py", "--set", "Load.iterations=25", "--set", "Load.batch_size=2")
    (report,) = summary["reporters"]
    assert (report["name"], report["dropped"]) == ("plugin:Warehouse", 0)
    database = sqlite3.connect(created / "warehouse.db")
    try:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (25,)
        assert database.execute("SELECT name, total, failed FROM counts").fetchall() == [("home", 25, 0)]
        assert database.execute("SELECT count(*) FROM metrics WHERE kind = 'response_time'").fetchone() == (1,)
    finally:
        database.close()


def test_the_optimizer_finds_something(created: Path) -> None:
    text = (created / "climber.py").read_text(encoding="utf-8")
    quick = text.replace('trial="1s"', 'trial="200ms"').replace("= 1, 64", "= 1, 2")
    assert quick != text
    (created / "climber.py").write_text(quick, encoding="utf-8")
    env = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "climber.py"], cwd=created, capture_output=True, text=True, timeout=60, env=env, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *trials, best = done.stdout.splitlines()
    assert [line.split()[0] for line in trials] == ["1", "2"][: len(trials)]
    assert best.startswith("best: ")
    summary_of(created, "climber.py", "--set", "Load.iterations=5")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["engine", "database.txt"], "`database.txt` does not end in `.py`"),
        (["engine", "7.py"], "`7` is no name that a plugin could have"),
        (["engine", "there.py"], "`there.py` exists already"),
        (["engine", "new.py", "--url", "ftp://x"], "--url"),
    ],
)
def test_what_cannot_be_written_is_told(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "there.py").touch()
    code, output = squall(tmp_path, "plugin", "create", *arguments)
    assert code == 104, output
    assert message in output


def test_an_unknown_kind_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    code, output = squall(tmp_path, "plugin", "create", "engin", "database.py")
    assert code == 104, output
    assert "engine, persona, reporter, optimizer" in output


def test_a_file_that_exists_is_replaced_when_asked(tmp_path: Path) -> None:
    (tmp_path / "there.py").touch()
    code, output = squall(tmp_path, "plugin", "create", "persona", "there.py", "--force")
    assert code == 0, output
    assert "class There(PersonaPlugin)" in (tmp_path / "there.py").read_text(encoding="utf-8")
