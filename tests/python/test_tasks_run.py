"""Tasks and Python actions during the load: what they ask for, get, count, and what happens when they raise."""

import json
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

GRAPH = """\
import asyncio, threading, time
import squall
from squall import *
from squall.http import *
DataPool("users", rows=[{{"name": "ann", "age": 5}}, {{"name": "bob", "age": 6}}])
DataPool("codes", rows=[{{"code": 1}}, {{"code": 2}}, {{"code": 3}}], order="once")
class Load(Setup):
    base_url = "{url}"
    batch_size = {users}
    iterations = {iterations}
    seed = 5
@depends(Load)
class Shop(Execute):
{body}
"""


PASSED = (0, 98)
"""Exit codes of a run in which nothing failed; 98 is that of a machine too busy to keep to the schedule."""


class Server(ThreadingHTTPServer):
    """Remembers what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: list[str] = []
        self.bodies: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        status = 503 if self.path == "/broken" else 200
        body = json.dumps({"token": "abc", "path": self.path}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-many", "1")
        self.send_header("x-many", "2")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.do_GET()

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


@dataclass
class Ran:
    """A run that has ended."""

    code: int
    output: str
    summary: dict[str, Any]
    server: Server

    @property
    def counts(self) -> dict[str, int]:
        return {one["name"]: one["ok"] + one["failed"] for one in self.summary["series"]}

    @property
    def iterations(self) -> tuple[int, int]:
        (shop,) = (stage for stage in self.summary["stages"] if stage["name"] == "Shop")
        return shop["iterations_started"], shop["iterations_failed"]


Run = Callable[..., Ran]


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    """Runs a graph with the body of its Execute stage; in one process, so that order can be told."""

    def run_graph(body: str, iterations: int = 4, users: int = 1, *options: str) -> Ran:
        indented = textwrap.indent(textwrap.dedent(body), "    ")
        graph = GRAPH.format(url=server.url, body=indented, iterations=iterations, users=users)
        (tmp_path / "shop.py").write_text(graph, encoding="utf-8")
        command = [sys.executable, "-m", "squall", "run", "shop.py", "--progress", "none", "--summary", "summary.json"]
        options = options or ("--processes", "1")
        ran = subprocess.run(
            [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        output = ran.stdout + ran.stderr
        assert (tmp_path / "summary.json").exists(), output
        return Ran(ran.returncode, output, json.loads((tmp_path / "summary.json").read_text()), server)

    return run_graph


def test_the_requests_of_a_task_are_operations_of_one_iteration(run):
    ran = run(
        """
        @task()
        async def buy(self):
            login = await self.client.http.post("/login", json={"a": 1})
            assert login.status == 200 and login.ok
            assert login.json()["token"] == "abc"
            for number in range(2):
                await self.client.http.get(f"/orders/{number}")
            await asyncio.gather(self.client.http.get("/a"), self.client.http.get("/a"))
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts == {"POST /login": 4, "GET /orders/{id}": 8, "GET /a": 8}
    assert ran.iterations == (4, 0)
    assert ran.server.bodies == [{"a": 1}] * 4


