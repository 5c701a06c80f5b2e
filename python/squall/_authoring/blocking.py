"""The HTTP client as blocking code sees it; for types alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypedDict

from squall._authoring.answers import Expectation, Extraction
from squall._authoring.response import Response
from squall._authoring.tags import Tags
from squall._authoring.values import Duration, Fields, Json, Text, Value

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from squall.http import Auth, Body, Part


class RequestOptions(TypedDict, total=False):
    """What every request takes; `HttpClient` says what each is."""

    params: Fields | None
    headers: Fields | None
    cookies: Mapping[str, Value] | None
    auth: Auth | None
    timeout: Duration | None
    redirects: int | None
    expect: Expectation | None
    extract: Mapping[str, Extraction] | None
    name: Text | None
    tags: Tags | None
    stream: bool
    raise_for_failure: bool


class BodyOptions(RequestOptions, total=False):
    """What requests with a body take."""

    data: Body | None
    json: Json
    form: Fields | None
    files: Mapping[str, Part] | None
    multipart: Mapping[str, Part] | None


class BlockingHttpClient(Protocol):
    """Sends HTTP requests and waits for the answers; takes what `HttpClient` takes.

    It is what a test case has as `self.http`, and a `@task` that is a plain `def` as `self.client.blocking`.
    """

    def get(self, url: Text, **options: Unpack[RequestOptions]) -> Response:
        """Sends a GET request to an absolute URL or to a path below `base_url`."""

    def head(self, url: Text, **options: Unpack[RequestOptions]) -> Response:
        """Sends a HEAD request to an absolute URL or to a path below `base_url`."""

    def options(self, url: Text, **options: Unpack[RequestOptions]) -> Response:
        """Sends an OPTIONS request to an absolute URL or to a path below `base_url`."""

    def post(self, url: Text, **options: Unpack[BodyOptions]) -> Response:
        """Sends a POST request to an absolute URL or to a path below `base_url`."""

    def put(self, url: Text, **options: Unpack[BodyOptions]) -> Response:
        """Sends a PUT request to an absolute URL or to a path below `base_url`."""

    def patch(self, url: Text, **options: Unpack[BodyOptions]) -> Response:
        """Sends a PATCH request to an absolute URL or to a path below `base_url`."""

    def delete(self, url: Text, **options: Unpack[BodyOptions]) -> Response:
        """Sends a DELETE request to an absolute URL or to a path below `base_url`."""

    def request(self, method: str, url: Text, **options: Unpack[BodyOptions]) -> Response:
        """Sends a request with any method to an absolute URL or to a path below `base_url`."""
