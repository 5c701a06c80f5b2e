"""The types that editors and type checkers see."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path) -> str:
    ran = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr if ran.returncode else ""


def test_the_stubs_agree_with_the_binary(tmp_path):
    assert run("mypy.stubtest", "squall._squall", cwd=tmp_path) == ""


def test_a_typed_graph_passes_a_strict_type_check(tmp_path):
    (tmp_path / "graph.py").write_text(
        """\
from squall import (
    Analyze, DataPool, Execute, File, JSONConfig, Setup, Submit, action, bearer, data, depends, expect, extract, pause,
    random_choice, random_int, uuid4,
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
