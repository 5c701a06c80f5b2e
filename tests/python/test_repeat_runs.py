"""Repeated functions that run, from scripts as people write them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 120


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


def run(folder: Path, text: str, name: str = "script.py") -> "subprocess.CompletedProcess[str]":
    """Runs a script in a folder."""
    (folder / name).write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, name], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return document


NUMBERS = """\
import os
from pathlib import Path
import squall

def op(number):
    file = os.open("numbers.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{number}\\n".encode())
    os.close(file)
    return number % 2

test = squall.Repeat(op)
test.go(num_operations=101, num_processes=PROCESSES, num_threads=7, seed=50, random_delay=True)
Path("report.json").write_text(test.json_report())
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_each_number_is_used_exactly_once(tmp_path: Path, processes: int):
    ran = run(tmp_path, NUMBERS.replace("PROCESSES", str(processes)))
    assert ran.returncode == 0, ran.stderr
    numbers = sorted(map(int, (tmp_path / "numbers.txt").read_text().split()))
    assert numbers == list(range(50, 151))
    assert {one["result"]: one["count"] for one in report(tmp_path)["results"]} == {"0": 51, "1": 50}


def test_exceptions_are_failed_results_and_several_runs_add_up(tmp_path: Path):
    ran = run(
        tmp_path,
        """\
from pathlib import Path
import squall

def op(number, call):
    with call.measurement("outer"), call.measurement("inner"):
        if number % 4 == 0:
            raise ValueError("no four")
    return "done"

test = squall.Repeat(op)
for threads in (1, 3):
    test.go(num_operations=20, num_threads=threads, silent=True)
Path("report.json").write_text(test.json_report())
Path("report.html").write_text(test.html_report())
print(*test.directories, sep="\\n")
""",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    found = report(tmp_path)
    assert (found["count"], found["failed"], len(found["runs"])) == (40, 10, 2)
    assert {one["result"]: (one["count"], one["failed"]) for one in found["results"]} == {
        "done": (30, 0),
        "no four": (10, 10),
    }
    parts = {part["name"]: part["count"] for part in found["results"][0]["measurements"]}
    assert parts == {"outer": 30, "outer :: inner": 30}
    first = json.loads((tmp_path / ran.stdout.split()[0] / "summary.json").read_text())
    assert (first["totals"]["ok"], first["totals"]["failed"]) == (15, 5)
    assert "ValueError: no four (script.py:7)" in json.dumps(first["series"])
    assert (
        "<svg" in (tmp_path / "report.html").read_text() or "createElementNS" in (tmp_path / "report.html").read_text()
    )


def test_async_functions_and_the_http_client(tmp_path: Path, target: str):
    ran = run(
        tmp_path,
        f"""\
from pathlib import Path
import squall

async def op(number, call):
    answer = await call.http.get("http://{target}/json")
    return answer.status

test = squall.Repeat(op)
test.go(num_operations=50, num_threads=5)
Path("report.json").write_text(test.json_report())
""",
    )
    assert ran.returncode == 0, ran.stderr
    assert [(one["result"], one["count"]) for one in report(tmp_path)["results"]] == [("200", 50)]


def test_a_report_can_be_had_while_the_run_goes_on(tmp_path: Path):
    ran = run(
        tmp_path,
        """\
import json
import threading
import squall

enough = threading.Event()

def op(number):
    enough.wait(0.01)
    return "ok"

def watch():
    while json.loads(test.json_report())["count"] == 0:
        enough.wait(0.05)
    print("partial")
    enough.set()

test = squall.Repeat(op)
watcher = threading.Thread(target=watch)
watcher.start()
while not enough.is_set():
    test.go(num_operations=300, silent=True)
watcher.join()
""",
    )
    assert (ran.returncode, ran.stdout) == (0, "partial\n"), ran.stderr


def test_ctrl_c_keeps_what_was_measured(tmp_path: Path):
    (tmp_path / "script.py").write_text(
        """\
import signal
import time
import squall

signal.signal(signal.SIGINT, signal.default_int_handler)

def op(number):
    if number == 20:
        print("going", flush=True)
    time.sleep(0.01)
    return "ok"

test = squall.Repeat(op)
try:
    test.go(num_operations=1_000_000, num_threads=2)
except KeyboardInterrupt:
    print(test.small_report())
"""
    )
    with subprocess.Popen(
        [sys.executable, "script.py"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == "going\n"
        running.send_signal(signal.SIGINT)
        output, error = running.communicate(timeout=TIMEOUT_S)
    assert running.returncode == 0, error
    count = re.search(r"Result +([\d,]+) ", output)
    assert count
    assert int(count[1].replace(",", "")) >= 20
    assert "Total time" in error


def test_a_lambda_runs_in_one_process_and_says_what_several_need(tmp_path: Path):
    ran = run(
        tmp_path,
        "import squall\ntest = squall.Repeat(lambda number: number)\ntest.go(3)\ntest.go(3, num_processes=2)\n",
    )
    assert ran.returncode == 1
    assert "as it is a lambda; define it with `def` at the top level of a file" in ran.stderr


def test_squall_runs_a_script(tmp_path: Path):
    (tmp_path / "numbers_script.py").write_text(NUMBERS.replace("PROCESSES", "1"))
    arguments = [sys.executable, "-m", "squall", "run", "numbers_script.py", "--processes", "1"]
    ran = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert ran.returncode in (0, 98), ran.stdout + ran.stderr
    assert len((tmp_path / "numbers.txt").read_text().split()) == 101
    assert not (tmp_path / "report.json").exists()


def scripts(page: str) -> list[tuple[str, str]]:
    """Returns the scripts of a page of the documentation, with the names that it gives them."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r'```python title="([^"]+)"\n(.*?)```', text, re.DOTALL)


@pytest.mark.parametrize("page", ["repeating-a-function.md", "migrating/gorgon.md"])
def test_the_scripts_of_the_page_run(page: str, tmp_path: Path, target: str):
    found = scripts(page)
    assert found
    for name, text in found:
        ran = run(tmp_path, text.replace("127.0.0.1:8080", target), name)
        assert ran.returncode == 0, f"{name}\n{ran.stderr}"
        assert "ops/sec" in ran.stdout


def test_the_example_runs(tmp_path: Path, target: str):
    text = (ROOT / "examples" / "repeat.py").read_text(encoding="utf-8").replace("127.0.0.1:8080", target)
    ran = run(tmp_path, text)
    assert ran.returncode == 0, ran.stderr
    assert re.search(r" 201 +800 ", ran.stdout)
    assert re.search(r"\border< +800 ", ran.stdout)


def test_gorgons_cluster_comes_later(tmp_path: Path):
    ran = run(
        tmp_path,
        """\
import json
from squall.compat.gorgon import Gorgon

def operation(number):
    return 200

test = Gorgon(operation)
test.go(num_operations=5, silent=True)
print([(one["result"], one["count"]) for one in json.loads(test.cluster_report())])
test.remove_from_cluster("all")
try:
    test.add_to_cluster("node1", "user", "key")
except NotImplementedError as error:
    print(error)
""",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(
        "[('200', 5)]\n`node1` cannot be added: other machines come with the distributed version"
    )
