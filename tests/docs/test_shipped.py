"""The tests under `examples/` run as they are."""

import re
import shutil
from pathlib import Path

import pytest
from pages import ROOT, Block
from test_examples import Examples, installed, target

__all__ = ["target"]

EXAMPLES = ROOT / "examples"
COMMANDS = {
    "act.py": ["squall run act.py"],
    "channel.py": ["squall explain channel.py", "squall run channel.py"],
    "condition.py": ["squall run condition.py  # exit 0, skipped by Shop.is_member"],
    "custom_metric.py": ["squall run custom_metric.py"],
    "failing_check.py": ["squall run failing_check.py  # exit 0, check: Shop.cheap: a product is dearer than 30"],
    "save_and_load.py": [
        "squall run save_and_load.py  # exit 0, runs before this one: 0, median of the last: None",
        "squall run save_and_load.py  # exit 0, runs before this one: 1, median of the last: 0",
    ],
    "two_actions.py": ["squall explain two_actions.py", "squall run two_actions.py"],
    "journey.py": ["squall run journey.py"],
    "repeat.py": ["python3 repeat.py", "squall run repeat.py"],
    "shop.py": ["squall explain shop.py", "squall run shop.py --set Load.total_time=1s"],
    "two_stages.py": ["squall explain two_stages.py", "squall run two_stages.py"],
    "retried.py": ["squall run retried.py"],
    "timed_out.py": ["squall check timed_out.py", "squall run timed_out.py  # exit 99, it took longer than its"],
    "task.py": ["squall explain task.py", "squall run task.py --set Load.total_time=1s"],
    "upload_test.yaml": ["squall check upload_test.yaml", "squall run upload_test.yaml -d 2s"],
}
"""What is run of each, with no other change than the address of the target; behind `# exit`, how that ends."""
USED_BY_OTHERS = {"upload_test.py"}


def test_each_example_is_run() -> None:
    files = {file.name for file in EXAMPLES.iterdir() if file.is_file()}
    assert files == COMMANDS.keys() | USED_BY_OTHERS


@pytest.mark.skipif(not installed(), reason="the package is not installed beside this Python")
@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_runs(name: str, target: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".squall"))
    examples = Examples(tmp_path, target)
    for written in COMMANDS[name]:
        command, _, end = written.partition("  # exit ")
        code, _, says = end.partition(", ")
        output = examples.run(
            Block(f"examples/{name}", 1, "sh", "", command), "bash", "-c", command, code=int(code or 0)
        )
        if command.startswith("squall run"):
            verdict = re.search(f"{says or 'passed'}|the generator|was not offered", output)
            assert verdict, output
