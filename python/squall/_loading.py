"""Loads a test file for the command line."""

from __future__ import annotations

import json
import sys
from types import ModuleType

from squall._authoring.pools import take_declared
from squall._forms import FORMS
from squall._importing import import_file, import_module
from squall._lowering.document import Lowered, Module
from squall._lowering.overrides import Overrides
from squall._lowering.plugins import declare_plugins_of_file, forget_plugins
from squall._lowering.problems import Problems, nearest
from squall._recording.frames import Place
from squall._recording.recording import RefusalError

_DATA = (".yaml", ".yml")
_DATA_HINT = "a file of test cases has a list `tests:`"
_HINT = (
    "a test is a graph (classes that derive from `squall.Execute`), a function `scenario`, classes that derive from "
    "`squall.TestCase`, or a journey by its name: `{}:NAME`"
)
_GUARDED_HINT = (
    "its `go` does not run while the file is imported: start it with `python FILE`, or move it out of "
    '`if __name__ == "__main__":`'
)


def load_file(path: str, name: str | None = None, overrides: str = "{}") -> str:
    """Loads a test file, registers its scripts, and turns it into a plan.

    Args:
        path: The file; where it is empty, `spec` in the overrides says which module.
        name: A test in the file, e.g. a journey, a `squall.Graph`, or a stage, which means the graph that it is in.
        overrides: What the command line adds, as JSON: `defaults`, attributes by name for whatever the file leaves
            open; `set`, a list of `[stage, attribute, value]`; `skip`, names of stages; `name`, the plan's name; and
            what is documented of `Overrides`.

    Returns:
        A JSON document: `plan` (null where something is wrong), `explain` (for each action `stage`, `action`, `mode`
        (`compiled` or `python`), `reason`, `hint`, `file`, `line`, `steps`), `stages` (for each stage of a graph what
        became of it, see `squall._lowering.explained`), `run` (what the file says about the run itself: `quiet_view`,
        `log_level`), `notes` (what was asked for and has no effect), and `errors` (`message`, `file`, `line`, `name`,
        `hint`, and for an exception `traceback`).
    """
    problems = Problems()
    given = Overrides.from_json(overrides)
    take_declared()
    _forget_scripts()
    forget_plugins()
    lowered = _load(path, name, given, problems)
    if problems.found:
        lowered.plan = None
    if lowered.plan is not None and lowered.scripts:
        from squall._script.registry import register  # graphs that compile start without it

        for script in lowered.scripts:
            register(script)
    if lowered.plan is not None and lowered.store is not None:
        from squall._hooks.store import install

        install(lowered.store)
    document = {
        "plan": lowered.plan,
        "explain": lowered.explain,
        "stages": lowered.stages,
        "run": lowered.run,
        "notes": lowered.notes,
        "errors": problems.to_json(),
    }
    return json.dumps(document, ensure_ascii=False)


def _forget_scripts() -> None:
    registry = sys.modules.get("squall._script.registry")
    if registry is not None:
        registry.clear()
    for name in ("squall._hooks.store", "squall._hooks.context"):
        module = sys.modules.get(name)
        if module is not None:
            module.clear()


def _load(path: str, name: str | None, overrides: Overrides, problems: Problems) -> Lowered:
    if path.lower().endswith(_DATA):
        from squall._forms.testcases import lower

        # A file of data defines no names.
        lowered = lower(Module(path, {}, []), name, overrides, problems)
        if lowered is None and not problems.found:
            problems.add(f"there is no test in `{path}`", Place(path, 1), _DATA_HINT)
        return lowered or Lowered()
    module = _module(path, overrides, problems)
    return Lowered() if module is None else _lower(module, name, overrides, problems)


def _module(path: str, overrides: Overrides, problems: Problems) -> Module | None:
    """Imports what is to be loaded."""
    imported: ModuleType | None
    if path:
        imported = import_file(path, problems)
    else:
        imported = import_module((overrides.spec or "").partition(":")[0], problems)
    if imported is None:
        return None
    return Module(path or imported.__file__ or imported.__name__, vars(imported), take_declared(), imported.__name__)


def _lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered:
    """Returns what the first form that takes the file makes of it."""
    declare_plugins_of_file(module.names, problems)
    try:
        for form in FORMS:
            if not form.may_be(overrides.form):
                continue
            lowered = form.lower()(module, name, overrides, problems)
            if lowered is not None:
                return lowered
            if problems.found:
                return Lowered()
    except RefusalError as error:
        problems.add(error.message, error.place, error.hint)
        return Lowered()
    _tell_nothing_found(module, name, problems)
    return Lowered()


def _repeats(module: Module) -> bool:
    """Tells whether a script repeats functions, but not while it is imported."""
    from squall.repeat import Repeat

    return any(isinstance(value, Repeat) or value is Repeat for value in module.names.values()) or any(
        "squall.Repeat(" in line for line in _lines(module.file)
    )


def _lines(file: str) -> list[str]:
    try:
        with open(file, encoding="utf-8") as source:
            return source.readlines()
    except (OSError, UnicodeDecodeError):
        return []


def _tell_nothing_found(module: Module, name: str | None, problems: Problems) -> None:
    file = module.file
    if name is None:
        hint = _GUARDED_HINT if _repeats(module) else _HINT.format(file)
        problems.add(f"there is no test in `{file}`", Place(file, 1), hint)
        return
    suggestion = nearest(name, (known for known in module.names if not known.startswith("_")))
    hint = f"did you mean `{file}:{suggestion}`?" if suggestion else _HINT.format(file)
    wrong = "is no test" if name in module.names else "does not exist"
    problems.add(f"`{name}` in `{file}` {wrong}", Place(file, 1), hint)
