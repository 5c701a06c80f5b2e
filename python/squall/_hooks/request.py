"""A request that hooks can change before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from squall._hooks.plan import Plan

_BODIES = ("data", "form", "json")


class _Option:
    """A keyword of the client; as an attribute it is None where it was not given."""

    __slots__ = ("_name",)

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, request: Any, _: type | None = None) -> Any:
        return self if request is None else request._options.get(self._name)

    def __set__(self, request: Any, value: Any) -> None:
        request._options[self._name] = value


class _Fields(_Option):
    """A keyword that takes names and values; as an attribute it can be added to, given or not."""

    __slots__ = ()

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        if request is None:
            return self
        value = request._options.get(self._name)
        if value is None:
            value = request._options[self._name] = {}
        return value


class _Body(_Option):
    """A kind of body; setting one takes the others away."""

    __slots__ = ()

    def __set__(self, request: Any, value: Any) -> None:
        for name in _BODIES:
            request._options.pop(name, None)
        request._options[self._name] = value


class ActionRequest:
    """The request of an action, as the hooks around it see it.

    What a hook before the request changes is what is sent: every keyword of `self.client.http` is an attribute of that
    name. `headers`, `params`, `cookies` and `tags` can be added to, given or not; `data`, `form` and `json` take each
    other's place.

    Attributes:
        method: The method.
        url: The URL, absolute or below `base_url`.
        name: Name of the series in the results; None: method and path.
    """

    __slots__ = ("_of", "_options", "method", "name", "url")

    method: str
    url: Any
    name: Any

    headers: Any = _Fields()
    params: Any = _Fields()
    cookies: Any = _Fields()
    tags: Any = _Fields()
    data: Any = _Body()
    form: Any = _Body()
    json: Any = _Body()
    files: Any = _Option()
    multipart: Any = _Option()
    auth: Any = _Option()
    timeout: Any = _Option()
    redirects: Any = _Option()
    expect: Any = _Option()
    extract: Any = _Option()
    stream: Any = _Option()
    raise_for_failure: Any = _Option()

    def __init__(self, method: str, url: Any, options: dict[str, Any], of: Plan) -> None:
        self.method = method
        self.url = url
        self.name = of.series
        self._of = of
        self._options = options
        if options:
            self._take_over(options)

    def _take_over(self, options: dict[str, Any]) -> None:
        """Copies what hooks may change, so that the body's own objects stay as they are."""
        if "name" in options:
            self.name = options.pop("name")
        for key, value in options.items():
            if type(value) is dict:
                options[key] = dict(value)
            elif type(value) is list:
                options[key] = list(value)

    @property
    def action(self) -> str:
        """Name of the action."""
        return self._of.name

    @property
    def stage(self) -> str:
        """Name of its stage."""
        return self._of.stage

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the decorator of the action was given as `metadata`."""
        metadata: Mapping[str, Any] = self._of.metadata or {}
        return metadata

    def __repr__(self) -> str:
        return f"<ActionRequest {self.method} {self.url}>"
