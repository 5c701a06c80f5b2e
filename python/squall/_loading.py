"""Loads a test file for the command line."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from types import ModuleType

from squall._authoring.pools import take_declared
from squall._lowering.overrides import Overrides
from squall._lowering.plan import Lowered, Module, lower
from squall._lowering.problems import Problems, nearest
from squall._recording.frames import Place, traceback_text, users_lines
from squall._recording.recording import RefusalError

_loaded = 0


def load_file(path: str, name: str | None = None, overrides: str = "{}") -> str:
    """Loads a graph file and turns it into a plan.

    Args:
        path: The file.
        name: A test in the file. A graph is one test, so that any name is an error.
        overrides: What the command line adds, as JSON: `defaults`, attributes by name for whatever the file leaves
            open; `set`, a list of `[stage, attribute, value]`; `name`, the plan's name.

    Returns:
        A JSON document: `plan` (null where something is wrong), `explain` (for each action `stage`, `action`, `mode`
        (`compiled` or `python`), `reason`, `hint`, `file`, `line`, `steps`), and `errors` (`message`, `file`, `line`,
        `name`, `hint`, and for an exception `traceback`).
    """
    problems = Problems()
    lowered = Lowered()
    if name is not None:
        problems.add(f"`{path}` has no test `{name}`: a graph runs as a whole", None, f"run `{path}`")
    take_declared()
    module = _import(path, problems)
    if module is not None:
        lowered = lower(Module(path, vars(module), take_declared()), Overrides.from_json(overrides), problems)
        if problems.found:
            lowered.plan = None
    return json.dumps(
        {"plan": lowered.plan, "explain": lowered.explain, "errors": problems.to_json()}, ensure_ascii=False
    )


def _import(path: str, problems: Problems) -> ModuleType | None:
    """Imports a file under a name that no other module has; its folder comes first on the path, as for a script."""
    global _loaded
    _loaded += 1
    absolute = os.path.abspath(path)
    stem = os.path.splitext(os.path.basename(path))[0]
    name = f"_squall_test_{_loaded}_{stem}"
    spec = importlib.util.spec_from_file_location(name, absolute)
    if spec is None or spec.loader is None:
        problems.add(f"`{path}` is no Python file", None, "give a file that ends in `.py`")
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    folder = os.path.dirname(absolute)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _tell(error, absolute, problems)
        return None
    return module


def _tell(error: BaseException, file: str, problems: Problems) -> None:
    if isinstance(error, SyntaxError):
        place = Place(error.filename or file, error.lineno or 1)
        text = (error.text or "").strip()
        problems.add(f"{type(error).__name__}: {error.msg}", place, None, text or None)
        return
    if isinstance(error, OSError) and error.filename == file and not users_lines(error.__traceback__):
        problems.add(f"cannot read the file: {error.strerror}", Place(file, 1))
        return
    lines = users_lines(error.__traceback__)
    place = lines[-1] if lines else Place(file, 1)
    if isinstance(error, RefusalError):
        problems.add(error.message, error.place, error.hint, traceback_text(lines))
        return
    problems.add(_said(error), place, _import_hint(error), traceback_text(lines))


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "the file exits while it is imported" + ("" if error.code in (None, 0) else f": {error.code}")
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _import_hint(error: BaseException) -> str | None:
    if not isinstance(error, ImportError):
        return None
    import squall

    missing = str(error).partition("cannot import name '")[2].partition("'")[0]
    if missing and (error.name or "").partition(".")[0] == "squall":
        suggestion = nearest(missing, squall.__all__)
        known = ", ".join(f"`{name}`" for name in squall.__all__ if not name.startswith("_"))
        return f"did you mean `{suggestion}`?" if suggestion else f"this version of `squall` has {known}"
    if isinstance(error, ModuleNotFoundError):
        return f"install it into the environment of `squall`: {sys.executable} -m pip install …"
    return None
