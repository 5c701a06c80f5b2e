"""Stages of every kind, what is added to them, which Setup holds for which, and which graph of a file is run."""

import json
from typing import Any

import pytest

from plans import check_plan
from squall._loading import load_file

GET = """
    @action()
    async def go(self):
        await self.client.http.get("/")
"""
SHOP = f"from squall import *\nclass Load(Setup): pass\n@depends(Load)\nclass Shop(Execute):{GET}\n"


def messages(document: dict[str, Any]) -> list[tuple[int | None, str]]:
    return [(error["line"], error["message"]) for error in document["errors"]]


def edges(document: dict[str, Any]) -> dict[str, list[str]]:
    assert document["errors"] == []
    check_plan(document)
    return {name: stage.get("after", []) for name, stage in document["plan"]["stages"].items()}


def reload(name: str | None = None, **overrides: Any) -> dict[str, Any]:
    return json.loads(load_file("shop.py", name, json.dumps(overrides)))


def test_every_kind_of_stage_is_in_the_plan_with_what_it_sets(load):
    document = load(
        f"""\
from squall import *
class Check(Validate):
    stage_timeout = "5s"
@depends(Check)
class Load(Setup):
    retries = 2
    cpus = 2
    no_run_visuals = True
    log_level = "WARNING"
@depends(Load)
class Login(Act):
    base_url = "http://a"
    priority = "exclusive"
@depends(Login)
class Shop(Execute):
    priority = "low"
    stage_timeout = 1.5
    {GET}
@depends(Shop)
class Both(Wait): pass
@depends(Both)
class Keep(Checkpoint):
    skip = True
@depends(Keep)
class Sum(Analyze): pass
@depends(Sum)
class Out(Submit):
    stream = True
@depends(Out)
class Clean(Teardown):
    retries = 0
    priority = "auto"
    skip = False
"""
    )
    assert document["errors"] == []
    plan = document["plan"]
    assert plan["cpus"] == 2
    assert document["run"] == {"log_level": "warn", "quiet_view": True}
    kinds = ["setup", "execute", "analyze", "submit", "act", "validate", "checkpoint", "teardown", "wait"]
    stages = {
        name: {key: value for key, value in stage.items() if key not in ("source", "execute")}
        for name, stage in plan["stages"].items()
    }
    assert stages == {
        "Check": {"validate": {}, "timeout": "5s"},
        "Load": {"after": ["Check"], "setup": {}, "retries": 2},
        "Login": {"after": ["Load"], "act": {}, "priority": "exclusive"},
        "Shop": {"after": ["Login"], "timeout": "1.5s", "priority": "low"},
        "Both": {"after": ["Shop"], "wait": {}},
        "Keep": {"after": ["Both"], "checkpoint": {}, "skip": True},
        "Sum": {"after": ["Keep"], "analyze": {}},
        "Out": {
            "after": ["Sum"],
            "submit": {"reporters": stages["Out"]["submit"]["reporters"], "stream": True},
        },
        "Clean": {"after": ["Out"], "teardown": {}, "priority": "auto"},
    }
    assert all(len([kind for kind in kinds if kind in stage]) == 1 for stage in plan["stages"].values())


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("stage_timeout = 0", "`stage_timeout` must be a duration longer than 0, not `0` (int)"),
        ("stage_timeout = 'soon'", "`stage_timeout` must be a duration, not `'soon'` (str)"),
        ("retries = -1", "`retries` must be a whole number of at least 0, not `-1` (int)"),
        ("retries = True", "`retries` must be a whole number of at least 0, not `True` (bool)"),
        ("priority = 'highest'", '`priority` must be `"low"` or `"normal"` or `"high"`'),
        ("skip = 1", "`skip` must be `True` or `False`, not `1` (int)"),
        ("plugins = ['x']", "`plugins` must be a dictionary of classes by name"),
        ("tracing = 5", "`tracing` is not available in this version"),
        ("rate = 5", "an Act stage has no attribute `rate`"),
    ],
)
def test_a_wrong_common_attribute_is_told_with_its_line(load, attribute, message):
    ((line, text),) = messages(load(f"{SHOP}@depends(Shop)\nclass Do(Act):\n    {attribute}\n"))
    assert message in text
    assert line == 11


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        ("apply_to_stages = 'Shop'", "`apply_to_stages` must be a list of Execute stages, as classes or by name"),
        ("apply_to_stages = ['Shpo']", "`apply_to_stages` of `Load` names `Shpo`, which this file does not have"),
        ("apply_to_stages = ['Load']", "`apply_to_stages` of `Load` names `Load`, which is no Execute stage"),
        ("apply_to_stages = ['Early']", "`apply_to_stages` of `Load` names `Early`, which does not come after it"),
        ("cpus = 0", "`cpus` must be a whole number of at least 1"),
        ("log_level = 'loud'", '`log_level` must be `"debug"`'),
        ("no_run_visuals = 0", "`no_run_visuals` must be `True` or `False`"),
        ("browser_type = 'webkit'", "`browser_type` is not available in this version"),
    ],
)
def test_a_wrong_attribute_of_a_setup_is_told(load, setup, message):
    text = (
        f"from squall import *\nclass First(Setup): pass\n@depends(First)\nclass Early(Execute):{GET}\n"
        f"@depends(Early)\nclass Load(Setup):\n    {setup}\n@depends(Load)\nclass Shop(Execute):{GET}"
    )
    line = text.splitlines().index(f"    {setup}") + 1
    (found,) = [message for at, message in messages(load(text)) if at == line]
    assert message in found


