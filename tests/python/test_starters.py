"""Starter graphs of every sensible combination of stages, engine and reporter: each is good, and several run."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from squall import _squall
from squall._loading import load_file

GOOD = (0, 98)
"""Exit codes of a run that a busy machine did not spoil, and of one that it did."""
CHAINS = [
    "setup,execute",
    "setup,execute,analyze",
    "setup,execute,analyze,submit",
    "setup,execute,execute,analyze,submit",
    "setup,execute,setup,execute,analyze,submit",
    "setup,execute,analyze,submit,setup,execute",
    "act",
    "act,teardown",
    "setup,act,teardown",
    "act,setup,execute,analyze,submit",
    "validate,act",
    "wait,setup,execute",
    "idle,setup,execute",
    "checkpoint,setup,execute",
    "setup,validate,act,wait,execute,checkpoint,analyze,submit,teardown",
]
EXTRAS = ["act", "validate", "checkpoint", "wait"]


def squall(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "squall", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def create(path: str, *arguments: str) -> None:
    assert _squall.main(["squall", "graph", "create", path, "--force", *arguments]) == 0


def errors(path: str) -> list[dict[str, object]]:
    document = json.loads(load_file(path))
    found: list[dict[str, object]] = document["errors"]
    return found or json.loads(_squall.check_plan(json.dumps(document["plan"])))


@pytest.fixture
def target(tmp_path: Path) -> Iterator[str]:
    """Serves the bundled target."""
    ready = tmp_path / "urls"
    command = [sys.executable, "-m", "squall", "target", "--http", "127.0.0.1:0", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout
        for line in serving.stdout:
            if line.startswith("Ctrl-C"):
                break
        try:
            while not ready.exists():
                assert serving.poll() is None, "the target ended"
            yield ready.read_text(encoding="utf-8").split()[0]
        finally:
            serving.terminate()


@pytest.mark.parametrize("engine", ["http", "task"])
@pytest.mark.parametrize("chain", CHAINS)
def test_every_chain_of_stages_is_good(
    chain: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for reporter in ("json", "csv"):
        create("made.py", "--stages", chain, "--engine", engine, "--reporter", reporter)
        assert errors("made.py") == []


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_may_stand_anywhere_may_stand_anywhere(
    extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    usual = ["setup", "execute", "analyze", "submit"]
    for at in range(len(usual) + 1):
        chain = [*usual[:at], extra, *usual[at:]]
        create("made.py", "--stages", ",".join(chain))
        assert errors("made.py") == [], chain


def test_what_is_refused_and_what_is_written_are_told_apart_as_a_graph_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The rules of the command are those of graphs: whatever it writes is good."""
    monkeypatch.chdir(tmp_path)
    kinds = ["setup", "execute", "analyze", "submit", "act", "teardown"]
    written = 0
    for chain in itertools.chain.from_iterable(itertools.permutations(kinds, length) for length in (2, 3)):
        path = Path("made.py")
        path.unlink(missing_ok=True)
        code = _squall.main(["squall", "graph", "create", "made.py", "--stages", ",".join(chain)])
        if code == 0:
            written += 1
            assert errors("made.py") == [], chain
        else:
            assert code == 104
            assert not path.exists()
    assert written == 9
    assert "`submit` cannot come right after `execute`" in capfd.readouterr().err


def test_starters_are_in_the_formatters_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, chain in enumerate(CHAINS):
        create(f"made_{number}.py", "--stages", chain, "--engine", "task")
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--isolated", "--config", "line-length=120"]
    for command in (["format", "--check", "--diff"], ["check", "--select", "E,F,I,UP,B"]):
        checked = subprocess.run([*ruff, *command, *settings, "."], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("chain", "engine", "reporter"),
    [
        ("setup,execute,analyze,submit", "http", "json"),
        ("setup,execute,analyze,submit", "task", "csv"),
        ("act,teardown", "http", "json"),
        ("setup,validate,act,wait,execute,checkpoint,analyze,submit,teardown", "http", "csv"),
        ("setup,validate,act,wait,execute,checkpoint,analyze,submit,teardown", "task", "json"),
    ],
)
def test_starters_run(chain: str, engine: str, reporter: str, target: str, tmp_path: Path) -> None:
    options = ["--stages", chain, "--engine", engine, "--reporter", reporter, "--url", target]
    made = squall("graph", "create", "made.py", *options, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    short = ["--set", "SetupStage.total_time=200ms", "--set", "SetupStage.batch_size=2"] if "setup" in chain else []
    ran = squall("graph", "run", "made.py", *short, cwd=tmp_path)
    assert ran.returncode in GOOD, ran.stdout + ran.stderr
    assert (tmp_path / f"metrics.{reporter}").exists() == ("submit" in chain)
    assert (tmp_path / "checkpoint.json").exists() == ("checkpoint" in chain)
