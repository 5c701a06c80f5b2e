"""Hooks that run once per stage, and what stages hand on to each other."""

import json
from pathlib import Path

import pytest

from graph_runs import PASSED, Ran, RunGraph, run_graph
from test_tasks_run import Server, server

__all__ = ["server"]

LOAD = """
@depends({after})
class Load(Setup):
    base_url = os.environ["BASE"]
    batch_size = 2
    iterations = 8
@depends(Load)
class Shop(Execute):
    @action()
    async def home(self{taken}):
        await self.client.http.get({url})
"""


@pytest.fixture
def run(server: Server, tmp_path: Path) -> RunGraph:
    def graph(text: str, *options: str) -> Ran:
        return run_graph(tmp_path, text, *options, BASE=server.url)

    return graph


ACT = """
class Login(Act):
    base_url = os.environ["BASE"]
    _ran = []
    @action()
    async def login(self):
        return await self.client.http.post("/login", json={"user": "ann"})
    @task("login", order=2)
    async def read(self, token):
        assert token == "abc"
        await self.client.http.get("/read")
    @event()
    async def sign(self, action):
        action.params["signed"] = 1
    @context("login")
    async def publish(self, result):
        return {"token": result.json()["token"], "items": [1], "get": "got", "keys": {"a": 1}}
    @check("login", message="no login")
    async def fine(self, result, action):
        return result.status == 200 and action.url == "/login"
"""
ACT = ACT.replace("@action()", '@action("sign")').replace('@task("login"', '@task("publish"')


def test_each_action_of_an_act_stage_runs_once_and_its_keys_reach_the_load(run, server):
    ran = run(ACT + LOAD.format(after="Login", taken=", token", url='f"/home/{token}"'))
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/login?signed=1", "/read"] + ["/home/abc"] * 8
    assert ran.stage("Login")["status"] == "completed"
    assert ran.counts("Shop") == {"home": (8, 0)}


def test_keys_called_as_the_methods_of_a_mapping_are_keys_and_nothing_else(run):
    ran = run(
        ACT
        + LOAD.format(after="Login", taken="", url='"/home"')
        + """
    @event("home")
    async def look(self, context, items, get):
        assert items == context["items"] == context.items == [1] and get == context.get == "got"
        assert context.keys == {"a": 1} and "values" not in context
        assert sorted(context) == ["get", "items", "keys", "token"] and len(context) == 4
        try:
            context.values
        except AttributeError as error:
            assert "has no key `values`" in str(error)
"""
    )
    assert ran.code in PASSED, ran.output


@pytest.mark.parametrize(
    ("hook", "error"),
    [
        (
            '@action()\n    async def fail(self):\n        raise ValueError("no luck")',
            "hook `Login.fail` raised ValueError: no luck (shop.py:8)",
        ),
        (
            "@event()\n    async def fail(self):\n        return {}['price']",
            "hook `Login.fail` raised KeyError: 'price' (shop.py:8)",
        ),
        (
            (
                '@event()\n    async def one(self):\n        return 1\n    @check("one", message="one is not two")\n'
                "    async def fail(self, one):\n        return one == 2"
            ),
            "the check failed: Login.fail: one is not two",
        ),
        (
            "@context()\n    async def fail(self):\n        return {'lock': __import__('threading').Lock()}",
            "hook `Login.fail` raised ContextTransferError: the key `lock` of the context cannot be handed to other stages",
        ),
    ],
)
def test_a_hook_that_fails_fails_its_stage_and_those_after_it(run, server, hook, error):
    ran = run(f"class Login(Act):\n    {hook}\n" + LOAD.format(after="Login", taken="", url='"/home"'))
    assert ran.code not in PASSED
    assert ran.stage("Login")["status"] == "failed"
    assert ran.stage("Login")["error"].startswith(error), ran.output
    assert ran.stage("Shop")["status"] == "skipped"
    assert server.paths == []