# What is added.


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ("", {"Analyze": ["Shop"], "Submit": ["Analyze"]}),
        ("@depends(Shop)\nclass Sum(Analyze): pass", {"Submit": ["Sum"]}),
        ("@depends(Shop)\nclass Do(Act): pass\n@depends(Do)\nclass Out(Submit): pass", {"Analyze": ["Do"]}),
        ("@depends(Shop)\nclass Clean(Teardown): pass", {"Analyze": ["Shop"], "Submit": ["Analyze"]}),
        (
            f"@depends(Load)\nclass Two(Execute):{GET}\n@depends(Two)\nclass Keep(Checkpoint): pass",
            {"Analyze": ["Shop", "Keep"], "Submit": ["Analyze"]},
        ),
        (
            f"class Other(Setup): pass\n@depends(Other)\nclass Two(Execute):{GET}",
            {"Analyze": ["Shop"], "Submit": ["Analyze"], "Analyze 2": ["Two"], "Submit 2": ["Analyze 2"]},
        ),
        ("class Alone(Act): pass", {"Analyze": ["Shop"], "Submit": ["Analyze"]}),
    ],
)
def test_missing_analyze_and_submit_stages_are_added_to_each_graph(load, more, added):
    document = load(f"{SHOP}{more}\n")
    assert document["errors"] == []
    found = {name: stage for name, stage in document["plan"]["stages"].items() if stage.get("added")}
    assert {name: stage["after"] for name, stage in found.items()} == added
    assert all(stage["submit"] == {"reporters": []} for name, stage in found.items() if name.startswith("Submit"))
    assert [stage["stage"] for stage in document["stages"] if stage["added"]] == list(added)


# Which Setup holds.


def test_a_setup_is_for_the_stages_down_to_the_next_one_unless_it_names_them(load):
    document = load(
        f"""\
from squall import *
class First(Setup):
    batch_size = 1
    base_url = "http://first"
@depends(First)
class Second(Act): pass
@depends(Second)
class A(Execute): {GET}
@depends(A)
class Third(Setup):
    batch_size = 3
    apply_to_stages = ["B"]
@depends(Third)
class B(Execute): {GET}
@depends(Third)
class C(Execute): {GET}
"""
    )
    assert document["errors"] == []
    assert {stage["stage"]: stage["setup"] for stage in document["stages"] if not stage["added"]} == {
        "First": None,
        "Second": "First",
        "A": "First",
        "Third": None,
        "B": "Third",
        "C": "First",
    }
    users = document["plan"]["stages"]["C"]["execute"]["scenarios"]["C"]["load"]["closed"]["users"]
    assert users == 1


