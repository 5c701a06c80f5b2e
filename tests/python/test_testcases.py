"""Test cases as a plan: what is read, what is refused, and where it says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from squall import _squall
from squall._loading import load_file
from squall._testcases.entries import rate_of, seconds_of
from squall.testcase import TestCase

UPLOAD = """\
import squall

class Upload(squall.TestCase):
    max_duration = 3

    def __init__(self, legacy=False, **kwargs):
        super().__init__(legacy=legacy, **kwargs)
        self.legacy = legacy

    def run(self):
        pass

    @property
    def summary(self):
        return f"upload test, legacy: {self.legacy}"
"""


def scenarios(document: dict[str, Any]) -> dict[str, Any]:
    assert document["errors"] == []
    assert json.loads(_squall.check_plan(json.dumps(document["plan"]))) == []
    found: dict[str, Any] = document["plan"]["stages"]["Tests"]["execute"]["scenarios"]
    return found


def errors(document: dict[str, Any]) -> list[tuple[str, int | None, str]]:
    assert document["plan"] is None
    return [(error["file"], error["line"], error["message"]) for error in document["errors"]]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Loads the text of a configuration whose classes are in a module of a name that no other test uses."""
    monkeypatch.chdir(tmp_path)
    module = f"tests_{tmp_path.name}".replace("-", "_")

    def from_text(text: str, classes: str = UPLOAD, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
        Path(f"{module}.py").write_text(classes)
        Path("config.yaml").write_text(text.replace("MODULE", module))
        document: dict[str, Any] = json.loads(load_file("config.yaml", overrides=json.dumps(overrides or {})))
        return document

    return from_text


def test_a_class_with_a_rate_is_a_scenario(load):
    (scenario,) = scenarios(load(UPLOAD.replace("max_duration = 3", "max_duration = 3; rate = 2.5"))).items()
    name, content = scenario
    assert name == "<Upload kwargs={}> -- upload test, legacy: False"
    load_profile = content["load"]["open"]
    assert load_profile == {"rate": 2.5, "duration": "3650d", "max_users": 8, "max_wait": "0s"}
    (step,) = content["flow"]
    assert {key: step["script"][key] for key in ("entry", "runs", "name")} == {
        "entry": name,
        "runs": "thread",
        "name": "Upload",
    }
    assert content["source"]["file"] == "shop.py"
    assert content["source"]["line"] == 3


def test_entries_of_a_list_are_fired_in_turn(load):
    document = load(UPLOAD + "\ntests = [squall.Test(Upload, rate=2), squall.Test(Upload, '60/m', {'legacy': True})]\n")
    first, second = scenarios(document).values()
    assert first["load"]["open"]["rate"] == 2
    ramps = second["load"]["open"]["stages"]
    assert [ramp["target"] for ramp in ramps] == [0, 1, 1]
    assert float(ramps[0]["duration"].rstrip("s")) == pytest.approx(1 / 3)
    assert second["source"]["line"] == 17


def test_entries_with_the_same_class_and_arguments_are_one(load):
    (content,) = scenarios(load(UPLOAD + "\ntests = [squall.Test(Upload, rate=2), squall.Test(Upload, 1)]\n")).values()
    assert content["load"]["open"]["rate"] == 3


def test_classes_of_the_same_name_are_told_apart(load, tmp_path):
    (tmp_path / "old_api.py").write_text(UPLOAD)
    text = UPLOAD + "\nimport old_api\ntests = [squall.Test(Upload, rate=2), squall.Test(old_api.Upload, 1)]\n"
    names = list(scenarios(load(text)))
    assert names == [
        "shop: <Upload kwargs={}> -- upload test, legacy: False",
        "old_api: <Upload kwargs={}> -- upload test, legacy: False",
    ]


def test_the_command_line_gives_duration_rate_and_base_url(load, tmp_path):
    load(UPLOAD)
    overrides = {"defaults": {"rate": 4, "total_time": "5m", "base_url": "http://127.0.0.1:1"}, "name": "night"}
    document = json.loads(load_file("shop.py", overrides=json.dumps(overrides)))
    (content,) = scenarios(document).values()
    assert content["load"]["open"] == {"rate": 4.0, "duration": "300.000000000s", "max_users": 12, "max_wait": "0s"}
    assert document["plan"]["name"] == "night"
    assert document["plan"]["http"] == {"base_url": "http://127.0.0.1:1"}


def test_set_replaces_a_rate(load):
    load(UPLOAD.replace("max_duration = 3", "max_duration = 3; rate = 2.5"))
    document = json.loads(load_file("shop.py", overrides=json.dumps({"set": [["Upload", "rate", 7]]})))
    (content,) = scenarios(document).values()
    assert content["load"]["open"]["rate"] == 7
    document = json.loads(
        load_file("shop.py", overrides=json.dumps({"set": [["Upload", "speed", 7], ["Up", "rate", 1]]}))
    )
    assert [message for _, _, message in errors(document)] == [
        "`--set Upload.speed`: a test case has no `speed` that can be set there",
        "`--set Up.rate`: there is no test case `Up`",
    ]


def test_one_class_of_a_file_can_be_named(load):
    text = "\n".join(
        UPLOAD.replace("class Upload", f"class {name}").replace("max_duration = 3", "rate = 1") for name in ("A", "B")
    )
    assert len(scenarios(load(text))) == 2
    assert list(scenarios(json.loads(load_file("shop.py", "B")))) == ["<B kwargs={}> -- upload test, legacy: False"]
    assert load_file("shop.py", "C").count("has no test case `C`") == 1


def test_an_async_run_runs_on_the_event_loop(load):
    text = UPLOAD.replace("def run", "async def run").replace("max_duration = 3", "rate = 1")
    (content,) = scenarios(load(text)).values()
    assert content["flow"][0]["script"]["runs"] == "coroutine"


def test_a_configuration_of_pysurge_is_read(configured):
    document = configured(
        """\
tests:
- test_class: MODULE.Upload
  rate: 0.2
- test_class: MODULE.Upload
  rate: 0.1
  kwargs: {legacy: true}
duration: 90s
name: nightly
"""
    )
    first, second = scenarios(document).items()
    assert first[0] == "<Upload kwargs={}> -- upload test, legacy: False"
    assert first[1]["load"]["open"] == {"rate": 0.2, "duration": "90.000000000s", "max_users": 1, "max_wait": "0s"}
    assert first[1]["source"] == {"file": "config.yaml", "line": 2}
    assert second[0] == "<Upload kwargs={'legacy': True}> -- upload test, legacy: True"
    assert document["plan"]["name"] == "nightly"


def test_all_mistakes_of_a_configuration_are_told_at_once_with_their_lines(configured):
    found = errors(
        configured(
            """\
tests:
- test_class: MODULE.Upload
  rate: -1
  kwrgs: {}
- test_class: MODULE.Uplaod
  rate: fast
- rate: 5
- test_class: no_such_module_xyz.Test
  rate: 1
- test_class: MODULE.Upload
  rate: 1
  kwargs: {legacy: true, 5: 6}
- test_class: MODULE.Upload
  kwargs: [1]
- MODULE
- test_class: MODULE.squall
  rate: 5
  max_duration: soon
duration: often
tets: 3
"""
        )
    )
    lines = [(line, message.split(",")[0]) for file, line, message in found if file == "config.yaml"]
    assert len(lines) == len(found)
    told = "\n".join(f"{line}: {message}" for line, message in lines)
    for line, words in [
        (3, "`rate` of `Upload` must be a number"),
        (4, "a test has no `kwrgs`"),
        (5, "has no class `Uplaod`"),
        (6, "`rate` must be above 0"),
        (7, "a test has no `test_class`"),
        (8, "cannot import `no_such_module_xyz`"),
        (13, "nothing says how often `Upload` is fired"),
        (14, "`kwargs` of `Upload` must be names"),
        (15, "a test must be names with values"),
        (16, "is no test case"),
        (19, "`duration` must be a duration"),
        (20, "a configuration has no `tets`"),
    ]:
        assert any(told_line == line and words in message for told_line, message in lines), f"{line} {words}\n{told}"


def test_arguments_that_do_not_fit_the_constructor_are_refused(configured):
    strict = UPLOAD.replace(", **kwargs)", ")").replace(", **kwargs", "")
    ((file, line, message),) = errors(
        configured("tests:\n- test_class: MODULE.Upload\n  rate: 1\n  kwargs: {modern: 1}\n", strict)
    )
    assert (file, line) == ("config.yaml", 4)
    assert "unexpected keyword argument 'modern'" in message


def test_yaml_that_is_none_says_where(configured):
    ((_, line, message),) = errors(configured("tests:\n- test_class: [\n"))
    assert line in (2, 3)
    assert "not valid YAML" in message


def test_a_class_that_is_still_pysurges_says_what_to_change(configured):
    classes = "class Base:\n    pass\nBase.__module__ = 'pysurge.testcase'\nclass Upload(Base):\n    pass\n"
    document = configured("tests:\n- {test_class: MODULE.Upload, rate: 1}\n", classes)
    assert [error["hint"] for error in document["errors"]] == [
        "change its import: `from squall.compat.pysurge import TestCase`"
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("rate = 'often'\n    def run(self): pass", "`rate` of `A` must be a number"),
        ("rate = True\n    def run(self): pass", "`rate` of `A` must be a number"),
        ("rate = 1\n    max_duration = 0\n    def run(self): pass", "`max_duration` of `A` must be a duration"),
        (
            "rate = 1\n    def run(self): pass\n    async def setup(self): pass",
            "`A.setup` is `async def`, `run` is not",
        ),
        ("rate = 1\n    def run(self): pass\n    async def startup(self): pass", "must be `def`, not `async def`"),
        ("def run(self): pass", "nothing says how often `A` is fired"),
    ],
)
def test_a_wrong_class_is_refused(load, lines, message):
    (error,) = load(f"import squall\nclass A(squall.TestCase):\n    {lines}\n")["errors"]
    assert message in error["message"]
    assert error["file"] == "shop.py"
    assert error["line"] >= 2


