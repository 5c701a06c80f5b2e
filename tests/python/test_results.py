"""What a run leaves for other tools."""

import json
import subprocess
import sys
from pathlib import Path

TEST = """\
import os
import sys

import squall

print("while it is loaded")


class Upload(squall.TestCase):
    rate = 20

    def run(self):
        print("while it runs")
        os.write(1, b"past Python\\n")
        os.system("echo by another program")
"""


def test_nothing_but_the_document_is_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "upload.py").write_text(TEST)
    command = [sys.executable, "-m", "squall", "run", "upload.py", "-d", "200ms", "--format", "json", "--tag", "a=b"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 98), ran
    summary = json.loads(ran.stdout)
    assert summary["run"]["file"] == "upload.py"
    assert summary["run"]["tags"] == {"a": "b"}
    for line in ("while it is loaded", "while it runs", "past Python", "by another program"):
        assert line in ran.stderr, line


def test_a_run_of_python_is_stored_and_shown_again(tmp_path: Path) -> None:
    (tmp_path / "upload.py").write_text(TEST)
    squall = [sys.executable, "-m", "squall"]
    subprocess.run([*squall, "run", "upload.py", "-d", "200ms", "-q"], cwd=tmp_path, capture_output=True, check=False)
    listed = subprocess.run([*squall, "history", "--format", "json"], cwd=tmp_path, capture_output=True, text=True)
    (run,) = json.loads(listed.stdout)
    assert (run["file"], run["name"]) == ("upload.py", "upload")
    shown = subprocess.run([*squall, "report", "upload"], cwd=tmp_path, capture_output=True, text=True)
    assert f"stored in .squall/runs/{run['id']}" in shown.stdout
