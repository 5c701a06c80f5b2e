"""Engine plugins during the load: what is counted, when they connect, what fails and how."""

import textwrap
from pathlib import Path

import pytest

from plugin_runs import FINISHED, run, squall

GRAPH = """\
import asyncio, os, socket, ssl, time
from pathlib import Path
from squall import *
from squall.plugins import *

{plugin}

class Load(Setup):
    batch_size = {users}
    iterations = {iterations}
    plugins = {{"store": Store}}

@depends(Load)
class Shop(Execute):
{body}
"""
KEEPS = """\
class Store(EnginePlugin):
    per_user = {per_user}

    async def connect(self):
        Path(f"connected-{{os.getpid()}}-{{id(self)}}").touch()
        await asyncio.sleep(0.02)

    async def execute(self, key, *, value=None):
        return key if value is None else value

    async def close(self):
        Path(f"closed-{{id(self)}}").touch()
"""
GET = """\
@task()
async def get(self):
    assert await self.client.plugin["store"].execute("a", value=5) == 5
"""


def graph(plugin: str, body: str = GET, users: int = 1, iterations: int = 4) -> str:
    body = textwrap.indent(textwrap.dedent(body), "    ")
    return GRAPH.format(plugin=textwrap.dedent(plugin), body=body, users=users, iterations=iterations)


def with_execute(lines: str, iterations: int = 2) -> str:
    body = textwrap.indent(textwrap.dedent(lines), "        ")
    return graph(
        f"class Store(EnginePlugin):\n    async def execute(self, *args, **kwargs):\n{body}", iterations=iterations
    )


def named(folder: Path, what: str) -> int:
    return len(list(folder.glob(f"{what}-*")))


def test_operations_are_counted_under_the_action_and_the_plugin(tmp_path: Path) -> None:
    ran = run(tmp_path, graph(KEEPS.format(per_user=False)))
    assert ran.code in FINISHED, ran.output
    get = ran.series("get store")
    assert (get["ok"], get["failed"]) == (4, 0)
    assert [one["name"] for one in ran.summary["series"]] == ["get store"], "the body is not counted once more"
    assert ran.transaction("store connect")["ok"] == 1
    assert (named(tmp_path, "connected"), named(tmp_path, "closed")) == (1, 1)


def test_users_that_come_at_once_share_one_connection(tmp_path: Path) -> None:
    ran = run(tmp_path, graph(KEEPS.format(per_user=False), users=5, iterations=20))
    assert ran.series("get store")["ok"] == 20
    assert ran.transaction("store connect")["ok"] == 1


def test_connecting_is_part_of_what_the_user_waits_for_and_not_of_the_service(tmp_path: Path) -> None:
    get = run(tmp_path, graph(KEEPS.format(per_user=False), iterations=1)).series("get store")
    assert get["response_time_ms"]["max"] >= 20
    assert get["service_time_ms"]["max"] < 20


def test_each_user_has_its_own_instance_where_the_plugin_says_so(tmp_path: Path) -> None:
    ran = run(tmp_path, graph(KEEPS.format(per_user=True), users=3, iterations=12))
    assert ran.series("get store")["ok"] == 12
    assert ran.transaction("store connect")["ok"] == 3
    assert (named(tmp_path, "connected"), named(tmp_path, "closed")) == (3, 3)


def test_each_process_has_its_own_instance(tmp_path: Path) -> None:
    ran = run(tmp_path, graph(KEEPS.format(per_user=False), users=4, iterations=16), "--processes", "2")
    assert ran.series("get store")["ok"] == 16
    assert ran.transaction("store connect")["ok"] == 2
    assert len({path.name.split("-")[1] for path in tmp_path.glob("connected-*")}) == 2


