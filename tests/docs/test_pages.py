"""The pages hang together: links lead somewhere, generated parts are fresh."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, pages, prose
from test_examples import command

REFERENCES = ["docs_reference.py", "reporters_reference.py"]


def anchors(page: Path) -> set[str]:
    """Returns the anchors that a page's headings make, as GitHub writes them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        to = (page.parent / name).resolve() if name else page
        assert to.exists(), f"{page.name}: `{link}` leads nowhere"
        assert not anchor or anchor in anchors(to), f"{page.name}: there is no heading for `{link}`"


@pytest.mark.parametrize("script", REFERENCES)
def test_generated_parts_are_fresh(script: str) -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check", "--squall", command()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 270
