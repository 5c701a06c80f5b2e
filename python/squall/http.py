"""The HTTP client, and the types of what it takes and gives.

It is `self.client.http` in a graph and `ctx.http` in a journey::

    answer = await self.client.http.post("/login", json={"user": "ann"}, extract={"token": extract.json("$.token")})
    await self.client.http.get("/orders", auth=bearer(answer.token))

Two clients have this face: the one that records the body of an action before the load, and the one of the bodies that
run in Python (`squall._squall.HttpClient`). In blocking code its methods wait, and return the answer itself.
"""

from __future__ import annotations

import os
from abc import ABCMeta
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Union

from squall import _squall
from squall._authoring.answers import Expectation, Extraction
from squall._authoring.placeholders import Placeholder
from squall._authoring.response import HTTPStatusError, RequestFailedError, Response
from squall._authoring.tags import Tags
from squall._authoring.values import Duration, Fields, FilePath, Json, Text, Value
from squall._recording.recording import misuse
from squall._recording.request import Operation, Options, Transaction
from squall._recording.running import running
from squall._squall import Headers

if TYPE_CHECKING:
    from squall._authoring.answer_parts import Hop, Timings
    from squall._authoring.blocking import BlockingHttpClient
    from squall._plugins.client import Plugins

__all__ = [
    "Auth",
    "Bearer",
    "BlockingHttpClient",
    "Body",
    "Client",
    "Duration",
    "Expectation",
    "Extraction",
    "Fields",
    "File",
    "HTTPStatusError",
    "Headers",
    "Hop",
    "HttpClient",
    "Json",
    "Operation",
    "Part",
    "Placeholder",
    "RequestFailedError",
    "Response",
    "Text",
    "Timings",
    "Transaction",
    "Value",
    "bearer",
]


@dataclass(frozen=True)
class Bearer:
    """A bearer token (RFC 6750); made by `bearer`."""

    token: Text
    """The token, without the word `Bearer`."""


def bearer(token: Text) -> Bearer:
    """Authorises a request by a bearer token (RFC 6750): `auth=bearer(login.token)`."""
    return Bearer(token)


@dataclass(frozen=True)
class File:
    """A file that is streamed from disk as a body or as a part of one."""

    path: FilePath
    """Path; relative ones start at the folder of the test file."""
    filename: str | None = None
    """File name told to the server. Default: the file's own."""
    content_type: str | None = None
    """Content type of the part. Default: by the extension."""


Auth = Union[tuple[Text, Text], Bearer]
"""Credentials: `(user, password)` for Basic (RFC 7617), or `bearer(token)`."""

Part = Union[Value, bytes, File, "os.PathLike[str]"]
"""A part of a multipart body: text, bytes, or a file."""

Body = Union[Text, bytes, Mapping[str, Json], Fields, File, "os.PathLike[str]"]
"""A body: text, bytes, a dictionary (sent as JSON), a list of pairs (sent as a form), or a file."""


