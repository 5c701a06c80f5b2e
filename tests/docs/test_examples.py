"""Runs every example of the documentation.

A page's blocks are taken in their order, in an empty folder of their own, against the bundled target on a free port that takes
the place of `127.0.0.1:8080`. What is done with a block depends on the words after its fence:

| fence | is | and is |
|---|---|---|
| `sh` | commands, one a line | run; `# exit 98` at the end of a line is the exit code that it must have |
| `python title="shop.py"`, `yaml title=…`, `json title=…` | a whole file | written and checked, for later commands |
| `csv title=…`, `toml title=…` | a data file, settings | written |
| `python action` | lines of an action's body, or whole actions | compiled, and run for a few iterations |
| `python interpreted="reason"` | the same | run in Python, for this reason, for a few iterations |
| `python setup` | attributes of a Setup stage | checked |
| `yaml load` | a scenario's `load` | checked |
| `yaml steps` | steps of a flow | run for a few iterations |
| `console` | commands that build, install or serve | left out |
| `text` | what a command has shown | left out |

Commands that start the target are left out, as it is running, and so are those with `curl` where there is none.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ROOT, Block, blocks, pages

LANGUAGES = {"sh", "python", "yaml", "json", "csv", "toml", "console", "text"}
INVALID = 98
DOCUMENTED_TARGET = "127.0.0.1:8080"
FEW = ("--set", "Load.iterations=4", "--set", "Load.batch_size=2")
GRAPH = """\
from squall import *
from squall.http import *

DataPool("users", rows=[{{"name": "ann", "password": "a"}}, {{"name": "bob", "password": "b"}}])

class Load(Setup):
    base_url = "http://127.0.0.1:8080"
{setup}

@depends(Load)
class Shop(Execute):
{actions}
"""
ACTION = "@action()\nasync def home(self):\n"
PLAN = """\
version: 1
name: example
http: {{base_url: "http://127.0.0.1:8080"}}
data:
  users: {{rows: [{{name: ann, password: a}}, {{name: bob, password: b}}]}}
stages:
  load:
    execute:
      scenarios:
        visit:
          load:
{load}
          flow:
{flow}
"""


def installed() -> Path | None:
    """Returns the `squall` command of this Python, which can load files in Python."""
    command = Path(sys.executable).with_name("squall")
    return command if command.exists() else None


def command() -> Path:
    """Returns the `squall` command: the installed one, or that of the last `cargo build`."""
    built = ROOT / "target" / "debug" / "squall"
    found = installed() or (built if built.exists() else None)
    assert found, "there is no `squall`: install the package, or run `cargo build -p squall-cli`"
    return found


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the bundled target and returns its address."""
    ready = tmp_path_factory.mktemp("target") / "urls"
    arguments = [command(), "target", "--http", "127.0.0.1:0", "--ready-file", ready]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout
        for line in serving.stdout:
            if line.startswith("Ctrl-C"):
                break
        while not ready.exists():
            assert serving.poll() is None, "the target ended"
        yield ready.read_text(encoding="utf-8").split()[0].removeprefix("http://")
        serving.terminate()


