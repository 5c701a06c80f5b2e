"""Graphs: stages, order, and everything that can be wrong with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from squall import _squall
from squall._loading import load_file

SNAPSHOTS = Path(__file__).parent / "snapshots"
GRAPHS = Path(__file__).parent / "graphs"

GET = """
    @action()
    async def go(self):
        await self.client.http.get("/")
"""


@pytest.mark.parametrize("name", ["front_page", "hedra_readme", "everything"])
def test_the_plan_of_a_graph_is_as_before(name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config):
    monkeypatch.chdir(GRAPHS)
    document = json.loads(load_file(f"{name}.py"))
    assert document["errors"] == []
    text = json.dumps(document["plan"], indent=2, ensure_ascii=False).replace(str(GRAPHS), "<folder>") + "\n"
    snapshot = SNAPSHOTS / f"{name}.json"
    if pytestconfig.getoption("--update-snapshots"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["front_page", "everything"])
def test_the_plan_of_a_graph_passes_the_plans_own_check(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(GRAPHS)
    plan = json.dumps(json.loads(load_file(f"{name}.py"))["plan"])
    assert json.loads(_squall.check_plan(plan)) == []


def errors_of(document: dict[str, Any]) -> list[tuple[int | None, str]]:
    return [(error["line"], error["message"]) for error in document["errors"]]


def test_all_mistakes_of_a_file_are_told_at_once_with_their_lines(load):
    document = load(
        """\
        from squall import *

        class Load(Setup):
            batch_sise = 5
            total_time = "soon"
            persona_type = "ramed"
            locale = "en"
            helper = 5
            _mine = 6

        @depends(Load)
        class Shop(Execute):
            redirects = -1

            @action(weight=0)
            async def light(self):
                await self.client.http.get("/")

            @action("other", order=0, metadata={"env": "x"})
            async def named(self):
                await self.client.http.get("/")

            @action()
            async def branch(self):
                if await self.client.http.get("/"):
                    pass

            @task()
            async def python(self, page):
                pass

            @action(skip=1)
            async def skipped(self):
                pass

        @depends("Shopp")
        class Sum(Analyze):
            speed = 1

        @depends(Sum)
        class Out(Submit):
            config = "events.json"
            stream = 1
        """
    )
    assert document["plan"] is None
    assert errors_of(document) == [
        (4, "a Setup stage has no attribute `batch_sise`"),
        (5, "`total_time` must be a duration, not `'soon'` (str)"),
        (6, "there is no persona `ramed`"),
        (7, "`locale` is not available in this version"),
        (8, "a Setup stage has no attribute `helper`"),
        (13, "`redirects` must be a whole number of at least 0, not `-1` (int)"),
        (16, "`weight` in `@action` of `Shop.light` must be a number greater than 0, not `0` (int)"),
        (20, "`order` in `@action` of `Shop.named` must be a whole number of at least 1, not `0` (int)"),
        (20, "`Shop.named` (@action) names `other`, which does not exist"),
        (29, "the task `Shop.python` is wrong: nothing gives it an argument `page`"),
        (33, "`skip` in `@action` of `Shop.skipped` must be `True` or `False`, not `1` (int)"),
        (37, "`@depends` names `Shopp`, which this file does not have"),
        (38, "an Analyze stage has no attribute `speed`"),
        (42, "`config` must be a reporter or a list of reporters, not `'events.json'` (str)"),
        (43, "`stream` must be `True` or `False`, not `1` (int)"),
    ]
    hints = {error["line"]: error["hint"] for error in document["errors"]}
    assert hints[4].startswith("did you mean `batch_size`?; it has `action_interval`, ")
    assert "`_helper`" in hints[8]
    assert "`data(…)`" in hints[29]
    assert document["errors"][0]["file"] == "shop.py"
    assert document["errors"][0]["name"] == "Load.batch_sise"


def test_rules_and_the_measured_part_of_setup_stages_are_the_plans(load):
    document = load(
        f"""from squall import *
class Load(Setup):
    measure = "after 1s"
    thresholds = ["failed == 0", "rate > 5/s"]