def test_a_task_without_a_request_is_an_operation_itself(run):
    ran = run(
        """
        @task()
        async def compute(self):
            await asyncio.sleep(0.001)
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts == {"compute": 4}
    assert ran.iterations == (4, 0)


def test_compiled_and_python_actions_keep_their_shares(run):
    ran = run(
        """
        @action(weight=2)
        async def compiled(self):
            await self.client.http.get("/compiled")
        @action(order=2)
        async def branch(self):
            if (await self.client.http.get("/branch")).status == 200:
                await self.client.http.get("/then")
        @task(order=3)
        def blocking(self):
            assert self.client.http.get("/blocking").ok
        """,
        iterations=40,
    )
    assert ran.code in PASSED, ran.output
    assert Counter(ran.server.paths) == {"/compiled": 20, "/branch": 10, "/then": 10, "/blocking": 10}
    assert ran.counts == {"compiled": 20, "GET /branch": 10, "GET /then": 10, "GET /blocking": 10}


def test_placeholders_are_values_while_a_body_runs(run):
    ran = run(
        """
        @task()
        async def buy(self):
            number = random_int(1, 3)
            assert number in (1, 2, 3) and isinstance(number, int)
            assert random_choice("a", "b") in "ab"
            assert len(uuid4()) == 36 and uuid4() != uuid4()
            assert isinstance(timestamp(), float) and isinstance(timestamp("ms"), int)
            user = data("users")
            assert user.name == user["name"] in ("ann", "bob")
            await pause("1ms")
            await pause("1ms", "2ms")
            await self.client.http.post("/x", json={
                "count": counter(10, 5), "user": user_id(), "iteration": iteration(), "name": user.name, "age": user.age,
            })
        """
    )
    assert ran.code in PASSED, ran.output
    assert [body["count"] for body in ran.server.bodies] == [10, 15, 20, 25]
    assert [body["iteration"] for body in ran.server.bodies] == [0, 1, 2, 3]
    assert {body["user"] for body in ran.server.bodies} == {1}
    assert [(body["name"], body["age"]) for body in ran.server.bodies] == [("ann", 5), ("bob", 6)] * 2


def test_a_placeholder_of_the_top_of_the_file_is_drawn_for_each_use(run):
    ran = run(
        """
        @task()
        async def buy(self):
            await self.client.http.get(f"/{self._number}")
        _number = counter()
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.server.paths == ["/0", "/1", "/2", "/3"]


def test_the_seed_repeats_what_a_body_draws(run):
    body = """
    @task()
    async def buy(self):
        await self.client.http.get(f"/{random_int(1, 10**9)}-{uuid4()}")
    """
    run(body)
    ran = run(body)
    assert ran.server.paths[:4] == ran.server.paths[4:]
    assert len(set(ran.server.paths)) == 4


def test_a_pool_whose_rows_are_used_up_ends_the_scenario(run):
    ran = run(
        """
        @task()
        async def buy(self):
            await self.client.http.get(f"/{data('codes').code}")
        """,
        iterations=10,
    )
    assert sorted(ran.server.paths) == ["/1", "/2", "/3"], ran.output


def test_checks_and_extractions_work_while_a_body_runs(run):
    ran = run(
        """
        @task()
        async def buy(self):
            answer = await self.client.http.get(
                "/x", expect=expect(status=200, json={"token": "abc"}),
                extract={"token": extract.json("$.token"), "one": extract.header("X-Many"), "p": extract.regex('"(/.)"')},
            )
            assert (answer.token, answer.one, answer.p) == ("abc", "1", "/x")
            assert answer.headers.get_all("x-many") == ["1", "2"]
            wrong = await self.client.http.get("/wrong", expect=expect(json={"token": "other"}))
            assert not wrong.ok and wrong.status == 200 and wrong.failures
        """
    )
    assert ran.iterations == (4, 4)
    failed = {one["name"]: one["failed"] for one in ran.summary["series"]}
    assert failed == {"GET /x": 0, "GET /wrong": 4}


def test_failed_requests_raise_only_when_asked(run):
    ran = run(
        """
        @task()
        async def buy(self):
            answer = await self.client.http.get("/broken")
            assert (answer.status, answer.ok) == (503, False)
            try:
                answer.raise_for_status()
            except HTTPStatusError as error:
                assert error.response is answer
            else:
                raise AssertionError
            try:
                await self.client.http.get("/broken", raise_for_failure=True)
            except RequestFailedError:
                await self.client.http.get("/reached")
        """
    )
    assert ran.counts == {"GET /broken": 8, "GET /reached": 4}, ran.output


def test_what_a_body_raises_fails_its_iterations_and_is_told_once(run):
    ran = run(
        """
        @task()
        async def buy(self):
            await self.client.http.get("/")
            self._price()
        def _price(self):
            return {}["price"]
        """
    )
    assert ran.iterations == (4, 4), ran.output
    assert "KeyError: 'price'" in ran.output
    assert "(shop.py:20 in Shop._price)" in ran.output
    assert "squall/_lowering" not in ran.output


def test_a_plain_def_task_runs_on_a_thread_of_its_own(run):
    ran = run(
        """
        @task()
        def buy(self):
            assert threading.current_thread() is not threading.main_thread()
            with self.client.transaction("both"):
                first = self.client.blocking.get("/first")
                pause("1ms")
                assert first.status == 200
                self.client.http.post("/second", json={"name": data("users").name})
        """,
        iterations=8,
        users=4,
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts == {"GET /first": 8, "POST /second": 8}
    assert {one["name"]: one["ok"] for one in ran.summary["transactions"]}["both"] == 8


def test_the_context_is_there_anywhere_in_an_iteration(run):
    ran = run(
        """
        @task()
        async def buy(self):
            context = squall.current()
            assert (context.stage, context.scenario, context.user) == ("Shop", "Shop", 1)
            async with context.transaction("outer"), context.transaction("inner"):
                await context.http.get("/")
            with context.measure("database"):
                pass
            assert isinstance(self.client.http, HttpClient)
            assert isinstance(await self.client.http.get("/"), Response)
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts == {"GET /": 8, "database": 4}
    assert {"outer", "outer :: inner"} <= {one["name"] for one in ran.summary["transactions"]}


def test_processes_share_counters_and_import_the_file_under_one_name(run):
    ran = run(
        """
        @task()
        async def buy(self):
            await self.client.http.post("/x", json={"count": counter(), "module": type(self).__module__})
        """,
        20,
        4,
        "--processes",
        "2",
    )
    assert ran.code in PASSED, ran.output
    counts = [body["count"] for body in ran.server.bodies]
    assert len(counts) == 20
    assert len(set(counts)) == 20
    assert {body["module"] for body in ran.server.bodies} == {"shop"}


def test_an_exception_of_the_constructor_stops_before_the_load(server: Server, tmp_path: Path):
    body = """\
    _made = 0
    def __init__(self):
        type(self)._made += 1
        if type(self)._made > 1:
            raise ValueError("no shop today")
    @task()
    async def buy(self):
        await self.client.http.get("/")
    """
    graph = GRAPH.format(url=server.url, body=textwrap.indent(textwrap.dedent(body), "    "), iterations=4, users=1)
    (tmp_path / "shop.py").write_text(graph, encoding="utf-8")
    command = [sys.executable, "-m", "squall", "run", "shop.py", "--progress", "none", "--processes", "1"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode not in (0, 99)
    assert "ValueError: no shop today" in ran.stdout + ran.stderr
    assert server.paths == []


def test_explain_says_python_and_why(server: Server, tmp_path: Path):
    body = """
    @action()
    async def branch(self):
        if (await self.client.http.get("/")).ok:
            pass
    @task()
    def blocking(self):
        pass
    """
    graph = GRAPH.format(url=server.url, body=textwrap.indent(textwrap.dedent(body), "    "), iterations=4, users=1)
    (tmp_path / "shop.py").write_text(graph, encoding="utf-8")
    command = [sys.executable, "-m", "squall", "explain", "shop.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("Python") >= 2
    assert "`.ok` is taken from an answer" in ran.stdout
    assert "expect=expect(status=…)" in ran.stdout
    assert "it is a `@task`" in ran.stdout