class Examples:
    """Follows one page."""

    def __init__(self, folder: Path, target: str) -> None:
        self.folder = folder
        self.target = target
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SQUALL_")} | {
            "SQUALL_TARGET": f"http://{target}",
            "SQUALL_PROGRESS": "none",
            "NO_COLOR": "1",
        }
        self.environment["PATH"] = f"{self._commands()}{os.pathsep}{os.environ['PATH']}"

    def _commands(self) -> Path:
        """Makes a folder whose only commands are the `squall` to test and its Python."""
        commands = self.folder / ".commands"
        commands.mkdir()
        (commands / "squall").symlink_to(command())
        # A link to it would be a Python without the packages beside this one.
        python = commands / "python3"
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        return commands

    def follow(self, block: Block) -> None:
        """Does with a block what its fence says."""
        kind = block.words.split("=")[0].split(" ")[0]
        if block.title:
            self.write(block.title, block.text)
            if re.search("^from squall import|^stages:", block.text, re.MULTILINE):
                self.run(block, "squall", "check", block.title)
        elif block.language == "sh":
            self.shell(block)
        elif block.language == "python" and kind in ("action", "interpreted", "setup"):
            self.python(block, kind)
        elif block.language == "yaml" and kind in ("load", "steps"):
            self.plan(block, kind)
        else:
            assert block.language in ("console", "text"), f"{block.place}: nothing runs this block"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(DOCUMENTED_TARGET, self.target), encoding="utf-8")

    def shell(self, block: Block) -> None:
        for line in block.text.replace("\\\n", "").splitlines():
            text, _, comment = line.partition("  # ")
            serves = re.match(r"squall target(?!.* (-d|--duration) )", text)
            if text.startswith("#") or not text.strip() or serves:
                continue
            if "curl " in text and not shutil.which("curl"):
                continue
            code = re.match(r"exit (\d+)", comment)
            text = text.replace(DOCUMENTED_TARGET, self.target)
            self.run(block, "bash", "-euo", "pipefail", "-c", text, code=int(code[1]) if code else 0)
            self.direct()

    def direct(self) -> None:
        """Points the tests that a command has just written to the target of this test."""
        for path in self.folder.rglob("*"):
            if path.suffix in (".py", ".yaml", ".toml") and ".squall" not in path.parts:
                text = path.read_text(encoding="utf-8")
                if DOCUMENTED_TARGET in text:
                    path.write_text(text.replace(DOCUMENTED_TARGET, self.target), encoding="utf-8")

    def python(self, block: Block, kind: str) -> None:
        text = block.text
        if kind == "setup":
            setup, actions = text, ACTION + '    await self.client.http.get("/")\n'
        else:
            setup = "batch_size = 2"
            actions = text if "@action" in text or "@task" in text else ACTION + textwrap.indent(text, "    ")
        graph = GRAPH.format(setup=textwrap.indent(setup, "    "), actions=textwrap.indent(actions, "    "))
        name = f"example_{block.line}.py"
        self.write(name, graph)
        if kind == "interpreted":
            output = self.run(block, "squall", "explain", name)
            reason = re.search(r'interpreted="([^"]+)"', block.words)
            assert reason, f"{block.place}: why does it run in Python?"
            assert reason[1] in output, f"{block.place}: it runs in Python for another reason\n{output}"
            self.run(block, "squall", "run", name, *FEW)
        elif kind == "setup":
            self.run(block, "squall", "check", name)
        else:
            self.run(block, "squall", "run", name, *FEW)

    def plan(self, block: Block, kind: str) -> None:
        load = "iterations: {users: 2, shared: 4}" if kind == "steps" else block.text
        flow = block.text if kind == "steps" else "- http: {url: /}"
        name = f"example_{block.line}.yaml"
        indented = textwrap.indent(load, " " * 12), textwrap.indent(flow, " " * 12)
        self.write(name, PLAN.format(load=indented[0], flow=indented[1]))
        self.run(block, "squall", "run" if kind == "steps" else "check", name)

    def run(self, block: Block, *arguments: str, code: int = 0) -> str:
        ran = subprocess.run(
            arguments,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        # A slow machine makes a run invalid: that is said of the machine, not of the example.
        slow = ran.returncode == INVALID and re.search("the generator|was not offered", ran.stdout)
        assert ran.returncode == code or slow, (
            f"{block.place}: {' '.join(arguments)}\nexit {ran.returncode}\n{ran.stdout}"
        )
        return ran.stdout


def needs_python(found: list[Block]) -> bool:
    return any(block.language == "python" or ".py" in block.text for block in found if block.language != "text")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_of_the_page_does_what_it_says(page: Path, target: str, tmp_path: Path) -> None:
    found = blocks(page)
    for block in found:
        assert block.language in LANGUAGES, f"{block.place}: `{block.language}` is no kind of example"
    if needs_python(found) and not installed():
        pytest.skip("the package is not installed beside this Python, and a page with Python needs it")
    examples = Examples(tmp_path, target)
    for block in found:
        examples.follow(block)


@pytest.mark.parametrize(
    ("language", "words", "text"),
    [
        ("sh", "", "squall http http://127.0.0.1:8080/ -n 1  # exit 99\n"),
        ("sh", "", "squall http http://127.0.0.1:8080/status/500 -n 1\n"),
        ("yaml", 'title="plan.yaml"', "version: 1\nstages: {}\n"),
        ("yaml", "load", "closed: {users: none, duration: 1s}\n"),
        ("yaml", "steps", "- htpp: {url: /}\n"),
        ("python", "", "print()\n"),
    ],
)
def test_a_wrong_example_is_named_with_its_place(
    target: str, tmp_path: Path, language: str, words: str, text: str
) -> None:
    with pytest.raises(AssertionError, match=r"^page\.md:7: "):
        Examples(tmp_path, target).follow(Block("page.md", 7, language, words, text))