STAGES = """
class First(Act):
    @context()
    async def put(self):
        return {first}
@depends(First)
class Left(Act):
    @context()
    async def put(self, context):
        {left}
@depends(First)
class Right(Act):
    @context()
    async def put(self, context):
        {right}
@depends(Left, Right)
class Last(Act):
    @event()
    async def look(self, context):
        print({{name: context[name] for name in context}})
"""


@pytest.mark.parametrize(
    ("first", "left", "right", "said"),
    [
        ("{'a': 1}", "return {'b': 2}", "return {'c': [3]}", "{'a': 1, 'b': 2, 'c': [3]}"),
        ("{'a': 1}", "return {'a': 2}", "pass", "{'a': 2}"),
        ("{'a': 1}", "return {'a': 2}", "return {'a': 2}", "{'a': 2}"),
        ("{'a': [1]}", "context.a.append(2)", "pass", "{'a': [1, 2]}"),
        ("{'a': None}", "return {'a': 'set'}", "pass", "{'a': 'set'}"),
        ("{'a': 1}", "context['a'] = 1.5", "pass", "{'a': 1.5}"),
        (
            "{'a': 1}",
            "return {'a': 2}",
            "return {'a': 3}",
            "ContextClashError: the stages `Left` and `Right` before `Last` give the key `a` of the context different",
        ),
        (
            "{'a': 1}",
            "return {'a': 'text'}",
            "pass",
            "ContextTypeError: `Left` makes the key `a` of the context `str`, which it is not in the stages before: `int`",
        ),
        ("{'a': [1]}", "context['a'] = (1,)", "pass", "ContextTypeError: `Left` makes the key `a`"),
    ],
)
def test_keys_travel_along_edges_as_copies_with_typed_errors_on_clashes(run, first, left, right, said):
    ran = run(STAGES.format(first=first, left=left, right=right))
    assert said in " ".join(ran.output.split()), ran.output


def test_a_load_whose_keys_clash_does_not_begin(run, server):
    ran = run(
        """
class Left(Act):
    @context()
    async def put(self):
        return {"token": "left"}
class Right(Act):
    @context()
    async def put(self):
        return {"token": "right"}
"""
        + LOAD.format(after="Left, Right", taken=", token", url='"/home"')
    )
    assert ran.stage("Shop")["status"] == "failed"
    assert ran.stage("Shop")["error"].startswith("ContextClashError: the stages `Left` and `Right` before"), ran.output
    assert server.paths == []


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_requests_publish_reaches_later_stages(run, processes):
    ran = run(
        LOAD.replace("@depends({after})\n", "").format(taken="", url='"/home"')
        + """
    @context("home")
    async def seen(self, result):
        return {"path": result.json()["path"], "last": squall.current().iteration}
@depends(Shop)
class Look(Act):
    @event()
    async def look(self, path, last):
        print("it was", path, last in range(8))
""",
        "--processes",
        processes,
    )
    assert ran.code in PASSED, ran.output
    assert "it was /home True" in ran.output


def test_a_condition_closes_what_depends_on_it_or_the_whole_stage(run, server):
    ran = run(
        """
class Some(Act):
    @condition()
    async def never(self):
        return 0
    @event("never")
    async def not_this(self):
        raise ValueError
    @event("not_this")
    async def nor_this(self):
        raise ValueError
    @event()
    async def but_this(self):
        print("but this")
"""
        + LOAD.format(after="Some", taken="", url='"/home"')
        + """
    @condition()
    async def closed(self):
        return False
"""
    )
    assert "but this" in ran.output
    assert server.paths == []
    assert ran.stage("Some")["status"] == "completed"
    assert ran.stage("Shop")["status"] == "left_out"


