"""Start what is loaded, on a free loopback port, and stop it again."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.process import BenchError, start_pinned

START_LIMIT_S = 20.0


@contextmanager
def responder(program: Path, cores: frozenset[int]) -> Iterator[str]:
    """Run the one-thread responder; yields its base URL without a slash at the end."""
    with _running([str(program)], cores, Path.cwd()) as server:
        yield f"http://127.0.0.1:{_line(server)}"


@contextmanager
def first_request(program: Path, cores: frozenset[int]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a responder that prints when its first request arrives; yields its base URL and the process that prints."""
    with _running([str(program), "--first-request"], cores, Path.cwd()) as server:
        yield f"http://127.0.0.1:{_line(server)}", server


@dataclass(frozen=True)
class TargetUrls:
    """Base URLs of the bundled target."""

    http: str
    https: str


@contextmanager
def squall_target(squall: Path, cores: frozenset[int]) -> Iterator[TargetUrls]:
    """Run `squall target` with HTTP and HTTPS."""
    with tempfile.TemporaryDirectory() as directory:
        ready = Path(directory) / "ready"
        argv = [str(squall), "target", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--ready-file", str(ready)]
        with _running(argv, cores, Path(directory)) as server:
            urls = _wait_for_lines(ready, server)
            by_scheme = {url.partition(":")[0]: url.rstrip("/") for url in urls}
            if not {"http", "https"} <= by_scheme.keys():
                raise BenchError(f"`squall target` announced {urls}, not one URL with http and one with https")
            yield TargetUrls(by_scheme["http"], by_scheme["https"])


@contextmanager
def _running(argv: list[str], cores: frozenset[int], directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    server = start_pinned(argv, cores, directory=directory, stdout=subprocess.PIPE)
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stdout:
            server.stdout.close()


def _line(server: subprocess.Popen[bytes]) -> str:
    line = server.stdout.readline().decode().strip() if server.stdout else ""
    if not line:
        raise BenchError("the responder did not start")
    return line


def _wait_for_lines(path: Path, server: subprocess.Popen[bytes]) -> list[str]:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and server.poll() is None:
        text = path.read_text() if path.exists() else ""
        if text.endswith("\n"):
            return text.split()
        time.sleep(0.02)
    raise BenchError(
        "`squall target` did not start" if server.poll() is None else f"`squall target` ended with {server.returncode}"
    )
