"""Personas, k6's executors and Gatling's injection steps: what load profile each is, and what does not go with it."""

import json
from itertools import pairwise
from typing import Any

import pytest

from plans import check_plan
from squall._loading import load_file

ACTIONS = """
    @action(order=2)
    async def first(self):
        await self.client.http.get("/1")
    @action(order=1, weight=3)
    async def second(self):
        await self.client.http.get("/2")
"""


def graph(setup: str, execute: str = "pass") -> str:
    return (
        f"from squall import *\nfrom squall.injection import *\nclass Load(Setup): {setup}\n"
        f"@depends(Load)\nclass Shop(Execute):\n    {execute}{ACTIONS}"
    )


def scenario_of(document: dict[str, Any]) -> dict[str, Any]:
    assert document["errors"] == []
    check_plan(document)
    return document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]


SIZE = 'batch_size = 20; total_time = "10s"; '
BATCHES = {"size": 20, "duration": "10s", "max_users": 20}
CLOSED = {"closed": {"users": 20, "duration": "10s"}}


@pytest.mark.parametrize(
    ("setup", "load_profile", "order"),
    [
        ("", CLOSED, "cycle"),
        ("persona_type = 'default'", CLOSED, "cycle"),
        ("persona_type = 'batched'; batch_interval = 2", {"batches": {**BATCHES, "interval": "2s"}}, "batches"),
        ("persona_type = 'batched'", CLOSED, "batches"),
        (
            "persona_type = 'batched'; batch_interval = '2s'; max_users = 50; max_wait = 0",
            {"batches": {**BATCHES, "interval": "2s", "max_users": 50, "max_wait": "0s"}},
            "batches",
        ),
        ("persona_type = 'sorted'; batch_interval = 2", {"batches": {**BATCHES, "interval": "2s"}}, "batches"),
        ("persona_type = 'sequence'; batch_interval = 2", {"batches": {**BATCHES, "interval": "2s"}}, "batches"),
        ("persona_type = 'sorted'", CLOSED, "batches"),
        ("persona_type = 'weighted'; batch_interval = 2", {"batches": {**BATCHES, "interval": "2s"}}, "random"),
        ("persona_type = 'weighted'", CLOSED, "random"),
        (
            "persona_type = 'constant-spawn'; action_interval = '10ms'; batch_interval = 1",
            {"batches": {**BATCHES, "gap": "10ms", "interval": "1s"}},
            "cycle",
        ),
        ("persona_type = 'constant-spawn'; action_interval = 0.5", {"batches": {**BATCHES, "gap": "0.5s"}}, "cycle"),
        ("persona_type = 'constant-spawn'; batch_interval = 1", {"batches": {**BATCHES, "interval": "1s"}}, "cycle"),
        ("persona_type = 'constant-spawn'", CLOSED, "cycle"),
        (
            "persona_type = 'ramped'; batch_interval = 1",
            {"batches": {**BATCHES, "first": 2, "step": 2, "interval": "1s"}},
            "cycle",
        ),
        (
            "persona_type = 'ramped'; batch_gradient = 0.29; batch_size = 100",
            {"closed": {"users": 100, "duration": "10s", "grow": {"first": 29, "step": 29}}},
            "cycle",
        ),
        (
            "persona_type = 'ramped'; batch_gradient = 0.01",
            {"closed": {"users": 20, "duration": "10s", "grow": {"first": 1, "step": 1}}},
            "cycle",
        ),
        (
            "persona_type = 'ramped-interval'; batch_interval = 4; batch_gradient = 0.25",
            {"batches": {**BATCHES, "interval": "4s", "interval_step": "1s"}},
            "cycle",
        ),
        (
            "persona_type = 'ramped-interval'; batch_interval = '500ms'",
            {"batches": {**BATCHES, "interval": "500ms", "interval_step": "0.05s"}},
            "cycle",
        ),
        ("persona_type = 'ramped-interval'", CLOSED, "cycle"),
        (
            "persona_type = 'constant-arrival'",
            {"completions": {"per_batch": 20, "interval": "1s", "duration": "10s"}},
            "cycle",
        ),
        (
            "persona_type = 'constant-arrival'; batch_interval = '5s'; max_users = 30",
            {"completions": {"per_batch": 20, "interval": "5s", "duration": "10s", "max_users": 30}},
            "cycle",
        ),
    ],
)
def test_the_load_profile_of_each_persona_of_hedra(load, setup, load_profile, order):
    scenario = scenario_of(load(graph(SIZE + setup)))
    assert scenario["load"] == load_profile
    choose = scenario["flow"][0]["choose"]
    assert (choose["order"], choose.get("size")) == (order, 20 if order == "batches" else None)
    # Actions come in their order, whatever the persona.
    assert list(choose["branches"]) == ["second", "first"]
    weights = [branch.get("weight", 1) for branch in choose["branches"].values()]
    assert weights == ([1, 1] if order == "batches" else [3, 1])


