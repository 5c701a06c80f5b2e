"""The HTTP client of an action, and the types of what it takes.

Inside an action, `self.client.http` is an `HttpClient`::

    answer = await self.client.http.post("/login", json={"user": "ann"}, extract={"token": extract.json("$.token")})
    await self.client.http.get("/orders", auth=bearer(answer.token))
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Union

from squall._authoring.answers import Expectation, Extraction
from squall._authoring.placeholders import Placeholder
from squall._authoring.values import Duration, Fields, FilePath, Json, Text, Value
from squall._recording.recording import misuse, refuse
from squall._recording.request import Operation, Options, Transaction

__all__ = [
    "Auth",
    "Bearer",
    "Body",
    "Client",
    "Duration",
    "Expectation",
    "Extraction",
    "Fields",
    "File",
    "HttpClient",
    "Json",
    "Operation",
    "Part",
    "Placeholder",
    "Response",
    "Text",
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


class Response:
    """The answer to a request.

    In a compiled action it holds what the request's `extract` declares, as placeholders: with
    `extract={"token": extract.json("$.token")}`, `answer.token` or `answer["token"]` is the token. Its status,
    headers and body exist only during the load: check them with `expect`, take values out with `extract`.
    """

    def __init__(self, extracted: Mapping[str, str]) -> None:
        self._extracted = extracted

    def __getattr__(self, name: str) -> Placeholder:
        """Is the value extracted under this name."""
        if name.startswith("__"):
            raise AttributeError(name)
        variable = self._extracted.get(name)
        if variable is None:
            refuse(f"`.{name}` is taken from an answer", self._hint(name))
        return Placeholder(variable)

    def __getitem__(self, name: str) -> Placeholder:
        """Is the value extracted under this name."""
        variable = self._extracted.get(name) if isinstance(name, str) else None
        if variable is None:
            refuse(f"`[{name!r}]` is taken from an answer", self._hint(str(name)))
        return Placeholder(variable)

    def __bool__(self) -> NoReturn:
        """Cannot be known before the load."""
        refuse("a decision is made on an answer", "check the answer with `expect=expect(…)`")

    def __eq__(self, other: object) -> NoReturn:
        """Cannot be known before the load."""
        refuse("an answer is compared", "check the answer with `expect=expect(…)`")

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> NoReturn:
        """Cannot be known before the load."""
        refuse("an answer is iterated over", "take values from it with `extract={…}`")

    def __len__(self) -> NoReturn:
        """Cannot be known before the load."""
        refuse("the length of an answer is taken", "check it with `expect=expect(body_size=…)`")

    def __str__(self) -> str:
        """Cannot be known before the load."""
        refuse("an answer is turned into text", "take values from it with `extract={…}`")

    def __repr__(self) -> str:
        return f"<answer with {', '.join(self._extracted) or 'nothing extracted'}>"

    def _hint(self, name: str) -> str:
        if name in ("status", "status_code", "ok", "raise_for_status", "reason"):
            return "check the status with `expect=expect(status=…)`"
        known = f"; extracted here: {', '.join(f'`{key}`' for key in self._extracted)}" if self._extracted else ""
        if name in ("json", "text", "body", "content", "data", "headers", "cookies"):
            return "take a value with `extract={…}`, check it with `expect=expect(…)`" + known
        return f'declare it with `extract={{"{name}": extract.json("$.{name}")}}`{known}'


class HttpClient:
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
    - `name`: name of the series in the results. Default: the action's name.

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
    ) -> Operation[Response]:
        """Sends a request with any method to an absolute URL or to a path below `base_url`."""
        return _operation(method, url, locals())


class Client:
    """The protocol clients of an action, as `self.client`."""

    __slots__ = ()

    @property
    def http(self) -> HttpClient:
        """The HTTP client."""
        return HttpClient()

    def transaction(self, name: str) -> Transaction:
        """Times what is inside as one: `async with self.client.transaction("login"):`.

        Args:
            name: Name of the transaction in the results.
        """
        return Transaction(name)

    def group(self, name: str) -> Transaction:
        """Is another name of `transaction`."""
        return Transaction(name)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        misuse(f"the client has no `{name}`", "this version has `http`, `transaction` and `group`")


def _operation(method: str, url: Text, given: Mapping[str, Any]) -> Operation[Response]:
    options: Options = {
        key: value for key, value in given.items() if value is not None and key not in ("self", "method", "url")
    }
    return Operation(method, url, options, Response)
