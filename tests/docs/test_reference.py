"""The tests that a page names exist."""

import re

import pytest
from pages import ROOT

PAGES = ("hedra-reference.md", "migrating/hedra.md")
NAMED = re.compile(r"`([a-z][a-z0-9_]{15,})`")


def defined() -> set[str]:
    """Returns the names of all functions in tests, and in Rust files, which hold their own."""
    python = (ROOT / "tests").rglob("*.py")
    rust = (ROOT / "crates").rglob("*.rs")
    names: set[str] = set()
    for file in python:
        names.update(re.findall(r"^(?:async )?def (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))
    for file in rust:
        names.update(re.findall(r"^\s*fn (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))
    return names


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_the_page_names_exists(page: str) -> None:
    last_columns = [
        line.rstrip("|").rpartition("|")[2]
        for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    named = {name for column in last_columns for name in NAMED.findall(column)}
    assert len(named) > 5
    assert named - defined() == set()


def test_every_row_names_a_test_or_says_that_there_is_nothing_to_show() -> None:
    rows = [
        line for line in (ROOT / "docs/hedra-reference.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    shown = [row.rstrip("| ").rpartition("|")[2].strip() for row in rows if "| shown by |" not in row]
    assert len(shown) > 60
    assert [one for one in shown if not NAMED.search(one) and one != "\u2013"] == []
