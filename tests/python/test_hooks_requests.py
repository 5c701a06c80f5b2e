"""Hooks around the requests of actions: each request with its own data."""

import re
import textwrap
from pathlib import Path

import pytest

from graph_runs import PASSED, Ran, RunGraph, run_graph
from test_tasks_run import Server, server

__all__ = ["server"]

HEAD = """
class Load(Setup):
    base_url = os.environ["BASE"]
    batch_size = {users}
    iterations = {iterations}
    graceful_stop = 1
@depends(Load)
class Shop(Execute):
"""


@pytest.fixture
def run(server: Server, tmp_path: Path) -> RunGraph:
    def with_body(body: str, *options: str, iterations: int = 6, users: int = 1, more: str = "", top: str = "") -> Ran:
        indented = "".join(f"    {line}\n" for line in re.sub(r"(?m)^ {8}", "", body).strip("\n").splitlines())
        text = textwrap.dedent(top) + HEAD.format(users=users, iterations=iterations) + indented + textwrap.dedent(more)
        return run_graph(tmp_path, text, *options, BASE=server.url)

    return with_body


def test_two_actions_with_hooks_run_side_by_side_each_with_its_own(run, server):
    ran = run(
        """
        @action("sign")
        async def home(self):
            return await self.client.http.get("/home")
        @action(order=2)
        async def cart(self):
            return await self.client.http.get("/cart")
        @event()
        async def sign(self, action):
            action.url = f"{action.url}?signed"
        @event("cart")
        async def look(self, result, action):
            assert action.url == "/cart" and action.action == "cart" and result.status == 200
        """
    )
    assert ran.code in PASSED, ran.output
    assert sorted(server.paths) == ["/cart"] * 3 + ["/home?signed"] * 3
    assert ran.counts("Shop") == {"home": (3, 0), "cart": (3, 0)}


def test_a_hook_sees_the_data_of_its_own_request_and_no_other(run, server):
    ran = run(
        """
        @action("number")
        async def page(self):
            await self.client.http.get("/page")
        @event()
        async def number(self, action):
            action.url = f"/page/{squall.current().iteration}"
            return {"asked": action.url}
        @event("page")
        async def answered(self, result):
            return {"got": result.json()["path"]}
        @check("page", "answered", message="the answer to another request")
        async def same(self, asked, got, result, action):
            return asked == got == result.json()["path"] == action.url
        """,
        iterations=40,
        users=8,
    )
    assert ran.code in PASSED, ran.output
    assert sorted(server.paths) == sorted(f"/page/{number}" for number in range(40))
    assert ran.counts("Shop") == {"page": (40, 0)}


def test_a_check_that_fails_makes_its_operation_fail_with_its_message(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @check("home", message="the first answers are too dear")
        async def cheap(self, result):
            return squall.current().iteration >= 2
        @check("home")
        async def asserted(self, result):
            assert squall.current().iteration != 3, "the third is odd"
        """
    )
    assert ran.counts("Shop") == {"home": (3, 3)}
    assert ran.stage("Shop")["iterations_failed"] == 3
    assert sorted((kind, count) for kind, _, count in ran.errors()) == [("check", 1), ("check", 2)]
    messages = {message for _, message, _ in ran.errors()}
    assert "Shop.cheap: the first answers are too dear" in messages
    assert any("Shop.asserted: AssertionError: the third is odd" in message for message in messages), messages


@pytest.mark.parametrize("returned", ["None", "True", "0", "''", "{}"])
def test_only_false_itself_fails_a_check(run, returned):
    ran = run(
        f"""
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @check("home")
        async def fine(self, result):
            return {returned}
        """,
        iterations=2,
    )
    assert ran.counts("Shop") == {"home": (2, 0)}, ran.output


def test_a_check_that_raises_fails_its_operation_and_stops_nothing(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @check("home")
        async def fine(self, result):
            return result.json()["price"] < 5
        """
    )
    assert ran.counts("Shop") == {"home": (0, 6)}
    ((kind, message, count),) = ran.errors()
    assert (kind, count) == ("script", 6)
    assert message.startswith("KeyError: 'price' (shop.py:")
    assert "fine" in ran.output