class HttpClient(metaclass=ABCMeta):  # noqa: B024 - a face that two classes have
    """Sends HTTP requests.

    All methods take the same keywords:

    - `params`: query parameters, added to those in the URL; percent-encoding is done for you.
    - `headers`: added to those of the stage. A `content-type` replaces the one that the body brings.
    - `cookies`: sent with this request alone.
    - `auth`: `(user, password)` or `bearer(token)`.
    - `timeout`: limit on the whole operation. Default: `request_timeout` of the stage.
    - `redirects`: how many are followed; 0 makes the redirect the answer. Default: `redirects` of the stage.
    - `expect`: checks on the answer; without, a status of 400 or more fails the operation.
    - `extract`: values to take from the answer, by name.
    - `name`: name of the series in the results. Default: the action's name where it is compiled; in Python the method
      and the path, with `{id}` for what looks like one.
    - `tags`: names and values that thresholds select by, `{tag.team=shop}`; they stand behind the name of the series.
    - `stream`: the body is read and counted, but not kept.
    - `raise_for_failure`: raises `RequestFailedError` where the request counts as failed; in Python only. Without it no
      answer raises anything.

    Methods that send a body take at most one of:

    - `data`: text, bytes, a dictionary (sent as JSON), a list of pairs (sent as a form), or a `File`.
    - `json`: any JSON value.
    - `form`: `application/x-www-form-urlencoded`.
    - `files`: `multipart/form-data` of files by field name: a path, bytes or `File`; `form` may be given with it.
    - `multipart`: `multipart/form-data` of parts by name, each text, bytes, or a `File`.
    """

    __slots__ = ()

    def get(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a GET request to an absolute URL or to a path below `base_url`."""
        return _operation("GET", url, locals())

    def head(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a HEAD request to an absolute URL or to a path below `base_url`."""
        return _operation("HEAD", url, locals())

    def options(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends an OPTIONS request to an absolute URL or to a path below `base_url`."""
        return _operation("OPTIONS", url, locals())

    def post(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        data: Body | None = None,
        json: Json = None,
        form: Fields | None = None,
        files: Mapping[str, Part] | None = None,
        multipart: Mapping[str, Part] | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a POST request to an absolute URL or to a path below `base_url`."""
        return _operation("POST", url, locals())

    def put(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        data: Body | None = None,
        json: Json = None,
        form: Fields | None = None,
        files: Mapping[str, Part] | None = None,
        multipart: Mapping[str, Part] | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a PUT request to an absolute URL or to a path below `base_url`."""
        return _operation("PUT", url, locals())

    def patch(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        data: Body | None = None,
        json: Json = None,
        form: Fields | None = None,
        files: Mapping[str, Part] | None = None,
        multipart: Mapping[str, Part] | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a PATCH request to an absolute URL or to a path below `base_url`."""
        return _operation("PATCH", url, locals())

    def delete(
        self,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        data: Body | None = None,
        json: Json = None,
        form: Fields | None = None,
        files: Mapping[str, Part] | None = None,
        multipart: Mapping[str, Part] | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a DELETE request to an absolute URL or to a path below `base_url`."""
        return _operation("DELETE", url, locals())

    def request(
        self,
        method: str,
        url: Text,
        *,
        params: Fields | None = None,
        headers: Fields | None = None,
        data: Body | None = None,
        json: Json = None,
        form: Fields | None = None,
        files: Mapping[str, Part] | None = None,
        multipart: Mapping[str, Part] | None = None,
        cookies: Mapping[str, Value] | None = None,
        auth: Auth | None = None,
        timeout: Duration | None = None,
        redirects: int | None = None,
        expect: Expectation | None = None,
        extract: Mapping[str, Extraction] | None = None,
        name: Text | None = None,
        tags: Tags | None = None,
        stream: bool = False,
        raise_for_failure: bool = False,
    ) -> Operation[Response]:
        """Sends a request with any method to an absolute URL or to a path below `base_url`."""
        return _operation(method, url, locals())


class Client:
    """The protocol clients of actions and tasks, as `self.client`."""

    __slots__ = ()

    @property
    def http(self) -> HttpClient:
        """The HTTP client: of the recording that is under way, or of the iteration that is running."""
        context = running()
        return _RECORDS if context is None else context.http

    @property
    def blocking(self) -> BlockingHttpClient:
        """Is `http` as blocking code sees it, such as a `@task` that is a plain `def`: the methods return answers."""
        http: Any = self.http
        client: BlockingHttpClient = http
        return client

    @property
    def plugin(self) -> Plugins:
        """The engine plugins of the test: `await self.client.plugin["database"].execute("select 1")`."""
        from squall._plugins.client import RUNNING

        return RUNNING

    def transaction(self, name: str) -> Transaction | _squall.Transaction:
        """Times what is inside as one: `async with self.client.transaction("login"):`, or a plain `with`.

        Transactions may be nested; the inner one is then called `outer :: inner` in Python.

        Args:
            name: Name of the transaction in the results.
        """
        context = running()
        return Transaction(name) if context is None else context.transaction(name)

    def group(self, name: str) -> Transaction | _squall.Transaction:
        """Is another name of `transaction`."""
        return self.transaction(name)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        misuse(f"the client has no `{name}`", "this version has `http`, `plugin`, `transaction` and `group`")


_RECORDS = HttpClient()

# The two clients of a test differ in what they do, not in what they are.
HttpClient.register(_squall.HttpClient)
Response.register(_squall.Response)


def __getattr__(name: str) -> object:
    # Names that only types need.
    if name == "BlockingHttpClient":
        from squall._authoring.blocking import BlockingHttpClient

        return BlockingHttpClient
    if name in ("Hop", "Timings"):
        from squall._authoring import answer_parts

        part: object = getattr(answer_parts, name)
        return part
    raise AttributeError(f"module `squall.http` has no attribute `{name}`")


def _operation(method: str, url: Text, given: Mapping[str, Any]) -> Operation[Response]:
    options: Options = {
        key: value for key, value in given.items() if value is not None and key not in ("self", "method", "url")
    }
    return Operation(method, url, options, Response)