@depends(Load)
class Shop(Execute):{GET}"""
    )
    plan = document["plan"]
    assert plan["measure"] == "after 1s"
    assert [threshold["rule"] for threshold in plan["thresholds"]] == ["failed == 0", "rate > 5/s"]
    assert [threshold["source"]["line"] for threshold in plan["thresholds"]] == [4, 4]


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("batch_size = 0", "`batch_size` must be a whole number of at least 1"),
        ("batch_size = '10'", "`batch_size` must be a whole number of at least 1"),
        ("batch_size = True", "`batch_size` must be a whole number of at least 1"),
        ("total_time = -1", "`total_time` must be a duration"),
        ("total_time = '5 parsecs'", "`total_time` must be a duration"),
        ("rate = -1", "`rate` must be a number of iterations a second"),
        ("ramp = 5", "`ramp` must be text like"),
        ("ramp = [('30s', 'many')]", "`ramp` must be text like"),
        ("spacing = 'odd'", '`spacing` must be `"even"` or `"poisson"`'),
        ("pause = ('1s',)", "`pause` must be a duration, or a pair"),
        ("connections = 'shared'", '`connections` must be `"per_user"`, `"new_each"` or `("shared", 10)`'),
        ("cookies = 'always'", '`cookies` must be `True`, `False` or `"per_iteration"`'),
        ("reset_connections = 1", "`reset_connections` must be `True` or `False`"),
        ("headers = 'a: b'", "`headers` is wrong: it must be a dictionary or a list of pairs"),
        ("base_url = f'http://{uuid4()}'", "`base_url` is wrong: it cannot hold a placeholder"),
        ("ca_file = 5", "`ca_file` must be the path of a file"),
        ("connect_to = 'a:b'", "`connect_to` must be a dictionary like"),
        ("thresholds = 'p99 < 1s'", "`thresholds` must be a list of rules"),
        ("measure = 5", "`measure` must be text"),
        ("seed = -5", "`seed` must be a whole number of at least 0"),
        ("data = ['users.csv']", "`data` must be a dictionary of data pools"),
        ("data = {'users': 'users.txt'}", "the data pool `users` cannot be"),
        ("data = {'users': [1]}", "the rows of the data pool `users` must be a list of dictionaries"),
        ("def batch_size(self): pass", "`batch_size` must be a whole number of at least 1"),
    ],
)
def test_a_wrong_value_of_an_attribute_is_told_with_its_line(load, attribute, message):
    document = load(
        f"from squall import *\nclass Load(Setup):\n    {attribute}\n@depends(Load)\nclass Shop(Execute):{GET}"
    )
    ((line, text),) = errors_of(document)
    assert message in text
    assert line == 3


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (f"class Shop(Execute):{GET}", [(2, "no Setup stage comes before the Execute stage `Shop`")]),
        (
            f"class Load(Setup): pass\nclass Shop(Execute):{GET}",
            [
                (2, "the Setup stage `Load` cannot be reached: no Execute stage comes after it"),
                (3, "no Setup stage comes before the Execute stage `Shop`"),
            ],
        ),
        (
            "class Load(Setup): pass",
            [
                (None, "there is no Execute stage, so that nothing would be sent"),
                (2, "the Setup stage `Load` cannot be reached: no Execute stage comes after it"),
            ],
        ),
        ("x = 1", [(1, "there is no test in `shop.py`")]),
        (
            f"@depends('B')\nclass A(Setup): pass\n@depends('A')\nclass B(Execute):{GET}",
            [(3, "stages wait for each other: `A` → `B` → `A`")],
        ),
        (
            f"class Load(Setup): pass\n@depends(Load, Load)\nclass Shop(Execute):{GET}",
            [(4, "`@depends` names `Load` twice")],
        ),
        (
            f"class Load(Setup): pass\n@depends(Load)\n@depends()\nclass Shop(Execute):{GET}",
            [],
        ),
        (
            f"class Load(Setup): pass\n@depends(Load, int, Execute)\nclass Shop(Execute):{GET}",
            [
                (4, "`@depends` takes stages of the file, not the class `int`"),
                (4, "`@depends` takes stages of the file, not the class `Execute`"),
            ],
        ),
        (
            f"def make():\n    class Load(Setup): pass\n    return Load\n@depends(make())\nclass Shop(Execute):{GET}",
            [
                (6, "`@depends` names `Load`, which is not at the top level of this file"),
            ],
        ),
        (
            f"class A(Setup): pass\nclass B(Setup): pass\n@depends(A, B)\nclass Shop(Execute):{GET}",
            [(5, "the Execute stage `Shop` comes right after several Setup stages: `A`, `B`")],
        ),
        (
            f"class Load(Setup): pass\n@depends(Load)\nclass Sum(Analyze): pass\n@depends(Load)\nclass Shop(Execute):{GET}",
            [(4, "the Analyze stage `Sum` cannot come right after the Setup stage `Load`")],
        ),
        (
            f"class Load(Setup): pass\nclass Do(Act): pass\n@depends(Do)\nclass Sum(Analyze): pass\n@depends(Load)\nclass Shop(Execute):{GET}",
            [(5, "no Execute stage comes before `Sum`, so that it has nothing to analyze")],
        ),
        (
            "class Load(Setup): pass\n@depends(Load)\nclass Shop(Execute): pass",
            [(4, "the Execute stage `Shop` has no action")],
        ),
        (
            f"class Odd(Stage): pass\nclass Load(Setup): pass\n@depends(Load)\nclass Shop(Execute):{GET}",
            [(2, "`Odd` derives from `Stage` itself")],
        ),
    ],
)
def test_mistakes_in_the_graph(load, graph, expected):
    assert errors_of(load(f"from squall import *\n{graph}")) == expected


def test_the_error_of_an_execute_without_setup_says_what_to_add(load):
    document = load(f"from squall import *\nclass Load(Setup): pass\nclass Shop(Execute):{GET}")
    assert document["errors"][1]["hint"] == "add `@depends(Load)` above the class"


@pytest.mark.parametrize(
    ("setup", "execute", "profile"),
    [
        ("pass", "", {"closed": {"users": 1000, "duration": "1m"}}),
        ("batch_size = 5; total_time = 90", "", {"closed": {"users": 5, "duration": "90s"}}),
        ("batch_interval = 0.25; batch_size = 5", "", {"closed": {"users": 5, "duration": "1m", "pause": "0.25s"}}),
        (
            "pause = ('1s', 3); pacing = '5s'",
            "",
            {"closed": {"users": 1000, "duration": "1m", "pacing": "5s", "pause": "1s..3s"}},
        ),
        ("ramp = '30s:100,1m:100'", "", {"closed": {"stages": "30s:100,1m:100"}}),
        (
            "stages = [('30s', 100), (60, 0)]",
            "",
            {"closed": {"stages": [{"duration": "30s", "target": 100}, {"duration": "60s", "target": 0}]}},
        ),
        ("ramp = '30s:100'; batch_size = 10", "", {"closed": {"users": 10, "stages": "30s:100"}}),
        ("rate = 500", "", {"open": {"rate": 500, "duration": "1m"}}),
        (
            "rate = '30/m'; spacing = 'poisson'; max_users = 7; max_wait = 0",
            "",
            {"open": {"rate": "30/m", "duration": "1m", "spacing": "poisson", "max_wait": "0s", "max_users": 7}},
        ),
        ("rate = 5; batch_size = 10", "", {"open": {"rate": 5, "duration": "1m", "max_users": 10}}),
        ("rate = 0; ramp = '30s:500'", "", {"open": {"rate": 0, "stages": "30s:500"}}),
        ("iterations = 100; batch_size = 3", "", {"iterations": {"users": 3, "shared": 100}}),
        (
            "iterations_per_user = 2; batch_size = 3; total_time = '5m'; pause = 1",
            "",
            {"iterations": {"users": 3, "per_user": 2, "max_duration": "5m", "pause": "1s"}},
        ),
        ("batch_size = 5", "total_time = '2m'", {"closed": {"users": 5, "duration": "2m"}}),
        ("batch_size = 5", "rate = 10", {"open": {"rate": 10, "duration": "1m", "max_users": 5}}),
        ("rate = 10", "iterations = 5; batch_size = 2", {"iterations": {"users": 2, "shared": 5}}),
        (
            "rate = 5; max_users = 9; pacing = None",
            "batch_size = 3",
            {"open": {"rate": 5, "duration": "1m", "max_users": 3}},
        ),
        ("rate = 5; max_wait = 1; spacing = 'even'", "iterations = 9", {"iterations": {"users": 1000, "shared": 9}}),
        ("rate = 5", "ramp = '10s:3'", {"open": {"rate": 5, "stages": "10s:3"}}),
        ("pacing = 5", "rate = 3", {"open": {"rate": 3, "duration": "1m"}}),
        ("total_time = '5m'; batch_size = 5", "ramp = '10s:3'", {"closed": {"users": 5, "stages": "10s:3"}}),
    ],
)
def test_attributes_make_load_profiles(load, setup, execute, profile):
    document = load(
        f"from squall import *\nclass Load(Setup): {setup}\n@depends(Load)\nclass Shop(Execute):\n    {execute or 'pass'}{GET}"
    )
    assert document["errors"] == []
    assert document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["load"] == profile


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        ("iterations = 1; iterations_per_user = 1", "`iterations` and `iterations_per_user` cannot both be set"),
        ("iterations = 1; rate = 1", "`iterations` and `rate` cannot both be set"),
        ("ramp = '1s:1'; stages = '1s:1'", "`ramp` and `stages` cannot both be set"),
        ("ramp = '1s:1'; total_time = 5", "`ramp` and `total_time` cannot both be set"),
        ("stages = '1s:1'; total_time = 5", "`stages` and `total_time` cannot both be set"),
        ("rate = 5; pacing = 1", "`pacing` and `rate` cannot both be set"),
        ("rate = 5; batch_interval = 1", "`batch_interval` and `rate` cannot both be set"),
        ("pause = 1; batch_interval = 1", "`pause` and `batch_interval` cannot both be set"),
        ("rate = 5; batch_size = 1; max_users = 5", "`batch_size` and `max_users` cannot both be set"),
        ("max_users = 5", "`max_users` needs `rate`"),
        ("spacing = 'poisson'", "`spacing` needs `rate`"),
        ("connections = 'per_user'; reset_connections = True", "`reset_connections` and `connections` do not agree"),
    ],
)
def test_attributes_that_exclude_each_other_are_told(load, setup, message):
    document = load(f"from squall import *\nclass Load(Setup): {setup}\n@depends(Load)\nclass Shop(Execute):{GET}")
    assert errors_of(document) == [(2, message)]


def test_an_execute_stage_cannot_pause_under_the_rate_of_its_setup(load):
    document = load(
        f"from squall import *\nclass Load(Setup): rate = 5\n@depends(Load)\nclass Shop(Execute):\n    pacing = 1{GET}"
    )
    assert errors_of(document) == [(5, "`pacing` and `rate` cannot both be set")]


def test_a_stage_that_depends_on_nothing_cannot_be_reached(load):
    document = load(
        f"from squall import *\nclass Load(Setup): pass\n@depends(Load)\nclass Shop(Execute):{GET}\nclass Sum(Analyze): pass"
    )
    assert errors_of(document) == [(9, "the stage `Sum` cannot be reached: it depends on no other stage")]
    assert document["errors"][0]["hint"] == "add `@depends(Shop)` above the class"


def test_execute_stages_override_http_settings_and_headers_add_up(load, tmp_path):
    document = load(
        f"""\
