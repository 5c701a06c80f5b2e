"""The `squall` command from Python to Rust and back."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop.py"
GRAPH = """\
from squall import *

class Load(Setup):
    base_url = "{url}"
    batch_size = 2
    total_time = "{time}"

@depends(Load)
class Shop(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/", headers={{"x-user": user_id()}})
"""


class Server(ThreadingHTTPServer):
    """Counts requests, and says when the first one came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reached = threading.Event()
        self.users: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.users.add(self.headers["x-user"])
        self.server.reached.set()
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def squall(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "squall", *arguments]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_graph_runs(server: Server, tmp_path: Path):
    (tmp_path / "shop.py").write_text(GRAPH.format(url=f"http://127.0.0.1:{server.server_port}", time="200ms"))
    ran = squall("run", "shop.py", "--progress", "none", cwd=tmp_path)
    output, _ = ran.communicate(timeout=60)
    assert ran.returncode == 0, output
    assert "home" in output
    assert len(server.users) == 2


def test_an_interrupt_stops_the_load_and_still_reports(server: Server, tmp_path: Path):
    (tmp_path / "shop.py").write_text(GRAPH.format(url=f"http://127.0.0.1:{server.server_port}", time="10m"))
    ran = squall("run", "shop.py", "--progress", "none", cwd=tmp_path)
    assert server.reached.wait(timeout=60)
    ran.send_signal(signal.SIGINT)
    output, _ = ran.communicate(timeout=60)
    assert ran.returncode == 105, output
    assert "home" in output
    assert "KeyboardInterrupt" not in output


CLEANING = """\
from squall import *
import asyncio, pathlib

class Load(Setup):
    batch_size = 1
    iterations = 1

@depends(Load)
class Shop(Execute):
    @task()
    async def home(self):
        pass

@depends(Shop)
class Clean(Teardown):
    @teardown()
    async def up(self):
        print("begun", flush=True)
        while not pathlib.Path("go").exists():
            await asyncio.sleep(0.01)
"""


@pytest.mark.parametrize("interrupts", [1, 2])
def test_one_interrupt_lets_a_teardown_come_to_its_end_and_a_second_one_does_not(interrupts: int, tmp_path: Path):
    (tmp_path / "shop.py").write_text(CLEANING)
    ran = squall("run", "shop.py", "--progress", "none", "--summary", "summary.json", cwd=tmp_path)
    assert ran.stdout is not None
    assert any("begun" in line for line in iter(ran.stdout.readline, ""))
    ran.send_signal(signal.SIGINT)
    assert any("Ctrl-C again" in line for line in iter(ran.stdout.readline, ""))
    if interrupts == 1:
        (tmp_path / "go").touch()
    else:
        ran.send_signal(signal.SIGINT)
    output, _ = ran.communicate(timeout=60)
    assert ran.returncode == 105, output
    stages = json.loads((tmp_path / "summary.json").read_text())["stages"]
    status = {stage["name"]: stage["status"] for stage in stages}
    assert status["Clean"] == ("completed" if interrupts == 1 else "failed"), output


def test_mistakes_in_a_file_are_shown_with_their_place(tmp_path: Path):
    (tmp_path / "shop.py").write_text("from squall import *\nclass Load(Setup):\n    batch_sise = 5\n")
    ran = squall("check", "shop.py", cwd=tmp_path)
    output, _ = ran.communicate(timeout=60)
    assert ran.returncode == 104, output
    assert "shop.py:3" in output
    assert "did you mean `batch_size`?" in output


def test_the_example_compiles(tmp_path: Path):
    ran = squall("explain", str(EXAMPLE), cwd=tmp_path)
    output, _ = ran.communicate(timeout=60)
    assert ran.returncode == 0, output
    assert output.count("compiled") == 4