def test_a_graph_of_side_calls_alone_needs_no_load(load):
    document = load("from squall import *\nclass Base(Setup): pass\n@depends(Base)\nclass Do(Act): pass\n")
    assert document["errors"] == []
    assert document["plan"]["stages"].keys() == {"Base", "Do"}
    assert [stage["setup"] for stage in document["stages"]] == [None, "Base"]


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (
            f"{SHOP}class Extra(Setup): pass\n",
            [(9, "the Setup stage `Extra` cannot be reached: no Execute stage comes after it")],
        ),
        (
            f"{SHOP}class Do(Act): pass\n@depends(Do)\nclass Extra(Setup): pass\n@depends(Extra)\nclass Two(Execute):{GET}",
            [],
        ),
        (
            SHOP
            + "@depends(Shop)\nclass Far(Setup): pass\n@depends(Far)\nclass Do(Wait): pass\n@depends(Do)\nclass Near(Setup): pass\n@depends(Near)\nclass Two(Shop): pass",
            [(10, "the Setup stage `Far` is for no Execute stage")],
        ),
        (f"{SHOP}class Pause(Wait): pass\n", [(9, "the Wait stage `Pause` waits for nothing")]),
        (
            f"from squall import *\nclass Load(Setup): apply_to_stages = []\n@depends(Load)\nclass Shop(Execute):{GET}",
            [
                (2, "the Setup stage `Load` is for no Execute stage"),
                (4, "no Setup stage before the Execute stage `Shop` is for it"),
            ],
        ),
    ],
)
def test_a_stage_that_nothing_comes_of_is_an_error(load, graph, expected):
    assert messages(load(graph)) == expected


@pytest.mark.parametrize(("name", "values"), [("seed", (1, 2)), ("cpus", (1, 2)), ("log_level", ("'info'", "'debug'"))])
def test_what_holds_for_the_whole_run_cannot_differ(load, name, values):
    document = load(
        f"from squall import *\nclass A(Setup): {name} = {values[0]}\n@depends(A)\nclass B(Execute):{GET}\n"
        f"@depends(B)\nclass C(Setup): {name} = {values[1]}\n@depends(C)\nclass D(Execute):{GET}"
    )
    assert messages(document) == [(10, f"`{name}` differs between Setup stages")]


# Leaving stages out.


def test_stages_are_skipped_by_the_command_line_and_wrong_names_are_told(load):
    load(f"{SHOP}@parametrize(retries=[1, 2])\n@depends(Shop)\nclass Do(Act): pass\n")
    document = reload(skip=["Shop", "Do", "Analyze"])
    assert document["errors"] == []
    assert [name for name, stage in document["plan"]["stages"].items() if stage.get("skip")] == [
        "Shop",
        "Do[retries=1]",
        "Do[retries=2]",
        "Analyze",
    ]
    assert [(stage["stage"], stage["skip"]) for stage in document["stages"]][:2] == [("Load", False), ("Shop", True)]
    (error,) = reload(skip=["Shpo"])["errors"]
    assert error["message"] == "`--skip Shpo`: the file has no stage `Shpo`"
    assert error["hint"] == "did you mean `Shop`?"


# Several graphs.