from squall import *
class Load(Setup):
    base_url = "http://a"
    headers = {{"x-a": "1", "x-b": "1"}}
    reset_connections = True
    insecure = True
    ca_file = "ca.pem"
    connect_to = {{"a:80": "127.0.0.1:8080"}}
    graceful_stop = 2
@depends(Load)
class Shop(Execute):
    base_url = "http://b"
    headers = {{"x-b": "2"}}
    connections = ("shared", 10)
    graceful_stop = "3s"
{GET}
@depends(Load)
class Plain(Execute):
{GET}
"""
    )
    assert document["errors"] == []
    stages = document["plan"]["stages"]
    assert stages["Shop"]["execute"]["settings"] == {
        "graceful_stop": "3s",
        "http": {
            "base_url": "http://b",
            "headers": {"x-a": "1", "x-b": "2"},
            "connect_to": [{"from": "a:80", "to": "127.0.0.1:8080"}],
            "connections": {"shared": 10},
            "tls": {"insecure": True, "ca_file": str(tmp_path / "ca.pem")},
        },
    }
    assert stages["Plain"]["execute"]["settings"]["http"]["connections"] == "new_each"


def test_each_execute_takes_the_nearest_setup_before_it(load):
    document = load(
        f"""\
from squall import *
class First(Setup): batch_size = 1
@depends(First)
class A(Execute): {GET}
@depends(A)
class Second(Setup): batch_size = 2
@depends(Second)
class B(Execute): {GET}
@depends(B)
class C(Execute): {GET}
@depends(A)
class D(Execute): {GET}
"""
    )
    assert document["errors"] == []
    users = {
        name: stage["execute"]["scenarios"][name]["load"]["closed"]["users"]
        for name, stage in document["plan"]["stages"].items()
        if "execute" in stage
    }
    assert users == {"A": 1, "B": 2, "C": 2, "D": 1}
    assert document["plan"]["stages"]["Second"]["after"] == ["A"]


def test_actions_and_attributes_are_inherited(load):
    document = load(
        """\
        from squall import *
        class Load(Setup): pass

        class Common:
            @action(order=2)
            async def last(self):
                await self.client.http.get("/last")
            def path(self):
                return "/common"

        @depends(Load)
        class Base(Execute):
            batch_size = 7
            @action
            async def first(self):
                await self.client.http.get(self.path())
            def path(self):
                return "/base"

        @depends(Load)
        class Special(Base, Common):
            async def unused(self):
                pass
            def path(self):
                return "/special"
        """
    )
    assert document["errors"] == []
    scenario = document["plan"]["stages"]["Special"]["execute"]["scenarios"]["Special"]
    assert scenario["load"]["closed"]["users"] == 7
    branches = scenario["flow"][0]["choose"]["branches"]
    assert [(name, branch["steps"][0]["http"]["url"]) for name, branch in branches.items()] == [
        ("first", "/special"),
        ("last", "/last"),
    ]


def test_stages_imported_from_another_file_count(load, tmp_path):
    (tmp_path / "common.py").write_text("from squall import Setup\nclass Load(Setup):\n    batch_size = 'x'\n")
    document = load(f"from squall import *\nfrom common import Load\n@depends(Load)\nclass Shop(Execute):{GET}")
    (error,) = document["errors"]
    assert (error["file"], error["line"], error["name"]) == ("common.py", 3, "Load.batch_size")


@pytest.mark.parametrize(
    ("config", "reporters"),
    [
        (
            "JSONConfig(events_filepath='./e.json', metrics_filepath='./m.json')",
            [("json", {"events_filepath": "./e.json", "metrics_filepath": "./m.json"})],
        ),
        (
            "[CSVConfig(overwrite=False), JSONConfig(None, 'm.json')]",
            [
                ("csv", {"overwrite": False}),
                ("json", {"events_filepath": None, "metrics_filepath": "m.json"}),
            ],
        ),
        ("None", [("json", {})]),
    ],
)
def test_reporters_of_a_submit_stage(load, config, reporters):
    document = load(
        f"from squall import *\nclass Load(Setup): pass\n@depends(Load)\nclass Shop(Execute):{GET}\n"
        f"@depends(Shop)\nclass Sum(Analyze): pass\n@depends(Sum)\nclass Out(Submit):\n    config = {config}\n"
    )
    assert document["errors"] == []
    submit = document["plan"]["stages"]["Out"]["submit"]
    assert [(reporter["name"], reporter["settings"]) for reporter in submit["reporters"]] == reporters


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("JSONConfig(experiments_filepath='x.json')", "`experiments_filepath` of `JSONConfig` is not available"),
        ("CSVConfig(experiments_filepath='x.csv')", "`experiments_filepath` of `CSVConfig` is not available"),
        ("JSONConfig(events_filepath=5)", "`events_filepath` of `JSONConfig` must be a path or None"),
        ("JSONConfig(overwrite='yes')", "`overwrite` of `JSONConfig` must be `True` or `False`"),
        ("[]", "`config` has no reporter"),
    ],
)
def test_mistakes_in_reporters(load, config, message):
    document = load(
        f"from squall import *\nclass Load(Setup): pass\n@depends(Load)\nclass Shop(Execute):{GET}\n"
        f"@depends(Shop)\nclass Sum(Analyze): pass\n@depends(Sum)\nclass Out(Submit):\n    config = {config}\n"
    )
    (error,) = document["errors"]
    assert message in error["message"]
    assert error["line"] == 13