@pytest.mark.parametrize(
    ("setup", "load_profile"),
    [
        ("persona_type = 'no-wait'; total_time = '2s'", {"eager": {"duration": "2s"}}),
        (
            "persona_type = 'no-wait'; total_time = '2s'; max_users = 9",
            {"eager": {"duration": "2s", "max_users": 9}},
        ),
        (
            "persona_type = 'approximate-distribution'; distribution = [5, 20, 10]; total_time = '10s'",
            {
                "closed": {
                    "users": 5,
                    "stages": [
                        {"duration": "3.333s", "target": 5},
                        {"duration": "0s", "target": 20},
                        {"duration": "3.333s", "target": 20},
                        {"duration": "0s", "target": 10},
                        {"duration": "3.334s", "target": 10},
                    ],
                }
            },
        ),
        (
            "persona_type = 'approx-dist'; distribution = (4,); total_time = '10s'; batch_interval = 1",
            {"closed": {"users": 4, "stages": [{"duration": "10s", "target": 4}], "pause": "1s"}},
        ),
        (
            "distribution = [10, 40]; distribution_intervals = 4; total_time = '4s'",
            {
                "closed": {
                    "users": 10,
                    "stages": [
                        {"duration": "1s", "target": 10},
                        {"duration": "0s", "target": 20},
                        {"duration": "1s", "target": 20},
                        {"duration": "0s", "target": 30},
                        {"duration": "1s", "target": 30},
                        {"duration": "0s", "target": 40},
                        {"duration": "1s", "target": 40},
                    ],
                }
            },
        ),
        # k6's executors.
        (
            "persona_type = 'constant-vus'; batch_size = 5; pause = 1",
            {"closed": {"users": 5, "duration": "1m", "pause": "1s"}},
        ),
        ("persona_type = 'ramping-vus'; ramp = '10s:5'", {"closed": {"stages": "10s:5"}}),
        ("persona_type = 'ramping-vus'; stages = '10s:5'; batch_size = 2", {"closed": {"users": 2, "stages": "10s:5"}}),
        (
            "persona_type = 'constant-arrival-rate'; rate = '5/m'; max_users = 9; total_time = '2m'",
            {"open": {"rate": "5/m", "duration": "2m", "max_users": 9}},
        ),
        ("persona_type = 'ramping-arrival-rate'; ramp = '10s:5'", {"open": {"rate": 0, "stages": "10s:5"}}),
        (
            "persona_type = 'ramping-arrival-rate'; rate = 3; ramp = '10s:5'; spacing = 'poisson'",
            {"open": {"rate": 3, "stages": "10s:5", "spacing": "poisson"}},
        ),
        (
            "persona_type = 'shared-iterations'; iterations = 9; batch_size = 3; total_time = '5m'",
            {"iterations": {"users": 3, "shared": 9, "max_duration": "5m"}},
        ),
        (
            "persona_type = 'per-vu-iterations'; iterations_per_user = 9; batch_size = 3",
            {"iterations": {"users": 3, "per_user": 9}},
        ),
        # Gatling's steps.
        (
            "inject = [nothing_for('1s'), at_once_users(7), ramp_users(30).during('10s')]",
            {
                "open": {
                    "stages": [
                        {"duration": "1s", "target": 0},
                        {"duration": "0s", "target": 1e8},
                        {"duration": "70ns", "target": 1e8},
                        {"duration": "0s", "target": 3.0},
                        {"duration": "10s", "target": 3.0},
                    ],
                    "max_users": 100,
                }
            },
        ),
        (
            "inject = [constant_users_per_sec(5).during(10).randomized(), ramp_users_per_sec(5).to(9).during(4).randomized()]; max_users = 50",
            {
                "open": {
                    "stages": [
                        {"duration": "0s", "target": 5},
                        {"duration": "10s", "target": 5},
                        {"duration": "4s", "target": 9},
                    ],
                    "spacing": "poisson",
                    "max_users": 50,
                }
            },
        ),
        (
            "inject = [increment_users_per_sec(5).times(3).each_level_lasting('10s').separated_by_ramps_lasting(2).starting_from(10)]",
            {
                "open": {
                    "stages": [
                        {"duration": "0s", "target": 10},
                        {"duration": "10s", "target": 10},
                        {"duration": "2s", "target": 15},
                        {"duration": "10s", "target": 15},
                        {"duration": "2s", "target": 20},
                        {"duration": "10s", "target": 20},
                    ]
                }
            },
        ),
        (
            "inject = [increment_users_per_sec(5).times(2).each_level_lasting('10s')]",
            {
                "open": {
                    "stages": [
                        {"duration": "0s", "target": 5},
                        {"duration": "10s", "target": 5},
                        {"duration": "0s", "target": 10},
                        {"duration": "10s", "target": 10},
                    ]
                }
            },
        ),
        (
            "inject = [constant_concurrent_users(3).during(2), nothing_for(1), ramp_concurrent_users(3).to(9).during(6)]",
            {
                "closed": {
                    "stages": [
                        {"duration": "0s", "target": 3},
                        {"duration": "2s", "target": 3},
                        {"duration": "0s", "target": 0},
                        {"duration": "1s", "target": 0},
                        {"duration": "0s", "target": 3},
                        {"duration": "6s", "target": 9},
                    ]
                }
            },
        ),
    ],
)
def test_the_load_profile_of_other_personas(load, setup, load_profile):
    scenario = scenario_of(load(graph(setup)))
    assert scenario["load"] == load_profile
    assert scenario["flow"][0]["choose"]["order"] == "cycle"


