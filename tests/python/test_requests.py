"""Requests of a body as steps of a flow."""

import pytest


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_every_method_has_its_verb(request_of, method):
    assert request_of(f"{method}('/a')") == {"method": method.upper(), "url": "/a"}


def test_request_takes_any_method(request_of):
    assert request_of("request('purge', '/a')") == {"method": "PURGE", "url": "/a"}


def test_params_headers_and_cookies_are_fields(request_of):
    request = request_of(
        "get('/a', params={'q': 'x y', 'n': 1, 'on': True, 'none': None, 'many': [1, user_id()]},"
        " headers=[('x-a', '1'), ('x-a', '2'), ('x-b', uuid4())], cookies={'sid': 'abc'})"
    )
    assert request == {
        "method": "GET",
        "url": "/a",
        "params": {"q": "x y", "n": "1", "on": "true", "many": ["1", "${user_id()}"]},
        "headers": {"x-a": ["1", "2"], "x-b": "${uuid4()}"},
        "cookies": {"sid": "abc"},
    }


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ("data='text'", {"text": "text"}),
        ("data=f'id={uuid4()}'", {"text": "id=${uuid4()}"}),
        ("data=b'\\x00\\xff'", {"base64": "AP8="}),
        ("data={'a': 1}", {"json": {"a": 1}}),
        ("data=(('a', 1), ('b', 'x'))", {"form": {"a": "1", "b": "x"}}),
        ("data=[('a', 1), ('a', 2)]", {"form": {"a": ["1", "2"]}}),
        ("json=[1, 'a', None]", {"json": [1, "a", None]}),
        ("json=uuid4()", {"json": "${uuid4()}"}),
        ("form={'a': uuid4(), 'b': ['1', '2']}", {"form": {"a": "${uuid4()}", "b": ["1", "2"]}}),
        (
            "multipart={'a': 'x', 'b': b'y'}",
            {"multipart": [{"name": "a", "value": "x"}, {"name": "b", "base64": "eQ=="}]},
        ),
    ],
)
def test_each_kind_of_body(request_of, given, body):
    assert request_of(f"post('/a', {given})") == {"method": "POST", "url": "/a", "body": body}


def test_bytes_of_text_with_placeholders_are_sent_as_such_bytes(request_of):
    request = request_of("post('/a', data=f'id={uuid4()}'.encode())")
    assert request["body"] == {"text": "id=${uuid4()}"}
    assert request["headers"] == {"content-type": "application/octet-stream"}


def test_files_are_streamed_from_the_folder_of_the_test(request_of, tmp_path):
    path = str(tmp_path / "cat.png")
    assert request_of("post('/', data=File('cat.png'))")["body"] == {"file": path}
    assert request_of("post('/', data=__import__('pathlib').Path('cat.png'))")["body"] == {"file": path}
    request = request_of("post('/', files={'photo': 'cat.png'}, form={'who': user_id()})")
    assert request["body"] == {
        "multipart": [{"name": "who", "value": "${user_id()}"}, {"name": "photo", "file": path}],
    }
    request = request_of("post('/', multipart={'p': File('cat.png', filename='a.png', content_type='image/x')})")
    assert request["body"] == {
        "multipart": [{"name": "p", "file": path, "filename": "a.png", "content_type": "image/x"}],
    }


def test_credentials_limits_and_a_name(request_of, record):
    assert request_of("get('/', auth=('ann', data('users').password))")["auth"] == {
        "basic": {"username": "ann", "password": "${data.users.password}"},
    }
    assert request_of("get('/', auth=bearer('t'))")["auth"] == {"bearer": "t"}
    request = request_of("get('/', timeout=1.5, redirects=0)")
    assert (request["timeout"], request["redirects"]) == ("1.5s", 0)
    (step,) = record("await self.client.http.get('/', name='front page')")
    assert step["http"]["name"] == "front page"


def test_all_checks(request_of):
    request = request_of(
        """get('/', expect=expect(
            status=[200, '3xx'], headers={'x-a': uuid4()}, json={'ok': True},
            json_path={'$.a': 1, '$.b': expect.exists, '$.c': expect.missing, '$.d': f'{user_id()}'},
            text='hello', regex='^h', body_size=(1, None), duration='500ms'))"""
    )
    assert request["expect"] == {
        "status": [200, "3xx"],
        "headers": {"x-a": "${uuid4()}"},
        "json": {"ok": True},
        "json_path": {
            "$.a": {"equals": 1},
            "$.b": {"exists": True},
            "$.c": {"exists": False},
            "$.d": {"equals": "${user_id()|string}"},
        },
        "text": "hello",
        "regex": "^h",
        "body_size": {"min": 1},
        "duration": "500ms",
    }
    assert request_of("get('/', expect=expect(body_size=11))")["expect"] == {"body_size": {"min": 11, "max": 11}}


def test_extracted_values_are_placeholders_of_later_requests(record):
    (group,) = record(
        """
        login = await self.client.http.post("/login", extract={
            "token": extract.json("$.token"), "t2": extract.regex(r"id=(\\d+)", group=1),
            "loc": extract.header("Location"), "sid": extract.cookie("sid")})
        again = await self.client.http.post("/login", extract={"token": extract.json("$.token")})
        await self.client.http.get("/", headers={
            "a": f"Bearer {login.token}", "b": again["token"], "c": login.t2, "d": login.loc, "e": login["sid"]})
        """
    )
    first, second, third = (step["http"] for step in group["group"]["steps"])
    assert first["extract"] == {
        "token": {"json": "$.token"},
        "t2": {"regex": {"pattern": r"id=(\d+)", "group": 1}},
        "loc": {"header": "Location"},
        "sid": {"cookie": "sid"},
    }
    assert second["extract"] == {"token_2": {"json": "$.token"}}
    assert third["headers"] == {"a": "Bearer ${token}", "b": "${token_2}", "c": "${t2}", "d": "${loc}", "e": "${sid}"}


