"""Placeholders, and text made of them."""

import pytest


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("random_int(1, 5000)", "random_int(1, 5000)"),
        ("random_int(-3, -3)", "random_int(-3, -3)"),
        ("random_choice('a', 'b')", 'random_choice("a", "b")'),
        ("random_choice(['a', 1, 2.5, True])", 'random_choice("a", 1, 2.5, true)'),
        ("random_choice('say \"é\"')", 'random_choice("say \\"é\\"")'),
        ("uuid4()", "uuid4()"),
        ("counter()", "counter()"),
        ("counter(5)", "counter(5)"),
        ("counter(100, step=10)", "counter(100, 10)"),
        ("timestamp()", "timestamp()"),
        ("timestamp('ms')", 'timestamp("ms")'),
        ("user_id()", "user_id()"),
        ("iteration()", "iteration()"),
        ("data('users').name", "data.users.name"),
        ("data('users')['name']", "data.users.name"),
        ("data('my users')['full name']", 'data."my users"."full name"'),
    ],
)
def test_a_placeholder_becomes_its_expression(request_of, written, expression):
    assert request_of(f"get({written})")["url"] == f"${{{expression}}}"


@pytest.mark.parametrize(
    "text",
    [
        "f'/p/{random_int(1, 5)}/x'",
        "'/p/' + random_int(1, 5) + '/x'",
        "'/p/' + str(random_int(1, 5)) + '/x'",
        "'/p/%s/x' % random_int(1, 5)",
        "'/p/{}/x'.format(random_int(1, 5))",
        "'/'.join(['', 'p', str(random_int(1, 5)), 'x'])",
        "''.join(reversed(['/x', f'{random_int(1, 5)}', '/p/']))",
    ],
)
def test_text_remembers_the_placeholders_in_it(request_of, text):
    assert request_of(f"get({text})")["url"] == "/p/${random_int(1, 5)}/x"


def test_several_placeholders_in_one_text_keep_their_order(request_of):
    assert (
        request_of("get(f'/{user_id()}/{iteration()}/{user_id()}')")["url"]
        == "/${user_id()}/${iteration()}/${user_id()}"
    )


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("'/a${b}'", "/a$${b}"),
        ("'/a$${b}'", "/a$$$${b}"),
        ("'/a$b'", "/a$b"),
        ("'/a$'", "/a$"),
        ("f'/a${user_id()}'", "/a$$${user_id()}"),
        ("f'/a$${user_id()}$'", "/a$$$$${user_id()}$"),
    ],
)
def test_dollars_and_braces_of_the_user_stay_text(request_of, written, template):
    assert request_of(f"get({written})")["url"] == template


def test_in_json_a_placeholder_keeps_its_type_and_text_of_it_is_text(request_of):
    request = request_of(
        "post('/', json={'n': random_int(1, 5), 's': f'{random_int(1, 5)}', 't': str(uuid4()),"
        " 'm': f'no {counter()}', 'deep': [{'id': uuid4()}, (1, None, True, 2.5)], 'raw': '${x}'})"
    )
    assert request["body"] == {
        "json": {
            "n": "${random_int(1, 5)}",
            "s": "${random_int(1, 5)|string}",
            "t": "${uuid4()|string}",
            "m": "no ${counter()}",
            "deep": [{"id": "${uuid4()}"}, [1, None, True, 2.5]],
            "raw": "$${x}",
        }
    }


