"""A request as a step of a flow."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Coroutine, Generator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from squall._authoring.answers import Expectation, Extraction
from squall._authoring.placeholders import Placeholder
from squall._authoring.tags import TAGS_HINT, plain_tags
from squall._authoring.values import DURATION_HINT, duration_text
from squall._recording.content import body_of
from squall._recording.encoding import described, fields, plain, template
from squall._recording.frames import caller
from squall._recording.recording import Recording, Step, misuse, needs_recording, refuse

Options = dict[str, Any]
Answer = TypeVar("Answer", covariant=True)


if TYPE_CHECKING:
    # What the operations of a running body are; a recorded one can be awaited, and nothing else.
    class _Waiting(Coroutine[Any, Any, Answer]):
        def send(self, value: Any, /) -> Any: ...
        def throw(self, *raised: Any) -> Any: ...
        def close(self) -> None: ...
        def done(self) -> bool: ...
        def cancelled(self) -> bool: ...
        def cancel(self, msg: object = None) -> bool: ...
        def result(self) -> Answer: ...
        def exception(self) -> BaseException | None: ...

else:

    class _Waiting(Generic[Answer]):
        """An operation as `asyncio` sees it."""


class Operation(_Waiting[Answer]):
    """A request that takes place when it is awaited.

    In a body that runs in Python, everything of `asyncio` takes it as well: `gather`, `wait_for`, `create_task`, a
    `TaskGroup`.
    """

    def __init__(
        self, method: object, url: object, options: Options, answer: Callable[[Mapping[str, str]], Answer]
    ) -> None:
        self._recording = needs_recording("client.http")
        self._answer = answer
        self._variables: dict[str, str] = {}
        place = caller()
        self._step = _request(method, url, options)
        if "extract" in options:
            self._variables = _variables(self._recording, options["extract"], self._step)
        self._step["source"] = place.to_source()
        self._recording.expect_await(self, f"{self._step['method']} request", place)

    def __await__(self) -> Generator[Any, None, Answer]:
        """Sends the request and waits for the answer."""
        self._recording.awaited(self)
        self._recording.add({"http": self._step})
        return self._answer(self._variables)
        yield


class Transaction:
    """Times the steps inside an `async with` or `with` as one."""

    def __init__(self, name: str) -> None:
        self._recording = needs_recording("client.transaction")
        self._group: Step = {
            "name": plain(name, "the name of a transaction"),
            "steps": [],
            "source": caller().to_source(),
        }
        if not self._group["name"]:
            misuse("the name of a transaction is empty")
        self._recording.expect_await(self, "transaction", caller())

    def __enter__(self) -> None:
        """Starts the transaction."""
        self._recording.awaited(self)
        self._recording.add({"group": self._group})
        self._recording.open_group(self._group["steps"])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the transaction."""
        self._recording.close_group()

    async def __aenter__(self) -> None:
        """Starts the transaction."""
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the transaction."""
        self.__exit__(kind, error, traceback)


def _request(method: object, url: object, options: Options) -> Step:
    if not isinstance(method, str) or not method.isascii() or not method.replace("-", "").isalnum():
        misuse(f"{described(method)} is not an HTTP method")
    if not isinstance(url, (str, Placeholder)):
        misuse(f"the URL must be text, not {described(url)}", "give an absolute URL, or a path below `base_url`")
    step: Step = {"method": method.upper(), "url": template(url, "the URL")}
    if not step["url"]:
        misuse("the URL is empty", "give an absolute URL, or a path below `base_url`")
    for key, what in (("params", "`params`"), ("headers", "`headers`"), ("cookies", "`cookies`")):
        if options.get(key):
            step[key] = fields(options[key], what)
    body, content_type = body_of(options)
    if body is not None:
        step["body"] = body
    if content_type is not None and not any(name.lower() == "content-type" for name in step.get("headers", ())):
        step.setdefault("headers", {})["content-type"] = content_type
    if "auth" in options:
        step["auth"] = _auth(options["auth"])
    _add_limits(step, options)
    if "expect" in options:
        step["expect"] = expectation_rule(options["expect"])
    if "name" in options:
        step["name"] = template(options["name"], "`name`")
    if options.get("tags"):
        step["tags"] = _tags(options["tags"])
    _refuse_interpreted(options)
    return step


def _tags(tags: object) -> dict[str, str]:
    try:
        found = plain_tags(tags)
    except (TypeError, ValueError) as error:
        misuse(str(error), TAGS_HINT)
    return {plain(name, "the name of a tag"): plain(value, f"the tag `{name}`") for name, value in found.items()}


def _refuse_interpreted(options: Options) -> None:
    """Refuses what only the client of a running body can do; `stream` changes nothing where no body is kept."""
    if options.get("raise_for_failure"):
        refuse("`raise_for_failure` raises in Python", "leave it out: a failed request is counted as such in any case")


def _add_limits(step: Step, options: Options) -> None:
    if "timeout" in options:
        timeout = duration_text(options["timeout"])
        if timeout is None:
            misuse(f"`timeout` is no duration: {described(options['timeout'])}", DURATION_HINT)
        step["timeout"] = timeout
    if "redirects" in options:
        redirects = options["redirects"]
        if isinstance(redirects, bool) or not isinstance(redirects, int) or redirects < 0:
            misuse(f"`redirects` must be a whole number from 0, not {described(redirects)}")
        step["redirects"] = redirects


def _auth(auth: object) -> dict[str, object]:
    token = getattr(auth, "token", None) if type(auth).__name__ == "Bearer" else None
    if token is not None:
        return {"bearer": template(token, "the bearer token")}
    if isinstance(auth, (tuple, list)) and len(auth) == 2:
        return {
            "basic": {"username": template(auth[0], "the user name"), "password": template(auth[1], "the password")}
        }
    misuse(f"`auth` cannot be {described(auth)}", "give `(user, password)` or `bearer(token)`")


def expectation_rule(expectation: object) -> Mapping[str, object]:
    """Returns the plan's `expect`; tells what is wrong."""
    if not isinstance(expectation, Expectation):
        misuse(f"`expect` cannot be {described(expectation)}", "write `expect=expect(status=200)`")
    return expectation.rule


def _variables(recording: Recording, extractions: object, step: Step) -> dict[str, str]:
    rules = extraction_rules(extractions)
    variables = {key: recording.variable(key) for key in rules}
    if rules:
        step["extract"] = {variables[key]: rule for key, rule in rules.items()}
    return variables


def extraction_rules(extractions: object) -> dict[str, object]:
    """Returns the plan's `extract` by the name under which the user wants a value; tells what is wrong."""
    if not isinstance(extractions, Mapping):
        misuse(f"`extract` cannot be {described(extractions)}", 'write `extract={"token": extract.json("$.token")}`')
    return {key: _extraction_rule(key, extraction) for key, extraction in extractions.items()}


def _extraction_rule(key: object, extraction: object) -> object:
    if not isinstance(key, str) or not key.isascii() or not key.isidentifier() or keyword.iskeyword(key):
        misuse(f"{described(key)} cannot name an extracted value", "use a Python name, such as `token`")
    if not isinstance(extraction, Extraction):
        misuse(
            f"`{key}` in `extract` cannot be {described(extraction)}",
            "use `extract.json`, `extract.regex`, `extract.header` or `extract.cookie`",
        )
    return extraction.rule
