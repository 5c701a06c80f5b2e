"""The Rust half of Squall."""

from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextvars import Context as _Variables
from random import Random
from types import GenericAlias, TracebackType
from typing import Any, Generic, TypeVar, final, overload

from squall._authoring.answer_parts import Hop, Timings
from squall._authoring.response import Response as _Response
from squall._plugins.client import Plugins as _Plugins
from squall._recording.request import Operation as _Operation
from squall._script.config import Config
from squall.http import HttpClient as _HttpClient

__all__ = [
    "Context",
    "Headers",
    "HttpClient",
    "Operation",
    "Response",
    "Run",
    "Task",
    "Transaction",
    "__version__",
    "ask",
    "check_plan",
    "current",
    "edit_project",
    "in_agent",
    "json_path",
    "left_behind",
    "main",
    "parse_toml",
    "parse_yaml",
    "place",
    "printed",
    "read_project",
    "start_run",
    "tell_all",
]

_Default = TypeVar("_Default")
_Answer = TypeVar("_Answer", covariant=True)

__version__: str
"""Version of Squall."""

def main(argv: list[str], /) -> int:
    """Runs the command line; `argv[0]` is the command's own name.

    Returns:
        The exit code.
    """

def read_project(text: str, /) -> str:
    """Reads what a project's `squall.toml` registers.

    Returns:
        A JSON object: `project`, its own table, and an object for each table of names.

    Raises:
        ValueError: It is no TOML.
    """

def edit_project(text: str, changes: str, /) -> str:
    """Changes texts in tables; comments and order stay.

    Args:
        text: A TOML document.
        changes: A JSON list of table, key, and a text or null, which takes the key out.

    Returns:
        The changed document.

    Raises:
        ValueError: It is no TOML, or what is to be changed is no table.
    """

def check_plan(json: str, /) -> str:
    """Checks a plan given as JSON.

    Returns:
        A JSON list of all its errors, empty when the plan can run. Each has `message` and, where known, `path`, `file`,
        `line`, `name` and `hint`.
    """

def json_path(document: bytes, path: str, /) -> str | None:
    """Finds the first node of a JSON document by its path (RFC 9535).

    Returns:
        The node as JSON; None where there is none, or the document is no JSON.

    Raises:
        ValueError: The path is wrong.
    """

def start_run(plan: str, options: str = "{}", /) -> Run:
    """Starts a run of a plan given as JSON, from a plain Python script.

    Args:
        plan: The plan.
        options: A JSON object: `threads`, `processes`, `seed`, `runs_dir`, `base_dir`, `fail_fast`; and `file`, `name`,
            `overrides`, which agents load.

    Raises:
        ValueError: The plan or an option is wrong; all errors at once.
        RuntimeError: The run cannot start.
    """

def parse_yaml(text: str, /) -> str:
    """Reads a YAML document.

    Returns:
        A JSON object: `value`; `lines`, the line of each value by JSON pointer; `error`, what is wrong, or null.
    """

def parse_toml(text: str, /) -> str:
    """Reads a TOML document.

    Returns:
        A JSON object.

    Raises:
        ValueError: It is no TOML.
    """

def left_behind() -> bool:
    """Tells whether a thread still runs code of a test that did not come back when the load ended."""

def current() -> Context:
    """Returns the context of the iteration that is running.

    Raises:
        RuntimeError: None is.
    """

def place() -> tuple[int, int]:
    """Returns the number of this process among those that run scripts, from 0, and how many there are."""

def in_agent() -> bool:
    """Tells whether another process loaded the test first and this one runs a part of its load."""

def printed(line: str, /) -> bool:
    """Hands a printed line to whoever draws the screen; false where nobody does."""

def ask(topic: str, payload: bytes) -> Awaitable[bytes]:
    """Asks the process in which the test was loaded first; `squall._script.parent.serve` answers there."""

def tell_all(topic: str, payload: bytes) -> None:
    """Tells all other processes of the run; `squall._script.parent.notify` hears it there."""

