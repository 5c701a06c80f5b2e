"""What the command line adds to a file: defaults for whatever the file leaves open, and attributes that it replaces."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from squall._authoring.stages import Stage
from squall._lowering.attributes import KNOWN
from squall._lowering.parsers import WrongValueError
from squall._lowering.problems import Problems, listed, nearest
from squall._lowering.settings import Settings, kind_of, layered
from squall._recording.encoding import described
from squall._recording.frames import Place
from squall._recording.recording import RefusalError

_PATHS = ("ca_file", "cert_file", "key_file", "unix_socket")
_DIRECTIONS = ("typed", "form", "spec", "datapool", "volume", "once", "debugging", "config", "add_to_config")
_IN_FILE_ONLY = ("config", "data", "inject", "plugins")


@dataclass
class Overrides:
    """What the command line adds to a file.

    Attributes:
        defaults: Attributes for whatever the file leaves open, as the plan writes their values.
        sets: Stage, attribute and value, as for the class in the file.
        skip: Names of stages that are left out.
        name: Name of the plan instead of the file's.
        typed: By the name of a default, the option as it was typed.
        form: What the test is, where the command says so: `journey`, `scenario`, …
        spec: Then also where it is, as it was typed: `MODULE:NAME`.
        datapool: Data pool of a journey: `MODULE:NAME` or `NAME`.
        volume: How many of a journey run at once.
        once: A journey runs exactly once.
        debugging: One virtual user, in this process; breakpoints work.
        config: Where the configuration comes from: `MODULE:CALLABLE`.
        add_to_config: What is added to the configuration: `KEY:VALUE`.
    """

    defaults: Settings = field(default_factory=Settings)
    sets: list[tuple[str, str, Any]] = field(default_factory=list)
    skip: list[str] = field(default_factory=list)
    name: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    form: str | None = None
    spec: str | None = None
    datapool: str | None = None
    volume: float | None = None
    once: bool = False
    debugging: bool = False
    config: str | None = None
    add_to_config: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str) -> Overrides:
        """Reads the overrides as the command line writes them; its paths start at the working directory."""
        given = json.loads(text)
        values = dict(given.get("defaults") or {})
        for name in _PATHS:
            if name in values:
                values[name] = os.path.abspath(values[name])
        sets = [(stage, name, value) for stage, name, value in given.get("set") or ()]
        directions = {name: given[name] for name in _DIRECTIONS if given.get(name) is not None}
        return cls(Settings(values), sets, list(given.get("skip") or ()), given.get("name"), **directions)

    def check_stages(self, known: list[str], problems: Problems) -> None:
        """Tells of stages that are named and that the file does not have."""
        named = [(f"--set {stage}.{name}", stage) for stage, name, _ in self.sets]
        named += [(f"--skip {stage}", stage) for stage in self.skip]
        for typed, stage in named:
            if stage not in known:
                suggestion = nearest(stage, known)
                hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(known)}"
                problems.add(f"`{typed}`: the file has no stage `{stage}`", None, hint)

    def replace_in(
        self, stage: type[Stage], names: set[str], settings: Settings, place: Place, problems: Problems
    ) -> Settings:
        """Returns the settings of a stage with those that the command line replaces.

        Args:
            stage: The stage.
            names: The names that mean it: its own, and that of the parametrised stage that it was made of.
            settings: What it sets.
            place: Where it is.
            problems: What is wrong with the replacements.
        """
        kind = kind_of(stage)
        known = KNOWN[kind] if kind else {}
        for target, name, value in self.sets:
            if target not in names:
                continue
            what = f"`--set {target}.{name}`"
            parse = known.get(name)
            if parse is None or name in _IN_FILE_ONLY:
                suggestion = nearest(name, known)
                hint = f"did you mean `{suggestion}`?" if suggestion else f"it has {listed(sorted(known))}"
                problems.add(f"{what}: the stage has no attribute `{name}` that can be set there", None, hint)
                continue
            if value is None:
                settings = settings.without(name)
                continue
            try:
                settings = layered(Settings({name: parse(value)}, {name: place}), settings)
            except WrongValueError as wrong:
                problems.add(f"{what}: it must be {wrong}, not {described(value)}", None, wrong.hint)
            except RefusalError as refusal:
                problems.add(f"{what}: {refusal.message}", None, refusal.hint)
        return settings
