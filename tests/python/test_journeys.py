"""Journeys and scenarios as plans."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Load
from squall._loading import load_file
from squall._script import fixtures, registry
from squall._script.config import config
from squall._script.runner import volume

SHOP = """\
from squall.datapools import *
from squall.journeys import *
from squall.volume import *

async def browse(ctx, user, sku):
    pass

async def look(ctx):
    pass

users = RecyclableIterableDataPool([("ann", 1), ("bob", 2)])
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    registry.clear()
    fixtures.forget()
    config.fill({})


@pytest.fixture
def shop(load: Load) -> Load:
    """Loads a file with journeys and a data pool, then these lines."""
    return lambda lines: load(SHOP + lines)


def scenarios(document: dict[str, Any]) -> Any:
    assert document["errors"] == []
    ((_, stage),) = document["plan"]["stages"].items()
    return stage["execute"]["scenarios"]


def messages(document: dict[str, Any]) -> list[str]:
    assert document["plan"] is None
    return [error["message"] for error in document["errors"]]


def again(test: str | None = None, path: str = "shop.py", **overrides: Any) -> dict[str, Any]:
    """Loads the file once more, in another way."""
    document: dict[str, Any] = json.loads(load_file(path, test, json.dumps(overrides)))
    return document


def test_a_scenario_becomes_one_stage_with_a_scenario_for_each_journey(shop: Load) -> None:
    document = shop(
        "def scenario():\n"
        "    return [('shop:browse', users, lambda start, end: 10), (look, None, rate('30/m')),\n"
        "            ['shop:look', None, Nothing(1) + Ramp('1m') + Constant(9, 20_000)]]\n"
    )
    source = {"file": "shop.py", "line": 8, "name": "look"}
    found = scenarios(document)
    assert document["plan"]["name"] == "shop"
    assert list(document["plan"]["stages"]) == ["shop"]
    assert found["look"] == {
        "load": {"open": {"rate": "30/m", "duration": "1m"}},
        "flow": [{"script": {"entry": "shop:look", "runs": "coroutine", "source": source}}],
        "source": source,
    }
    assert found["browse"]["load"] == {"volume": {"entry": "shop:browse volume"}}
    assert found["browse"]["flow"][0]["script"]["takes_data"] is True
    assert found["look#2"]["flow"][0]["script"]["entry"] == "shop:look#2"
    assert found["look#2"]["load"]["volume"] == {
        "entry": "shop:look#2 volume",
        "duration": "70s",
        "max_users": 20_000,
    }
    assert [entry["mode"] for entry in document["explain"]] == ["python"] * 3


def test_what_the_plan_names_is_registered(shop: Load) -> None:
    shop("def scenario():\n    return [('shop:browse', users, lambda start, end: end * 2), (look, None, oneshot())]")
    script = registry.resolve("shop:browse")
    assert (script.runs, script.times, script.call.__name__) == ("coroutine", "never", "browse")
    assert script.pool is not None
    assert script.pool.checkout() == (0, ("ann", 1))
    assert volume("shop:browse volume", 3, 4) == 8
    assert [volume("shop:look volume", second, second + 1) for second in (0, 1)] == [1, None]
    with pytest.raises(LookupError, match="no script `shop:buy`; it has `shop:browse`, `shop:look`"):
        registry.resolve("shop:buy")


def test_journeys_that_share_a_pool_share_its_items(shop: Load) -> None:
    shop("def scenario():\n    return [(browse, users, lambda s, e: 1), (browse, users, lambda s, e: 1)]")
    assert registry.resolve("shop:browse").pool is registry.resolve("shop:browse#2").pool