TWO = f"""\
from squall import *
class Load(Setup): pass
@depends(Load)
class Shop(Execute):{GET}
@depends(Load)
class Search(Execute):{GET}
@depends(Shop, Search)
class Later(Wait): pass
@depends(Later)
class Sum(Analyze): pass
class Other(Setup): pass
@depends(Other)
class Night(Execute):{GET}
quick = Graph(Load, Shop, Sum)
bare = Graph(Shop)
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            None,
            {
                "Load": [],
                "Shop": ["Load"],
                "Search": ["Load"],
                "Later": ["Shop", "Search"],
                "Sum": ["Later"],
                "Other": [],
                "Night": ["Other"],
                "Submit": ["Sum"],
                "Analyze": ["Night"],
                "Submit 2": ["Analyze"],
            },
        ),
        (
            "Search",
            {
                "Load": [],
                "Shop": ["Load"],
                "Search": ["Load"],
                "Later": ["Shop", "Search"],
                "Sum": ["Later"],
                "Submit": ["Sum"],
            },
        ),
        ("Other", {"Other": [], "Night": ["Other"], "Analyze": ["Night"], "Submit": ["Analyze"]}),
        ("quick", {"Load": [], "Shop": ["Load"], "Sum": ["Shop"], "Submit": ["Sum"]}),
    ],
)
def test_a_graph_of_a_file_is_run_by_its_name_or_that_of_a_stage(load, name, expected):
    load(TWO)
    assert edges(reload(name)) == expected


def test_mistakes_in_the_name_of_a_graph(load):
    load(TWO)
    (error,) = reload("Serch")["errors"]
    assert error["message"] == "`shop.py` has no graph and no stage `Serch`"
    assert error["hint"] == "did you mean `shop.py:Search`?"
    (error,) = reload("bare")["errors"]
    assert (error["message"], error["hint"]) == (
        "no Setup stage comes before the Execute stage `Shop`",
        "add `Load` to the graph",
    )


@pytest.mark.parametrize("given", ["", "5", "Load, 'Shop'"])
def test_a_graph_takes_stages(load, given):
    document = load(f"{SHOP}quick = Graph({given})\n")
    assert len(document["errors"]) == 1
    assert "`Graph" in document["errors"][0]["message"]
    assert document["errors"][0]["line"] == 9


# Stages of other files, base classes.


def test_stages_come_from_other_files_with_what_they_depend_on(load, tmp_path):
    (tmp_path / "stage_parts.py").write_text(
        f"from squall import *\nclass Load(Setup):\n    batch_size = 2\n@depends('Load')\nclass Shop(Execute):{GET}\n"
        "class Unrelated(Act): pass\n"
    )
    document = load("from squall import *\nfrom stage_parts import Shop\n@depends(Shop)\nclass Sum(Analyze): pass\n")
    assert edges(document) == {"Shop": ["Load"], "Sum": ["Shop"], "Load": [], "Submit": ["Sum"]}
    stages = document["plan"]["stages"]
    assert (stages["Shop"]["source"]["file"], stages["Shop"]["source"]["line"]) == ("stage_parts.py", 5)
    assert stages["Sum"]["source"]["file"] == "shop.py"
    flow = stages["Shop"]["execute"]["scenarios"]["Shop"]["flow"]
    assert flow[0]["http"]["source"]["file"] == "stage_parts.py"
    assert stages["Shop"]["execute"]["scenarios"]["Shop"]["load"]["closed"]["users"] == 2


def test_a_stage_depends_on_what_its_base_class_depends_on_unless_it_says_otherwise(load):
    document = load(
        f"""\
from squall import *
class Load(Setup): pass
@depends(Load)
class _Base(Execute):
    rate = 5
    {GET}
class A(_Base):
    retries = 1
@depends(A)
class B(_Base):
    rate = 9
"""
    )
    assert edges(document) == {
        "Load": [],
        "A": ["Load"],
        "B": ["A"],
        "Analyze": ["B"],
        "Submit": ["Analyze"],
    }
    loads = {name: document["plan"]["stages"][name]["execute"]["scenarios"][name]["load"] for name in "AB"}
    assert [load["open"]["rate"] for load in loads.values()] == [5, 9]


# Stages made of others.


def test_a_configured_stage_is_another_one_with_attributes_of_its_own(load):
    document = load(
        f"""\
from squall import *
class Load(Setup): pass
@depends(Load)
class _Browse(Execute):
    {GET}
