"""mite_http: a journey with acurl's client."""

from __future__ import annotations

import functools
import json as json_module
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from squall.compat.acurl import AcurlError, Cookie, Request, RequestError, Response
from squall.compat.mite.context import Context

__all__ = ["create_http_cookie", "mite_http"]

ResponseCallback = Callable[[Response, dict[str, Any]], None]


def mite_http(journey: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a journey acurl's client as `ctx.http`, new in each iteration; its connections are the virtual user's."""

    @functools.wraps(journey)
    async def run(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        context = ctx if isinstance(ctx, Context) else Context(ctx)
        before = context.http
        context.http = Session(context, context._ctx.http)
        try:
            return await journey(context, *args, **kwargs)
        finally:
            context.http = before

    return run


def create_http_cookie(ctx: Any, domain: str, name: str, value: str) -> Cookie:  # noqa: ARG001 - as mite has it
    """Returns a cookie for `cookies=`."""
    return Cookie(name, value, domain)


class Session:
    """acurl's client on Squall's.

    Attributes:
        additional_metrics: Fields that are added to the `http_metrics` messages of later requests.
    """

    def __init__(self, ctx: Context, http: Any) -> None:
        self._ctx = ctx
        self._http = http
        self._callback: ResponseCallback | None = None
        self._cookies: dict[tuple[str, str], Cookie] = {}
        self._seen: dict[str, str] = {}
        self.additional_metrics: dict[str, Any] = {}

    def set_response_callback(self, callback: ResponseCallback | None) -> None:
        """Has a function called with each response and the fields of its message, before that is sent."""
        self._callback = callback

    async def get(self, url: str, **options: Any) -> Response:
        """Sends a GET request."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> Response:
        """Sends a POST request."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Any) -> Response:
        """Sends a PUT request."""
        return await self.request("PUT", url, **options)

    async def delete(self, url: str, **options: Any) -> Response:
        """Sends a DELETE request."""
        return await self.request("DELETE", url, **options)

    async def patch(self, url: str, **options: Any) -> Response:
        """Sends a PATCH request."""
        return await self.request("PATCH", url, **options)

    async def head(self, url: str, **options: Any) -> Response:
        """Sends a HEAD request."""
        return await self.request("HEAD", url, **options)

    async def options(self, url: str, **options: Any) -> Response:
        """Sends an OPTIONS request."""
        return await self.request("OPTIONS", url, **options)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Any = (),
        cookies: Mapping[str, str | Cookie] | None = None,
        auth: tuple[str, str] | None = None,
        data: str | bytes | None = None,
        json: Any = None,
        cert: tuple[str, str] | None = None,
        allow_redirects: bool = True,
        max_redirects: int = 5,
        **options: Any,
    ) -> Response:
        """Sends a request.

        Args:
            method: The method.
            url: The URL.
            headers: A dict, a list of pairs, or a list of `name: value`.
            cookies: Sent with this and later requests of the session.
            auth: User and password.
            data: The body.
            json: The body, encoded as JSON.
            cert: Not per request: the command line has `--cert` and `--key`.
            allow_redirects: Follows redirects.
            max_redirects: So many at most.
            options: Whatever else Squall's client takes: `name`, `expect`, `timeout`, …

        Raises:
            AcurlError: No answer came.
            RequestError: There were too many redirects.
            ValueError: Arguments exclude each other.
        """
        if cert is not None:
            raise ValueError("`cert` cannot be given per request: use `--cert` and `--key` on the command line")
        if data is not None and json is not None:
            raise ValueError("`data` and `json` exclude each other")
        for name, cookie in (cookies or {}).items():
            kept = cookie if isinstance(cookie, Cookie) else Cookie(name, str(cookie))
            self._cookies[kept.domain, kept.name] = kept
        sent = Request(
            method.encode(),
            url,
            _headers(headers),
            self._cookies_for(url),
            auth,
            data if json is None else json_module.dumps(json).encode(),
        )
        given = {"redirects": max_redirects if allow_redirects else 0, **options}
        for key, value in (("headers", sent.headers), ("cookies", sent.cookies), ("auth", auth), ("data", data)):
            if value:
                given[key] = value
        if json is not None:
            given["json"] = json
        answer = await self._http.request(method, url, **given)
        return self._received(answer, sent)

    def cookies(self) -> dict[str, str]:
        """Returns the cookies that this session set or got, by name."""
        return {**self._seen, **{cookie.name: cookie.value for cookie in self._cookies.values()}}

    def erase_all_cookies(self) -> None:
        """Forgets the cookies that this session set; those that servers set last until the journey ends."""
        self._cookies.clear()
        self._seen.clear()

    def _received(self, answer: Any, sent: Request) -> Response:
        if answer.status == 0:
            said = "; ".join(answer.failures) or "no answer"
            if "redirect" in said:
                raise RequestError(f"Max Redirects: {said}")
            raise AcurlError(f"curl failed: {said}")
        self._seen.update(answer.cookies)
        response = Response(answer, sent)
        spy = self._ctx._spy
        if spy is not None:
            spy.received(sent.method.decode(), response)
        if spy is not None or self._callback is not None or self.additional_metrics:
            self._tell(response)
        return response

    def _tell(self, response: Response) -> None:
        added = dict(self.additional_metrics)
        if self._callback is not None:
            self._callback(response, added)
        self._ctx.send("http_metrics", **metrics_of(response), **added)

    def _cookies_for(self, url: str) -> dict[str, str]:
        host = urlsplit(url).hostname or ""
        return {cookie.name: cookie.value for cookie in self._cookies.values() if _goes_to(cookie.domain, host)}


def metrics_of(response: Response) -> dict[str, Any]:
    """Returns the fields of a response's `http_metrics` message."""
    return {
        "start_time": response.start_time,
        "effective_url": response.url,
        "response_code": response.status_code,
        "dns_time": response.namelookup_time,
        "connect_time": response.connect_time,
        "tls_time": response.appconnect_time,
        "transfer_start_time": response.pretransfer_time,
        "first_byte_time": response.starttransfer_time,
        "total_time": response.total_time,
        "method": response.request.method.decode(),
        "primary_ip": response.primary_ip,
        "download_size": response.download_size,
    }


def _goes_to(domain: str, host: str) -> bool:
    bare = domain.lstrip(".").lower()
    return not bare or not host or host == bare or host.endswith(f".{bare}")


def _headers(headers: Any) -> dict[str, str]:
    if isinstance(headers, Mapping):
        return {str(name): str(value) for name, value in headers.items()}
    pairs = (one.split(":", 1) if isinstance(one, str) else one for one in headers or ())
    return {str(name).strip(): str(value).strip() for name, value in pairs}