def test_a_stress_peak_starts_exactly_its_users_most_of_them_in_the_middle(load):
    load_profile = scenario_of(load(graph("inject = [stress_peak_users(1000).during('20s')]")))["load"]
    stages = load_profile["open"]["stages"]
    levels = [stage["target"] for stage in stages]
    assert stages[0]["duration"] == "0s"
    assert len({stage["duration"] for stage in stages[1:]}) == 1
    areas = [(one + other) / 2 * 20 / 32 for one, other in pairwise(levels)]
    assert sum(areas) == pytest.approx(1000, abs=1e-9)
    assert levels == pytest.approx(levels[::-1])
    assert sum(areas[8:24]) > 850


@pytest.mark.parametrize("count", [1, 7, 1000, 1001, 250_000])
def test_users_at_once_are_exactly_so_many(load, count):
    load_profile = scenario_of(load(graph(f"inject = [at_once_users({count})]")))["load"]
    (_, hold) = load_profile["open"]["stages"]
    assert int(hold["duration"].removesuffix("ns")) * 1e-9 * hold["target"] == pytest.approx(count, rel=1e-12)
    assert load_profile["open"]["max_users"] == max(count, 100)


@pytest.mark.parametrize(
    ("setup", "message", "hint"),
    [
        (
            "persona_type = 'ramped_interval'",
            "there is no persona `ramped_interval`",
            "did you mean `ramped-interval`?",
        ),
        ("persona_type = 'xyz'", "there is no persona `xyz`", "there are `default`, `batched`, "),
        ("persona_type = 5", "`persona_type` must be text, not `5` (int)", None),
        (
            "persona_type = 'batched'; batch_gradient = 0.5",
            "`batch_gradient` does not go with the persona `batched`",
            "it goes by `batch_interval`, `batch_size`, `max_users`, `max_wait`, `total_time`; remove it",
        ),
        ("persona_type = 'batched'; rate = 5", "`rate` does not go with the persona `batched`", None),
        (
            "persona_type = 'ramped'; action_interval = 1",
            "`action_interval` does not go with the persona `ramped`",
            None,
        ),
        ("persona_type = 'no-wait'; batch_size = 1", "`batch_size` does not go with the persona `no-wait`", None),
        ("persona_type = 'weighted'; pause = 1", "`pause` does not go with the persona `weighted`", None),
        (
            "batch_gradient = 0.5",
            "`batch_gradient` means nothing to the persona `default`",
            "set `persona_type` to one of `ramped`, `ramped-interval`, or remove it",
        ),
        (
            "action_interval = 0.5",
            "`action_interval` means nothing to the persona `default`",
            "set `persona_type` to one of `constant-spawn`, or remove it",
        ),
        (
            "batch_gradient = 2; persona_type = 'ramped'",
            "`batch_gradient` must be a number greater than 0 and at most 1",
            None,
        ),
        ("distribution = [0]", "`distribution` must be a list of whole numbers like `[10, 50, 20]`", None),
        (
            "persona_type = 'approx-dist'",
            "the persona `approx-dist` needs `distribution`",
            "set `distribution`",
        ),
        ("persona_type = 'ramping-vus'", "the persona `ramping-vus` needs `ramp`", None),
        ("persona_type = 'constant-arrival-rate'", "the persona `constant-arrival-rate` needs `rate`", None),
        ("inject = [at_once_users(1)]; rate = 5", "`rate` does not go with `inject`", None),
        ("inject = [ramp_users(5)]", "`inject` must be a list of steps of `squall.injection`", "ends with how long"),
        (
            "inject = [at_once_users(1), constant_concurrent_users(1).during(1)]",
            "`inject` has steps of a rate and steps of a number of users",
            "second one",
        ),
        (
            "inject = [at_once_users(1), constant_users_per_sec(1).during(1).randomized()]",
            "`inject` has a step that is `randomized` beside one that starts a fixed number at once",
            None,
        ),
        ("inject = [at_once_users(0)]", "`at_once_users` takes a whole number of at least 1, not `0`", None),
        ("inject = [nothing_for('soon')]", "`'soon'` is not how long a step takes", "write it as"),
    ],
)
def test_what_does_not_go_with_a_persona_is_told(load, setup, message, hint):
    document = load(graph(setup))
    (error,) = document["errors"]
    assert message in error["message"]
    assert error["line"] == 3
    assert hint is None or hint in error["hint"]