def test_saved_files_are_loaded_by_the_next_run(run, tmp_path):
    graph = (
        """
class Last(Act):
    @load(load_path="state/last-run.json")
    async def earlier(self, lastrun=None):
        return {"runs": (lastrun or {"runs": 0})["runs"] + 1}
    @event("earlier")
    async def tell(self, runs):
        print("run number", runs)
"""
        + LOAD.format(after="Last", taken=", runs", url='f"/home/{runs}"')
        + """
@depends(Shop)
class Keep(Act):
    @save(save_path="state/last-run.json")
    async def keep(self, runs):
        return {"runs": runs}
"""
    )
    first = run(graph)
    assert "run number 1" in first.output, first.output
    assert json.loads((tmp_path / "state/last-run.json").read_text()) == {"runs": 1}
    second = run(graph)
    assert "run number 2" in second.output
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["last-run.json"]


def test_without_a_file_the_default_of_the_argument_is_loaded(run):
    ran = run(
        """
class Last(Act):
    @load(load_path="lastrun.json")
    async def earlier(self, lastrun=7):
        pass
@depends(Last)
class Then(Act):
    @event()
    async def tell(self, lastrun):
        print("run number", lastrun)
"""
    )
    assert "run number 7" in ran.output, ran.output


def test_a_file_that_holds_no_json_is_told_with_its_path(run, tmp_path):
    (tmp_path / "state.json").write_text("{")
    ran = run(
        "class Last(Act):\n    @load(load_path='state.json')\n    async def earlier(self, state):\n        pass\n"
    )
    assert f"cannot load `{tmp_path}/state.json`: it holds no JSON" in ran.stage("Last")["error"]
    (tmp_path / "state.json").unlink()
    ran = run(
        "class Last(Act):\n    @load(load_path='state.json')\n    async def earlier(self, state):\n        pass\n"
    )
    assert "there is no such file" in ran.stage("Last")["error"]


def test_the_older_names_save_and_restore_one_key(run, tmp_path):
    ran = run(
        """
class First(Checkpoint):
    @context()
    async def put(self):
        return {"token": "abc"}
    @save("token", checkpoint_filepath="token.json")
    async def keep(self, token):
        return token
@depends(First)
class Second(Checkpoint):
    @restore("again", restore_filepath="token.json")
    async def back(self, again):
        return again.upper()
@depends(Second)
class Third(Act):
    @event()
    async def look(self, again, token):
        print("restored", again, token)
"""
    )
    assert json.loads((tmp_path / "token.json").read_text()) == "abc"
    assert "restored ABC abc" in ran.output, ran.output


def test_results_can_be_saved_after_an_analyze_stage(run, tmp_path):
    ran = run(
        LOAD.replace("@depends({after})\n", "").format(taken="", url='"/home"')
        + """
@depends(Shop)
class Sum(Analyze):
    pass
@depends(Sum)
class Keep(Act):
    @save(save_path="results.json")
    async def keep(self, results):
        assert results["Shop"]["home"].groups["total"].mean > 0
        return results
"""
    )
    assert ran.code in PASSED, ran.output
    assert json.loads((tmp_path / "results.json").read_text())["stages"]["Shop"]["actions"]["home"]["total"] == 8


def test_validate_tries_actions_of_other_stages_once(run, server):
    text = (
        """
class Try(Validate):
    base_url = os.environ["BASE"]
    @validate("Shop.home")
    async def works(self, home):
        answer = await home()
        return answer.status == {status}
"""
        + LOAD.format(after="Try", taken="", url='"/home"').replace("{", "{{").replace("}", "}}")
        + """
    @event("home")
    async def look(self, result):
        assert result.status == 200
"""
    )
    ran = run(text.format(status=200))
    assert ran.code in PASSED, ran.output
    assert len(server.paths) == 9
    ran = run(text.format(status=404))
    assert ran.stage("Try")["error"] == "`Try.works` (@validate) returned False for the action `Shop.home`"
    assert len(server.paths) == 10


