"""The live screen in a real terminal: keys change the run, and the terminal is afterwards as it was."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SQUALL = [sys.executable, "-m", "squall"]
PATIENCE_S = 60.0
"""How long a test waits for what must happen; only mistakes reach it."""
INTERRUPTED = 105
LFLAG = 3
"""Where `tcgetattr` has the local modes."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bundled target; its URL."""
    ready = tmp_path_factory.mktemp("target") / "ready"
    command = [*SQUALL, "target", "--http", "127.0.0.1:0", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + PATIENCE_S
        while not (ready.exists() and ready.read_text()):
            assert time.monotonic() < until, "the target did not start"
            time.sleep(0.02)
        yield ready.read_text().split()[0]
        process.terminate()


class Terminal:
    """A pseudo terminal with a command in the foreground."""

    def __init__(self, folder: Path, arguments: list[str], *, keyboard: bool = True) -> None:
        self.folder = folder
        self.main, self.side = pty.openpty()
        self.resize(100, 30)
        self.before = termios.tcgetattr(self.side)
        self.shown = ""
        self.seen = 0
        env = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "xterm"}
        self.process = subprocess.Popen(
            [*SQUALL, *arguments],
            cwd=folder,
            env=env,
            stdin=self.side if keyboard else subprocess.DEVNULL,
            stdout=self.side,
            stderr=self.side,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0),
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        rest = b""
        while True:
            try:
                rest += os.read(self.main, 65536)
            except OSError:
                return
            text = rest.decode(errors="ignore")
            rest = b"" if text.encode() == rest else rest[len(text.encode()) :]
            self.shown += text

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self.main, keys.encode())

    def wait_for(self, text: str) -> None:
        """Waits until the terminal was sent a text that it had not been sent up to the last one."""
        until = time.monotonic() + PATIENCE_S
        while (at := self.shown.find(text, self.seen)) < 0:
            assert time.monotonic() < until, f"{text!r} is not in {self.shown[self.seen :][-2000:]!r}"
            time.sleep(0.02)
        self.seen = at + len(text)

    def local_modes(self) -> int:
        modes = termios.tcgetattr(self.side)[LFLAG]
        assert isinstance(modes, int)
        return modes

    def is_as_before(self) -> bool:
        return termios.tcgetattr(self.side) == self.before

    def wait_for_end(self) -> int:
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.side)
        self.reader.join(PATIENCE_S)
        os.close(self.main)

    def summary(self) -> Any:
        (path,) = self.folder.glob(".squall/runs/*/summary.json")
        return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def terminal(tmp_path: Path, target: str) -> Iterator[Terminal]:
    """A run of ten users in a terminal, whose screen is there."""
    load = ["-u", "10", "-d", "120s", "--pause", "50ms"]
    terminal = Terminal(tmp_path, ["http", f"{target}/", *load])
    try:
        terminal.wait_for("? help")
        yield terminal
    finally:
        terminal.close()


def stop(terminal: Terminal) -> None:
    terminal.press("s")
    terminal.wait_for("stop the run?")
    terminal.press("s")
    assert terminal.wait_for_end() == INTERRUPTED


def test_keys_change_the_run_and_are_recorded(terminal: Terminal) -> None:
    modes = terminal.local_modes()
    assert not modes & (termios.ICANON | termios.ECHO)
    assert modes & termios.ISIG
    terminal.press("+")
    terminal.wait_for("users 10 → 11")
    terminal.press("\x1b[6~")
    terminal.wait_for("users 11 → 5")
    terminal.press("p")
    terminal.wait_for("· paused")
    terminal.press("p")
    terminal.wait_for("resumed")
    terminal.press("nis it s or q?\r")
    terminal.wait_for("note: is it s or q?  at")
    terminal.press("m")
    terminal.wait_for("(since the mark at")
    stop(terminal)
    assert terminal.is_as_before()
    terminal.wait_for("\x1b[?25h")
    terminal.wait_for("changes")
    controls = terminal.summary()["controls"]
    told = [(one["action"], one.get("from"), one.get("to"), one.get("text")) for one in controls]
    assert told == [
        ("users", 10, 11, None),
        ("users", 11, 5, None),
        ("pause", None, None, None),
        ("resume", None, None, None),
        ("note", None, None, "is it s or q?"),
        ("mark", None, None, None),
        ("stop", None, None, None),
    ]
    assert {one["by"] for one in controls} == {"keyboard"}


def test_what_cannot_be_changed_is_told_with_a_hint(tmp_path: Path, target: str) -> None:
    terminal = Terminal(tmp_path, ["http", f"{target}/", "-u", "2", "-n", "2000", "--pause", "100ms"])
    try:
        terminal.wait_for("? help")
        terminal.press("+")
        terminal.wait_for("no number of users and no rate that could be changed")
        terminal.wait_for("hint:")
        stop(terminal)
    finally:
        terminal.close()