@pytest.mark.parametrize(
    ("setup", "execute", "load_profile"),
    [
        (
            "batch_interval = 1; batch_size = 5; persona_type = 'batched'",
            "persona_type = 'ramped'; batch_gradient = 0.2",
            {"batches": {"size": 5, "first": 1, "step": 1, "interval": "1s", "duration": "1m", "max_users": 5}},
        ),
        (
            "persona_type = 'ramped'; batch_gradient = 0.5; batch_size = 4",
            "persona_type = 'default'",
            {"closed": {"users": 4, "duration": "1m"}},
        ),
        (
            "persona_type = 'batched'; batch_size = 4",
            "rate = 9",
            {"open": {"rate": 9, "duration": "1m", "max_users": 4}},
        ),
        ("rate = 9; max_users = 3", "persona_type = 'no-wait'", {"eager": {"duration": "1m", "max_users": 3}}),
        (
            "persona_type = 'constant-arrival-rate'; rate = 9",
            "rate = 3",
            {"open": {"rate": 3, "duration": "1m"}},
        ),
        (
            "persona_type = 'batched'; batch_size = 7; batch_interval = 1",
            "max_users = 9",
            {"batches": {"size": 7, "interval": "1s", "duration": "1m", "max_users": 9}},
        ),
        ("inject = [at_once_users(1)]", "iterations = 4", {"iterations": {"users": 1000, "shared": 4}}),
        (
            "persona_type = 'batched'; total_time = '3s'",
            "distribution = [2]",
            {"closed": {"users": 2, "stages": [{"duration": "3s", "target": 2}]}},
        ),
    ],
)
def test_an_execute_stage_has_another_persona_than_its_setup(load, setup, execute, load_profile):
    assert scenario_of(load(graph(setup, execute)))["load"] == load_profile


