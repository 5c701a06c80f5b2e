"""Tasks, and actions that cannot be compiled: how they stand in the plan, and what is registered for them."""

import inspect
import json
import sys
from typing import Any

import pytest

from squall._loading import load_file
from squall._script import registry


def flow_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    assert document["errors"] == []
    flow: list[dict[str, Any]] = document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["flow"]
    return flow


GRAPH = """\
from squall import *
{top}
class Load(Setup):
    pass
@depends(Load)
class Shop(Execute):
{body}
"""


@pytest.fixture
def load_stage(load):
    def from_body(body: str, top: str = "") -> dict[str, Any]:
        lines = [f"    {line}" if line else line for line in inspect.cleandoc(body).splitlines()]
        return load(GRAPH.format(top=inspect.cleandoc(top), body="\n".join(lines)))

    return from_body


def test_a_task_is_a_script(load_stage):
    document = load_stage(
        """
        @task()
        async def buy(self):
            await self.client.http.get("/")
        """
    )
    assert flow_of(document) == [
        {
            "script": {
                "entry": "Shop.buy",
                "runs": "coroutine",
                "name": "buy",
                "source": {"file": "shop.py", "line": 8, "name": "Shop.buy"},
            }
        }
    ]
    script = registry.resolve("Shop.buy")
    assert (script.runs, script.name, script.times) == ("coroutine", "buy", "without_requests")


def test_a_plain_def_task_runs_on_a_thread(load_stage):
    (step,) = flow_of(load_stage("@task\ndef buy(self):\n    pass"))
    assert step["script"]["runs"] == "thread"
    assert registry.resolve("Shop.buy").runs == "thread"


def test_a_decorated_task_runs_as_what_it_decorates(load_stage):
    document = load_stage(
        "@task()\n@twice\nasync def buy(self):\n    pass",
        """
        import functools
        def twice(body):
            @functools.wraps(body)
            def run(self):
                return body(self)
            return run
        """,
    )
    assert flow_of(document)[0]["script"]["runs"] == "coroutine"


def test_compiled_and_python_actions_stand_side_by_side(load_stage):
    document = load_stage(
        """
        @action(weight=3)
        async def home(self):
            await self.client.http.get("/")
        @action(order=2)
        async def branch(self):
            if (await self.client.http.get("/")).status == 200:
                pass
        @task(weight=2, order=3)
        async def buy(self):
            pass
        """
    )
    (step,) = flow_of(document)
    assert step["choose"]["order"] == "cycle"
    branches = step["choose"]["branches"]
    assert {name: (branch.get("weight", 1), list(branch["steps"][0])) for name, branch in branches.items()} == {
        "home": (3, ["http"]),
        "branch": (1, ["script"]),
        "buy": (2, ["script"]),
    }
    assert [action["mode"] for action in document["explain"]] == ["compiled", "python", "python"]
    assert document["explain"][1]["reason"] == "`.status` is taken from an answer"
    assert [script.entry for script in registry.scripts()] == ["Shop.branch", "Shop.buy"]


def test_scripts_of_the_file_before_are_forgotten(load_stage):
    load_stage("@task()\nasync def buy(self):\n    pass")
    load_stage("@task()\nasync def sell(self):\n    pass")
    assert [script.entry for script in registry.scripts()] == ["Shop.sell"]
    load_stage("@action()\nasync def home(self):\n    await self.client.http.get('/')")
    assert registry.scripts() == []


def test_nothing_is_registered_of_a_file_with_mistakes(load_stage):
    document = load_stage("@task()\nasync def buy(self):\n    pass\n@task(weight=0)\nasync def sell(self):\n    pass")
    assert document["plan"] is None
    assert registry.scripts() == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "@task()\nasync def buy(self, page):\n    pass",
            "the task `Shop.buy` is wrong: nothing gives it an argument `page`",
        ),
        (
            "@task()\ndef buy(self, *, page):\n    pass",
            "the task `Shop.buy` is wrong: nothing gives it an argument `page`",
        ),
        ("@task()\nasync def buy(self):\n    yield 1", "the task `Shop.buy` is wrong: it is a generator"),
        ("@task()\ndef buy(self):\n    yield 1", "the task `Shop.buy` is wrong: it is a generator"),
        ("@action()\ndef buy(self):\n    pass", "the action `Shop.buy` is wrong: the method is not `async`"),
    ],
)
def test_methods_that_cannot_be_run(load_stage, body, message):
    (error,) = load_stage(body)["errors"]
    assert error["message"] == message
    assert error["hint"]


