"""Tags of actions and requests, and names of checks: from the test to the plan, and to what rules select by."""

import json

import pytest

GRAPH = """\
from squall import *
class Load(Setup):
    base_url = "http://127.0.0.1:1"

@depends(Load)
class Shop(Execute):
    @action(tags={"team": "shop", "tier": 1})
    async def buy(self):
        async with self.client.transaction("pay"):
            await self.client.http.get("/a", tags={"tier": "2"})
        await self.client.http.get("/b")

    @task(tags=[{"name": "team", "value": "pay"}])
    async def look(self):
        await self.client.http.get("/c")
"""


def _flow(document):
    assert document["errors"] == []
    return document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["flow"]


def test_tags_of_an_action_are_on_all_that_it_does_and_those_of_a_request_go_before(load):
    branches = _flow(load(GRAPH))[0]["choose"]["branches"]
    group = branches["buy"]["steps"][0]["group"]
    assert group["tags"] == {"team": "shop", "tier": "1"}
    pay, last = group["steps"]
    assert pay["group"]["tags"] == {"team": "shop", "tier": "1"}
    assert pay["group"]["steps"][0]["http"]["tags"] == {"team": "shop", "tier": "2"}
    assert last["http"]["tags"] == {"team": "shop", "tier": "1"}
    assert branches["look"]["steps"][0]["script"]["tags"] == {"team": "pay"}


def test_tags_and_names_of_checks_are_recorded(request_of):
    request = request_of("get('/', tags=[{'name': 'team', 'value': 'shop'}], expect=expect(status=200, name='fine'))")
    assert request["tags"] == {"team": "shop"}
    assert request["expect"] == {"status": 200, "name": "fine"}


@pytest.mark.parametrize("tags", ["{'team': ''}", "{'team': None}", "[{'team': 'shop'}]", "'team=shop'", "{1: 'a'}"])
def test_wrong_tags_are_told(load, load_body, tags):
    (error,) = load_body(f"await self.client.http.get('/', tags={tags})")["errors"]
    assert "tag" in error["message"], error
    (error,) = load(GRAPH.replace('{"team": "shop", "tier": 1}', tags))["errors"]
    assert "`tags`" in json.dumps(error), error


def test_an_expectation_that_only_has_a_name_checks_nothing(load_body):
    (error,) = load_body("await self.client.http.get('/', expect=expect(name='fine'))")["errors"]
    assert "checks nothing" in error["message"]
