"""Plugins that the test does not declare itself: those of `squall.toml`, and those of installed packages."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from squall import _squall
from squall._recording.frames import Place
from squall._recording.recording import RefusalError, switch

FILE = "squall.toml"
GROUP = "squall.plugins"
_FORMS = "write `module:Class` or `path.py:Class`"


class PluginLoadError(RefusalError):
    """A plugin is named and cannot be loaded."""


class Elsewhere:
    """The plugins of `squall.toml` in the working directory, and of packages; each is imported when it is asked for."""

    def __init__(self) -> None:
        self._project: dict[str, Any] | None = None
        self._packages: dict[str, Any] | None = None
        self._found: dict[str, type] = {}

    def names(self) -> list[str]:
        """Returns all names."""
        return list(dict.fromkeys((*self._of_project(), *self._of_packages())))

    def find(self, name: str) -> type | None:
        """Returns the class of a name.

        Raises:
            PluginLoadError: It cannot be loaded.
        """
        if name not in self._found:
            found = self._load(name)
            if found is None:
                return None
            self._found[name] = found
        return self._found[name]

    def _load(self, name: str) -> type | None:
        project = self._of_project()
        if name in project:
            place = Place(FILE, _line_of(name), name)
            spec = project[name]
            if not isinstance(spec, str) or not spec:
                raise PluginLoadError(f"the plugin `{name}` of `{FILE}` must be text", _FORMS, place)
            with _outside_of_recordings():
                return _class_of(name, spec, place)
        entry = self._of_packages().get(name)
        if entry is None:
            return None
        place = Place(f"entry point {GROUP}", 1, name)
        with _outside_of_recordings():
            try:
                return _checked(name, entry.load(), place)
            except PluginLoadError:
                raise
            except Exception as error:
                raise _not_loaded(name, entry.value, error, None) from error

    def _of_project(self) -> dict[str, Any]:
        if self._project is None:
            self._project = _read_project()
        return self._project

    def _of_packages(self) -> dict[str, Any]:
        if self._packages is None:
            from importlib.metadata import entry_points

            self._packages = {entry.name: entry for entry in entry_points(group=GROUP)}
        return self._packages


def _read_project() -> dict[str, Any]:
    try:
        with open(FILE, encoding="utf-8") as file:
            document = json.loads(_squall.parse_toml(file.read()))
    except (OSError, ValueError):
        # A file that is no TOML was told by the command line already.
        return {}
    plugins = document.get("plugins")
    return plugins if isinstance(plugins, dict) else {}


def _line_of(name: str) -> int:
    with open(FILE, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.partition("=")[0].strip().strip("\"'") == name:
                return number
    return 1


def _class_of(name: str, spec: str, place: Place) -> type:
    where, _, class_name = spec.rpartition(":") if ":" in spec else (spec, "", "")
    try:
        module = _module_of_file(where) if where.endswith(".py") else _module_of_name(where)
    except Exception as error:
        raise _not_loaded(name, spec, error, place) from error
    if class_name:
        found = getattr(module, class_name, None)
        if found is None:
            raise PluginLoadError(f"`{where}` has no `{class_name}`, as which `{FILE}` names a plugin", _FORMS, place)
        return _checked(name, found, place)
    return _only_plugin(name, module, where, place)


def _only_plugin(name: str, module: ModuleType, where: str, place: Place) -> type:
    """Returns the plugin of a file that is named without its class."""
    from squall._plugins.declared import kind_of

    own = [value for value in vars(module).values() if kind_of(value) and value.__module__ == module.__name__]
    if len(own) != 1:
        classes = ", ".join(f"`{where}:{plugin.__name__}`" for plugin in own)
        hint = f"it has {classes}: name one" if own else "derive a class from one of `squall.plugins`"
        raise PluginLoadError(f"`{where}` does not define one plugin, as which `{name}` names it", hint, place)
    plugin: type = own[0]
    return plugin


def _checked(name: str, found: object, place: Place) -> type:
    from squall._plugins.declared import KINDS, kind_of

    if kind_of(found) is None:
        bases = ", ".join(f"`{kind.__name__}`" for kind in KINDS)
        raise PluginLoadError(f"the plugin `{name}` is no plugin", f"derive it from one of {bases}", place)
    plugin: Any = found
    checked: type = plugin
    return checked


def _module_of_name(name: str) -> ModuleType:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    return importlib.import_module(name)


def _module_of_file(path: str) -> ModuleType:
    """Imports a file, unless something of the test did so."""
    absolute = os.path.abspath(path)
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == absolute:
            return module
    name = f"_squall_plugin_{os.path.splitext(os.path.basename(path))[0]}"
    spec = importlib.util.spec_from_file_location(name, absolute)
    if spec is None or spec.loader is None:
        raise ImportError(f"`{path}` is no Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _not_loaded(name: str, spec: str, error: Exception, place: Place | None) -> PluginLoadError:
    from squall._recording.frames import traceback_text, users_lines

    lines = users_lines(error.__traceback__)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return PluginLoadError(
        f"the plugin `{name}` (`{spec}`) cannot be loaded: {said}", traceback_text(lines) or None, place
    )


@contextmanager
def _outside_of_recordings() -> Iterator[None]:
    """Keeps what a module does while it is imported apart from the action that asked for it."""
    recording, profile = switch(None), sys.getprofile()
    sys.setprofile(None)
    try:
        yield
    finally:
        sys.setprofile(profile)
        switch(recording)
