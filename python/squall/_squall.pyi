"""The Rust half of Squall."""

from collections.abc import Awaitable, Iterator
from random import Random
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

from squall._authoring.response import Hop, Timings
from squall._authoring.response import Response as _Response
from squall._recording.request import Operation as _Operation
from squall._script.config import Config
from squall.http import HttpClient as _HttpClient

__all__ = ["__version__", "check_plan", "main"]

_Default = TypeVar("_Default")
_Answer = TypeVar("_Answer", covariant=True)

__version__: str
"""Version of Squall."""

def main(argv: list[str], /) -> int:
    """Runs the command line; `argv[0]` is the command's own name.

    Returns:
        The exit code.
    """

def check_plan(json: str, /) -> str:
    """Checks a plan given as JSON.

    Returns:
        A JSON list of all its errors, empty when the plan can run. Each has `message` and, where known, `path`, `file`,
        `line`, `name` and `hint`.
    """

def current() -> Context:
    """Returns the context of the iteration that is running.

    Raises:
        RuntimeError: None is.
    """

def place() -> tuple[int, int]:
    """Returns the number of this process among those that run scripts, from 0, and how many there are."""

def in_agent() -> bool:
    """Tells whether another process loaded the test first and this one runs a part of its load."""

def ask(topic: str, payload: bytes) -> Awaitable[bytes]:
    """Asks the process in which the test was loaded first; `squall._script.parent.serve` answers there."""

def tell_all(topic: str, payload: bytes) -> None:
    """Tells all other processes of the run; `squall._script.parent.notify` hears it there."""

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
    ) -> None:
        """Counts something that was timed elsewhere, from one moment of the run's clock to another.

        Args:
            name: Name in the results.
            started_ns: When it started, as `now` said.
            ended_ns: When it ended.
            ok: Whether it succeeded.
            kind: `"operation"`, counted like a request, or `"transaction"`.
            error: Why it failed.
        """
    def fail(self, message: str) -> None:
        """Counts the iteration as failed, without an exception."""
    def row(self, pool: str) -> dict[str, Any]:
        """Returns the row that the iteration has of a data pool of the plan.

        Raises:
            KeyError: The scenario does not use that pool.
        """

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

class Operation(Generic[_Answer]):
    """A request of a running body; it goes out when it is awaited.

    What can be done with it is documented at `squall.http.Operation`.
    """

class Response:
    """The answer to a request of a running body; values that `extract` took are attributes.

    Its face for test code, with what each of these is, is `squall.http.Response`.
    """

    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any, /) -> None: ...
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