def test_setup_and_teardown_hooks_run_once_and_teardown_whatever_happened(run):
    ran = run(
        """
class Load(Setup):
    base_url = os.environ["BASE"]
    iterations = 2
    batch_size = 1
    @setup()
    async def prepare(self):
        print("prepared")
@depends(Load)
class Shop(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/home")
@depends(Shop)
class Fails(Act):
    @event()
    async def fail(self):
        raise ValueError("on purpose")
@depends(Fails)
class Clean(Teardown):
    @teardown()
    async def clean(self):
        print("cleaned")
"""
    )
    assert ran.output.count("prepared") == 1
    assert ran.output.count("cleaned") == 1, ran.output


def test_a_retried_stage_starts_with_what_was_there_before(run, tmp_path):
    ran = run(
        """
class Put(Act):
    @context()
    async def put(self):
        return {"tries": 0}
@depends(Put)
class Flaky(Act):
    retries = 2
    _tries = []
    @context()
    async def attempt(self, tries):
        self._tries.append(tries)
        return {"tries": tries + 1}
    @event("attempt")
    async def fail_first(self):
        if len(self._tries) < 3:
            raise ValueError("not yet")
        print("tries", self._tries)
"""
    )
    assert "tries [0, 0, 0]" in ran.output, ran.output
    assert ran.stage("Flaky")["status"] == "completed"