def test_a_task_with_defaults_is_right(load_stage):
    assert load_stage("@task()\nasync def buy(self, page=1, *args, **more):\n    pass")["errors"] == []


def test_self_is_one_instance_that_nothing_was_recorded_on(load_stage):
    load_stage(
        """
        def __init__(self):
            self.passes = 0
        @action()
        async def first(self):
            self.passes += 1
            if (await self.client.http.get("/")).ok:
                pass
        @task()
        def second(self):
            self.passes += 1
            return self
        """
    )
    first, second = registry.resolve("Shop.first"), registry.resolve("Shop.second")
    assert first.open is not None
    first.open()
    shop = second.call(None)
    assert shop.passes == 1
    assert second.call(None) is shop
    assert shop.passes == 2


def test_an_exception_of_the_constructor_is_raised_before_the_load(load_stage):
    document = load_stage(
        """
        def __init__(self):
            MADE.append(self)
            if len(MADE) > 1:
                raise ValueError("only one")
        @task()
        async def buy(self):
            pass
        """,
        "MADE = []",
    )
    assert document["errors"] == []
    make = registry.resolve("Shop.buy").open
    assert make is not None
    with pytest.raises(ValueError, match="only one"):
        make()


POOLS = """\
DataPool("users", csv="users.csv")
DataPool("orders", rows=[{"id": 1}], order="random")
DataPool("coupons", rows=[{"id": 1}], order="once")
def of_row():
    return data("orders").id
"""


@pytest.mark.parametrize(
    ("line", "pools"),
    [
        ("pass", None),
        ("data('users').name", ["users"]),
        ("[data('users')[field] for field in 'ab']", ["users"]),
        ("(lambda: data('coupons'))().id", ["coupons"]),
        ("of_row()", ["orders"]),
        ("self.helper()", ["coupons"]),
        ("data('more.csv').name", ["more.csv"]),
        ("name = 'us' + str().join(['ers'])\ndata(name)", ["users", "orders"]),
        ("'users'", None),
    ],
)
def test_the_pools_of_a_task_are_found_in_its_code(load_stage, line, pools):
    lines = "\n    ".join(line.splitlines())
    document = load_stage(
        f"def helper(self):\n    return data('coupons').id\n@task()\nasync def buy(self):\n    {lines}", POOLS
    )
    (step,) = flow_of(document)
    assert step["script"].get("pools") == pools
    assert set(pools or ()) <= set(document["plan"]["data"])


def test_the_path_of_a_data_file_in_a_task_is_a_pool(load_stage, tmp_path):
    document = load_stage("@task()\nasync def buy(self):\n    data('more.csv').name")
    assert document["plan"]["data"]["more.csv"]["csv"] == str(tmp_path / "more.csv")


def test_a_test_file_has_its_own_name_as_a_module(load):
    load("import sys\nNAME = __name__\nSAME = sys.modules[__name__]\nfrom squall import *\nx = 1\n")
    assert sys.modules["shop"].NAME == "shop"


def test_a_file_with_the_name_of_a_module_of_python_does_not_replace_that(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("x = 1\n")
    load_file("json.py")
    assert sys.modules["json"] is json
    assert sys.modules["_squall_test_json"].x == 1


def test_a_file_without_a_test_says_what_a_test_is(load):
    (error,) = load("x = 1\n")["errors"]
    assert error["message"] == "there is no test in `shop.py`"
    assert "`shop.py:NAME`" in error["hint"]


def test_a_name_that_is_no_test_is_told(load):
    load("async def browse(ctx):\n    pass\nx = 1\n")
    (error,) = json.loads(load_file("shop.py", "brows"))["errors"]
    assert error["message"] == "`brows` in `shop.py` does not exist"
    assert error["hint"] == "did you mean `shop.py:browse`?"
    (error,) = json.loads(load_file("shop.py", "x"))["errors"]
    assert error["message"] == "`x` in `shop.py` is no test"
