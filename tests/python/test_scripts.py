"""Coroutines during the load: asyncio and what is built on it, errors, interruption, and memory."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "squall"]


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """Starts the bundled target on a free port."""
    process = subprocess.Popen([*COMMAND, "target", "--http", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout)))
        yield found[0]
    finally:
        process.kill()
        process.communicate()


@dataclass
class Ran:
    """A run that has ended."""

    code: int
    output: str
    summary: dict[str, Any]

    def iterations(self) -> dict[str, Any]:
        (found,) = [row for row in self.summary["transactions"] if row["kind"] == "iteration"]
        return found

    def errors(self) -> list[dict[str, Any]]:
        return [error for row in self.summary["transactions"] for error in row.get("errors", [])]


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, target: str) -> Run:
    """Runs the journey `browse` of a file: so many iterations of so many users."""

    def with_file(body: str, *options: str, iterations: int = 4, users: int = 2) -> Ran:
        return finish(start(tmp_path, target, body, "-n", str(iterations), "-u", str(users), *options), tmp_path)

    return with_file


def start(folder: Path, target: str, body: str, *options: str, name: str = ":browse") -> subprocess.Popen[str]:
    code = f"URL = {target!r}\nimport asyncio, sys, time\nimport squall\n" + textwrap.dedent(body)
    (folder / "shop.py").write_text(code, encoding="utf-8")
    command = [*COMMAND, "run", f"shop.py{name}", "--progress", "none", "--summary", "summary.json", *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str], folder: Path) -> Ran:
    output, _ = process.communicate(timeout=120)
    summary = folder / "summary.json"
    return Ran(process.returncode, output, json.loads(summary.read_text()) if summary.exists() else {})


def test_what_asyncio_has_works_in_a_script(run: Run) -> None:
    ran = run("""
        async def browse(ctx):
            one = await ctx.http.get(URL + "/")
            assert one.ok and one.status == 200
            several = await asyncio.gather(*[ctx.http.get(f"{URL}/status/{status}") for status in (200, 201, 202)])
            assert [answer.status for answer in several] == [200, 201, 202]
            assert (await asyncio.wait_for(ctx.http.get(URL + "/"), 5)).ok
            task = asyncio.create_task(ctx.http.get(URL + "/"))
            assert (await task).ok
            assert (await asyncio.shield(ctx.http.get(URL + "/"))).ok
            for answer in asyncio.as_completed([ctx.http.get(URL + "/"), ctx.http.get(URL + "/")]):
                assert (await answer).ok
            before = time.monotonic()
            await asyncio.sleep(0.05)
            assert 0.045 < time.monotonic() - before
            await asyncio.sleep(0)
            queue, lock = asyncio.Queue(), asyncio.Lock()
            async def put():
                async with lock:
                    await queue.put(await ctx.http.get(URL + "/"))
            putting = asyncio.ensure_future(put())
            assert (await queue.get()).ok
            await putting
            assert await asyncio.to_thread(lambda: ctx.http.get(URL + "/").status) == 200
    """)
    assert ran.code == 0, ran.output
    assert ran.iterations()["ok"] == 4


def test_time_limits_cancel_what_is_in_flight(run: Run) -> None:
    ran = run("""
        async def browse(ctx):
            try:
                await asyncio.wait_for(ctx.http.get(URL + "/delay/5000"), 0.05)
            except asyncio.TimeoutError:
                pass
            else:
                raise AssertionError("no timeout")
            if sys.version_info >= (3, 11):
                try:
                    async with asyncio.timeout(0.05):
                        await ctx.http.get(URL + "/delay/5000")
                except TimeoutError:
                    pass
                else:
                    raise AssertionError("no timeout")
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(ctx.http.get(URL + "/delay/5000"))
                        raise ValueError("out")
                except* ValueError:
                    pass
            assert (await ctx.http.get(URL + "/")).ok
    """)
    assert ran.code == 0, ran.output
    totals = ran.summary["totals"]
    assert totals["started"] == totals["ok"] + totals["failed"] + totals["interrupted"]
    assert totals["ok"] == 4
    assert totals["interrupted"] >= 4


def test_a_script_is_a_task_with_variables_of_its_own(run: Run) -> None:
    ran = run("""
        import contextvars
        seen = contextvars.ContextVar("seen", default=None)
        async def browse(ctx):
            task = asyncio.current_task()
            assert task is not None and not task.done() and task.get_coro().cr_code.co_name == "browse"
            assert seen.get() is None
            seen.set(ctx.iteration)
            await ctx.http.get(URL + "/")
            await asyncio.sleep(0.01)
            assert seen.get() == ctx.iteration
            assert asyncio.current_task() is task
            async def child():
                assert asyncio.current_task() is not task
                return seen.get()
            assert await asyncio.create_task(child()) == ctx.iteration
            import squall
            assert squall.current() is ctx
            task.cancel()
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                getattr(task, "uncancel", int)()
            assert (await ctx.http.get(URL + "/")).ok
    """)
    assert ran.code == 0, ran.output
    assert ran.iterations()["ok"] == 4


def test_libraries_built_on_asyncio_work(run: Run) -> None:
    ran = run("""
        import aiosqlite, anyio, httpx, sniffio
        async def browse(ctx):
            assert sniffio.current_async_library() == "asyncio"
            async with httpx.AsyncClient() as client:
                assert (await client.get(URL + "/")).status_code == 200
            async with aiosqlite.connect(":memory:") as db:
                async with db.execute("select 41 + 1") as rows:
                    assert await rows.fetchone() == (42,)
            with anyio.move_on_after(0.05) as scope:
                await ctx.http.get(URL + "/delay/5000")
            assert scope.cancelled_caught
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 0.01)
            assert (await ctx.http.get(URL + "/")).ok
    """)
    assert ran.code == 0, ran.output
    assert ran.iterations()["ok"] == 4


def test_transactions_nest_also_under_gather(run: Run) -> None:
    ran = run(
        """
        async def part(ctx, name):
            async with ctx.transaction(name):
                await ctx.http.get(URL + "/")
                async with ctx.transaction("deep"):
                    await ctx.http.get(URL + "/status/500" if name == "b" else URL + "/")
        async def browse(ctx):
            async with ctx.transaction("outer"):
                await asyncio.gather(part(ctx, "a"), part(ctx, "b"))
            with ctx.transaction("alone"):
                pass
        """
    )
    found = {row["name"]: (row["ok"], row["failed"]) for row in ran.summary["transactions"]}
    assert found == {
        "iteration": (0, 4),
        "outer": (0, 4),
        "outer :: a": (4, 0),
        "outer :: a :: deep": (4, 0),
        "outer :: b": (0, 4),
        "outer :: b :: deep": (0, 4),
        "alone": (4, 0),
    }


def test_exceptions_are_grouped_by_type_message_and_place(run: Run) -> None:
    ran = run(
        """
        def helper(number):
            if number % 3 == 0:
                raise KeyError("token")
            if number % 3 == 1:
                raise ValueError("no")
        async def browse(ctx):
            await ctx.http.get(URL + "/")
            helper(ctx.iteration)
        """,
        iterations=9,
    )
    assert ran.iterations()["failed"] == 6
    errors = {error["message"]: error for error in ran.errors()}
    assert {message: error["count"] for message, error in errors.items()} == {
        "KeyError: 'token' (shop.py:7 in helper)": 3,
        "ValueError: no (shop.py:9 in helper)": 3,
    }
    example = errors["KeyError: 'token' (shop.py:7 in helper)"]["example"]
    assert "in browse" in example
    assert 'raise KeyError("token")' in example
    assert "squall/_" not in example


def test_a_message_of_several_lines_is_told_in_one_and_notes_are_left_to_the_traceback(run: Run) -> None:
    ran = run("""
        async def browse(ctx):
            await ctx.http.get(URL + "/")
            error = ValueError("no:\\n  missing  sku\\n")
            error.__notes__ = ["look at the log"]
            raise error
    """)
    assert [error["message"] for error in ran.errors()] == ["ValueError: no: missing  sku (shop.py:9 in browse)"]


def test_fail_fast_ends_the_load(run: Run) -> None:
    ran = run(
        """
        async def browse(ctx):
            await ctx.http.get(URL + "/")
            raise RuntimeError("stop here")
        """,
        "--fail-fast",
        iterations=1_000_000,
    )
    assert ran.code == 99, ran.output
    assert ran.iterations()["failed"] < 10_000
    assert "stop here" in ran.output


@pytest.mark.parametrize(
    "blocks",
    ["time.sleep(60)", "while True: pass", "await asyncio.sleep(60)", "await asyncio.to_thread(time.sleep, 60)"],
)
def test_an_interrupt_ends_whatever_the_script_does(tmp_path: Path, target: str, blocks: str) -> None:
    body = f"""
        async def browse(ctx):
            await ctx.http.get(URL + "/")
            print("waits", flush=True)
            {blocks}
    """
    process = start(tmp_path, target, body, "-n", "2", "-u", "2")
    assert process.stdout is not None
    assert "waits" in process.stdout.readline()
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    ran = finish(process, tmp_path)
    assert time.monotonic() - began < 30
    assert ran.code == 105, ran.output
    assert ran.summary["totals"]["ok"] >= 1
    assert ran.iterations()["interrupted"] == 2


@pytest.mark.parametrize("blocks", ["time.sleep(60)", "while True: pass", 'self.client.http.get(URL + "/delay/60000")'])
def test_an_interrupt_ends_blocking_code(tmp_path: Path, target: str, blocks: str) -> None:
    body = f"""
        class Load(squall.Setup):
            batch_size, iterations = 2, 2
        @squall.depends(Load)
        class Shop(squall.Execute):
            @squall.task()
            def browse(self):
                self.client.http.get(URL + "/")
                print("waits", flush=True)
                {blocks}
    """
    process = start(tmp_path, target, body, name="")
    assert process.stdout is not None
    assert "waits" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    ran = finish(process, tmp_path)
    assert ran.code == 105, ran.output
    assert ran.iterations()["interrupted"] == 2


def test_an_interrupt_ends_a_start_that_hangs(tmp_path: Path, target: str) -> None:
    body = """
        class Upload(squall.TestCase):
            rate = 1
            @classmethod
            def startup(cls):
                print("waits", flush=True)
                time.sleep(60)
            def run(self):
                pass
    """
    process = start(tmp_path, target, body, "-d", "1s", name="")
    assert process.stdout is not None
    assert "waits" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    ran = finish(process, tmp_path)
    assert ran.code == 105
    assert "stopped before the load" in ran.output


def test_iterations_that_outlive_the_load_are_cancelled(tmp_path: Path, target: str) -> None:
    body = """
        class Load(squall.Setup):
            batch_size, total_time, graceful_stop = 3, 1, 0.2
        @squall.depends(Load)
        class Shop(squall.Execute):
            @squall.task()
            async def browse(self):
                try:
                    await self.client.http.get(URL + "/")
                    await asyncio.sleep(60)
                finally:
                    print("cleaned", flush=True)
    """
    ran = finish(start(tmp_path, target, body, name=""), tmp_path)
    assert ran.output.count("cleaned") == 3, ran.output
    assert ran.iterations()["interrupted"] == 3


def test_a_million_iterations_leave_no_memory_behind(run: Run) -> None:
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("memory is read from /proc")
    ran = run(
        """
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * 4096
        seen = {}
        async def browse(ctx):
            async with ctx.transaction("one"):
                ctx.metric("size", 1)
            if ctx.iteration in (100_000, 999_000):
                seen[ctx.iteration] = resident()
                if len(seen) == 2:
                    first, last = seen[100_000], seen[999_000]
                    print(f"grew by {last - first} bytes", flush=True)
        """,
        iterations=1_000_000,
        users=8,
    )
    assert ran.iterations()["ok"] == 1_000_000, ran.output
    grown = re.search(r"grew by (-?\d+) bytes", ran.output)
    assert grown is not None, ran.output
    assert int(grown[1]) < 16 << 20
