"""The tests that a file asks for, checked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from squall._authoring.values import DURATION_HINT, duration_text
from squall._lowering.problems import Problems, listed
from squall._lowering.sources import Sources
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._script.calls import is_async
from squall.testcase import Test, TestCase

RATE_HINT = 'write it as `5`, `0.2`, or like `"30/m"`, `"1000/h"`'

_RATE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(?:/\s*(s|m|h))?\s*")
_PER = {"s": 1, "m": 60, "h": 3600}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([a-zµμ]+)", re.IGNORECASE)
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
}


@dataclass
class Entry:
    """Tests of one class with the same arguments.

    Attributes:
        test_class: The class.
        rate: Tests started per second; 0 where it is wrong.
        kwargs: What the constructor gets.
        max_duration: Seconds; 0 where it is wrong.
        summary: A few words for reports; empty where there are none.
        place: Where it was asked for.
    """

    test_class: type[TestCase]
    rate: float
    kwargs: dict[str, Any]
    max_duration: float
    summary: str
    place: Place | None

    @property
    def name(self) -> str:
        """The class and its arguments, as the instances show themselves."""
        return f"<{self.test_class.__name__} kwargs={self.kwargs}>"

    @property
    def label(self) -> str:
        """The name with the summary."""
        return f"{self.name} -- {self.summary}" if self.summary else self.name


@dataclass
class Written:
    """A test as it was asked for.

    Attributes:
        places: Lines of `rate`, `kwargs` and `max_duration`, where they are others than that of the entry.
    """

    test_class: type[TestCase]
    rate: object
    kwargs: object
    max_duration: object
    place: Place | None
    places: dict[str, Place] = field(default_factory=dict)

    def at(self, name: str) -> Place | None:
        """Returns the line of one of its values."""
        return self.places.get(name, self.place)


def written_in(names: Mapping[str, object], sources: Sources, problems: Problems) -> list[Written] | None:
    """Returns the tests that the names of a module ask for; None where it has no test cases."""
    classes = _classes(names)
    tests = names.get("tests")
    if isinstance(tests, (list, tuple)) and any(isinstance(one, Test) for one in tests):
        return [one for one in (_of_test(test, problems) for test in tests) if one is not None]
    if not classes:
        return None
    rated = [one for one in classes if one.rate is not None]
    return [_of_class(one, sources) for one in rated or classes]


def check(written: Written, default_rate: object, problems: Problems) -> Entry:
    """Turns a test as it was asked for into an entry; what is wrong is told."""
    test_class = written.test_class
    _check_methods(test_class, written.place, problems)
    kwargs = _kwargs(written, problems)
    rate = _rate(written, default_rate, problems)
    about = _About(test_class, kwargs)
    duration = written.max_duration if written.max_duration is not None else about.value("max_duration")
    seconds = seconds_of(duration)
    if seconds is None or seconds <= 0:
        problem = f"`max_duration` of `{test_class.__name__}` must be a duration above 0, not {described(duration)}"
        if isinstance(duration, _Raised):
            problem = f"`max_duration` of `{test_class.__name__}` cannot be had: {duration.message}"
        problems.add(problem, written.at("max_duration"), DURATION_HINT)
        seconds = 0.0
    summary = about.value("summary")
    text = " ".join(str(summary).split()) if summary and not isinstance(summary, _Raised) else ""
    return Entry(test_class, rate, kwargs, seconds, text, written.place)


def rate_of(value: object) -> float | None:
    """Returns a rate in tests per second, or None where the value is none."""
    if isinstance(value, str):
        found = _RATE.fullmatch(value)
        return float(found[1]) / _PER[found[2] or "s"] if found and float(found[1]) > 0 else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 < value < 1e9 else None


def seconds_of(value: object) -> float | None:
    """Returns a duration in seconds, or None where the value is none."""
    text = duration_text(value)
    if text is None:
        return None
    return sum(float(number) * _unit(unit.lower()) for number, unit in _PART.findall(text))


def _unit(unit: str) -> float:
    if unit in _SECONDS:
        return _SECONDS[unit]
    # The long spellings begin like the short ones: `secs`, `minutes`, `hr`, `days`, `weeks`.
    return _SECONDS[unit[0]]


@dataclass(frozen=True)
class _Raised:
    message: str


class _About:
    """What an instance says of itself; there is one only where a property needs it."""

    def __init__(self, test_class: type[TestCase], kwargs: dict[str, Any]) -> None:
        self._class = test_class
        self._kwargs = kwargs

    def value(self, name: str) -> object:
        written = inspect.getattr_static(self._class, name)
        if not hasattr(written, "__get__"):
            return written
        try:
            return getattr(self._class(**self._kwargs), name)
        except Exception:
            # The constructor may need what `startup` prepares, which runs later: the arguments alone are often enough.
            bare = self._class.__new__(self._class, **self._kwargs)
        try:
            return getattr(bare, name)
        except Exception as error:
            return _Raised(f"{type(error).__name__}: {error}")


def _classes(names: Mapping[str, object]) -> list[type[TestCase]]:
    found = [value for value in names.values() if isinstance(value, type) and issubclass(value, TestCase)]
    own = names.get("__name__")
    fired = [one for one in found if one.run is not TestCase.run and (one.rate is not None or one.__module__ == own)]
    return list(dict.fromkeys(fired))


def _of_class(test_class: type[TestCase], sources: Sources) -> Written:
    place = sources.of_class(test_class)
    places = {name: sources.of_attribute(test_class, name) for name in ("rate", "max_duration")}
    return Written(test_class, test_class.rate, {}, None, place, places)


def _of_test(test: object, problems: Problems) -> Written | None:
    if not isinstance(test, Test):
        problems.add(f"`tests` holds {described(test)}", None, "it holds `Test(Upload, rate=5)` and the like")
        return None
    if not (isinstance(test.test_class, type) and issubclass(test.test_class, TestCase)):
        message = f"{described(test.test_class)} is no test case"
        problems.add(message, test._place, "give a class that derives from `squall.TestCase`")
        return None
    rate = test.rate if test.rate is not None else test.test_class.rate
    kwargs = {} if test.kwargs is None else test.kwargs
    return Written(test.test_class, rate, kwargs, test.max_duration, test._place)


def _rate(written: Written, default: object, problems: Problems) -> float:
    given = written.rate if written.rate is not None else default
    name = written.test_class.__name__
    if given is None:
        hint = f"set `rate = 5` in the class, or give it here: `squall run FILE -r 5`; {RATE_HINT}"
        problems.add(f"nothing says how often `{name}` is fired", written.place, hint)
        return 0.0
    rate = rate_of(given)
    if rate is None:
        message = f"`rate` of `{name}` must be a number of tests per second above 0, not {described(given)}"
        problems.add(message, written.at("rate"), RATE_HINT)
        return 0.0
    return rate


def _kwargs(written: Written, problems: Problems) -> dict[str, Any]:
    given, name = written.kwargs, written.test_class.__name__
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        hint = "write it as `{name: value}`"
        problems.add(
            f"`kwargs` of `{name}` must be names with values, not {described(given)}", written.at("kwargs"), hint
        )
        return {}
    try:
        inspect.signature(written.test_class.__init__).bind(None, **given)
    except TypeError as error:
        known = [parameter for parameter in inspect.signature(written.test_class).parameters if parameter != "kwargs"]
        takes = f"its constructor takes {listed(known)}" if known else None
        problems.add(f"`kwargs` do not fit the constructor of `{name}`: {error}", written.at("kwargs"), takes)
    except ValueError:
        pass  # a constructor written in C that does not tell what it takes
    return dict(given)


def _check_methods(test_class: type[TestCase], place: Place | None, problems: Problems) -> None:
    name = test_class.__name__
    if test_class.run is TestCase.run:
        problems.add(f"`{name}` has no method `run`", place, "write what is tested: `def run(self): …`")
    for method in ("startup", "shutdown"):
        if is_async(getattr(test_class, method)):
            hint = "there is no event loop yet; open what is asynchronous in `setup`"
            problems.add(f"`{name}.{method}` must be `def`, not `async def`", place, hint)
    for method in ("setup", "teardown"):
        if is_async(getattr(test_class, method)) and not is_async(test_class.run):
            hint = "make `run` `async def` too"
            problems.add(f"`{name}.{method}` is `async def`, `run` is not", place, hint)
