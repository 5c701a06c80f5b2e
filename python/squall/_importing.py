"""Imports test files, under names that are the same in every process that imports them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType

from squall._lowering.problems import Problems, nearest
from squall._recording.frames import Place, traceback_text, users_lines
from squall._recording.recording import RefusalError
from squall._repeat.importing import importing

_imported: set[str] = set()
"""Names of modules that are test files."""


def import_file(path: str, problems: Problems) -> ModuleType | None:
    """Imports a file; its folder comes first on the path, as for a script.

    The module has the file's name, so that whoever imports it by that name, or unpickles an object of one of its
    classes in another process, gets the very same module; only where that name is taken, by one of Python's modules or
    by one that is loaded, it has another.
    """
    absolute = os.path.abspath(path)
    name = _free_name(os.path.splitext(os.path.basename(path))[0])
    spec = importlib.util.spec_from_file_location(name, absolute)
    if spec is None or spec.loader is None:
        problems.add(f"`{path}` is no Python file", None, "give a file that ends in `.py`")
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _imported.add(name)
    _put_first(os.path.dirname(absolute))
    try:
        with importing():
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _tell(error, absolute, problems)
        return None
    return module


def import_module(name: str, problems: Problems) -> ModuleType | None:
    """Imports a module by its name; the working directory comes first on the path."""
    _put_first(os.getcwd())
    if name in _imported:
        sys.modules.pop(name, None)
    _imported.add(name)
    try:
        with importing():
            importlib.import_module(name)
        return sys.modules.get(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            hint = f"it is looked for in `{os.getcwd()}` and among the installed packages"
            problems.add(f"there is no module `{error.name}`", None, hint)
            return None
        _tell(error, name, problems)
        return None


def _free_name(stem: str) -> str:
    taken = stem in sys.stdlib_module_names or stem == "squall" or (stem in sys.modules and stem not in _imported)
    return f"_squall_test_{stem}" if taken else stem


def _put_first(folder: str) -> None:
    if folder not in sys.path:
        sys.path.insert(0, folder)


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
    where = Place(file, 1) if os.path.exists(file) else None
    if isinstance(error, RefusalError):
        problems.add(error.message, error.place, error.hint, traceback_text(lines))
        return
    problems.add(_said(error), lines[-1] if lines else where, _import_hint(error), traceback_text(lines))


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
