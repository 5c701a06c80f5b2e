"""Options of `squall graph run`, with graphs in Python."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

GRAPH = """\
from squall import *

class Load(Setup):
    base_url = "{url}"
    iterations = 4
    batch_size = 2
{more}

@depends(Load)
class Shop(Execute):
    @{kind}()
    async def look(self):
        answer = await self.client.http.get("{path}")
        return answer
"""
GOOD = (0, 98)
"""Exit codes of a run that a busy machine did not spoil, and of one that it did."""


def squall(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "squall", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def write(folder: Path, url: str, kind: str = "action", more: str = "", path: str = "/") -> None:
    text = GRAPH.format(url=url, kind=kind, path=path, more="".join(f"    {line}\n" for line in more.splitlines()))
    (folder / "shop.py").write_text(text, encoding="utf-8")


def runs(folder: Path) -> list[Path]:
    return sorted((folder / ".squall/runs").glob("*"), key=lambda run: (run / "plan.json").stat().st_mtime_ns)


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs(folder)[-1] / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the bundled target."""
    ready = tmp_path_factory.mktemp("target") / "urls"
    command = [sys.executable, "-m", "squall", "target", "--http", "127.0.0.1:0", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as serving:
        try:
            while not ready.exists():
                assert serving.poll() is None, "the target ended"
            yield ready.read_text(encoding="utf-8").split()[0]
        finally:
            serving.terminate()


@pytest.fixture
def nobody() -> Iterator[str]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_target_that_does_not_answer_is_told_with_its_action_and_line(tmp_path: Path, nobody: str) -> None:
    write(tmp_path, nobody)
    ran = squall(tmp_path, "graph", "run", "shop.py", "--connection-validation-retries", "0")
    assert ran.returncode == 104, ran
    assert f"action `look` of stage `Shop` cannot connect to {nobody}: connection refused" in ran.stderr
    assert "shop.py:" in ran.stderr
    assert not runs(tmp_path)


def test_a_run_that_fails_is_loaded_and_run_again(tmp_path: Path, target: str) -> None:
    write(tmp_path, target, kind="task", path="/status/500")
    with (tmp_path / "shop.py").open("a") as file:
        file.write("\nwith open('loaded', 'a') as file:\n    file.write('x')\n")
    ran = squall(tmp_path, "graph", "run", "shop.py", "-q", "--retries", "2", "--processes", "1")
    assert ran.returncode in (99, 98), ran
    if ran.returncode == 99:
        assert "attempt 2 of 3 failed" in ran.stderr
        assert len(runs(tmp_path)) == 3
        assert (tmp_path / "loaded").read_text() == "xxx"


def test_cores_are_processes_where_python_runs(tmp_path: Path, target: str) -> None:
    write(tmp_path, target, kind="task")
    ran = squall(tmp_path, "graph", "run", "shop.py", "-q", "--cpus", "2")
    assert ran.returncode in GOOD, ran
    assert summary(tmp_path)["generator"]["interpreters"]["processes"] == 2


def test_a_skipped_stage_does_not_run(tmp_path: Path, target: str) -> None:
    write(tmp_path, target)
    with (tmp_path / "shop.py").open("a") as file:
        file.write("\n@depends(Shop)\nclass Again(Shop):\n    pass\n")
    ran = squall(tmp_path, "graph", "run", "shop.py", "-q", "--skip", "Again")
    assert ran.returncode in GOOD, ran
    assert summary(tmp_path)["totals"]["started"] == 4
    unknown = squall(tmp_path, "graph", "run", "shop.py", "--skip", "Agian")
    assert unknown.returncode == 104
    assert "Again" in unknown.stderr


def test_what_the_graph_says_of_log_and_progress_counts_unless_an_option_does(tmp_path: Path, target: str) -> None:
    write(tmp_path, target, more='log_level = "error"\nno_run_visuals = True')
    ran = squall(tmp_path, "run", "shop.py")
    assert ran.returncode in GOOD, ran
    assert "stage" not in ran.stderr
    assert (runs(tmp_path)[-1] / "run.log").read_text() == ""
    told = squall(tmp_path, "run", "shop.py", "--log-level", "debug", "--progress", "plain", "--log-directory", "logs")
    assert "stage" in told.stderr
    assert (runs(tmp_path)[-1] / "run.log").read_text() != ""
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [f"{runs(tmp_path)[-1].name}.log"]