def test_an_action_with_a_plugin_runs_in_python_and_explain_names_it(tmp_path: Path) -> None:
    body = """\
    @action()
    async def get(self):
        return await self.client.plugin[Store].execute("a")
    """
    (tmp_path / "shop.py").write_text(graph(KEEPS.format(per_user=False), body), encoding="utf-8")
    code, output = squall(tmp_path, "explain", "shop.py")
    assert code == 0, output
    assert "it uses the plugin `store`, which runs in Python" in output
    ran = run(tmp_path, graph(KEEPS.format(per_user=False), body))
    assert ran.series("get store")["ok"] == 4


def test_it_tells_phases_bytes_status_and_its_name(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        with_execute(
            """\
            told = timings()
            told.name = f"say {args[0]}"
            await asyncio.sleep(0.004)
            told.connected()
            told.written()
            await asyncio.sleep(0.008)
            told.first_byte()
            await asyncio.sleep(0.002)
            told.bytes_sent, told.bytes_received, told.status = 10, 300, 201
            return kwargs.get("value")
            """
        ),
    )
    told = ran.series("say a")
    assert told["connecting_ms"]["min"] >= 4
    assert told["securing_ms"]["count"] == 0, "nobody told it"
    assert told["writing_ms"]["max"] < 4
    assert told["first_byte_ms"]["min"] >= 8
    assert told["reading_ms"]["min"] >= 2
    assert (told["bytes_sent"], told["bytes_received"], told["statuses"]) == (20, 600, {"201": 2})


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        ("raise KeyError('gone')", "script", "KeyError: 'gone' (shop.py:"),
        ("raise asyncio.TimeoutError", "timeout", "TimeoutError"),
        ("raise TimeoutError('slow')", "timeout", "TimeoutError: slow"),
        ("raise ConnectionResetError('bye')", "reset", "ConnectionResetError: bye"),
        ("raise ConnectionRefusedError('no')", "connect", "ConnectionRefusedError: no"),
        ("raise socket.gaierror('who')", "dns", "socket.gaierror: who"),
        ("raise ssl.SSLError('bad')", "tls", "ssl.SSLError"),
        ("raise EOFError", "closed", "EOFError"),
    ],
)
def test_what_it_raises_is_a_failure_of_its_class(tmp_path: Path, lines: str, kind: str, message: str) -> None:
    ran = run(tmp_path, with_execute(lines))
    ((found, said, count),) = ran.errors
    assert (found, count) == (kind, 2)
    assert message in said
    (stage,) = (stage for stage in ran.summary["stages"] if stage["name"] == "Shop")
    assert stage["iterations_failed"] == 2, "the test gets the exception"


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        ("timings().fail('sold out')\nreturn 5", "check", "sold out"),
        ("timings().fail('busy', 'status')\ntimings().fail('later')\nreturn 5", "status", "busy"),
        ("return Answer(ok=False, error='no such key')", "check", "no such key"),
        ("return Answer(ok=False, error=None)", "check", "its result is not ok"),
    ],
)
def test_an_operation_fails_by_its_result_too(tmp_path: Path, lines: str, kind: str, message: str) -> None:
    answer = "from dataclasses import dataclass\n@dataclass\nclass Answer:\n    ok: bool\n    error: str | None\n"
    text = with_execute(lines).replace("class Store", f"{answer}\nclass Store")
    text = text.replace(
        'assert await self.client.plugin["store"].execute("a", value=5) == 5',
        'await self.client.plugin["store"].execute("a")',
    )
    ran = run(tmp_path, text)
    assert ran.errors == [(kind, message, 2)]
    (stage,) = (stage for stage in ran.summary["stages"] if stage["name"] == "Shop")
    assert stage["iterations_failed"] == 2, "an operation that failed fails its iteration"