def test_options_of_other_loads_are_refused(load):
    load(UPLOAD.replace("max_duration = 3", "rate = 1"))
    document = json.loads(load_file("shop.py", overrides=json.dumps({"defaults": {"batch_size": 4}})))
    assert [message for _, _, message in errors(document)] == ["`--users` does not go with test cases"]


def test_a_file_without_test_cases_is_something_else(load):
    assert "test case" not in load("import squall\nx = 1\n")["errors"][0]["message"]


@pytest.mark.parametrize(
    ("written", "rate"),
    [(5, 5), (0.2, 0.2), ("30/m", 0.5), ("1000/h", 1000 / 3600), (" 2.5 / s ", 2.5), ("3", 3)],
)
def test_rates_are_per_second(written, rate):
    assert rate_of(written) == pytest.approx(rate)


@pytest.mark.parametrize("written", [0, -1, True, None, "x", "5/d", "", float("inf"), float("nan"), [], "0/s"])
def test_what_is_no_rate(written):
    assert rate_of(written) is None


@pytest.mark.parametrize(
    ("written", "seconds"), [("5m", 300), ("1h30m", 5400), (90, 90), ("250ms", 0.25), ("2 minutes", 120), ("1.5", 1.5)]
)
def test_durations_are_in_seconds(written, seconds):
    assert seconds_of(written) == pytest.approx(seconds)


def test_a_constructor_that_forgets_ours_still_has_metrics():
    class Forgetful(TestCase):
        def __init__(self, size: int) -> None:
            self.size = size

    assert Forgetful(size=5).metrics == {}
    assert repr(Forgetful(size=5)) == "<Forgetful kwargs={'size': 5}>"