def test_everything_wrong_with_a_scenario_is_told_at_once(shop: Load) -> None:
    document = shop(
        "def plain(ctx): pass\n"
        "def scenario():\n"
        "    return [('shop:brows', None, lambda s, e: 1), (look, [1], 3), (plain, None, lambda start: 1),\n"
        "            ('nowhere:x', None, Ramp(3)), (look, users, lambda s, e: 1), (browse, None, lambda s, e: 1),\n"
        "            (1, 2), (3, None, lambda s, e: 1), (look, RecyclableIterableDataPool, lambda s, e: 1), 'shop:look']\n"
    )
    assert messages(document) == [
        (
            "`shop:browse(ctx, user, sku)` does not take what it gets: "
            "the context, and without a data pool there are 0 arguments"
        ),
        "`shop:look(ctx)` does not take what it gets: the context, and its data pool gives 2 arguments",
        "the journey `shop:plain` is not asynchronous",
        "`shop:brows` does not exist: there is no `brows`",
        "the volume model of `shop:look` is `3` (int)",
        "the data pool of `shop:look` has no `checkout`: it is `[1]` (list)",
        "cannot import the journey: there is no module `nowhere`",
        "the volume model of `nowhere:x` is wrong: Ramp was called outside of a compound volume model",
        "entry 7 of the scenario is `(1, 2)` (tuple)",
        "the journey of entry 8 of the scenario is `3` (int)",
        "the data pool of `shop:look` is the class `RecyclableIterableDataPool` itself",
        "entry 10 of the scenario is `'shop:look'` (str)",
        "the volume model of `shop:plain` does not take two arguments",
    ]
    assert [(error["file"], error["line"]) for error in document["errors"]] == [
        ("shop.py", line) for line in (5, 8, 12, *[13] * 9, 14)
    ]
    assert document["errors"][3]["hint"] == "did you mean `browse`?"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("def scenario():\n    return 5", "a scenario must return a list, not `5` (int)"),
        ("def scenario():\n    return []", "the scenario is empty: nothing would run"),
        ("def scenario(conf):\n    return []", "Don't know how to inject conf into a scenario function!"),
        ("async def scenario():\n    return []", "the scenario `scenario` is no plain function"),
        ("def scenario():\n    return 1 / 0", "the scenario `scenario` raised ZeroDivisionError: division by zero"),
        ("def scenario():\n    return [('look', None, Constant(1, 1)), ('shop:', None, Constant(1, 1))]", None),
    ],
)
def test_a_wrong_scenario_function_is_told(shop: Load, lines: str, message: str | None) -> None:
    document = shop(lines)
    assert messages(document)[0] == (message or "`shop:` is no journey")
    assert document["errors"][0]["file"] == "shop.py"
    assert document["errors"][0]["line"] >= 12


def test_a_scenario_function_may_take_the_configuration_and_set_it(shop: Load, monkeypatch: Any) -> None:
    monkeypatch.setenv("SQUALL_CONF_users", "3")
    scenarios(
        shop(
            "def scenario(config):\n"
            "    config.set('seen', config['users'] + config.get('more', '!'))\n"
            "    return [(look, None, lambda s, e: 1)]\n"
        )
    )
    assert config.snapshot() == {"users": "3", "seen": "3!"}


def test_the_command_line_adds_to_the_configuration_or_replaces_it(shop: Load, monkeypatch: Any) -> None:
    monkeypatch.setenv("SQUALL_CONF_a", "environment")
    shop("def other():\n    return {'b': 1}\ndef scenario(config):\n    return [(look, None, lambda s, e: 1)]")
    scenarios(again(add_to_config=["c:1:2", "d:"]))
    assert config.snapshot() == {"a": "environment", "c": "1:2", "d": ""}
    scenarios(again(config="shop:other", add_to_config=["b:2"]))
    assert config.snapshot() == {"b": "2"}
    wrong = again(config="shop:othr", add_to_config=["nothing"])
    assert messages(wrong) == [
        "`shop:othr` does not exist: there is no `othr`",
        "`--add-to-config nothing` has no key and value",
    ]


def test_messages_that_a_scenario_function_sends_wait_for_the_first_iteration(shop: Load) -> None:
    shop(
        "def scenario(sender):\n"
        "    sender('created', number=1); sender.send({'type': 'purged', 'name': 'x'})\n"
        "    return [(look, None, lambda s, e: 1)]\n"
    )
    sent: list[Any] = []

    class Ctx:
        def send(self, type: str, **fields: Any) -> None:
            sent.append((type, fields))

    before = registry.resolve("shop:look").fixture
    assert before is not None
    for _ in range(2):
        asyncio.run(before(Ctx()))  # type: ignore[arg-type]
    assert sent == [("created", {"number": 1}), ("purged", {"name": "x"})]


def test_any_function_with_the_right_parameters_is_a_scenario_by_its_name(shop: Load) -> None:
    shop("def busy(config):\n    return [(look, None, lambda s, e: 1)]")
    assert list(scenarios(again("busy"))) == ["look"]


def test_a_file_without_a_scenario_is_no_journey_test(shop: Load) -> None:
    assert "there is no test in `shop.py`" in messages(shop(""))[0]


def test_a_journey_by_its_name_runs_alone(shop: Load) -> None:
    shop("")
    document = again("browse", datapool="users", volume=3)
    (found,) = scenarios(document).values()
    assert list(document["plan"]["stages"]) == ["browse"]
    assert found["load"] == {"volume": {"entry": "shop:browse volume", "max_users": 3}}
    assert volume("shop:browse volume", 0, 1) == 3
    assert registry.resolve("shop:browse").pool is not None


def test_a_journey_that_runs_once_takes_one_item(shop: Load) -> None:
    shop("")
    (found,) = scenarios(again("browse", form="journey", spec="shop:browse", datapool="shop:users", once=True)).values()
    assert found["load"] == {"iterations": {"users": 1, "shared": 1}}
    pool: Any = registry.resolve("shop:browse").pool
    assert asyncio.run(pool.checkout()) == (0, ("ann", 1))


