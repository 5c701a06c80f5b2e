"""What cannot be compiled, and what is said about it."""

import pytest


@pytest.mark.parametrize(
    ("lines", "line", "reason", "hint"),
    [
        (
            "if (await self.client.http.get('/')).status == 200: pass",
            10,
            "`.status` is taken from an answer",
            "expect(status=",
        ),
        ("a = await self.client.http.get('/')\na.json()", 11, "`.json` is taken from an answer", "extract="),
        ("a = await self.client.http.get('/')\na['token']", 11, "`['token']` is taken", 'extract.json("$.token")'),
        (
            "a = await self.client.http.get('/', extract={'id': extract.header('x')})\na.idd",
            11,
            "`.idd` is taken",
            "extracted here: `id`",
        ),
        ("if await self.client.http.get('/'):\n    pass", 10, "a decision is made on an answer", "expect"),
        ("for x in await self.client.http.get('/'):\n    pass", 10, "iterated over", "extract"),
        ("a = await self.client.http.get('/')\na == 1", 11, "an answer is compared", "expect"),
        ("a = await self.client.http.get('/')\nf'{a}'", 11, "turned into text", "extract"),
        ("import asyncio\nawait asyncio.sleep(1)", 11, "it awaits `asyncio.sleep`", "await pause"),
        ("import asyncio\nawait asyncio.sleep(0)", 11, "it awaits `asyncio.sleep`", "await pause"),
        (
            "import asyncio\nawait asyncio.get_running_loop().run_in_executor(None, print)",
            11,
            "needs an event loop",
            "self.client",
        ),
        ("pass", 9, "it makes no request", "self.client.http"),
        ("await pause(1)", 9, "it makes no request", "self.client.http"),
    ],
)
def test_what_cannot_be_recorded_says_where_and_what_to_do(refusal, lines, line, reason, hint):
    error = refusal(lines)
    assert error["message"].startswith("Shop.go runs in Python: ")
    assert reason in error["message"]
    assert hint in error["hint"]
    assert (error["file"], error["line"], error["name"]) == ("shop.py", line, "Shop.go")


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ("self.client.http.get('/')", 10, "a GET request is not awaited"),
        ("await self.client.http.get('/')\npause(1)", 11, "a pause is not awaited"),
        ("self.client.transaction('x')\nawait self.client.http.get('/')", 10, "a transaction is not awaited"),
    ],
)
def test_what_is_never_awaited_is_a_mistake(refusal, lines, line, what):
    error = refusal(lines)
    assert error["message"] == f"the action `Shop.go` is wrong: {what}"
    assert error["line"] == line
    assert "await" in error["hint"]


def test_concurrent_requests_need_an_event_loop(refusal):
    error = refusal("import asyncio\nawait asyncio.gather(self.client.http.get('/a'), self.client.http.get('/b'))")
    assert "it awaits `asyncio." in error["message"]
    assert error["line"] == 11


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("__import__('random').random()", "random_int"),
        ("__import__('random').randint(10**8, 10**9)", "random_int"),
        ("__import__('uuid').uuid4()", "`uuid4()`"),
        ("__import__('time').time()", "`timestamp()`"),
        ("__import__('time').time_ns()", "`timestamp()`"),
        ("__import__('datetime').datetime.now().isoformat()", "`timestamp()`"),
        ("__import__('secrets').token_urlsafe(9)", "`random_choice("),
    ],
)
def test_values_that_differ_between_two_recordings_are_named_with_a_placeholder_for_them(refusal, value, hint):
    error = refusal(f"await self.client.http.get('/', headers={{'x-v': str({value})}})")
    assert "a header (`x-v`) differed between two recordings: `" in error["message"]
    assert hint in error["hint"]
    assert error["line"] == 10


def test_a_counter_of_the_file_is_noticed(load):
    document = load(
        """
        from itertools import count
        from squall import *
        NUMBERS = count(7)
        class Load(Setup): pass
        @depends(Load)
        class Shop(Execute):
            @action()
            async def go(self):
                await self.client.http.get(f"/{next(NUMBERS)}")
        """
    )
    (action,) = document["explain"]
    assert "the URL differed between two recordings: `/7` and `/8`" in action["reason"]
    assert "`counter(" in action["hint"]


def test_a_counter_of_the_stage_is_noticed(refusal):
    error = refusal("self.n = getattr(self, 'n', 0) + 1\nawait self.client.http.get(f'/{self.n}')")
    assert "`/1` and `/2`" in error["message"]


@pytest.mark.parametrize(
    ("line", "reason", "hint"),
    [
        ("random.choice([1])", "it draws random values in Python", "random_choice"),
        ("random.Random(5).random()", "it draws random values in Python", "random_choice"),
        ("random.shuffle([1, 2])", "it draws random values in Python", "random_choice"),
        ("secrets.choice([1])", "it draws random values in Python", "random_choice"),
        ("str(uuid.uuid4())[:0]", "it draws random values in Python", "random_choice"),
        ("int(time.time())", "it reads a clock", "timestamp()"),
        ("time.strftime('%Y')", "it reads a clock", "timestamp()"),
        ("datetime.datetime.now().date()", "it reads a clock", "timestamp()"),
        ("datetime.date.today()", "it reads a clock", "timestamp()"),
        ("time.sleep(3600)", "it sleeps", "await pause"),
        ("socket.create_connection(('127.0.0.1', 1))", "by itself", "self.client"),
        ("urllib.request.urlopen('http://127.0.0.1:1/')", "by itself", "self.client"),
        ("subprocess.run(['true'])", "it starts a program", "outside of the action"),
        ("os.system('true')", "it starts a program", "outside of the action"),
    ],
)
def test_what_a_recording_would_freeze_or_repeat_is_noticed(refusal, line, reason, hint):
    imports = "import datetime, os, random, secrets, socket, subprocess, time, urllib.request, uuid"
    error = refusal(f"{imports}\n{line}\nawait self.client.http.get('/')")
    assert reason in error["message"]
    assert hint in error["hint"]
    assert error["line"] == 11