@final
class Context:
    """One pass through a script: its client, its data, its place in the run.

    A journey gets it as its first argument; `squall.current()` returns it anywhere inside an iteration. It takes any
    attributes of your own, for as long as the iteration lasts.
    """

    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any, /) -> None: ...
    @property
    def http(self) -> _HttpClient:
        """The HTTP client; its virtual user's connections and cookies."""
    @property
    def config(self) -> Config:
        """The configuration of the test, one for all processes of the run."""
    @property
    def plugin(self) -> _Plugins:
        """The engine plugins of the test, by name or by class."""
    @property
    def should_stop(self) -> bool:
        """Whether the load has ended, so that a long iteration should come to an end."""
    @property
    def user(self) -> int:
        """Number of the virtual user in the run, from 1."""
    @property
    def iteration(self) -> int:
        """Number of the iteration in its scenario, from 0."""
    @property
    def seed(self) -> int:
        """What the random choices of the iteration are drawn from."""
    @property
    def stage(self) -> str:
        """Name of the stage."""
    @property
    def scenario(self) -> str:
        """Name of the scenario."""
    @property
    def args(self) -> tuple[Any, ...]:
        """What the iteration got from its data pool."""
    @property
    def rng(self) -> Random:
        """Random numbers of the iteration, the same in each run with the same seed."""
    def transaction(self, name: str) -> Transaction:
        """Times what is inside as one: `async with ctx.transaction("login"):`, or a plain `with`.

        Transactions may be nested; the inner one is called `outer :: inner`. What is raised inside fails it, and so
        does an operation inside that fails.
        """
    def measure(self, name: str) -> Transaction:
        """Times what is inside as an operation, counted like a request: a call to a database, say."""
    def send(self, kind: str, /, **fields: Any) -> None:
        """Sends a message to the reporters and to whoever watches with `--messages`.

        Args:
            kind: Its type.
            fields: What it holds; anything that JSON can hold.
        """
    def metric(self, name: str, value: float) -> None:
        """Counts a number of the test's own, in whatever unit; reported with its mean and percentiles."""
    def now(self) -> int:
        """Returns the time on the run's clock, in nanoseconds; for `record`."""
    def record(
        self,
        name: str,
        started_ns: int,
        ended_ns: int,
        *,
        ok: bool = True,
        kind: str = "operation",
        error: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Counts something that was timed elsewhere, from one moment of the run's clock to another.

        Args:
            name: Name in the results.
            started_ns: When it started, as `now` said.
            ended_ns: When it ended.
            ok: Whether it succeeded.
            kind: `"operation"`, counted like a request, or `"transaction"`.
            error: Why it failed.
            detail: One example of it in detail, e.g. a traceback.
        """
    def fail(self, message: str) -> None:
        """Counts the iteration as failed, without an exception."""
    def row(self, pool: str) -> dict[str, Any]:
        """Returns the row that the iteration has of a data pool of the plan.

        Raises:
            KeyError: The scenario does not use that pool.
        """

@final
class HttpClient:
    """Sends HTTP requests for one iteration: awaited in a coroutine, waited for in a thread.

    What it takes and gives is documented at `squall.http.HttpClient`.
    """

    def get(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a GET request to an absolute URL or to a path below `base_url`."""
    def head(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a HEAD request to an absolute URL or to a path below `base_url`."""
    def options(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends an OPTIONS request to an absolute URL or to a path below `base_url`."""
    def post(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a POST request to an absolute URL or to a path below `base_url`."""
    def put(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a PUT request to an absolute URL or to a path below `base_url`."""
    def patch(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a PATCH request to an absolute URL or to a path below `base_url`."""
    def delete(self, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a DELETE request to an absolute URL or to a path below `base_url`."""
    def request(self, method: str, url: Any, **options: Any) -> _Operation[_Response]:
        """Sends a request with any method to an absolute URL or to a path below `base_url`."""

@final
class Headers:
    """The headers of an answer: names and values in its order; names are found in any case."""

    def __getitem__(self, name: str, /) -> str: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: _Default) -> str | _Default:
        """Returns the values of a name, joined by commas, or `default` where there is none."""
    def get_all(self, name: str) -> list[str]:
        """Returns the values of a name, each as it came."""
    def keys(self) -> list[str]:
        """Returns all names, each once."""
    def values(self) -> list[str]:
        """Returns the values of all names, those of one joined by commas."""
    def items(self) -> list[tuple[str, str]]:
        """Returns all names, each once, with their values."""
    def raw(self) -> list[tuple[str, str]]:
        """Returns every name and value as they came."""

@final
class Operation(Generic[_Answer]):
    """A request of a running body; it goes out when it is awaited.

    It does what an `asyncio` future and a coroutine do, so that `gather`, `wait_for`, `create_task` and a `TaskGroup`
    take it. Its face for test code is `squall.http.Operation`.
    """

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __await__(self) -> Generator[Any, None, _Answer]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __next__(self) -> Any: ...
    def send(self, value: Any) -> Any:
        """Sends the request where it was not yet; part of what makes it a coroutine."""
    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> None:
        """Gives the request up and raises."""
    def close(self) -> None:
        """Gives the request up."""
    def done(self) -> bool:
        """Tells whether it has ended or was cancelled."""
    def cancelled(self) -> bool:
        """Tells whether it was cancelled."""
    def result(self) -> _Answer:
        """Returns the answer of a request that has ended."""
    def exception(self) -> BaseException | None:
        """Returns what awaiting it raises, if it raises."""
    def cancel(self, msg: object = None) -> bool:
        """Gives the request up; tells whether it had not ended."""
    def add_done_callback(self, callback: Callable[[Any], object], /, *, context: _Variables | None = None) -> None:
        """Sends the request, and calls a function when it has ended."""
    def remove_done_callback(self, callback: Callable[[Any], object]) -> int:
        """Returns how many callbacks were removed."""
    def get_loop(self) -> AbstractEventLoop | None:
        """Returns the event loop of the process."""

@final
class Response:
    """The answer to a request of a running body; values that `extract` took are attributes.

    Its face for test code, with what each of these is, is `squall.http.Response`.
    """

    def __getattr__(self, name: str) -> Any: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def __setattr__(self, name: str, value: Any, /) -> None: ...
    def _extract(self, values: dict[str, Any]) -> None: ...
    @property
    def status(self) -> int: ...
    @property
    def status_code(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def failures(self) -> list[str]: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    @property
    def cookies(self) -> dict[str, str]: ...
    @property
    def url(self) -> str: ...
    @property
    def history(self) -> list[Hop]: ...
    @property
    def timings(self) -> Timings: ...
    def json(self) -> Any: ...
    def raise_for_status(self) -> Response: ...
    def raise_for_failure(self) -> Response: ...

@final
class Transaction:
    """Times what is inside: `async with ctx.transaction("login"):`, or a plain `with`."""

    @property
    def name(self) -> str:
        """Its full name, `outer :: inner`."""
    def __enter__(self) -> Transaction: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool: ...
    async def __aenter__(self) -> Transaction: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

@final
class Task:
    """A coroutine of a script, as `asyncio.current_task()` sees it."""

    def __await__(self) -> Generator[Any, None, Any]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __next__(self) -> Any: ...
    def done(self) -> bool:
        """Tells whether the iteration has ended."""
    def cancelled(self) -> bool:
        """Tells whether it was cancelled."""
    def cancel(self, msg: object = None) -> bool:
        """Raises `asyncio.CancelledError` where it waits."""
    def cancelling(self) -> int:
        """Returns how often it was asked to be cancelled."""
    def uncancel(self) -> int:
        """Takes back one request to be cancelled."""
    def result(self) -> Any:
        """Returns what the coroutine returned."""
    def exception(self) -> BaseException | None:
        """Returns what the coroutine raised."""
    def add_done_callback(self, callback: Callable[[Any], object], /, *, context: _Variables | None = None) -> None:
        """Calls a function when it has ended."""
    def remove_done_callback(self, callback: Callable[[Any], object]) -> int:
        """Returns how many callbacks were removed."""
    def get_loop(self) -> AbstractEventLoop:
        """Returns the event loop of the process."""
    def get_coro(self) -> Coroutine[Any, Any, Any]:
        """Returns the coroutine."""
    def get_context(self) -> _Variables:
        """Returns the context variables of the iteration."""
    def get_name(self) -> str:
        """Returns its name."""
    def set_name(self, name: object) -> None:
        """Sets its name."""
    def get_stack(self, *, limit: int | None = None) -> list[Any]:
        """Returns the frames of the coroutine."""

@final
class Run:
    """A run that was started by `start_run`."""

    @property
    def directory(self) -> str:
        """Folder in which the run is stored."""
    def snapshot(self) -> dict[str, Any]:
        """Returns the run at this moment: `elapsed_s`, `rate`, `in_flight`, `users`, `ok`, `failed`, …."""
    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the end, at most so many seconds; tells whether it has come."""
    def stop(self) -> None:
        """Ends the load; what is in flight may finish."""
    def abort(self) -> None:
        """Ends the load at once."""
    def finish(self) -> str:
        """Waits for the end, stores the summary, and returns it as JSON."""