def test_checks_see_only_requests_that_were_answered(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("http://127.0.0.1:1/home")
        @check("home")
        async def fine(self, result):
            return False
        """,
        iterations=2,
    )
    assert {kind for kind, _, _ in ran.errors()} == {"connect"}, ran.output


def test_a_condition_that_is_not_met_sends_no_request_and_the_iteration_counts_as_well(run, server):
    ran = run(
        """
        @action("even")
        async def home(self):
            await self.client.http.get("/home")
        @condition()
        async def even(self):
            return squall.current().iteration % 2 == 0
        """
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/home"] * 3
    assert ran.stage("Shop")["iterations_started"] == 6
    assert ran.stage("Shop")["iterations_failed"] == 0
    assert ran.counts("Shop") == {"home": (3, 0)}
    assert ran.metrics() == {"skipped by Shop.even": (3, 1.0)}


def test_transactions_know_of_checks_that_fail_and_of_requests_that_are_left_out(run):
    ran = run(
        """
        @task("even")
        async def buy(self):
            async with self.client.transaction("both"):
                await self.client.http.get("/one")
        @condition()
        async def even(self):
            return squall.current().iteration % 2 == 0
        @check("buy", message="the first")
        async def fine(self, result):
            return squall.current().iteration > 0
        """
    )
    (told,) = [one for one in ran.summary["transactions"] if one["name"] == "both"]
    assert (told["ok"], told["failed"], told["interrupted"]) == (2, 1, 3)
    assert ran.counts("Shop") == {"GET /one": (2, 1)}


def test_a_condition_after_an_answer_gates_what_depends_on_it(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @condition("home")
        async def rare(self, result):
            return squall.current().iteration == 1
        @event("rare")
        async def first(self):
            squall.current().metric("first", 1)
        @event("first")
        async def second(self):
            squall.current().metric("second", 1)
        @check("home", "second", message="only of the second request")
        async def checked(self):
            return squall.current().iteration == 1
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.metrics() == {"first": (1, 1.0), "second": (1, 1.0)}


def test_a_condition_that_returns_keys_is_met(run, server):
    ran = run(
        """
        @action("found", "use")
        async def home(self):
            await self.client.http.get("/")
        @condition()
        async def found(self):
            return {"page": "/found"}
        @event("found")
        async def use(self, action, page):
            action.url = page
        """,
        iterations=1,
    )
    assert server.paths == ["/found"], ran.output


def test_what_is_no_dictionary_is_there_under_the_name_of_the_hook(run, server):
    run(
        """
        @action("sign")
        async def home(self):
            await self.client.http.get("/")
        @event()
        async def price(self):
            return 5
        @event("price")
        def sign(self, action, price, unknown="default"):
            action.url = f"/{price}/{unknown}"
        """,
        iterations=1,
    )
    assert server.paths == ["/5/default"]


def test_a_request_can_be_changed_in_every_part(run, server):
    ran = run(
        """
        _body = {"a": 1}
        @action("change")
        async def home(self):
            await self.client.http.request("GET", "/", json=self._body, name="given")
        @event()
        async def change(self, action):
            assert action.name == "given" and action.json == {"a": 1} and action.data is None
            action.method = "POST"
            action.url = "/changed"
            action.params["page"] = 2
            action.headers["x-one"] = "1"
            action.json["b"] = 2
            action.name = "changed"
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output
    assert server.bodies == [{"a": 1, "b": 2}] * 2
    assert server.paths == ["/changed?page=2"] * 2
    assert ran.counts("Shop") == {"changed": (2, 0)}


def test_an_attribute_that_no_request_has_is_an_error_of_the_hook(run):
    ran = run(
        """
        @action("change")
        async def home(self):
            await self.client.http.get("/")
        @event()
        async def change(self, action):
            action.header = {}
        """,
        iterations=1,
    )
    assert "AttributeError: 'ActionRequest' object has no attribute 'header' (shop.py:" in ran.output


def test_transforms_map_over_lists_and_collect_per_key(run):
    ran = run(
        """
        @action("joined")
        async def home(self):
            await self.client.http.get("/")
        @event()
        async def numbers(self):
            return {"number": [1, 2, 3], "letter": ("a", "b", "c"), "factor": 10}
        @transform("numbers")
        async def times(self, number, letter, factor):
            await asyncio.sleep(0)
            return {"product": number * factor, "text": f"{letter}{number}"}
        @transform("numbers")
        def plain(self, number):
            return number + 1
        @event("times", "plain")
        async def joined(self, product, text, plain):
            assert product == [10, 20, 30] and text == ["a1", "b2", "c3"] and plain == [2, 3, 4]
            squall.current().metric("joined", 1)
        """,
        iterations=2,
    )
    assert ran.metrics() == {"joined": (2, 1.0)}, ran.output


def test_hooks_of_one_layer_run_at_the_same_time_and_layers_in_order(run):
    ran = run(
        """
        @action("both")
        async def home(self):
            await self.client.http.get("/")
        _seen = []
        @event()
        async def one(self):
            self._seen.append("one")
            await asyncio.sleep(0.01)
            return {"a": 1}
        @event()
        async def two(self):
            self._seen.append("two")
            await asyncio.sleep(0.01)
            return {"b": 2}
        @event("one", "two")
        async def both(self, a, b):
            assert self._seen[-2:] == ["one", "two"], self._seen
            assert (a, b) == (1, 2)
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output


def test_a_task_without_a_request_is_surrounded_once(run):
    ran = run(
        """
        @task("begin")
        async def compute(self):
            return 42
        @event()
        async def begin(self, action):
            assert (action.action, action.url) == ("compute", "")
        @check("compute", message="not 42")
        async def right(self, result):
            return result == 42 and squall.current().iteration != 1
        """
    )
    assert ran.counts("Shop") == {"compute": (5, 1)}, ran.output
    assert [(kind, message) for kind, message, _ in ran.errors()] == [("check", "Shop.right: not 42")]


def test_a_body_takes_what_its_hooks_return(run, server):
    ran = run(
        """
        @action("user", "sign")
        async def home(self, name, page="/p"):
            await self.client.http.get(f"{page}/{name}")
        @event()
        async def user(self):
            return {"name": f"user{squall.current().iteration}"}
        @event("user")
        async def sign(self, action, name):
            action.params["by"] = name
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/p/user0?by=user0", "/p/user1?by=user1"]
    assert ran.counts("Shop") == {"home": (2, 0)}


def test_requests_of_hooks_have_no_hooks_themselves(run, server):
    ran = run(
        """
        @action("login")
        async def home(self):
            await self.client.http.get("/home")
        @event()
        async def login(self, action, client):
            answer = await client.http.get("/token")
            assert (await self.client.http.get("/other")).ok
            action.params["token"] = answer.json()["token"]
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/token", "/other", "/home?token=abc"] * 2


def test_the_requests_of_a_body_can_be_gathered(run, server):
    ran = run(
        """
        @task("sign")
        async def both(self):
            one, two = await asyncio.gather(self.client.http.get("/a"), self.client.http.get("/b"))
            assert (one.json()["path"], two.json()["path"]) == ("/a?s=1", "/b?s=1")
        @event()
        async def sign(self, action):
            action.params["s"] = 1
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts("Shop") == {"GET /a": (2, 0), "GET /b": (2, 0)}


def test_a_channel_passes_values_from_one_action_to_another(run, server):
    ran = run(
        """
        @action()
        async def create(self):
            await self.client.http.get(f"/create/{squall.current().iteration}")
        @channel("create")
        async def created(self, result):
            return result.json()["path"].rpartition("/")[2]
        @action("created", order=2)
        async def read(self, created):
            await self.client.http.get(f"/read/{created}")
        """,
        iterations=12,
        users=4,
    )
    assert ran.code in PASSED, ran.output
    made = sorted(path.rpartition("/")[2] for path in server.paths if "create" in path)
    read = sorted(path.rpartition("/")[2] for path in server.paths if "read" in path)
    assert made == read
    assert len(read) == 6


def test_a_channel_value_is_there_in_hooks_before_each_request(run, server):
    ran = run(
        """
        @action()
        async def create(self):
            await self.client.http.get("/create")
        @channel("create")
        async def created(self, result, action):
            return {"id": 7, "by": action.action}
        @action("use", order=2)
        async def read(self):
            await self.client.http.get("/read")
        @event("created")
        async def use(self, action, created):
            action.url = f"/read/{created['id']}/{created['by']}"
        """,
        iterations=4,
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/create", "/read/7/create"] * 2


def test_waiting_for_a_channel_ends_with_the_load(run, server):
    ran = run(
        """
        @action("never")
        async def read(self):
            await self.client.http.get("/read")
        @task(order=2)
        async def other(self):
            await self.client.http.get("/other")
        @channel()
        async def never(self):
            return None
        """,
        "--set",
        "Load.total_time=0.3s",
        iterations=1000,
        users=2,
    )
    assert "/read" not in server.paths
    assert ran.stage("Shop")["iterations_failed"] == 0, ran.output
    assert ran.stage("Shop")["elapsed_s"] < 0.9


def test_a_condition_is_asked_before_anything_is_received(run, server):
    ran = run(
        """
        @action()
        async def create(self):
            await self.client.http.get(f"/create/{squall.current().iteration}")
        @channel("create")
        async def created(self, result):
            return result.json()["path"].rpartition("/")[2]
        @condition()
        async def every_other(self):
            return squall.current().iteration % 4 == 3
        @action("every_other", "created", order=2)
        async def read(self, created):
            await self.client.http.get(f"/read/{created}")
        """,
        iterations=8,
    )
    assert ran.code in PASSED, ran.output
    assert [path for path in server.paths if "read" in path] == ["/read/0", "/read/2"]


def test_a_full_channel_holds_up_its_senders(run):
    ran = run(
        """
        @task()
        async def talk(self, channel):
            sent = [channel.notify(number) for number in range(3)]
            assert sent == [True, True, False], sent
            late = asyncio.create_task(channel.send("late"))
            await asyncio.sleep(0)
            assert not late.done() and len(channel) == 2
            assert await channel.receive() == 0
            await late
            assert [await channel.receive(), await channel.receive()] == [1, "late"]
        @channel(size=2)
        async def talks(self):
            pass
        """,
        iterations=1,
    )
    assert ran.code in PASSED, ran.output


def test_a_metric_of_an_action_counts_while_the_load_goes_and_is_told_with_the_results(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @metric("count", names=["home"])
        async def pages(self, result):
            return 2
        @metric("distribution", group="sizes", names=["home"])
        def size(self, result):
            return {"bytes": len(result.content)}
        """,
        more="""
        @depends(Shop)
        class Sum(Analyze):
            @metric("sample")
            async def slow(self, results):
                assert results.name == "home" and len(results) == 6
                return sum(1 for one in results if one.succeeded and one.time >= 0)
        """,
    )
    assert ran.code in PASSED, ran.output
    assert ran.metrics()["pages"] == (6, 2.0)
    told = {one["metric"]: one for one in ran.summary["custom"]}
    assert (told["pages"]["value"], told["pages"]["type"], told["pages"]["name"]) == (12.0, "count", "home")
    assert told["bytes_count"]["group"] == "sizes"
    assert told["slow"]["value"] == 6.0


def test_skipped_hooks_are_bypassed_in_their_order(run):
    ran = run(
        """
        @action()
        async def home(self):
            await self.client.http.get("/home")
        @event("home")
        async def one(self):
            return {"a": 1}
        @event("one", skip=True)
        async def two(self):
            raise ValueError
        @event("two")
        async def three(self, a):
            squall.current().metric("three", a)
        """,
        iterations=2,
    )
    assert ran.metrics() == {"three": (2, 1.0)}, ran.output


def test_before_after_and_checks_lists_of_the_older_names_work(run, server):
    ran = run(
        """
        @action(checks=["fine"])
        async def home(self):
            await self.client.http.get("/home")
        @before("home")
        async def first(self, action):
            action.params["a"] = 1
        @event("home", pre=True)
        async def second(self, action):
            action.params["b"] = 1
        @after("home")
        async def last(self, result):
            assert result.status == 200
        @check("home")
        async def fine(self, result):
            return result.json()["path"] == "/home?a=1&b=1"
        """
    )
    assert ran.code in PASSED, ran.output
    assert ran.counts("Shop") == {"home": (6, 0)}


def test_an_action_knows_its_metadata(run):
    ran = run(
        """
        @action("look", metadata={"env": "test", "user": "ann", "tags": [{"name": "a", "value": "b"}]})
        async def home(self):
            await self.client.http.get("/home")
        @event()
        async def look(self, action):
            assert action.metadata["env"] == "test" and action.stage == "Shop"
        """,
        iterations=1,
    )
    assert ran.code in PASSED, ran.output


def test_data_pools_that_only_a_hook_uses_are_there(run, server):
    ran = run(
        """
        _pool = DataPool("users", rows=[{"name": "ann"}, {"name": "bob"}])
        @action("login")
        async def home(self):
            await self.client.http.get("/home")
        @event()
        async def login(self, action):
            action.url = "/" + data("users").name
        """,
        iterations=2,
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/ann", "/bob"]


def test_operations_of_engine_plugins_have_hooks_as_requests_do(run):
    ran = run(
        """
        @action("add")
        async def ask(self):
            return await self.client.plugin["adds"].execute(1)
        @event()
        async def add(self, action):
            action.args[0] += squall.current().iteration
        @event("ask")
        async def look(self, result, action):
            squall.current().metric("sum", result)
            assert action.url == "adds"
        @check("ask", message="more than 4")
        async def small(self, result):
            return result <= 4
        plugins = {"adds": Adds}
        """,
        top="""
        from squall.plugins import EnginePlugin
        class Adds(EnginePlugin):
            async def connect(self): pass
            async def execute(self, number): return number + 1
            async def close(self): pass
        """,
    )
    assert ran.counts("Shop") == {"ask adds": (3, 3)}, ran.output
    assert ran.errors() == [("check", "Shop.small: more than 4", 3)]
    assert ran.metrics()["sum"] == (6, 4.5)
