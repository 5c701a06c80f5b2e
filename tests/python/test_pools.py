"""Data pools: how they are declared, and where they end in the plan."""

import pytest

GRAPH = """\
from squall import *
{pools}
class Load(Setup):
    {setup}
@depends(Load)
class Shop(Execute):
    @action()
    async def go(self):
        await self.client.http.get(f"/{{{use}}}")
"""


def graph(pools="", setup="pass", use="data('users').name"):
    return GRAPH.format(pools=pools, setup=setup, use=use)


@pytest.mark.parametrize(
    ("pools", "setup", "use", "name", "pool"),
    [
        (
            "DataPool('users', csv='u.csv')",
            "pass",
            "data('users').name",
            "users",
            {"csv": "{tmp}/u.csv", "order": "sequential"},
        ),
        (
            "U = DataPool('users', json='u.json', order='once')",
            "pass",
            "data('users').name",
            "users",
            {"json": "{tmp}/u.json", "order": "once"},
        ),
        (
            "DataPool('users', json_lines='/d/u.jsonl', order='unique')",
            "pass",
            "data('users').name",
            "users",
            {"json_lines": "/d/u.jsonl", "order": "unique"},
        ),
        (
            "DataPool('users', rows=[{'name': 'ann', 'n': 1}], order='random')",
            "pass",
            "data('users').name",
            "users",
            {"rows": [{"name": "ann", "n": 1}], "order": "random"},
        ),
        ("", "data = {'users': 'u.csv'}", "data('users').name", "users", {"csv": "{tmp}/u.csv", "order": "sequential"}),
        (
            "",
            "data = {'users': [{'name': 'ann'}]}",
            "data('users').name",
            "users",
            {"rows": [{"name": "ann"}], "order": "sequential"},
        ),
        (
            "",
            "data = {'users': DataPool('x', csv='u.csv', order='once')}",
            "data('users').name",
            "users",
            {"csv": "{tmp}/u.csv", "order": "once"},
        ),
        ("", "pass", "data('d/u.csv').name", "d/u.csv", {"csv": "{tmp}/d/u.csv", "order": "sequential"}),
        ("", "pass", "data('u.jsonl')['full name']", "u.jsonl", {"json_lines": "{tmp}/u.jsonl", "order": "sequential"}),
    ],
)
def test_each_way_to_declare_a_pool(load, tmp_path, pools, setup, use, name, pool):
    document = load(graph(pools, setup, use))
    assert document["errors"] == []
    (found,) = document["plan"]["data"].items()
    source = found[1].pop("source")
    expected = {
        key: value.replace("{tmp}", str(tmp_path)) if isinstance(value, str) else value for key, value in pool.items()
    }
    assert found == (name, expected)
    assert source["file"] == "shop.py"


def test_a_path_is_quoted_where_it_is_no_name(load):
    document = load(graph(use="data('d/u.csv')['full name']"))
    request = document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["flow"][0]["http"]
    assert request["url"] == '/${data."d/u.csv"."full name"}'


@pytest.mark.parametrize(
    ("pools", "setup", "use", "line", "message", "hint"),
    [
        ("", "pass", "data('users').name", 9, "there is no data pool `users`", 'DataPool("users", csv="users.csv")'),
        (
            "DataPool('users', csv='u.csv')",
            "pass",
            "data('user').name",
            9,
            "there is no data pool `user`",
            "did you mean `users`?",
        ),
        ("DataPool('users')", "pass", "data('users').name", 2, "the data pool `users` has no data", "give one of"),
        (
            "DataPool('users', csv='a', rows=[])",
            "pass",
            "data('users').name",
            2,
            "`csv`, `rows` are both given",
            "give one of",
        ),
        (
            "DataPool('users', csv='a', order='any')",
            "pass",
            "data('users').name",
            2,
            "`order` of the data pool `users`",
            "`unique`",
        ),
        ("DataPool('users', csv=5)", "pass", "data('users').name", 2, "must be a path", None),
        (
            "DataPool('users', rows=[{'name': object()}])",
            "pass",
            "data('users').name",
            2,
            "the field `name`",
            "use text",
        ),
        (
            "DataPool('users', csv='a'); DataPool('users', csv='b')",
            "pass",
            "data('users').name",
            2,
            "there are two data pools `users`",
            "another name",
        ),
        (
            "DataPool(5, csv='a')",
            "data = {'users': 'u.csv'}",
            "data('users').name",
            2,
            "the name of a data pool must be text",
            None,
        ),
    ],
)
def test_mistakes_in_pools(load, pools, setup, use, line, message, hint):
    document = load(graph(pools, setup, use))
    (error,) = document["errors"]
    assert message in error["message"]
    assert error["line"] == line
    assert hint is None or hint in error["hint"]