def test_clocks_and_draws_of_libraries_are_their_own_business(record):
    lines = "import logging, tempfile, time\nlogging.getLogger('x').warning('hello')\ntime.perf_counter()\ntempfile.mktemp()"
    assert record(f"{lines}\nawait self.client.http.get('/')") == [
        {"http": {"method": "GET", "url": "/", "name": "go"}},
    ]


def test_recordings_of_different_length_are_noticed(load):
    document = load(
        """
        from squall import *
        SEEN = []
        class Load(Setup): pass
        @depends(Load)
        class Shop(Execute):
            @action()
            async def go(self):
                await self.client.http.get("/a")
                if SEEN:
                    await self.client.http.get("/b")
                SEEN.append(1)
        """
    )
    (action,) = document["explain"]
    assert "two recordings made 1 and 2 steps" in action["reason"]
    assert action["line"] == 11


def test_a_body_that_does_not_end_is_stopped(refusal):
    error = refusal("while True:\n    await self.client.http.get('/')")
    assert "it makes more than 10,000 steps" in error["message"]
    assert error["line"] == 11


@pytest.mark.parametrize(
    "line",
    [
        "1 / 0",
        "{}['x']",
        "assert False",
        "raise TypeError('not now')",
        "(5).nothing",
        "{'a': 1}.nothing",
        "import squall; squall.current()",
    ],
)
def test_a_body_that_raises_may_do_so_only_while_it_is_recorded(refusal, line):
    error = refusal(f"await self.client.http.get('/')\n{line}")
    assert error["message"].startswith("Shop.go runs in Python: its body raises `")
    assert error["message"].endswith("` while it is recorded")
    assert error["line"] == 11


@pytest.mark.parametrize(
    "line",
    [
        "nothing",
        "self.nothing",
        "import random; random.randit(1, 2)",
        "import no_such_module_xyz",
        "(lambda one: one)()",
        "(lambda: 1)(2)",
        "(lambda one: one)(two=2)",
        "raise SystemExit(1)",
    ],
)
def test_a_body_that_cannot_work_is_a_mistake(refusal, line):
    error = refusal(f"await self.client.http.get('/')\n{line}")
    assert error["message"].startswith("the action `Shop.go` is wrong: its body raises `")
    assert error["line"] == 11


def test_an_exception_in_a_body_shows_the_users_lines(refusal):
    error = refusal("def price():\n    return nothing\nawait self.client.http.get(f'/{price()}')")
    assert error["message"].startswith("the action `Shop.go` is wrong: its body raises `NameError: ")
    assert error["line"] == 11
    lines = error["traceback"].splitlines()
    assert [line.partition(", in ")[0] for line in lines if not line.startswith(" ")] == ["shop.py:12", "shop.py:11"]
    assert lines[1] == "    await self.client.http.get(f'/{price()}')"
    assert "squall/" not in error["traceback"]


def test_a_body_that_exits_is_a_mistake(refusal):
    assert "SystemExit: 3" in refusal("raise SystemExit(3)")["message"]


def test_a_method_that_is_not_async_is_named(load):
    document = load(
        """
        from squall import *
        class Load(Setup): pass
        @depends(Load)
        class Shop(Execute):
            @action()
            def go(self):
                return self.client.http.get("/")
        """
    )
    (error,) = document["errors"]
    assert error["message"] == "the action `Shop.go` is wrong: the method is not `async`"
    assert error["line"] == 7


def test_requests_outside_of_an_action_are_a_mistake(load):
    document = load("from squall import *\nfrom squall.http import HttpClient\nHttpClient().get('/')\n")
    (error,) = document["errors"]
    assert error["message"] == "`client.http` can only be used inside an action"
    assert error["line"] == 3


def test_explain_tells_every_action_whatever_became_of_it(load):
    document = load(
        """
        from squall import *
        class Load(Setup): pass
        @depends(Load)
        class Shop(Execute):
            @action()
            async def home(self):
                await self.client.http.get("/")
                await pause("1s")
            @action(order=2)
            async def branching(self):
                if (await self.client.http.get("/")).ok:
                    pass
            @task(order=3)
            async def python(self):
                pass
            @task(skip=True)
            async def skipped(self):
                pass
        """
    )
    assert document["errors"] == []
    assert document["explain"] == [
        {
            "stage": "Shop",
            "action": "home",
            "mode": "compiled",
            "reason": None,
            "hint": None,
            "file": "shop.py",
            "line": 7,
            "steps": ["GET /", "pause 1s"],
        },
        {
            "stage": "Shop",
            "action": "branching",
            "mode": "python",
            "reason": "`.ok` is taken from an answer",
            "hint": "check the status with `expect=expect(status=…)`",
            "file": "shop.py",
            "line": 12,
            "steps": [],
        },
        {
            "stage": "Shop",
            "action": "python",
            "mode": "python",
            "reason": "it is a `@task`, which runs in Python for every iteration",
            "hint": "use `@action`, whose body is compiled",
            "file": "shop.py",
            "line": 15,
            "steps": [],
        },
    ]