def test_bodies_take_what_hooks_and_actions_before_them_return(run, server):
    ran = run(
        """
class Login(Act):
    base_url = os.environ["BASE"]
    @event()
    async def user(self):
        return {"name": "ann"}
    @event()
    async def number(self):
        return 5
    @action("user", "number")
    async def login(self, name, number):
        return await self.client.http.get(f"/{name}/{number}")
    @channel("login")
    async def answered(self, result):
        return result.status
    @action("answered")
    async def read(self, answered, login):
        await self.client.http.get(f"/{answered}/{login.status}")
"""
        + LOAD.format(after="Login", taken=", name, number", url='f"/home/{name}/{number}"').replace(
            "@action()", '@action("Login.user", "Login.number")'
        )
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/ann/5", "/200/200", *["/home/ann/5"] * 8]


def test_hooks_of_other_stages_hand_on_what_they_return(run, server):
    ran = run(
        """
class Login(Act):
    @event()
    async def token(self):
        return "abc"
    @event()
    async def both(self):
        return {"a": 1, "b": 2}
"""
        + LOAD.format(after="Login", taken="", url='"/home"').replace("@action()", '@action("sign")')
        + """
    @event("Login.token", "Login.both")
    async def sign(self, action, token, a, b):
        action.url = f"/home/{token}/{a}/{b}"
"""
    )
    assert ran.code in PASSED, ran.output
    assert server.paths == ["/home/abc/1/2"] * 8


def test_a_hook_that_does_not_come_to_its_end_fails_its_stage_in_time(run):
    ran = run(
        """
class Hangs(Act):
    stage_timeout = "300ms"
    @event()
    async def hang(self):
        await asyncio.sleep(30)
@depends(Hangs)
class Clean(Teardown):
    @teardown()
    async def clean(self):
        print("cleaned")
"""
    )
    assert ran.stage("Hangs")["status"] == "failed"
    assert ran.stage("Hangs")["elapsed_s"] < 5
    assert "cleaned" in ran.output


def test_hooks_run_in_every_kind_of_stage_in_the_order_of_the_graph(run):
    ran = run(
        """
class Load(Setup):
    base_url = os.environ["BASE"]
    batch_size = 2
    iterations = 4
    @context()
    async def set_up(self):
        return {"seen": ["setup"]}
@depends(Load)
class Shop(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/home")
    @context()
    async def load(self, seen):
        return {"seen": [*seen, "execute"]}
@depends(Shop)
class Sum(Analyze):
    @context()
    async def analyze(self, seen, results):
        assert results["Shop"]["home"].total == 4
        return {"seen": [*seen, "analyze"]}
@depends(Sum)
class Out(Submit):
    config = JSONConfig(events_filepath=None)
    @event()
    async def submit(self, seen, results):
        print("seen", seen, results["Shop"]["home"].succeeded)
"""
    )
    assert ran.code in PASSED, ran.output
    assert "seen ['setup', 'execute', 'analyze'] 4" in ran.output


def test_hooks_of_a_stage_run_at_the_same_time_and_the_first_failure_is_told(run):
    ran = run(
        """
class Some(Act):
    _order = []
    @event()
    async def one(self):
        self._order.append("one begins")
        await asyncio.sleep(0.05)
        self._order.append("one ends")
    @event()
    async def two(self):
        self._order.append("two begins")
        await asyncio.sleep(0.01)
        self._order.append("two ends")
    @task(order=2)
    async def three(self):
        self._order.append("three")
    @transform("numbers")
    async def doubled(self, numbers):
        await asyncio.sleep(0.01)
        return numbers * 2
    @event()
    async def numbers(self):
        return [1, 2, 3]
    @event("one", "two", "three", "doubled")
    async def tell(self, doubled):
        print("order", self._order, doubled)
        raise ValueError("the end")
"""
    )
    assert "order ['one begins', 'two begins', 'two ends', 'one ends', 'three'] [2, 4, 6]" in ran.output
    assert ran.stage("Some")["error"].startswith("hook `Some.tell` raised ValueError: the end (shop.py:"), ran.output


def test_a_request_that_publishes_what_cannot_be_handed_on_fails_its_iteration(run):
    ran = run(
        LOAD.replace("@depends({after})\n", "").format(taken="", url='"/home"')
        + """
    @context("home")
    async def seen(self, result):
        return {"answer": lambda: result}
"""
    )
    assert ran.stage("Shop")["iterations_failed"] == 8
    assert "the key `answer` of the context cannot be handed to other stages" in ran.output


def test_stages_made_of_one_and_subclasses_have_hooks_of_their_own(run, server):
    ran = run(
        """
class Load(Setup):
    base_url = os.environ["BASE"]
    batch_size = 1
    iterations = 2
class Base(Execute):
    _where = "base"
    @action("sign")
    async def home(self):
        await self.client.http.get(f"/{self._where}")
    @event()
    async def sign(self, action):
        action.params["by"] = "base"
    @check("home", message="not signed")
    async def signed(self, result):
        return "by=" in result.json()["path"]
@depends(Load)
@parametrize(_where=["a", "b"])
class Made(Base):
    pass
@depends(Load)
class Sub(Base):
    _where = "sub"
    @event()
    async def sign(self, action):
        action.params["by"] = "sub"
    @check("home", skip=True)
    async def signed(self):
        return False
del Base
"""
    )
    assert ran.code in PASSED, ran.output
    assert sorted(server.paths) == ["/a?by=base"] * 2 + ["/b?by=base"] * 2 + ["/sub?by=sub"] * 2


def test_a_metric_that_returns_no_number_fails_the_stage_with_its_name(run):
    ran = run(
        LOAD.replace("@depends({after})\n", "").format(taken="", url='"/home"')
        + """
@depends(Shop)
class Sum(Analyze):
    @metric("sample")
    async def mean(self, results):
        return "fast"
"""
    )
    error = ran.stage("Sum")["error"]
    assert error.startswith("hook `Sum.mean` raised TypeError: `Sum.mean` (@metric) returned 'fast' for `mean`"), error


def test_a_distribution_of_results_may_be_a_list(run):
    ran = run(
        LOAD.replace("@depends({after})\n", "").format(taken="", url='"/home"')
        + """
@depends(Shop)
class Sum(Analyze):
    @metric("distribution", group="own")
    async def times(self, results):
        return [number for number, _ in enumerate(results)]
"""
    )
    told = {one["metric"]: one["value"] for one in ran.summary["custom"]}
    assert told["times_count"] == 8.0
    assert (told["times_mean"], told["times_median"], told["times_maximum"]) == (3.5, 3.5, 7.0)