def test_placeholders_made_outside_of_an_action_work(load):
    document = load(
        """
        from squall import *
        SKU = random_int(1, 5)
        URL = f"/p/{SKU}"
        class Load(Setup):
            headers = {"x-id": uuid4(), "x-text": f"id {uuid4()}"}
        @depends(Load)
        class Shop(Execute):
            @action()
            async def go(self):
                await self.client.http.post(URL, json={"sku": SKU})
        """
    )
    assert document["errors"] == []
    execute = document["plan"]["stages"]["Shop"]["execute"]
    request = execute["scenarios"]["Shop"]["flow"][0]["http"]
    assert request["url"] == "/p/${random_int(1, 5)}"
    assert request["body"] == {"json": {"sku": "${random_int(1, 5)}"}}
    assert execute["settings"]["http"]["headers"] == {"x-id": "${uuid4()}", "x-text": "id ${uuid4()}"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("if random_int(1, 5): pass", "a decision is made on the placeholder `${random_int(1, 5)}`"),
        ("uuid4() == 'x'", "the placeholder `${uuid4()}` is compared"),
        ("uuid4() != 'x'", "is compared"),
        ("random_int(1, 5) > 3", "is compared"),
        ("{uuid4(): 1}", "is used as a key or in a set"),
        ("len(uuid4())", "is looked into"),
        ("[c for c in uuid4()]", "is looked into"),
        ("uuid4()[:8]", "is looked into"),
        ("'a' in uuid4()", "is looked into"),
        ("int(random_int(1, 5))", "is turned into a number"),
        ("float(random_int(1, 5))", "is turned into a number"),
        ("range(random_int(1, 5))", "is turned into a number"),
        ("random_int(1, 5) * 2", "is counted with"),
        ("random_int(1, 5) + 2", "counted with"),
        ("2 - random_int(1, 5)", "is counted with"),
        ("uuid4().upper()", "`.upper` is taken from the placeholder"),
        ("f'{random_int(1, 5):05d}'", "the format `05d` cannot be applied"),
        ("bytes(uuid4())", "is turned into bytes"),
        ("str(data('users'))", "a whole row of the data pool `users` is used"),
        ("for x in data('users'): pass", "a whole row of the data pool `users` is used"),
    ],
)
def test_what_needs_the_value_of_a_placeholder_is_not_recordable(refusal, line, reason):
    error = refusal(f"await self.client.http.get('/')\n{line}\n")
    assert reason in error["message"]
    assert "runs in Python" in error["message"]
    assert (error["file"], error["line"], error["name"]) == ("shop.py", 11, "Shop.go")


def test_a_body_that_hides_a_refusal_is_refused_all_the_same(refusal):
    error = refusal(
        """
        try:
            many = random_int(1, 5) > 3
        except Exception:
            many = False
        await self.client.http.get("/many" if many else "/few")
        """
    )
    assert "is compared" in error["message"]
    assert error["line"] == 11


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("f'{uuid4()}'.upper()", "its value exists only during the load"),
        ("f'{uuid4()}'.swapcase()", "its value exists only during the load"),
        ("f'{uuid4()}'[:-1]", "its value exists only during the load"),
        ("'/' + __import__('urllib.parse').parse.quote(f'{uuid4()}')", "give the value in `params=`"),
        ("__import__('json').dumps(f'{uuid4()}')", "instead of through `json.dumps`"),
    ],
)
def test_text_whose_placeholder_was_changed_is_noticed(refusal, url, hint):
    error = refusal(f"await self.client.http.get({url})")
    assert "text made from a placeholder was cut or changed" in error["message"]
    assert hint in error["hint"]


@pytest.mark.parametrize(
    "value",
    [
        "__import__('base64').b64encode(str(uuid4()).encode()).decode()",
        "__import__('hashlib').sha256(str(uuid4()).encode()).hexdigest()",
        "str(len(str(uuid4())))",
        "str(uuid4())[5:9]",
    ],
)
def test_what_is_computed_from_the_text_of_a_placeholder_is_noticed(refusal, value):
    error = refusal(f"await self.client.http.get('/', headers={{'x': {value}}})")
    assert "differed between two recordings" in error["message"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("random_int(5, 1)", "`random_int(5, 1)` has no number to draw"),
        ("random_int(1, '5')", "`maximum` of `random_int` must be a whole number"),
        ("random_int(True, 5)", "`minimum` of `random_int` must be a whole number"),
        ("random_choice()", "has nothing to draw from"),
        ("random_choice({})", "must be text, a number or a boolean"),
        ("random_choice(uuid4())", "cannot be a placeholder"),
        ("counter(1, 0)", "`step` of `counter` is 0"),
        ("timestamp('h')", "`timestamp` knows no unit `'h'`"),
        ("data(5)", "`data` takes the name of a data pool"),
        ("data('users')[0]", "is named by text"),
    ],
)
def test_wrong_arguments_are_mistakes_with_their_line(refusal, line, message):
    error = refusal(line)
    assert message in error["message"]
    assert "runs in Python" not in error["message"]
    assert (error["file"], error["line"]) == ("shop.py", 10)
