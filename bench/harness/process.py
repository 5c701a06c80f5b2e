"""Run one program on given cores and say what it used."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.02
"""How often the resident set is looked at; growth in the last such moment before the exit goes unseen."""


class BenchError(Exception):
    """Something could not be measured; the text says what and why."""


@dataclass(frozen=True)
class Usage:
    """What a finished program used."""

    exit_code: int
    seconds: float
    cpu_s: float
    """User and system time, its own and that of the children it waited for."""
    peak_rss_bytes: int
    stdout: str
    stderr: str

    def require(self, accepted: Sequence[int] = (0,)) -> Usage:
        """Return itself, or raise `BenchError` with the program's last words if the exit code is another one."""
        if self.exit_code in accepted:
            return self
        words = " ".join((self.stderr.strip() or self.stdout.strip()).split())
        raise BenchError(f"exit code {self.exit_code}: {words[-300:] or 'no message'}")


def run(
    argv: Sequence[str],
    cores: frozenset[int],
    *,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    limit_s: float = 120.0,
) -> Usage:
    """Run `argv` in `directory`, pinned to `cores`; after `limit_s` seconds it is killed, which is an error."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = start_pinned(argv, cores, directory=directory, environment=environment, stdout=out, stderr=err)
        peak, exit_code, cpu_s = _follow(child, start + limit_s)
        seconds = time.monotonic() - start
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return Usage(exit_code, seconds, cpu_s, peak, *texts)


def start_pinned(
    argv: Sequence[str],
    cores: frozenset[int],
    *,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `argv` pinned to `cores` and return at once."""
    own = os.sched_getaffinity(0)
    # The child inherits the cores of this process. A `preexec_fn` would do it too, and make Python fork the slow way.
    os.sched_setaffinity(0, cores)
    try:
        return subprocess.Popen(
            list(argv),
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    except OSError as error:
        raise BenchError(f"`{argv[0]}` does not start: {error}") from error
    finally:
        os.sched_setaffinity(0, own)


def _follow(child: subprocess.Popen[bytes], deadline: float) -> tuple[int, int, float]:
    peak = 0
    while True:
        peak = max(peak, _peak_rss_bytes(child.pid))
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return peak, child.returncode, used.ru_utime + used.ru_stime
        if time.monotonic() > deadline:
            child.kill()
            child.wait()
            raise BenchError("it did not end by itself")
        time.sleep(POLL_SECONDS)


def _peak_rss_bytes(pid: int) -> int:
    # `ru_maxrss` would start at the size of this Python process: Linux carries it over `exec`.
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
