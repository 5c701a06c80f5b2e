"""Repeats a function: N calls, in P processes with T threads each, timed and grouped by what they return.

::

    import squall

    def operation(number):
        return requests.get(f"http://127.0.0.1:8080/products/{number}").status_code

    test = squall.Repeat(operation)
    test.go(num_operations=4000, num_processes=2, num_threads=10)
    print(test.small_report())
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from squall import _squall
from squall._repeat import reports
from squall._repeat.calls import Call, Caller, current_call, parameters
from squall._repeat.importing import Noted, before_report, is_importing, note
from squall._repeat.progress import Progress
from squall._repeat.results import Go, Results, read
from squall._repeat.spec import Spec, plan_of
from squall._script.calls import is_async
from squall._script.registry import register

__all__ = ["Call", "Repeat"]

_native: Any = _squall
_numbers = itertools.count(1)
_POLL_S = 0.2


class Repeat:
    """Calls a function many times, and reports how long it took and what it returned.

    The function gets a number that no other call of the same `go` gets; with two parameters also a `Call`, whose
    `measurement(name)` times parts. Calls are grouped by what they return, as text; an exception is a result like any
    other, and counts as failed. Results of several `go` add up. `async def` functions run on an event loop.
    """

    def __init__(self, function: Callable[..., Any], *, runs_dir: str | os.PathLike[str] | None = None) -> None:
        """Prepares to repeat a function.

        Args:
            function: `def operation(number)` or `def operation(number, call)`.
            runs_dir: Folder in which runs are stored. Default: `.squall/runs`.

        Raises:
            TypeError: It cannot be called with one or two arguments.
        """
        if not callable(function):
            raise TypeError(f"`{function!r}` is no function: give the function itself, without calling it")
        parameters(function)
        self._function = function
        self._runs_dir = runs_dir
        self._goes: list[Go] = []

    def go(
        self,
        num_operations: int = 1,
        num_processes: int = 1,
        num_threads: int = 1,
        seed: int = 0,
        random_delay: bool = False,  # noqa: FBT001, FBT002 - Gorgon's signature
        silent: bool = False,  # noqa: FBT001, FBT002
        *,
        debug: bool = False,
    ) -> None:
        """Calls the function `num_operations` times and waits for all of them.

        Calls get the numbers `seed`, `seed + 1`, …, each exactly once, in about this order. Ctrl-C stops the run, keeps
        what was measured, writes the small report to standard error, and raises `KeyboardInterrupt` as ever; Ctrl-C
        again does not wait for calls in flight.

        Args:
            num_operations: Calls over all threads and processes; it need not divide evenly.
            num_processes: Processes. More than one need a function at the top level of a file, which each of them
                imports.
            num_threads: Calls at once in each process.
            seed: Number of the first call.
            random_delay: Each thread waits up to `num_threads` milliseconds before its first call.
            silent: Shows no progress.
            debug: Calls the function once, in this very thread, so that breakpoints work; what it raises goes through.

        Raises:
            ValueError: A number is less than 1, or the function cannot be imported by other processes.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        numbers = {"num_operations": num_operations, "num_processes": num_processes, "num_threads": num_threads}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"`{name}` must be a whole number of at least 1, not {value!r}")
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ValueError(f"`seed` must be a whole number, not {seed!r}")
        spec = Spec(
            entry=f"repeat:{self._name}#{next(_numbers)}",
            function=self._name,
            runs="coroutine" if is_async(self._function) else "thread",
            operations=num_operations,
            processes=num_processes,
            threads=num_threads,
            seed=seed,
            delay_ms=num_threads if random_delay else 0,
        )
        if is_importing():
            note(Noted(self._function, spec))
        elif debug:
            self._goes.append(Go(spec, outcomes=[Caller(self._function, spec).once(seed)]))
        else:
            self._run(spec, silent=silent)

    def measurement(self, name: str) -> AbstractContextManager[None]:
        """Times a part of the call that is under way, for functions that take the number alone.

        Raises:
            RuntimeError: No call is under way here.
        """
        return current_call().measurement(name)

    def small_report(self) -> str:
        """Returns the results as text: total time, then calls, rate and times for each result and each measured part.

        While a run is going, from another thread, it has what was measured up to the last second.
        """
        return reports.small_report(self._results())

    def json_report(self) -> str:
        """Returns the results as a JSON document, with percentiles and the numbers of each second."""
        return reports.json_report(self._results())

    def html_report(self) -> str:
        """Returns the results as one HTML page that works offline: rate, percentiles over time, a table by result."""
        return reports.html_report(self._results())

    def html_graph_report(self) -> str:
        """Returns the same as `html_report`, under the name that Gorgon has for it."""
        return self.html_report()

    @property
    def directories(self) -> list[Path]:
        """Where the runs are stored, each with `summary.json`, `intervals.jsonl` and `plan.json`."""
        return [go.directory for go in self._goes if go.directory is not None]

    @property
    def _name(self) -> str:
        return str(getattr(self._function, "__qualname__", type(self._function).__name__))

    @property
    def _short(self) -> str:
        return self._name.rpartition(".")[2]

    def _results(self) -> Results:
        before_report()
        return read(self._short, list(self._goes))

    def _run(self, spec: Spec, *, silent: bool) -> None:
        caller = Caller(self._function, spec)
        options = self._options(spec)
        register(caller.script)
        if not silent:
            what = (
                f"Run {spec.short} {spec.operations:,} times, with {spec.processes} processes * {spec.threads} threads"
            )
            print(what, file=sys.stderr)  # noqa: T201 - as asked for
        run = _native.start_run(json.dumps(plan_of(spec.short, [spec])), json.dumps(options))
        self._goes.append(Go(spec, Path(run.directory)))
        progress = None if silent else Progress(spec.operations)
        try:
            while not run.wait(_POLL_S):
                if progress:
                    progress.show(caller.done if spec.processes == 1 else _done(run.snapshot()))
        except KeyboardInterrupt:
            self._stop(run, progress, silent=silent)
            raise
        finally:
            if progress:
                progress.clear()
        run.finish()

    def _stop(self, run: Any, progress: Progress | None, *, silent: bool) -> None:
        try:
            run.stop()
            while not run.wait(_POLL_S):
                pass
        except KeyboardInterrupt:
            run.abort()
            run.wait(None)
        run.finish()
        if progress:
            progress.clear()
        if not silent:
            print(self.small_report(), file=sys.stderr)  # noqa: T201 - what there is, before it is lost

    def _options(self, spec: Spec) -> dict[str, Any]:
        options: dict[str, Any] = {"processes": spec.processes, "threads": 1}
        if self._runs_dir is not None:
            options["runs_dir"] = os.fspath(self._runs_dir)
        if spec.processes > 1:
            options["file"] = importable(self._function, self._name)
            options["name"] = spec.to_name()
            options["overrides"] = json.dumps({"form": "repeat"})
        return options


def importable(function: Callable[..., Any], name: str) -> str:
    """Returns the file from which other processes can import a function.

    Raises:
        ValueError: They cannot.
    """
    hint = "define it with `def` at the top level of a file, or use `num_processes=1`"
    if "<lambda>" in name or "<locals>" in name or not hasattr(function, "__qualname__"):
        kind = "a lambda" if "<lambda>" in name else "made by another function" if "<locals>" in name else "an object"
        raise ValueError(f"other processes cannot import `{name}`, as it is {kind}; {hint}")
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    if module is None or file is None or not os.path.isfile(file):
        raise ValueError(f"other processes cannot import `{name}`, as it was typed in and is in no file; {hint}")
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not function:
        raise ValueError(f"other processes cannot import `{name}`: in `{file}` this name is something else; {hint}")
    return str(os.path.abspath(file))


def _done(snapshot: dict[str, Any]) -> int:
    """Returns how many calls have ended in all processes."""
    return int(snapshot["iterations_ended"])