def test_ctrl_c_stays_a_signal(terminal: Terminal) -> None:
    terminal.press("\x03")
    terminal.wait_for("stopping: what is in flight may finish")
    assert terminal.wait_for_end() == INTERRUPTED
    assert terminal.is_as_before()


def test_a_key_that_stops_counts_as_the_first_ctrl_c(tmp_path: Path, target: str) -> None:
    load = ["-u", "2", "-d", "120s"]
    terminal = Terminal(tmp_path, ["http", f"{target}/delay/20s", *load])
    try:
        terminal.wait_for("? help")
        terminal.press("s")
        terminal.wait_for("stop the run?")
        terminal.press("s")
        terminal.wait_for("· stopping")
        terminal.press("\x03")
        assert terminal.wait_for_end() == INTERRUPTED
        assert terminal.summary()["totals"]["interrupted"] == 2
    finally:
        terminal.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP])
def test_signals_that_end_the_run_leave_the_terminal_as_it_was(terminal: Terminal, number: signal.Signals) -> None:
    terminal.process.send_signal(number)
    ended = terminal.wait_for_end()
    assert ended == (INTERRUPTED if number == signal.SIGTERM else -number)
    assert terminal.is_as_before()
    terminal.wait_for("\x1b[?25h")


def test_a_signal_that_is_to_be_ignored_is_ignored(tmp_path: Path, target: str) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = Terminal(tmp_path, ["http", f"{target}/", "-u", "10", "-d", "120s", "--pause", "50ms"])
    finally:
        signal.signal(signal.SIGHUP, before)
    try:
        terminal.wait_for("? help")
        terminal.process.send_signal(signal.SIGHUP)
        terminal.press("+")
        terminal.wait_for("users 10 → 11")
        stop(terminal)
    finally:
        terminal.close()


def test_a_stopped_process_gives_the_terminal_back_and_takes_it_again(terminal: Terminal) -> None:
    terminal.press("\x1a")
    _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert terminal.is_as_before()
    terminal.wait_for("\x1b[?25h")
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for("? help")
    assert not terminal.local_modes() & termios.ICANON
    terminal.press("+")
    terminal.wait_for("users 10 → 11")
    stop(terminal)
    assert terminal.is_as_before()


def test_a_run_that_is_repeated_gives_the_terminal_back_as_well(tmp_path: Path, target: str) -> None:
    (tmp_path / "shop.py").write_text(
        "import asyncio\n"
        "from squall import *\n"
        "class Load(Setup):\n"
        f'    base_url = "{target}"\n'
        "    batch_size = 1\n"
        '    total_time = "1s"\n'
        "@depends(Load)\n"
        "class Prepare(Act):\n"
        "    @action()\n"
        "    async def fail(self):\n"
        "        await asyncio.sleep(2)\n"
        '        raise ValueError("not today")\n'
        "@depends(Prepare)\n"
        "class Shop(Execute):\n"
        "    @action()\n"
        "    async def go(self):\n"
        '        await self.client.http.get("/")\n'
    )
    terminal = Terminal(tmp_path, ["run", "shop.py", "--retries", "1"])
    try:
        terminal.wait_for("? help")
        # The second run follows at once, so that nobody can look at the terminal between the two.
        terminal.wait_for("stored in")
        terminal.wait_for("? help")
        terminal.press("\x1a")
        _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert terminal.is_as_before()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for("? help")
        terminal.wait_for("stored in")
    finally:
        terminal.close()


def test_another_size_draws_anew(terminal: Terminal) -> None:
    terminal.resize(50, 12)
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.wait_for("s left\x1b[K")
    stop(terminal)


def test_without_a_keyboard_there_are_no_keys(tmp_path: Path, target: str) -> None:
    load = ["-u", "2", "-d", "2s", "--pause", "50ms", "--allow-invalid"]
    terminal = Terminal(tmp_path, ["http", f"{target}/", *load], keyboard=False)
    try:
        terminal.wait_for("response    p50")
        assert terminal.is_as_before()
        assert terminal.wait_for_end() == 0
        assert "? help" not in terminal.shown
    finally:
        terminal.close()


def test_lines_that_a_test_prints_stand_above_the_screen(tmp_path: Path, target: str) -> None:
    (tmp_path / "chatty.py").write_text(
        "from squall import *\n"
        "class Load(Setup):\n"
        f'    base_url = "{target}"\n'
        "    batch_size = 1\n"
        '    total_time = "120s"\n'
        "@depends(Load)\n"
        "class Talk(Execute):\n"
        "    @task()\n"
        "    async def talk(self):\n"
        '        await self.client.http.get("/")\n'
        '        print("first\\nsecond")\n'
        '        await __import__("asyncio").sleep(0.2)\n'
    )
    terminal = Terminal(tmp_path, ["run", "chatty.py"])
    try:
        terminal.wait_for("? help")
        # Both returns bring the cursor to the first column: the view writes one, the terminal another.
        terminal.wait_for("first\r\r\nsecond\r\r\n")
        stop(terminal)
        assert terminal.is_as_before()
    finally:
        terminal.close()
