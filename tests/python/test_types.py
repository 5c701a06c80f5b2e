"""The types that editors and type checkers see."""

import subprocess
import sys
from pathlib import Path

ALLOWED = Path(__file__).with_name("stubtest-allowlist.txt")


def run(*arguments: str, cwd: Path) -> str:
    ran = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr if ran.returncode else ""


def test_the_stubs_agree_with_the_binary(tmp_path):
    assert run("mypy.stubtest", "--allowlist", str(ALLOWED), "squall._squall", cwd=tmp_path) == ""


def test_a_typed_graph_passes_a_strict_type_check(tmp_path):
    (tmp_path / "graph.py").write_text(
        """\
import asyncio

from squall import (
    Analyze, Context, DataPool, Execute, File, HTTPStatusError, JSONConfig, Setup, Submit, action, bearer, current, data,
    depends, expect, extract, pause, random_choice, random_int, task, uuid4,
)

DataPool("users", rows=[{"name": "ann"}])


class Load(Setup):
    batch_size = 10
    total_time = "5s"
    pause = ("1s", 2)
    headers = {"x-id": uuid4()}
    connections = ("shared", 10)


@depends(Load)
class Shop(Execute):
    rate = 5

    @action()
    async def home(self) -> None:
        await self.client.http.get("/", params={"n": random_int(1, 5), "many": [1, "2"]}, expect=expect(status=200))

    @action(weight=2.5, order=2)
    async def buy(self) -> None:
        async with self.client.transaction("sign in"):
            login = await self.client.http.post(
                "/login", json={"user": data("users").name}, extract={"token": extract.json("$.token")}
            )
            await pause("1s", 2)
        await self.client.http.post("/orders", data=[("a", 1)], auth=bearer(login.token))
        await self.client.http.put("/x", data=File("x.bin"), timeout=1.5, headers={"x": random_choice("a", "b")})
        url: str = "/p/" + random_int(1, 5)
        await self.client.http.request("PURGE", url)

    @action
    async def bare(self) -> None:
        await self.client.http.get("/")

    @task()
    async def running(self) -> None:
        answer = await self.client.http.get(
            "/", tags={"a": "b"}, stream=True, raise_for_failure=True, extract={"token": extract.json("$.token")}
        )
        status: int = answer.status
        if answer.ok and status < 300 and "x" in answer.headers and "a" in answer.cookies:
            print(answer.text, answer.content[:1], answer.json()["a"], answer.timings["service"], answer.token)
        for hop in answer.history:
            print(hop["status"], hop["headers"].get_all("location"))
        try:
            answer.raise_for_status()
        except HTTPStatusError as error:
            print(error.response.reason)
        one, two = await asyncio.gather(self.client.http.get("/"), self.client.http.post("/", json=1))
        three = await asyncio.wait_for(self.client.http.get("/"), 1)
        four = await asyncio.create_task(self.client.http.get("/"))
        print(one.url, two.failures, three.status, four.status)
        number: int = random_int(1, 5)
        if number > 3 and data("users").name == "ann":
            await pause("1s")
        context: Context = current()
        context.anything = context.rng.random()
        with context.measure("database"), context.transaction("inner"):
            context.metric("rows", 5)
            context.send("found", rows=5)
        async with self.client.transaction("outer"):
            pass

    @task
    def blocking(self) -> None:
        with self.client.transaction("outer"):
            print(self.client.blocking.get("/", params={"a": 1}).status)
            print(self.client.blocking.post("/", json={}, tags={"a": "b"}).text)
        pause(1)


@depends(Shop)
class Out(Submit):
    config = JSONConfig(metrics_filepath="metrics.json")


@depends("Shop")
class Sum(Analyze):
    pass
""",
        encoding="utf-8",
    )
    assert run("mypy", "--strict", "graph.py", cwd=tmp_path) == ""


def test_stages_of_every_kind_pass_a_strict_type_check(tmp_path):
    (tmp_path / "graph.py").write_text(
        """\
from squall import (
    Act, Analyze, Checkpoint, Execute, Graph, Idle, Setup, Submit, Teardown, Validate, action, depends, parametrize,
)
from squall.injection import at_once_users, increment_users_per_sec, ramp_users_per_sec


class Check(Validate):
    stage_timeout = "5s"
    retries = 2
    skip = True


@depends(Check)
class Load(Setup):
    persona_type = "ramped"
    batch_gradient = 0.2
    action_interval = "1s"
    priority = "low"
    cpus = 4
    log_level = "debug"
    no_run_visuals = True
    apply_to_stages = ["Browse", Check]


@parametrize(rate=[1, 2], sequential=True)
@depends(Load)
class Browse(Execute):
    inject = [
        at_once_users(5),
        ramp_users_per_sec(1).to(2).during("5s").randomized(),
        increment_users_per_sec(2).times(3).each_level_lasting(1).separated_by_ramps_lasting("1s").starting_from(1),
    ]

    @action()
    async def home(self) -> None:
        await self.client.http.get("/")


slow: type[Browse] = Browse.configured("Slow", after=[Load, "Browse"], rate=1)


@depends(slow)
class Both(Idle):
    pass


class Do(Act):
    base_url = "http://127.0.0.1:1"
    plugins = {"load": Load}


class Keep(Checkpoint):
    priority = "exclusive"


class Clean(Teardown):
    headers = {"x": "y"}


class Out(Submit):
    stream = True


class Spread(Execute):
    distribution = [1, 2, 3]
    distribution_intervals = 5


quick = Graph(Load, Browse, slow)
""",
        encoding="utf-8",
    )
    assert run("mypy", "--strict", "graph.py", cwd=tmp_path) == ""


def test_wrong_types_in_a_graph_are_found(tmp_path):
    (tmp_path / "graph.py").write_text(
        """\
from squall import Execute, Setup, action, expect, random_int


class Load(Setup):
    batch_size = "10"


class Shop(Execute):
    @action(weight="2")
    async def home(self) -> None:
        await self.client.http.get(5)
        await self.client.http.get("/", expected=expect(status=200))
        random_int("1", 2)
""",
        encoding="utf-8",
    )
    output = run("mypy", "--strict", "graph.py", cwd=tmp_path)
    assert sorted({int(line.split(":")[1]) for line in output.splitlines() if ": error:" in line}) == [5, 9, 11, 12, 13]