def test_options_of_the_command_line_fill_what_a_persona_uses_and_are_noted_where_it_does_not(load):
    load(graph("persona_type = 'batched'; batch_interval = 1"))
    overrides = {
        "defaults": {"batch_size": 5, "total_time": "3s", "rate": 9.0},
        "typed": {"batch_size": "-u 5", "total_time": "-d 3s", "rate": "-r 9"},
    }
    document = json.loads(load_file("shop.py", None, json.dumps(overrides)))
    assert scenario_of(document)["load"] == {"batches": {"size": 5, "interval": "1s", "duration": "3s", "max_users": 5}}
    assert document["notes"] == [
        "`-r 9` has no effect: `Load` sets `persona_type`; use `--set Load.rate=9`",
        "`weight` of `Shop.second` has no effect: with the persona `batched` each action has batches in turn",
    ]


def test_an_option_that_a_persona_goes_without_is_noted_so(load):
    load(graph("inject = [at_once_users(5)]"))
    overrides = {"defaults": {"batch_size": 5, "rate": 9.0}, "typed": {"batch_size": "-u 5", "rate": "-r 9"}}
    assert json.loads(load_file("shop.py", None, json.dumps(overrides)))["notes"] == [
        "`-u 5` has no effect: `inject` of `Load` goes without `batch_size`",
        "`-r 9` has no effect: `Load` sets `inject`; use `--set Load.rate=9`",
    ]
    replaced = json.loads(load_file("shop.py", None, json.dumps({"set": [["Load", "rate", 9]]})))
    assert scenario_of(replaced)["load"] == {"open": {"rate": 9, "duration": "1m"}}


@pytest.mark.parametrize(
    ("setup", "words"),
    [
        ("batch_size = 1; total_time = '2s'", "1 user for 2s"),
        ("rate = 5; spacing = 'poisson'", "5 iterations/s for 1m, at random times"),
        ("ramp = '1s:5'; pause = 1", "users ramp from 0: 1s:5, 1s of pause"),
        ("iterations = 9; batch_size = 3", "9 iterations shared by 3 users"),
        (
            "persona_type = 'batched'; batch_size = 3; batch_interval = 2",
            "batched: batches of 3 iterations, every 2s, for 1m, at most 3 users",
        ),
        (
            "persona_type = 'ramped'; batch_size = 30",
            "ramped: 3 users, 3 more whenever each has started one, up to 30, for 1m",
        ),
        ("persona_type = 'constant-arrival'", "constant-arrival: 1000 iterations completed every 1s, for 1m"),
        ("persona_type = 'no-wait'", "no-wait: as many as can be started, for 1m"),
        (
            "inject = [constant_users_per_sec(2).during(3)]",
            "injection steps: iterations a second ramp from 0: 0s:2,3s:2",
        ),
    ],
)
def test_a_load_profile_is_told_in_words(load, setup, words):
    document = load(graph(setup))
    assert document["errors"] == []
    assert [stage["load"] for stage in document["stages"] if stage["stage"] == "Shop"] == [words]