def test_a_value_extracted_as_data_does_not_look_like_a_pool(record):
    (group,) = record(
        """
        answer = await self.client.http.get("/", extract={"data": extract.json("$.data")})
        await self.client.http.get(f"/{answer.data}")
        """
    )
    assert group["group"]["steps"][1]["http"]["url"] == "/${data_2}"


def test_pauses_transactions_and_loops(record):
    (action,) = record(
        """
        await pause("250ms")
        async with self.client.transaction("login"):
            for page in range(2):
                await self.client.http.get(f"/page/{page}")
            await pause(1, "3s")
        async with self.client.group("rest"):
            await self.client.http.get("/end", name="end")
        """
    )
    assert action == {
        "group": {
            "name": "go",
            "steps": [
                {"pause": "250ms"},
                {
                    "group": {
                        "name": "login",
                        "steps": [
                            {"http": {"method": "GET", "url": "/page/0", "name": "go GET /page/0"}},
                            {"http": {"method": "GET", "url": "/page/1", "name": "go GET /page/1"}},
                            {"pause": "1s..3s"},
                        ],
                    }
                },
                {"group": {"name": "rest", "steps": [{"http": {"method": "GET", "url": "/end", "name": "end"}}]}},
            ],
        }
    }


def test_the_only_request_of_an_action_is_named_after_it(record):
    assert record("await pause(1)\nawait self.client.http.get('/')") == [
        {"pause": "1s"},
        {"http": {"method": "GET", "url": "/", "name": "go"}},
    ]


def test_placeholders_in_a_path_do_not_make_many_series(record):
    (group,) = record(
        """
        await self.client.http.get(f"https://shop.example/p/{random_int(1, 5)}?a=1")
        await self.client.http.get("https://shop.example")
        """
    )
    names = [step["http"]["name"] for step in group["group"]["steps"]]
    assert names == ["go GET /p/$${random_int(1, 5)}", "go GET /"]


def test_a_request_says_where_it_was_written(load_body):
    document = load_body(
        """
        async def helper(url):
            return await self.client.http.get(url)
        await self.client.http.get(
            "/a",
        )
        await helper("/b")
        """
    )
    group = document["plan"]["stages"]["Shop"]["execute"]["scenarios"]["Shop"]["flow"][0]["group"]
    assert [step["http"]["source"] for step in group["steps"]] == [
        {"file": "shop.py", "line": 12, "name": "Shop.go"},
        {"file": "shop.py", "line": 11, "name": "Shop.go"},
    ]
    assert group["source"] == {"file": "shop.py", "line": 9, "name": "Shop.go"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("get(5.5j)", "the URL must be text"),
        ("get('')", "the URL is empty"),
        ("request('G T', '/')", "is not an HTTP method"),
        ("get('/', params='a=1')", "`params` must be a dictionary or a list of pairs"),
        ("get('/', headers={uuid4: 1})", "a name in `headers` must be text"),
        ("get('/', headers={'a': object})", "`a` in `headers` must be text, a number or a placeholder"),
        ("get('/', timeout='soon')", "`timeout` is no duration"),
        ("get('/', redirects=-1)", "`redirects` must be a whole number"),
        ("get('/', auth='ann')", "`auth` cannot be"),
        ("get('/', expect=200)", "`expect` cannot be"),
        ("get('/', expect=expect())", "`expect()` checks nothing"),
        ("get('/', expect=expect(status=20))", "is not a status"),
        ("get('/', expect=expect(duration=-1))", "is no duration"),
        ("get('/', expect=expect(body_size='1k'))", "`body_size` cannot be"),
        ("get('/', extract=extract.json('$.a'))", "`extract` cannot be"),
        ("get('/', extract={'a b': extract.json('$.a')})", "cannot name an extracted value"),
        ("get('/', extract={'a': '$.a'})", "`a` in `extract` cannot be"),
        ("get('/', extract={'a': extract.json(f'$.{uuid4()}')})", "the JSON path cannot hold a placeholder"),
        ("post('/', json={'a': object()})", "JSON has no such type"),
        ("post('/', json={'a': float('nan')})", "JSON has no such number"),
        ("post('/', json={f'{uuid4()}': 1})", "a key of `json` cannot hold a placeholder"),
        ("post('/', json=1, data='x')", "`data` and `json` are both bodies"),
        ("post('/', data=iter([b'x']))", "`data` cannot be"),
        ("get('/', tag=[])", "unexpected keyword argument 'tag'"),
        ("get(5)", "the URL must be text, not `5` (int)"),
    ],
)
def test_a_wrong_argument_is_a_mistake_with_its_line(refusal, call, message):
    error = refusal(f"await self.client.http.{call}")
    assert message in error["message"]
    assert "runs in Python" not in error["message"]
    assert (error["file"], error["line"], error["name"]) == ("shop.py", 10, "Shop.go")


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("get('/', header={})", "did you mean `headers`?; it takes `url`, `params`, `headers`"),
        ("get('/', zzz=1)", "it takes `url`, `params`, `headers`"),
        ("get('/', expect=expect(statuss=200))", "did you mean `status`?; it takes `status`, `headers`"),
        ("get('/', extract={'a': extract.header(nam='x')})", "did you mean `name`?"),
    ],
)
def test_an_unknown_argument_is_answered_with_those_that_exist(refusal, call, hint):
    assert refusal(f"await self.client.http.{call}")["hint"].startswith(hint)
