"""A request that hooks can change before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COPIED = ("headers", "params", "cookies", "tags", "json", "data", "form", "files", "multipart")
_EMPTY = ("headers", "params", "cookies", "tags")
_OTHERS = (
    *("data", "json", "form", "files", "multipart"),
    *("auth", "timeout", "redirects", "expect", "extract", "stream", "raise_for_failure"),
)
_NO_METADATA: dict[str, Any] = {}


class _Body:
    """A kind of body; setting one takes the others away."""

    __slots__ = ("_name",)

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, request: Any, _: type | None = None) -> Any:
        return self if request is None else request.__dict__.get(self._name)

    def __set__(self, request: Any, value: Any) -> None:
        options = request.__dict__
        for name in ("data", "json", "form"):
            options.pop(name, None)
        options[self._name] = value


class ActionRequest:
    """The request of an action, as the hooks around it see it.

    What a hook before the request changes is what is sent: every keyword of `self.client.http` is an attribute of that
    name. `headers`, `params`, `cookies` and `tags` are dictionaries to add to; where a body has none they are empty.

    Attributes:
        method: The method.
        url: The URL, absolute or below `base_url`.
        name: Name of the series in the results; None: method and path.
        action: Name of the action.
        stage: Name of its stage.
        metadata: What its decorator was given as `metadata`.
    """

    __slots__ = ("__dict__", "_of", "method", "name", "url")

    method: str
    url: Any
    name: Any
    data = _Body()
    json = _Body()
    form = _Body()
    headers: Any
    params: Any
    cookies: Any
    tags: Any
    files: Any
    multipart: Any
    auth: Any
    timeout: Any
    redirects: Any
    expect: Any
    extract: Any
    stream: Any
    raise_for_failure: Any

    def __init__(self, method: str, url: Any, options: Mapping[str, Any], of: Any) -> None:
        self.method = method
        self.url = url
        self._of = of
        self.name = of.series
        if options:
            own = self.__dict__
            own.update(options)
            if "name" in own:
                self.name = own.pop("name")
            for key in _COPIED:
                value = own.get(key)
                if type(value) is dict:
                    own[key] = dict(value)
                elif type(value) is list:
                    own[key] = list(value)

    def __getattr__(self, name: str) -> Any:
        if name in _EMPTY:
            value = self.__dict__[name] = {}
            return value
        if name in _OTHERS:
            return None
        raise AttributeError(f"a request has no `{name}`")

    @property
    def action(self) -> str:
        """Name of the action."""
        name: str = self._of.name
        return name

    @property
    def stage(self) -> str:
        """Name of its stage."""
        name: str = self._of.stage
        return name

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the decorator of the action was given as `metadata`."""
        return self._of.metadata or _NO_METADATA

    def __repr__(self) -> str:
        return f"<ActionRequest {self.method} {self.url}>"
