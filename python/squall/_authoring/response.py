"""The answer to a request."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from squall._authoring.placeholders import Placeholder
from squall._recording.recording import refuse

if TYPE_CHECKING:
    from typing import Generic, TypeVar

    from squall._authoring.answer_parts import Hop, Timings  # noqa: F401 - in quotes below
    from squall._squall import Headers  # noqa: F401 - in quotes below

    Kind = TypeVar("Kind")


class RequestFailedError(Exception):
    """A request counted as failed; raised by `raise_for_failure`."""

    def __init__(self, message: str, response: Response) -> None:
        super().__init__(message)
        self.response = response
        """The answer."""


class HTTPStatusError(RequestFailedError):
    """The status of an answer is 400 or more, or there was none; raised by `raise_for_status`."""


class _OfLoad:
    """What only an answer of the load has; taken while recording, it makes the body run in Python."""

    def __class_getitem__(cls, _: object) -> type[_OfLoad]:
        return cls

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, answer: Response, owner: type) -> Any:
        return answer._taken(self._name)


if TYPE_CHECKING:

    class _Taken(Generic[Kind]):
        def __get__(self, answer: Response, owner: type) -> Kind: ...

else:
    # `typing` would cost the start of the command more than the rest of this module.
    _Taken = _OfLoad


class Response(metaclass=ABCMeta):  # noqa: B024 - a face that two classes have
    """The answer to a request.

    In a body that runs in Python it holds what the server sent; values that `extract` took are attributes. A request
    that failed has an answer too, with `ok` False and `failures`; without any answer of the server, `status` is 0.

    In a compiled action it holds only what the request's `extract` declares, as placeholders: with
    `extract={"token": extract.json("$.token")}`, `answer.token` or `answer["token"]` is the token. Its status, headers
    and body exist only during the load: check them with `expect`, take values out with `extract`. A body that looks at
    them runs in Python.
    """

    def __init__(self, extracted: Mapping[str, str]) -> None:
        self._extracted = extracted

    status = _Taken[int]()
    """The status; 0 where no answer came."""

    status_code = _Taken[int]()
    """Another name of `status`."""

    reason = _Taken[str]()
    """The words after the status, such as `Not Found`."""

    ok = _Taken[bool]()
    """Whether the request counted as a success: a status below 400, or whatever `expect` says."""

    failures = _Taken[list[str]]()
    """Why the request counted as failed; empty where it did not."""

    headers = _Taken["Headers"]()
    """The headers; names in any case, several values of one by `get_all`."""

    content = _Taken[bytes]()
    """The body, decompressed; empty with `stream=True`."""

    text = _Taken[str]()
    """The body as text, in the character set that its `Content-Type` names, else UTF-8."""

    cookies = _Taken[dict[str, str]]()
    """Cookies that this answer and the redirects before it set."""

    url = _Taken[str]()
    """The URL that answered, after redirects."""

    history = _Taken["list[Hop]"]()
    """The redirects that were followed, in their order."""

    timings = _Taken["Timings"]()
    """Where the time went, in seconds."""

    def json(self) -> Any:
        """Decodes the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return self._taken("json")

    def raise_for_status(self) -> Response:
        """Returns the answer itself.

        Raises:
            HTTPStatusError: Its status is 400 or more, or there was no answer.
        """
        answer: Response = self._taken("raise_for_status")
        return answer

    def raise_for_failure(self) -> Response:
        """Returns the answer itself.

        Raises:
            RequestFailedError: The request counted as failed, whatever the reason.
        """
        answer: Response = self._taken("raise_for_failure")
        return answer

    def __getattr__(self, name: str) -> Any:
        """Is the value extracted under this name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self._taken(name)

    def __getitem__(self, name: str) -> Any:
        """Is the value extracted under this name."""
        variable = self._extracted.get(name) if isinstance(name, str) else None
        if variable is None:
            refuse(f"`[{name!r}]` is taken from an answer", self._hint(str(name)))
        return Placeholder(variable)

    if not TYPE_CHECKING:  # as far as types go, an answer is an object like any other

        def __bool__(self) -> NoReturn:
            """Cannot be known before the load."""
            refuse("a decision is made on an answer", "check the answer with `expect=expect(…)`")

        def __eq__(self, other: object) -> NoReturn:
            """Cannot be known before the load."""
            refuse("an answer is compared", "check the answer with `expect=expect(…)`")

        __hash__ = None

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

    def _taken(self, name: str) -> Any:
        """Returns the value extracted under a name, whatever else the name may mean."""
        variable = self._extracted.get(name)
        if variable is None:
            refuse(f"`.{name}` is taken from an answer", self._hint(name))
        return Placeholder(variable)

    def _hint(self, name: str) -> str:
        if name in ("status", "status_code", "ok", "raise_for_status", "raise_for_failure", "reason", "failures"):
            return "check the status with `expect=expect(status=…)`"
        known = f"; extracted here: {', '.join(f'`{key}`' for key in self._extracted)}" if self._extracted else ""
        if name in ("json", "text", "body", "content", "data", "headers", "cookies", "url", "history", "timings"):
            return "take a value with `extract={…}`, check it with `expect=expect(…)`" + known
        return f'declare it with `extract={{"{name}": extract.json("$.{name}")}}`{known}'