slow = _Browse.configured("Slow", rate=1)
more = [
    _Browse.configured(f"Fast {{rate}}", after=[slow], rate=rate, stage_timeout="9s")
    for rate in (10, 20)
]
wrong = _Browse.configured("Odd", rate=1, after=["Slow"])
"""
    )
    assert edges(document) == {
        "Load": [],
        "Slow": ["Load"],
        "Fast 10": ["Slow"],
        "Fast 20": ["Slow"],
        "Odd": ["Slow"],
        "Analyze": ["Fast 10", "Fast 20", "Odd"],
        "Submit": ["Analyze"],
    }
    fast = document["plan"]["stages"]["Fast 20"]
    assert (fast["timeout"], fast["source"]["line"], fast["source"]["name"]) == ("9s", 12, "Fast 20")
    assert fast["execute"]["scenarios"]["Fast 20"]["load"]["open"]["rate"] == 20


def test_a_wrong_attribute_of_a_configured_stage_is_told_where_it_was_made(load):
    document = load(f"{SHOP}\nagain = Shop.configured('Again', rate='x', batch_sise=5)\n")
    assert messages(document) == [(10, "an Execute stage has no attribute `batch_sise`")]


def test_a_parametrised_stage_runs_for_each_combination(load):
    text = f"""\
from squall import *
class Load(Setup): pass
@parametrize(rate=[1, 2], _page=["/a", "/b"])
@depends(Load)
class Browse(Execute):
    @task()
    async def go(self):
        await self.client.http.get(self._page)
@depends(Browse)
class Sum(Analyze): pass
@depends(Load)
@parametrize(batch_size=(3, 4), sequential=True)
class Step(Execute):{GET}
@depends("Step")
class Also(Wait): pass
"""
    document = load(text)
    names = ["Browse[rate=1,page=/a]", "Browse[rate=1,page=/b]", "Browse[rate=2,page=/a]", "Browse[rate=2,page=/b]"]
    assert edges(document) == {
        "Load": [],
        **{name: ["Load"] for name in names},
        "Sum": names,
        "Step[batch_size=3]": ["Load"],
        "Step[batch_size=4]": ["Load", "Step[batch_size=3]"],
        "Also": ["Step[batch_size=3]", "Step[batch_size=4]"],
        "Submit": ["Sum"],
    }
    stages = document["plan"]["stages"]
    assert stages[names[3]]["execute"]["scenarios"][names[3]]["load"]["open"]["rate"] == 2
    assert stages[names[0]]["source"]["line"] == 3
    assert [stage["scripts"] for stage in document["stages"] if stage["stage"] == names[0]] == [[f"{names[0]}.go"]]
    assert len(edges(reload("Browse"))) == len(edges(document))
    changed = reload(set=[["Browse", "total_time", "9s"], ["Step[batch_size=3]", "total_time", "8s"]])["plan"]["stages"]
    durations = [
        stages["execute"]["scenarios"][name]["load"].popitem()[1]["duration"]
        for name, stages in changed.items()
        if "execute" in stages
    ]
    assert durations == ["9s"] * 4 + ["8s", "1m"]


@pytest.mark.parametrize(
    ("decorator", "message"),
    [
        ("@parametrize()", "`@parametrize()` names no attribute"),
        ("@parametrize(rate=5)", "`rate` of `@parametrize` must be a list of values, not `5`"),
        ("@parametrize(rate=[])", "`rate` of `@parametrize` must be a list of values, not `[]`"),
        ("@parametrize(rat=[5])", "an Execute stage has no attribute `rat`"),
        ("@parametrize(rate=[5, 5])", "there are two stages `Shop[rate=5]`"),
        ("@parametrize(rate=[-1])", "`rate` must be a number of iterations a second"),
    ],
)
def test_mistakes_in_parameters(load, decorator, message):
    document = load(
        f"from squall import *\nclass Load(Setup): pass\n{decorator}\n@depends(Load)\nclass Shop(Execute):{GET}"
    )
    ((line, text),) = messages(document)
    assert message in text
    assert line == 3
