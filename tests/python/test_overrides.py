"""What the command line adds to a file."""

import json
from typing import Any

import pytest

from squall._loading import load_file

GRAPH = """\
from squall import *
class Load(Setup):
    {setup}
@depends(Load)
class Shop(Execute):
    @action
    async def go(self):
        await self.client.http.get("/")
"""


@pytest.fixture
def load_with(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load_graph(setup: str, **overrides: Any) -> dict[str, Any]:
        (tmp_path / "sub").mkdir(exist_ok=True)
        (tmp_path / "sub" / "shop.py").write_text(GRAPH.format(setup=setup))
        return json.loads(load_file("sub/shop.py", None, json.dumps(overrides)))

    return load_graph


@pytest.mark.parametrize(
    ("setup", "defaults", "profile"),
    [
        ("pass", {"batch_size": 5, "total_time": "3s"}, {"closed": {"users": 5, "duration": "3s"}}),
        ("batch_size = 7", {"batch_size": 5, "total_time": "3s"}, {"closed": {"users": 7, "duration": "3s"}}),
        ("pass", {"rate": 50.0, "spacing": "even"}, {"open": {"rate": 50.0, "duration": "1m", "spacing": "even"}}),
        ("batch_size = 7", {"rate": 50.0}, {"open": {"rate": 50.0, "duration": "1m", "max_users": 7}}),
        ("ramp = '1s:5'", {"total_time": "3s", "batch_size": 2}, {"closed": {"users": 2, "stages": "1s:5"}}),
        (
            "iterations = 5",
            {"rate": 50.0, "spacing": "even", "total_time": "3s"},
            {"iterations": {"users": 1000, "shared": 5, "max_duration": "3s"}},
        ),
        (
            "pass",
            {"batch_size": 2, "iterations": 9, "pause": "1s..3s"},
            {"iterations": {"users": 2, "shared": 9, "pause": "1s..3s"}},
        ),
        ("pass", {"stages": "1s:5"}, {"closed": {"stages": "1s:5"}}),
    ],
)
def test_defaults_fill_what_the_file_leaves_open(load_with, setup, defaults, profile):
    document = load_with(setup, defaults=defaults)
    assert document["errors"] == []
    assert document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["load"] == profile


def test_a_rate_for_a_file_with_pacing_is_an_error(load_with):
    (error,) = load_with("pacing = 1", defaults={"rate": 5})["errors"]
    assert error["message"] == "`pacing` and `rate` cannot both be set"


def test_http_defaults_a_seed_and_a_name(load_with, tmp_path):
    document = load_with(
        "headers = {'x-a': '1'}; redirects = 1",
        name="night run",
        defaults={
            "seed": 5,
            "base_url": "http://127.0.0.1:1",
            "headers": {"x-a": "2", "x-b": ["3", "4"]},
            "redirects": 9,
            "connections": {"shared": 4},
            "connect_to": [{"from": "a:1", "to": "b:2"}],
            "insecure": True,
            "ca_file": "ca.pem",
        },
    )
    assert document["errors"] == []
    assert (document["plan"]["name"], document["plan"]["seed"]) == ("night run", 5)
    assert document["plan"]["stages"]["Shop"]["execute"]["settings"]["http"] == {
        "base_url": "http://127.0.0.1:1",
        "headers": {"x-a": "1", "x-b": ["3", "4"]},
        "redirects": 1,
        "connections": {"shared": 4},
        "connect_to": [{"from": "a:1", "to": "b:2"}],
        "tls": {"insecure": True, "ca_file": str(tmp_path / "ca.pem")},
    }


@pytest.mark.parametrize(
    ("setup", "sets", "profile"),
    [
        ("batch_size = 7", [["Load", "batch_size", 3]], {"closed": {"users": 3, "duration": "1m"}}),
        ("ramp = '1s:5'", [["Load", "total_time", "9s"]], {"closed": {"users": 1000, "duration": "9s"}}),
        ("batch_size = 7", [["Shop", "rate", 5]], {"open": {"rate": 5, "duration": "1m", "max_users": 7}}),
        ("rate = 7", [["Load", "rate", None]], {"closed": {"users": 1000, "duration": "1m"}}),
        ("pass", [["Load", "pause", ["1s", 2]]], {"closed": {"users": 1000, "duration": "1m", "pause": "1s..2s"}}),
    ],
)
def test_set_replaces_what_the_file_says(load_with, setup, sets, profile):
    document = load_with(setup, set=sets)
    assert document["errors"] == []
    assert document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["load"] == profile


@pytest.mark.parametrize(
    ("sets", "message", "hint"),
    [
        (["Lod", "batch_size", 3], "`--set Lod.batch_size`: the file has no stage `Lod`", "did you mean `Load`?"),
        (["Load", "batch_sise", 3], "the stage has no attribute `batch_sise`", "did you mean `batch_size`?"),
        (["Load", "data", {}], "the stage has no attribute `data` that can be set there", None),
        (["Load", "batch_size", "many"], "`--set Load.batch_size`: it must be a whole number of at least 1", None),
        (["Load", "headers", "x"], "`--set Load.headers`: it must be a dictionary or a list of pairs", None),
    ],
)
def test_mistakes_in_set(load_with, sets, message, hint):
    (error,) = load_with("pass", set=[sets])["errors"]
    assert message in error["message"]
    assert hint is None or hint in error["hint"]
