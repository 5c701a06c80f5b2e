"""Mistakes in hooks: all are told when the file is loaded, each with its line and what would be right."""

from typing import Any

import pytest

PRELUDE = """\
from squall import *
class Load(Setup):
    pass
@depends(Load)
class Shop(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/")
"""
"""The next line is the ninth of the file."""


def errors_of(document: dict[str, Any]) -> list[tuple[int, str]]:
    assert document["plan"] is None
    return [(error["line"], error["message"]) for error in document["errors"]]


def indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


@pytest.mark.parametrize(
    ("lines", "message", "hint"),
    [
        (
            '@event("hom")\nasync def look(self):\n    pass',
            "`Shop.look` (@event) names `hom`, which does not exist",
            "did you mean `home`?",
        ),
        (
            '@event("home", "home")\nasync def look(self):\n    pass',
            "`Shop.look` (@event) names `home` twice",
            "name it once",
        ),
        (
            '@event("look")\nasync def look(self):\n    pass',
            "`Shop.look` (@event) names itself",
            "remove the name",
        ),
        (
            '@event("b")\nasync def a(self):\n    pass\n@event("a")\nasync def b(self):\n    pass',
            "hooks wait for each other: `a` → `b` → `a`",
            "remove one of these names",
        ),
        (
            "@event(order=0)\nasync def look(self):\n    pass",
            "`order` in `@event` of `Shop.look` must be a whole number of at least 1, not `0` (int)",
            None,
        ),
        (
            "@event(order=1.5)\nasync def look(self):\n    pass",
            "`order` in `@event` of `Shop.look` must be a whole number of at least 1, not `1.5` (float)",
            None,
        ),
        (
            "@event(skip=1)\nasync def look(self):\n    pass",
            "`skip` in `@event` of `Shop.look` must be `True` or `False`, not `1` (int)",
            None,
        ),
        (
            "@event(5)\nasync def look(self):\n    pass",
            "`@event` of `Shop.look` takes names of hooks, not",
            "write the name as text",
        ),
        (
            "@check()\nasync def fine(self):\n    pass",
            "`@check` of `Shop.fine` names no hook",
            'e.g. `@check("home")`',
        ),
        (
            '@check("home", message="")\nasync def fine(self):\n    pass',
            "`message` in `@check` of `Shop.fine` must be text",
            None,
        ),
        (
            '@channel("home", size=0)\nasync def pages(self):\n    pass',
            "`size` in `@channel` of `Shop.pages` must be a whole number of at least 1",
            None,
        ),
        (
            '@channel("home")\ndef pages(self):\n    pass',
            "the channel `Shop.pages` (@channel) is not `async`",
            "write `async def`",
        ),
        (
            '@metric("sum", names=["home"])\nasync def size(self):\n    pass',
            "`metric_type` in `@metric` of `Shop.size` must be",
            None,
        ),
        (
            '@save(save_path="a.json")\nasync def keep(self):\n    pass',
            "an Execute stage takes no `@save`, as `Shop.keep` is",
            "`@save` belongs in Act or Checkpoint or Teardown",
        ),
        (
            "@setup()\nasync def before_all(self):\n    pass",
            "an Execute stage takes no `@setup`, as `Shop.before_all` is",
            "`@setup` belongs in Setup",
        ),
        (
            '@event("home")\nasync def look(self):\n    yield 1',
            "`Shop.look` (@event) is a generator",
            "return its values instead of yielding them",
        ),
        (
            '@event("home")\n@check("home")\nasync def look(self):\n    pass',
            "`Shop.look` is both `@check` and `@event`",
            "keep one of the decorators",
        ),
        (
            '@event("home")\nasync def look(self, pric):\n    pass',
            "nothing gives `Shop.look` (@event) an argument `pric`",
            "there are `context`, `client`, `action`, `result`",
        ),
        (
            (
                '@event()\nasync def price(self):\n    return {"price": 1}\n'
                '@event("home", "price")\nasync def look(self, pric):\n    pass'
            ),
            "nothing gives `Shop.look` (@event) an argument `pric`",
            "did you mean `price`?",
        ),
        (
            (
                '@event()\nasync def sign(self, result):\n    pass\n@action("sign")\nasync def buy(self):\n'
                '    await self.client.http.get("/")'
            ),
            "nothing gives `Shop.sign` (@event) an argument `result`",
            "there are",
        ),
        (
            (
                '@event("home")\nasync def look(self):\n    pass\n@action("look")\nasync def buy(self):\n'
                '    await self.client.http.get("/")'
            ),
            "`Shop.buy` depends on the action `Shop.home`, which belongs to other iterations",
            "an iteration runs one action; a `@channel` passes values from one to another",
        ),
        (
            '@task("sign")\ndef buy(self):\n    pass\n@event()\nasync def sign(self):\n    pass',
            "the task `Shop.buy` is a plain `def`, and has hooks: `Shop.sign` (@event)",
            "declare it `async def`",
        ),
        (
            (
                '@action(checks=["look"])\nasync def buy(self):\n    await self.client.http.get("/")\n'
                "@event()\nasync def look(self):\n    pass"
            ),
            "`checks` of `Shop.buy` (@action) names `Shop.look` (@event), which is no check",
            "use a `@check`",
        ),
        (
            '@action(checks="look")\nasync def buy(self):\n    await self.client.http.get("/")',
            "`checks` in `@action` of `Shop.buy` must be a list of names of checks",
            None,
        ),
        (
            "@task()\ndef buy(self, context):\n    pass",
            "the task `Shop.buy` is wrong: nothing gives it an argument `context`",
            "declare it `async def`",
        ),
        (
            '@action(metadata={"env": None})\nasync def buy(self):\n    await self.client.http.get("/")',
            "`metadata` in `@action` of `Shop.buy` must be a dictionary of text and numbers",
            None,
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(load, lines, message, hint):
    document = load(PRELUDE + indented(lines))
    told = errors_of(document)
    found = [number for number, (_, text) in enumerate(told) if text.startswith(message)]
    assert found, told
    assert told[found[0]][0] >= 9
    if hint is not None:
        assert hint in document["errors"][found[0]]["hint"]
    assert len(told) == 1 or "is both" in message, told


def test_all_mistakes_are_told_at_once(load):
    document = load(
        PRELUDE
        + indented(
            '@event("hom")\nasync def look(self):\n    pass\n'
            "@check()\nasync def fine(self):\n    pass\n"
            "@event(order=0)\nasync def other(self):\n    pass"
        )
    )
    assert [line for line, _ in errors_of(document)] == [10, 13, 16]


ACCEPTED = {
    "Setup": {"condition", "context", "event", "setup", "transform"},
    "Execute": {
        *("action", "after", "before", "channel", "check", "condition", "context", "event", "metric", "task"),
        "transform",
    },
    "Analyze": {"condition", "context", "event", "metric", "transform"},
    "Submit": {"condition", "context", "event", "transform"},
    "Act": {
        *("action", "after", "before", "channel", "check", "condition", "context", "event", "load", "save", "task"),
        "transform",
    },
    "Validate": {"check", "condition", "context", "event", "transform", "validate"},
    "Checkpoint": {"context", "event", "load", "restore", "save"},
    "Teardown": {
        *("action", "after", "before", "channel", "check", "condition", "context", "event", "load", "save", "task"),
        *("teardown", "transform"),
    },
    "Wait": set(),
}
WRITTEN = {
    "action": "@action()",
    "after": '@after("home")',
    "before": '@before("home")',
    "channel": "@channel()",
    "check": '@check("home")',
    "condition": "@condition()",
    "context": "@context()",
    "event": "@event()",
    "load": '@load(load_path="a.json")',
    "metric": '@metric("count")',
    "restore": '@restore("a", restore_filepath="a.json")',
    "save": '@save(save_path="a.json")',
    "setup": "@setup()",
    "task": "@task()",
    "teardown": "@teardown()",
    "transform": "@transform()",
    "validate": '@validate("Shop.home")',
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_each_kind_of_stage_takes_its_hooks_and_no_others(load, kind):
    for hook, decorator in WRITTEN.items():
        document = load(
            f"from squall import *\nclass One({kind}):\n    {decorator}\n    async def hook(self):\n        return 1\n"
        )
        article = "an" if kind[0] in "AE" else "a"
        told = [error["message"] for error in document["errors"]]
        refusal = f"{article} {kind} stage takes no `@{hook}`, as `One.hook` is"
        assert (refusal in told) is (hook not in ACCEPTED[kind]), (kind, hook, told)


def test_hooks_of_another_stage_can_be_named_if_it_runs_before(load):
    text = """
    from squall import *
    class Login(Act):
        @event()
        async def token(self):
            return {"token": "abc"}
    @depends(Login)
    class Load(Setup):
        pass
    @depends(Load)
    class Shop(Execute):
        @event("Login.token")
        async def sign(self, token):
            pass
        @action("sign")
        async def home(self):
            await self.client.http.get("/")
    """
    assert load(text)["errors"] == []
    wrong = text.replace("@depends(Login)", "")
    assert [message for _, message in errors_of(load(wrong))] == [
        "`Shop.sign` (@event) names `Login.token`, but `Login` does not run before `Shop`"
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            (
                '@action("sign")\nasync def buy(self):\n    await self.client.http.get("/")\n'
                "@event()\nasync def sign(self, action):\n    pass"
            ),
            "the hook `Shop.sign` (@event) runs in Python before each request",
        ),
        (
            (
                '@action()\nasync def buy(self):\n    await self.client.http.get("/")\n'
                '@check("buy")\nasync def fine(self, result):\n    pass'
            ),
            "the hook `Shop.fine` (@check) runs in Python after each answer",
        ),
        (
            (
                '@action()\nasync def buy(self):\n    await self.client.http.get("/")\n'
                '@after("buy")\nasync def look(self, result):\n    pass'
            ),
            "the hook `Shop.look` (@after) runs in Python after each answer",
        ),
        (
            (
                '@action()\nasync def buy(self):\n    await self.client.http.get("/")\n'
                '@before("buy")\nasync def look(self, action):\n    pass'
            ),
            "the hook `Shop.look` (@before) runs in Python before each request",
        ),
        (
            (
                '@action(notify=["pages"])\nasync def buy(self):\n    await self.client.http.get("/")\n'
                "@channel()\nasync def pages(self, result):\n    pass"
            ),
            "its answers are sent to the channel `Shop.pages`",
        ),
        (
            (
                '@action(listen=["pages"])\nasync def buy(self):\n    await self.client.http.get("/")\n'
                '@channel("home")\nasync def pages(self, result):\n    pass'
            ),
            "it receives from the channel `Shop.pages` before each request",
        ),
    ],
)
def test_explain_names_the_hook_that_forced_an_action_into_python(load, lines, reason):
    document = load(PRELUDE + indented(lines))
    assert document["errors"] == []
    told = {one["action"]: one for one in document["explain"]}
    assert (told["buy"]["mode"], told["buy"]["reason"]) == ("python", reason)
    assert told["home"]["mode"] == ("python" if '@channel("home")' in lines else "compiled")


def test_an_action_without_hooks_stays_compiled_beside_one_with(load):
    document = load(
        PRELUDE
        + indented('@event("other")\nasync def look(self):\n    pass\n@task()\nasync def other(self):\n    pass')
    )
    assert {one["action"]: one["mode"] for one in document["explain"]} == {"home": "compiled", "other": "python"}


def test_hooks_that_are_left_out_leave_the_action_compiled(load):
    document = load(PRELUDE + indented('@check("home", skip=True)\nasync def fine(self):\n    return False'))
    assert [one["mode"] for one in document["explain"]] == ["compiled"]
