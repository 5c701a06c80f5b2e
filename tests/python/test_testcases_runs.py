"""Test cases that run."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 120
INVALID = 98
FAILED = 99


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the bundled target and returns its host and port."""
    ready = tmp_path_factory.mktemp("target") / "urls"
    arguments = [sys.executable, "-m", "squall", "target", "--http", "127.0.0.1:0", "--ready-file", str(ready)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout
        for line in serving.stdout:
            if line.startswith("Ctrl-C"):
                break
        while not ready.exists():
            assert serving.poll() is None, "the target ended"
        yield ready.read_text(encoding="utf-8").split()[0].removeprefix("http://")
        serving.terminate()


class Ran:
    """A run that has ended."""

    def __init__(self, folder: Path, ran: "subprocess.CompletedProcess[str]") -> None:
        self.code = ran.returncode
        self.output = ran.stdout
        summaries = sorted((folder / ".squall" / "runs").glob("*/summary.json"))
        self.summary: dict[str, Any] = json.loads(summaries[-1].read_text()) if summaries else {}

    @property
    def stage(self) -> dict[str, Any]:
        stage: dict[str, Any] = self.summary["stages"][0]
        return stage

    @property
    def reasons(self) -> list[str]:
        reasons: list[str] = self.summary["verdict"]["reasons"]
        return reasons

    def test(self, name: str) -> dict[str, Any]:
        """Returns the tests of a class with its arguments."""
        known = name[1:].partition(" ")[0]
        (found,) = [
            one
            for one in self.summary["series"]
            if one["name"] == known and one["scenario"].partition(" -- ")[0] == name
        ]
        return found

    def transaction(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in self.summary["transactions"] if one["name"] == name]
        return found


Fire = Callable[..., Ran]


@pytest.fixture
def fire(tmp_path: Path) -> Fire:
    """Writes files and runs the first one."""

    def run(files: dict[str, str], *options: str) -> Ran:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        arguments = [sys.executable, "-m", "squall", "run", next(iter(files)), *options]
        ran = subprocess.run(
            arguments,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Ran(tmp_path, ran)

    return run


STEPS = """\
import os
import squall

def tell(line):
    file = os.open("told.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{line}\\n".encode())
    os.close(file)

class Steps(squall.TestCase):
    rate = 50
    max_duration = 2

    @classmethod
    def startup(cls):
        tell("startup")

    @classmethod
    def shutdown(cls):
        tell("shutdown")

    def setup(self):
        self.number = self.context.iteration

    def run(self):
        self.metrics["number"] = self.number
        if self.number % 10 == 3:
            raise ValueError("third")

    def teardown(self):
        tell("teardown")
        if self.number % 10 == 5:
            raise OSError("left open")
"""


@pytest.mark.parametrize("processes", ["1", "2"])
def test_n_tests_per_second_are_n(fire: Fire, tmp_path: Path, processes: str):
    ran = fire({"steps.py": STEPS}, "-d", "1s", "--processes", processes)
    test = ran.test("<Steps kwargs={}>")
    assert (test["started"], test["ok"], test["failed"]) == (50, 45, 5), ran.output
    assert ran.stage["totals"]["dropped_iterations"] == 0
    told = (tmp_path / "told.txt").read_text().split()
    assert told.count("startup") == told.count("shutdown") == int(processes)
    assert told.count("teardown") == 50
    assert ran.transaction("run")["failed"] == 5
    assert ran.transaction("teardown")["failed"] == 5
    (metric,) = ran.summary["metrics"]
    assert (metric["name"], metric["count"], metric["min"], metric["max"]) == ("number", 50, 0, 49)
    assert metric["mean"] == pytest.approx(24.5)
    assert re.search(r"ValueError: third \(steps\.py:\d+ in Steps\.run\)", ran.output)
    assert len(re.findall(r"ValueError: third \(steps", ran.output)) == 1
    assert re.search(r"5 .* script: ValueError: third", ran.output)
    assert ran.code in (FAILED, INVALID)
    assert any(re.fullmatch(r"5 of 50 iterations of `<Steps.*` failed", why) for why in ran.reasons), ran.reasons
    assert re.search(r"5 .* script: OSError: left open \(steps\.py:\d+\)", ran.output)


def test_what_startup_raises_stops_the_run_before_any_test(fire: Fire, tmp_path: Path):
    ran = fire({"steps.py": STEPS.replace('tell("startup")', 'raise OSError("no database")')}, "-d", "5s")
    assert ran.code not in (0, INVALID)
    assert "OSError: no database" in ran.output
    assert "steps.py" in ran.output
    told = (tmp_path / "told.txt").read_text() if (tmp_path / "told.txt").exists() else ""
    assert "teardown" not in told


def test_a_test_that_finds_no_free_thread_is_dropped_and_counted(fire: Fire):
    text = """\
import time
import squall

class Slow(squall.TestCase):
    rate = 20
    max_duration = 0.1

    def run(self):
        time.sleep(0.5)
"""
    ran = fire({"slow.py": text}, "-d", "1s", "--processes", "1")
    dropped = ran.stage["totals"]["dropped_iterations"]
    assert ran.stage["iterations_started"] + dropped == 20
    assert dropped >= 10
    assert ran.stage["users_max"] == 2
    assert ran.code == INVALID


def test_blocking_and_async_tests_use_the_client(fire: Fire, target: str):
    text = f"""\
import squall

class Blocking(squall.TestCase):
    rate = 20
    max_duration = 5

    def run(self):
        self.http.get("http://{target}/json").raise_for_status()

class Loop(squall.TestCase):
    rate = 20
    max_duration = 5

    async def run(self):
        answer = await self.http.get("http://{target}/status/500")
        self.metrics["status"] = answer.status
"""
    ran = fire({"client.py": text}, "-d", "1s")
    assert ran.test("<Blocking kwargs={}>")["ok"] == 20, ran.output
    requests = {one["name"]: one for one in ran.summary["series"] if one["name"] not in ("Blocking", "Loop")}
    assert sorted(one["started"] for one in requests.values()) == [20, 20]
    assert sorted(one["failed"] for one in requests.values()) == [0, 20]
    (metric,) = ran.summary["metrics"]
    assert (metric["count"], metric["min"], metric["max"]) == (20, 500, 500)


def files_of(page: str) -> dict[str, str]:
    """Returns the files that a page of the documentation shows."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return dict(re.findall(r'```(?:python|yaml) title="([^"]+)"\n(.*?)```', text, re.DOTALL))


def test_pysurges_example_runs_after_changing_its_import(fire: Fire):
    files = files_of("migrating/pysurge.md")
    ran = fire({name: files[name] for name in ("config.yaml", "example_test.py")}, "-d", "1s")
    assert ran.code in (0, INVALID), ran.output
    counts = {one["scenario"]: one["ok"] for one in ran.summary["series"]}
    assert counts == {
        "<ExampleTest kwargs={}> -- example test, path:": 10,
        "<ExampleTest kwargs={'path': 'badpath'}> -- example test, path: badpath": 5,
    }
    assert {metric["mean"] for metric in ran.summary["metrics"]} == {0, 7}


def test_the_example_runs(fire: Fire, target: str):
    files = {
        name: (ROOT / "examples" / name).read_text(encoding="utf-8").replace("127.0.0.1:8080", target)
        for name in ("upload_test.yaml", "upload_test.py")
    }
    ran = fire(files, "-d", "1s")
    assert ran.code in (0, INVALID), ran.output
    assert ran.test("<UploadTest kwargs={}>")["ok"] == 20
    assert ran.test("<UploadTest kwargs={'legacy': True}>")["ok"] == 5