def test_a_connection_that_fails_fails_who_waits_and_is_tried_again(tmp_path: Path) -> None:
    plugin = """\
    tries = []

    class Store(EnginePlugin):
        async def connect(self):
            tries.append(1)
            await asyncio.sleep(0.02)
            if len(tries) == 1:
                raise OSError("nobody there")

        async def execute(self, *args, **kwargs):
            return kwargs["value"]
    """
    ran = run(tmp_path, graph(plugin, users=3, iterations=9))
    ((kind, message, count),) = ran.errors
    assert (kind, count) == ("connect", 3), "all three that waited for it"
    assert message.startswith("OSError: nobody there (shop.py:")
    assert ran.series("get store")["ok"] == 6
    connect = ran.transaction("store connect")
    assert (connect["ok"], connect["failed"]) == (1, 1)


def test_what_the_end_of_the_load_cuts_off_is_interrupted(tmp_path: Path) -> None:
    text = with_execute("await asyncio.sleep(30)").replace(
        "iterations = 2", 'total_time = "300ms"\n    graceful_stop = 0'
    )
    ran = run(tmp_path, text)
    assert ran.errors == [], ran.output
    (stage,) = (stage for stage in ran.summary["stages"] if stage["name"] == "Shop")
    assert (stage["iterations_started"], stage["iterations_failed"]) == (1, 0)


def test_a_journey_uses_the_plugins_of_its_file(tmp_path: Path) -> None:
    text = KEEPS.format(per_user=False) + textwrap.dedent(
        """\
        plugins = {"store": Store}

        async def browse(ctx):
            async with ctx.transaction("both"):
                assert await ctx.plugin["store"].execute("a") == "a"
                assert await ctx.plugin[Store].execute("b") == "b"

        def scenario():
            return [("shop:browse", RecyclableIterableDataPool([()]), oneshot())]
        """
    )
    head = (
        "import asyncio, os\nfrom pathlib import Path\nfrom squall.plugins import *\n"
        "from squall.datapools import RecyclableIterableDataPool\nfrom squall.volume import oneshot\n"
    )
    ran = run(tmp_path, head + text)
    assert ran.series("shop:browse store")["ok"] == 2
    assert ran.transaction("both")["ok"] == 1


def test_a_failed_operation_fails_the_transaction_around_it(tmp_path: Path) -> None:
    body = """\
    @task()
    async def get(self):
        with self.client.transaction("both"):
            await self.client.plugin["store"].execute()
    """
    plugin = """\
    class Store(EnginePlugin):
        async def execute(self, *args, **kwargs):
            timings().fail("sold out")
    """
    ran = run(tmp_path, graph(plugin, body))
    assert ran.transaction("both")["failed"] == 4


def test_blocking_code_is_told_to_be_async(tmp_path: Path) -> None:
    body = """\
    @task()
    def get(self):
        self.client.plugin["store"].execute("a")
    """
    ran = run(tmp_path, graph(KEEPS.format(per_user=False), body))
    assert "the plugin `store` must be awaited: make the method `async def`" in ran.output


def test_a_plugin_that_does_not_close_is_told_and_holds_nobody_up(tmp_path: Path) -> None:
    plugin = """\
    class Store(EnginePlugin):
        async def execute(self, *args, **kwargs):
            return kwargs["value"]

        async def close(self):
            {close}
    """
    ran = run(tmp_path, graph(plugin.format(close='raise OSError("gone")')))
    assert "the plugin `store` did not close: OSError: gone (shop.py:" in ran.output
    ran = run(tmp_path, graph(plugin.format(close="await asyncio.sleep(60)")))
    assert "the plugin `store` did not close within 1 s" in ran.output


def test_two_plugins_keep_their_timings_apart(tmp_path: Path) -> None:
    plugin = """\
    class Inner(EnginePlugin):
        async def execute(self):
            timings().bytes_sent = 1

    class Store(EnginePlugin):
        async def execute(self, key, value=None):
            await current().plugin[Inner].execute()
            timings().bytes_sent = 7
            return value
    """
    ran = run(tmp_path, graph(plugin))
    assert ran.code in FINISHED, ran.output
    assert ran.series("get store")["bytes_sent"] == 28
    assert ran.series("get Inner")["bytes_sent"] == 4
