"""Journeys that run, against a server that counts."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


class Server(ThreadingHTTPServer):
    """Counts requests by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: Counter[str] = Counter()
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.paths[self.path] += 1
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length) or json.dumps({"path": self.path}).encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("set-cookie", "seen=yes")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - as the base class has it

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


class Run:
    """A run of the command that has ended."""

    def __init__(self, folder: Path, ran: "subprocess.CompletedProcess[str]") -> None:
        self.code = ran.returncode
        self.output = ran.stdout
        summaries = sorted((folder / ".squall" / "runs").glob("*/summary.json"))
        self.summary: dict[str, Any] = json.loads(summaries[-1].read_text()) if summaries else {}

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Messages of the journeys."""
        lines = (line for line in self.output.splitlines() if line.startswith('{"type"'))
        return [json.loads(line) for line in lines]


Squall = Callable[..., Run]


@pytest.fixture
def squall(tmp_path: Path, server: Server) -> Squall:
    """Writes a test file that knows the server's `URL`, and runs the command on it."""

    def run(text: str, *arguments: str, **environment: str) -> Run:
        url = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "shop.py").write_text(f"URL = {url!r}\n{text}", encoding="utf-8")
        known = {name: value for name, value in os.environ.items() if not name.startswith("SQUALL_")}
        ran = subprocess.run(
            [sys.executable, "-m", "squall", *arguments],
            cwd=tmp_path,
            env={**known, "NO_COLOR": "1", "SQUALL_PROGRESS": "none", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return Run(tmp_path, ran)

    return run


SHOP = """
import asyncio
from squall.datapools import *
from squall.journeys import *
from squall.volume import *

async def token(ctx):
    await ctx.http.post(URL + "/token")
    return ctx.config.get("who", "nobody")

@fixture(token)
async def browse(ctx, user, sku):
    async with ctx.transaction("outer"):
        async with ctx.transaction("inner"):
            page = await ctx.http.get(URL + "/page", params={"user": user})
        ctx.send("seen", user=user, sku=sku, token=ctx.token, path=page.json()["path"])
    await asyncio.gather(*(ctx.http.get(URL + "/image") for _ in range(3)))

async def fails(ctx):
    async with ctx.transaction("wrong"):
        raise ValueError("boo")

once = IterableDataPool([("ann", 1), ("bob", 2), ("cid", 3)])
again = RecyclableIterableDataPool([("ann", 1), ("bob", 2)])
"""


def test_a_scenario_ends_when_its_data_are_used_up(squall: Squall, server: Server) -> None:
    run = squall(
        SHOP
        + "def scenario(config):\n    config.set('who', 'me')\n    return [('shop:browse', once, lambda s, e: 2)]\n",
        "run",
        "shop.py",
        "--messages",
        "--processes",
        "1",
    )
    assert sorted(message["fields"]["user"] for message in run.sent) == ["ann", "bob", "cid"], run.output
    first = run.sent[0]
    assert (first["type"], first["transaction"], first["fields"]["token"]) == ("seen", "outer", "me")
    assert first["fields"]["path"] == f"/page?user={first['fields']['user']}"
    assert server.paths["/token"] == 1, "a fixture is made once"
    assert server.paths["/image"] == 9
    assert run.summary["totals"]["ok"] == sum(server.paths.values()) == 13


def test_a_journey_runs_exactly_once(squall: Squall, server: Server) -> None:
    run = squall(SHOP, "journey", "run", "shop:browse", "shop:again", "--messages=seen", SQUALL_CONF_who="env")
    assert [message["fields"]["token"] for message in run.sent] == ["env"], run.output
    assert server.paths == {"/token": 1, "/page?user=ann": 1, "/image": 3}


def test_a_journey_fails_without_stopping_the_others(squall: Squall) -> None:
    run = squall(
        SHOP + "def scenario():\n    return [(fails, None, oneshot()), (browse, once, lambda s, e: 1)]\n",
        "run",
        "shop.py",
    )
    assert run.summary["totals"]["ok"] == 13, run.output
    assert "ValueError: boo" in json.dumps(run.summary)


def test_a_wrong_scenario_is_refused_before_any_load(squall: Squall, server: Server) -> None:
    run = squall(SHOP + "def scenario():\n    return [('shop:brows', None, 3)]\n", "scenario", "test", "shop:scenario")
    assert run.code == 104, run.output
    assert "did you mean `browse`?" in run.output
    assert "the volume model of `shop:brows` is `3` (int)" in run.output
    assert not server.paths


MITE = """
from squall.compat.mite import MiteError, ensure_fixed_separation
from squall.compat.mite.datapools import RecyclableIterableDataPool
from squall.compat.mite.volume_model import Constant, Nothing, Ramp, oneshot_vm
from squall.compat.mite_http import create_http_cookie, mite_http

def note(response, metrics):
    metrics["path"] = response.json()["path"]

@mite_http
async def journey(ctx, one, two):
    async with ensure_fixed_separation(0.01):
        async with ctx.transaction("good"):
            ctx.http.set_response_callback(note)
            ctx.http.additional_metrics["more"] = two
            cookie = create_http_cookie(ctx, "127.0.0.1", "c", "v")
            answer = await ctx.http.get(URL + "/page", headers={"a": "b"}, cookies={"c": cookie})
            assert (answer.status_code, answer.body, answer.text) == (200, b'{"path": "/page"}', '{"path": "/page"}')
            assert answer.headers["Content-Type"] == "application/json"
            assert dict(answer.headers_tuple)["set-cookie"] == "seen=yes"
            assert answer.header.startswith("HTTP/1.1 200 OK\\r\\n")
            assert 0 < answer.starttransfer_time <= answer.total_time
            assert answer.request.method == b"GET"
            assert answer.request.to_curl().startswith("curl -X GET -H 'a: b' --cookie c=v http://127.0.0.1:")
            assert ctx.http.cookies() == {"c": "v", "seen": "yes"}
            ctx.http.set_response_callback(None)
            ctx.http.additional_metrics.clear()
            assert (await ctx.http.post(URL + "/echo", json={"a": 1})).json() == {"a": 1}
            assert (await ctx.http.post(URL + "/echo", data='"x"')).json() == "x"
        try:
            async with ctx.transaction("dead"):
                await ctx.http.get("http://127.0.0.1:1/")
        except Exception as error:
            ctx.send("caught", error=type(error).__name__)
        async with ctx.transaction("bad"):
            raise MiteError("bad thing", code=one)

pool = RecyclableIterableDataPool([(1, 2)])

def scenario(config, sender):
    sender("created", by=config.get("who"))
    return [["shop:journey", pool, oneshot_vm()]]
"""


def test_a_test_of_mite_runs_after_changing_its_imports(squall: Squall, server: Server) -> None:
    run = squall(MITE, "scenario", "test", "shop:scenario", "--messages", MITE_CONF_who="me")
    sent = {message["type"]: message for message in run.sent}
    assert list(sent) == ["created", "http_metrics", "exception", "caught", "error"], run.output
    assert sent["created"]["fields"] == {"by": "me"}
    metrics = sent["http_metrics"]["fields"]
    assert (metrics["response_code"], metrics["more"], metrics["path"]) == (200, 2, "/page")
    assert sent["exception"]["transaction"] == "dead"
    assert sent["exception"]["fields"]["ex_type"] == sent["caught"]["fields"]["error"] == "AcurlError"
    assert sent["error"]["transaction"] == "bad"
    assert sent["error"]["fields"]["code"] == 1
    assert server.paths == {"/page": 1, "/echo": 2}


def test_a_debugger_is_opened_where_a_transaction_raises(squall: Squall, tmp_path: Path) -> None:
    (tmp_path / "post.py").write_text("def mortem(trace):\n    print('post mortem', trace is not None, flush=True)\n")
    run = squall(SHOP, "journey", "test", "shop:fails", "--debugging", PYTHONPOSTMORTEM="post.mortem")
    assert run.output.count("post mortem True") == 1, "the run ends then"
    assert "ValueError: boo" in run.output
    assert run.code != 0


UNIT = """
import asyncio
from squall.compat.mite.test import http_spy, run_single_journey
from shop import journey, pool, URL

async def small(ctx, one, two):
    async with ctx.transaction("t"):
        await ctx.http.get(URL + "/page")

async def main():
    spied = http_spy(small)
    out = await run_single_journey({"a": 1}, spied, pool)
    kinds = [(message["type"], message["transaction"], message["transaction_id"]) for message in out["messages"]]
    assert kinds == [("txn", "__root__", 1)], kinds
    assert [response.status_code for response in spied.http["get"]] == [200]
    try:
        await run_single_journey(None, journey, pool)
    except Exception as error:
        assert type(error).__name__ == "MiteError", error
    else:
        raise AssertionError("what a journey raises is raised")

asyncio.run(main())
print("fine")
"""


def test_journeys_of_mite_can_be_unit_tested(squall: Squall, tmp_path: Path) -> None:
    squall(MITE, "--version")
    (tmp_path / "unit.py").write_text(UNIT, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "unit.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout.endswith("fine\n"), ran.stderr


def test_the_example_runs(squall: Squall, server: Server) -> None:
    example = Path(__file__).parents[2] / "examples" / "journey.py"
    run = squall("", "run", str(example), SQUALL_TARGET=f"http://127.0.0.1:{server.server_port}")
    assert run.summary["totals"]["failed"] == 0, run.output
    assert server.paths["/echo"] * 3 == server.paths["/bytes/1000"] > 0
    assert server.paths["/"] == 15
