"""Personas and injection steps in one run: how many iterations each starts, and which action they run."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

GRAPH = """\
from squall import *
from squall.injection import *

class Load(Setup):
    base_url = "{url}"
    total_time = "1s"
    max_wait = "1s"

class _Two(Execute):
    @action(weight=3)
    async def often(self):
        await self.client.http.get("/often")
    @action()
    async def seldom(self):
        await self.client.http.get("/seldom")

def stage(name, **attributes):
    return _Two.configured(name, after=[Load], **attributes)

stages = [
    stage("batched", persona_type="batched", batch_size=4, batch_interval="200ms"),
    stage("weighted", persona_type="weighted", batch_size=20, batch_interval="100ms"),
    stage("spawned", persona_type="constant-spawn", batch_size=4, action_interval="20ms", batch_interval="100ms"),
    stage("ramped", persona_type="ramped", batch_size=10, batch_gradient=0.2, batch_interval="200ms"),
    stage("ramped_interval", persona_type="ramped-interval", batch_size=4, batch_gradient=0.5, batch_interval="300ms"),
    stage("arriving", persona_type="constant-arrival", batch_size=10, batch_interval="100ms"),
    stage("eager", persona_type="no-wait", max_users=5, total_time="100ms"),
    stage("shared", persona_type="shared-iterations", iterations=12, batch_size=3),
    stage("injected", inject=[at_once_users(7), nothing_for("100ms"), ramp_users(10).during("300ms")]),
    stage("peak", inject=[stress_peak_users(30).during("500ms")]),
]
"""
EXACT = {
    "batched": 20,  # 4 at 0, 200, … 800 ms
    "spawned": 24,  # a batch takes 4 · 20 ms and 100 ms
    "ramped": 30,  # 2, 4, 6, 8 and 10
    "ramped_interval": 16,  # at 0, 150, 450 and 750 ms
    "shared": 12,
    "injected": 17,
    "peak": 30,
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # all users come at once


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Runs the graph once, and returns its summary."""
    folder = tmp_path_factory.mktemp("personas")
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (folder / "shop.py").write_text(GRAPH.format(url=f"http://127.0.0.1:{server.server_port}"))
        command = [sys.executable, "-m", "squall", "run", "shop.py", "--runs-dir", "runs", "--progress", "none"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        server.shutdown()
    assert ran.returncode in (0, 98), ran.stdout + ran.stderr
    (run,) = Path(folder / "runs").iterdir()
    summary: dict[str, Any] = json.loads((run / "summary.json").read_text())
    return summary


def iterations(summary: dict[str, Any]) -> dict[str, int]:
    return {stage["name"]: stage["iterations_started"] for stage in summary["stages"] if stage["kind"] == "execute"}


def actions(summary: dict[str, Any], stage: str) -> dict[str, int]:
    return {
        series["name"]: series["ok"]
        for series in summary["series"]
        if series["stage"] == stage and series["name"] in ("often", "seldom")
    }


@pytest.mark.parametrize("stage", EXACT)
def test_a_persona_starts_exactly_its_iterations(summary, stage):
    dropped = {stage["name"]: stage["totals"]["dropped_iterations"] for stage in summary["stages"]}
    assert iterations(summary)[stage] + dropped[stage] == EXACT[stage]


def test_batches_take_actions_in_turn_and_others_by_weight(summary):
    assert actions(summary, "batched") == {"often": 12, "seldom": 8}
    assert actions(summary, "ramped") == {"often": 22, "seldom": 8}
    drawn = actions(summary, "weighted")
    assert sum(drawn.values()) == 200
    assert 120 < drawn["often"] < 180


def test_constant_arrival_completes_a_batch_in_each_interval(summary):
    assert 80 <= sum(actions(summary, "arriving").values()) <= 115


def test_no_wait_is_bounded_by_its_users(summary):
    (eager,) = [stage for stage in summary["stages"] if stage["name"] == "eager"]
    assert 0 < eager["users_max"] <= 5
    assert eager["iterations_started"] > 5


def test_constant_arrival_drops_and_counts_what_finds_no_user(tmp_path):
    (tmp_path / "shop.py").write_text(
        """\
import asyncio
from squall import *
class Load(Setup):
    persona_type = "constant-arrival"
    batch_size = 100
    total_time = "1s"
    max_users = 1
@depends(Load)
class Shop(Execute):
    @task()
    async def slow(self):
        await asyncio.sleep(0.1)
"""
    )
    command = [sys.executable, "-m", "squall", "run", "shop.py", "--progress", "none", "--summary", "summary.json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert "the asked-for rate was not offered" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == 98
    (started,) = iterations(summary).values()
    assert started <= 11
    assert 99 <= started + summary["totals"]["dropped_iterations"] <= 101


def test_loads_without_a_bound_share_what_the_machine_has_with_those_beside_them(tmp_path):
    (tmp_path / "shop.py").write_text(
        """\
import asyncio
from squall import *
class Eager(Setup):
    persona_type = "no-wait"
    total_time = "50ms"
class Few(Setup):
    batch_size = 3
    iterations = 3
class _Base(Execute):
    @task()
    async def rest(self):
        await asyncio.sleep(0.01)
stages = [
    _Base.configured("one", after=[Eager]),
    _Base.configured("two", after=[Eager]),
    _Base.configured("few", after=[Few]),
]
"""
    )
    command = [sys.executable, "-m", "squall", "run", "shop.py", "--progress", "none", "--summary", "summary.json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode in (0, 98), ran.stdout + ran.stderr
    assert all(iterations(json.loads((tmp_path / "summary.json").read_text())).values())
