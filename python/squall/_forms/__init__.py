"""The ways to write a test, each as a module that turns its kind of file into a plan.

Each has `lower(module, name, overrides, problems)`, which returns what became of the file, or None where it is of
another kind. They are asked in the order of `FORMS`, and only where the test has imported what its kind cannot do
without.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from squall._lowering.document import Lowered, Module
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems

if TYPE_CHECKING:
    Lower = Callable[[Module, str | None, Overrides, Problems], Lowered | None]
    """Turns a file of one kind into a plan."""


class Form:
    """A way to write a test.

    Attributes:
        name: Its module here.
        called: What the command line calls it, in `form`.
        needs: A module that every Python file of this kind has imported; None: there is none.
    """

    def __init__(self, name: str, called: tuple[str, ...], needs: str | None = None) -> None:
        self.name = name
        self.called = called
        self.needs = needs

    def lower(self) -> Lower:
        """Returns its `lower`."""
        lower: Lower = importlib.import_module(f"squall._forms.{self.name}").lower
        return lower

    def may_be(self, form: str | None) -> bool:
        """Tells whether the file imported last may be of this kind; `form` is what the command says."""
        if form is not None:
            return form in self.called
        return self.needs is None or self.needs in sys.modules


FORMS = (
    Form("graph", ("graph",), needs="squall._authoring.stages"),
    Form("testcases", ("testcases",)),
    Form("journeys", ("journey", "scenario")),
    Form("repeat", ("repeat",)),
)
"""All forms; a file is of the first that takes it."""