def test_a_module_is_found_from_the_working_directory(shop: Load) -> None:
    shop("def scenario():\n    return [('shop:look', None, lambda s, e: 1)]")
    by_module = again("scenario", "", form="scenario", spec="shop:scenario")
    assert list(scenarios(by_module)) == ["look"]


@pytest.mark.parametrize(
    ("defaults", "expected"),
    [
        ({"total_time": "5s"}, {"volume": {"entry": "shop:look volume", "duration": "5s", "max_users": 1}}),
        ({"rate": 5, "total_time": "5s"}, {"open": {"rate": 5, "duration": "5s"}}),
        ({"iterations": 5, "batch_size": 2}, {"iterations": {"users": 2, "shared": 5}}),
        ({"iterations": 5}, {"iterations": {"users": 1, "shared": 5}}),
    ],
)
def test_options_say_the_load_of_a_journey_that_runs_alone(shop: Load, defaults: Any, expected: Any) -> None:
    shop("")
    (found,) = scenarios(again("look", defaults=defaults)).values()
    assert found["load"] == expected


def test_options_fill_what_a_scenario_leaves_open_and_others_are_named(shop: Load) -> None:
    shop(
        "def scenario():\n    return [(look, None, lambda s, e: 1), (look, None, Constant(9, 1)), (look, None, rate(1)),\n"
        "            (look, None, Constant(2, 1)), (look, None, rate(1, 2)), (look, None, rate('1m:5'))]"
    )
    defaults = {"total_time": "5s", "batch_size": 7, "base_url": "http://a", "graceful_stop": "2s", "seed": 4}
    document = again(defaults=defaults, typed={"total_time": "-d 5s", "batch_size": "-u 7"}, name="mine")
    plan = document["plan"]
    assert (plan["name"], plan["seed"]) == ("mine", 4)
    assert [one["load"] for one in scenarios(document).values()] == [
        {"volume": {"entry": "shop:look volume", "duration": "5s"}},
        {"volume": {"entry": "shop:look#2 volume", "duration": "5s", "max_users": 1}},
        {"open": {"rate": 1, "duration": "5s"}},
        {"volume": {"entry": "shop:look#4 volume", "duration": "2s", "max_users": 1}},
        {"open": {"rate": 1, "duration": "2s"}},
        {"open": {"stages": "1m:5"}},
    ]
    settings = plan["stages"]["shop"]["execute"]["settings"]
    assert settings == {"graceful_stop": "2s", "http": {"base_url": "http://a", "cookies": "per_iteration"}}
    assert document["notes"] == ["`-u 7` has no effect: the volume models of the scenario say it"]


def test_a_wrong_data_pool_of_a_journey_is_told(shop: Load) -> None:
    shop("")
    assert messages(again("browse", datapool="user")) == ["`user` does not exist"]
    assert messages(again("browse", datapool="look")) == [
        "the data pool of `shop:browse` has no `checkout`: it is the function `look`"
    ]
    assert messages(again("browse")) == [
        (
            "`shop:browse(ctx, user, sku)` does not take what it gets: "
            "the context, and without a data pool there are 0 arguments"
        )
    ]


def test_decorated_and_callable_objects_are_journeys(shop: Load) -> None:
    document = shop(
        "import functools\n"
        "def twice(journey):\n"
        "    @functools.wraps(journey)\n"
        "    async def run(ctx, *args): await journey(ctx, *args)\n"
        "    return run\n"
        "@twice\n"
        "async def third(ctx): pass\n"
        "class Object:\n"
        "    async def __call__(self, ctx): pass\n"
        "an_object = Object()\n"
        "def scenario():\n"
        "    return [(third, None, lambda s, e: 1), ('shop:an_object', None, lambda s, e: 1)]\n"
    )
    found = scenarios(document)
    assert list(found) == ["third", "an_object"]
    assert found["third"]["source"] == {"file": "shop.py", "line": 17, "name": "third"}


def test_the_readme_of_mite_runs_after_changing_the_import(tmp_path: Path, load: Load) -> None:
    document = load(
        """
        import asyncio
        from squall.compat.mite.datapools import RecyclableIterableDataPool

        async def journey(ctx, arg1, arg2):
            async with ctx.transaction('test1'):
                ctx.send('test_message', content=ctx.config.get('test_msg', 'Not set'), sum=arg1 + arg2)
                await asyncio.sleep(0.5)

        datapool = RecyclableIterableDataPool([(i, i+2) for i in range(5000)])
        volumemodel = lambda start, end: 10

        def scenario():
            return [
                ['shop:journey', datapool, volumemodel],
            ]
        """
    )
    assert list(scenarios(document)) == ["journey"]
