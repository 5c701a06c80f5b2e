"""Test cases: classes whose `run` is fired so many times a second.

::

    import squall

    class Upload(squall.TestCase):
        rate = 5                # tests started per second
        max_duration = 20       # seconds; together they size the pool of threads

        def setup(self):
            self.file = make_file()

        def run(self):
            answer = self.http.post("/upload", files={"file": self.file})
            self.metrics["db_time"] = answer.json()["db_time"]

``squall run FILE -d 5m`` fires them. Rates and arguments may also stand in a YAML file, or in a list of `Test` called
``tests``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from squall._authoring.values import Duration
from squall._recording.frames import caller

if TYPE_CHECKING:
    from squall._squall import Context
    from squall.http import HttpClient

__all__ = ["Test", "TestCase"]


class TestCase:
    """One kind of test; each time that it is fired, there is a new instance.

    `setup`, `run` and `teardown` run on a thread of their own, so that any blocking library may be used. Where `run`
    is `async def`, all three run on the event loop, and `self.http` is awaited. What `setup`, `run` or the constructor
    raise fails the test; `teardown` always runs, and what it raises is reported beside the tests without failing one.

    Attributes:
        kwargs: What the constructor was given.
        metrics: Numbers that the test measured itself, by name; reported with mean and percentiles, also for failed
            tests.
    """

    __test__: ClassVar[bool] = False  # pytest shall not collect it

    rate: ClassVar[float | str | None] = None
    """Tests started per second, over all processes: `5`, `0.2`, `"30/m"`. None: another place says it, or the class is
    not fired."""

    kwargs: dict[str, Any]
    metrics: dict[str, float]

    def __new__(cls, *_args: Any, **kwargs: Any) -> TestCase:
        """Makes an instance that has its attributes even where the constructor of a subclass forgets ours."""
        test = super().__new__(cls)
        test.kwargs = kwargs
        test.metrics = {}
        return test

    def __init__(self, **kwargs: Any) -> None:
        self.kwargs = kwargs

    @classmethod
    def startup(cls) -> None:
        """Prepares what all tests of the class share; runs once per process, before the load.

        What it raises stops the run before any load. A plain method is fine too: its `self` is the class.
        """

    @classmethod
    def shutdown(cls) -> None:
        """Undoes `startup`; runs once per process, after the load."""

    def setup(self) -> Any:
        """Prepares one test."""

    def run(self) -> Any:
        """Does what is tested."""
        raise NotImplementedError(f"`{type(self).__name__}` has no method `run`")

    def teardown(self) -> Any:
        """Undoes `setup`; runs after every test, failed ones too."""

    @property
    def description(self) -> str:
        """What the test does, for people. Default: the first line of the class's docstring."""
        return _first_line(type(self).__doc__) if type(self).__doc__ != TestCase.__doc__ else ""

    @property
    def summary(self) -> str:
        """A few words that tell this test from others of its class, shown in reports. Default: `description`."""
        return self.description

    @property
    def max_duration(self) -> Duration:
        """Longest time that a test is expected to take. Default: a minute.

        `rate` times `max_duration` is the size of the pool of threads: a test that is due and finds no free one is
        dropped, and counted as such.
        """
        return "1m"

    @property
    def context(self) -> Context:
        """What else a test can reach: `transaction`, `measure`, `config`, `rng` and so on."""
        from squall import _squall

        known = vars(self).get("_squall_context")
        return known if known is not None else _squall.current()

    @property
    def http(self) -> HttpClient:
        """The HTTP client; its calls block and are measured by the engine. Where `run` is `async`, await them."""
        return self.context.http

    def __repr__(self) -> str:
        return f"<{type(self).__name__} kwargs={self.kwargs}>"


class Test:
    """An entry of a file's list ``tests``: a class, how often it is fired, and with which arguments.

    ::

        tests = [Test(Upload, rate=5), Test(Upload, rate=0.5, kwargs={"legacy": True})]
    """

    __test__: ClassVar[bool] = False  # pytest shall not collect it

    def __init__(
        self,
        test_class: type[TestCase],
        rate: float | str | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *,
        max_duration: Duration | None = None,
    ) -> None:
        """Describes an entry; it is checked when the file is loaded.

        Args:
            test_class: The class.
            rate: Tests started per second, over all processes: `5`, `0.2`, `"30/m"`. Default: that of the class.
            kwargs: What its constructor gets.
            max_duration: Longest time that a test is expected to take. Default: that of the class.
        """
        self.test_class = test_class
        self.rate = rate
        self.kwargs = dict(kwargs) if isinstance(kwargs, Mapping) else kwargs
        self.max_duration = max_duration
        self._place = caller()

    def __repr__(self) -> str:
        return f"Test({getattr(self.test_class, '__name__', self.test_class)}, rate={self.rate}, kwargs={self.kwargs})"


def _first_line(text: str | None) -> str:
    return text.strip().partition("\n")[0].strip() if text else ""
