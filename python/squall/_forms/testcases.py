"""Test cases: `TestCase` classes with a rate, a list `tests`, or a YAML file with `tests:`."""

from __future__ import annotations

from squall._lowering.document import Lowered, Module
from squall._lowering.overrides import Overrides
from squall._lowering.problems import Problems, listed
from squall._lowering.sources import Sources
from squall._testcases.config import read_config
from squall._testcases.entries import written_in
from squall._testcases.lower import Lowering


def lower(module: Module, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns the test cases of a module into a plan; None where it has none.

    Args:
        module: The file; one of data defines no names.
        name: The class that is fired alone; None: all.
        overrides: What the command line adds.
        problems: Takes what is wrong.
    """
    if not module.names:
        return _lower_config(module.file, name, overrides, problems)
    tests = written_in(module.names, Sources(), problems)
    if tests is None:
        return None
    if name is not None:
        classes = list(dict.fromkeys(test.test_class.__name__ for test in tests))
        if name not in classes:
            return None if name in module.names else _unknown(module, name, classes, problems)
        tests = [test for test in tests if test.test_class.__name__ == name]
    return Lowering(module.file, overrides, problems).run(tests)


def _lower_config(file: str, name: str | None, overrides: Overrides, problems: Problems) -> Lowered | None:
    """Turns a YAML file with `tests:` into a plan; None where it is something else."""
    config = read_config(file, problems)
    if config is None:
        return None
    if name is not None:
        problems.add(f"`{file}` has no test `{name}`: a configuration runs as a whole", None, f"run `{file}`")
    return Lowering(file, overrides, problems).run(config.tests, duration=config.duration, name=config.name)


def _unknown(module: Module, name: str, classes: list[str], problems: Problems) -> Lowered:
    problems.add(f"`{module.file}` has no test case `{name}`", None, f"it has {listed(classes)}")
    return Lowered()
