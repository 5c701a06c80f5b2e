"""What acurl, mite's HTTP client, gives and raises."""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

__all__ = ["AcurlError", "Cookie", "Request", "RequestError", "Response"]


class AcurlError(Exception):
    """No answer came."""


class RequestError(Exception):
    """A request could not be made or followed."""


@dataclass(frozen=True)
class Cookie:
    """A cookie that a request sends.

    Attributes:
        name: Its name.
        value: Its value.
        domain: Sent to this host and those below it alone; empty: to all.
        path: Sent to paths below this one.
    """

    name: str
    value: str
    domain: str = ""
    path: str = "/"


@dataclass(frozen=True)
class Request:
    """What was sent.

    Attributes:
        method: As bytes.
        url: Of the first request, before redirects.
        headers: As given.
        cookies: As given.
        auth: User and password.
        data: The body.
    """

    method: bytes
    url: str
    headers: dict[str, str]
    cookies: dict[str, str]
    auth: tuple[str, str] | None
    data: Any

    def to_curl(self) -> str:
        """Returns a command that sends the same."""
        words = ["curl", "-X", self.method.decode()]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.cookies:
            words += ["--cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())]
        if self.auth is not None:
            words += ["--user", ":".join(self.auth)]
        if self.data is not None:
            words += ["-d", self.data.decode(errors="replace") if isinstance(self.data, bytes) else str(self.data)]
        return shlex.join([*words, self.url])


class Response:
    """An answer with acurl's names; what acurl does not have comes from Squall's response.

    Times are in seconds from the start of the request, cumulative as libcurl's.
    """

    def __init__(self, answer: Any, request: Request) -> None:
        self._answer = answer
        self.request = request
        self.start_time = int(time.time() - self._times["service"])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answer, name)

    @cached_property
    def _times(self) -> Any:
        return self._answer.timings

    @property
    def body(self) -> bytes:
        """The body."""
        content: bytes = self._answer.content
        return content

    @property
    def headers_tuple(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the headers, as they came."""
        return tuple(self._answer.headers.raw())

    @property
    def header(self) -> str:
        """The headers as text."""
        lines = [f"HTTP/1.1 {self._answer.status} {self._answer.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers_tuple]
        return "\r\n".join([*lines, "", ""])

    @property
    def redirect_url(self) -> str | None:
        """Where the answer itself leads to, where it is a redirect that was not followed."""
        target: str | None = self._answer.headers.get("location")
        return target

    @property
    def primary_ip(self) -> str:
        """Address of the target where the URL has it, else empty: names are resolved where connections are kept."""
        host = (urlsplit(self._answer.url).hostname or "").partition("%")[0]
        try:
            return str(ip_address(host))
        except ValueError:
            return ""

    @property
    def namelookup_time(self) -> float:
        """Until the name was resolved; counted as connecting."""
        return 0.0

    @property
    def connect_time(self) -> float:
        """Until TCP was ready."""
        return float(self._times["connecting"])

    @property
    def appconnect_time(self) -> float:
        """Until TLS was ready; 0 without TLS."""
        securing = float(self._times["securing"])
        return self.connect_time + securing if securing else 0.0

    @property
    def pretransfer_time(self) -> float:
        """Until the request could be sent."""
        return max(self.connect_time, self.appconnect_time)

    @property
    def starttransfer_time(self) -> float:
        """Until the first byte of the answer."""
        return self.total_time - float(self._times["reading"])

    @property
    def total_time(self) -> float:
        """Until the last byte of the answer."""
        return float(self._times["service"])

    @property
    def download_size(self) -> int:
        """Bytes of the body, decompressed."""
        return len(self.body)

    @property
    def upload_size(self) -> int:
        """Bytes of the body that was sent."""
        data = self.request.data
        return len(data if isinstance(data, bytes) else str(data).encode()) if data is not None else 0

    def json(self) -> Any:
        """Returns the body, decoded from JSON."""
        return json.loads(self.body)
