"""The pages of the documentation, taken apart."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""Folder of the repository."""

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>\w*) *(?P<words>.*?)\s*$")
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: The page, relative to the repository.
        line: Line of its first line of text.
        language: First word after the fence, empty where there is none.
        words: What follows that word.
        text: What is inside.
    """

    page: str
    line: int
    language: str
    words: str
    text: str

    @property
    def place(self) -> str:
        """Where the block is, as editors understand it."""
        return f"{self.page}:{self.line}"

    @property
    def title(self) -> str | None:
        """Name of the file that the block shows."""
        found = _TITLE.search(self.words)
        return found[1] if found else None


def pages() -> list[Path]:
    """Returns all pages: the README, the user's guide and what stands beside it."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Returns the fenced blocks of a page in their order."""
    found = []
    start: tuple[int, re.Match[str]] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if start is None:
            if fence:
                start, lines = (number + 1, fence), []
        elif fence and fence["fence"] == start[1]["fence"] and not fence["language"]:
            name = str(page.relative_to(ROOT))
            found.append(Block(name, start[0], start[1]["language"], start[1]["words"], "\n".join(lines) + "\n"))
            start = None
        else:
            lines.append(line)
    if start is not None:
        raise ValueError(f"{page}:{start[0]}: the block does not end")
    return found


def prose(page: Path) -> str:
    """Returns a page without its fenced blocks and its code in backticks."""
    text = re.sub(r"^(`{3,}).*?^\1\s*$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`]*`", "", text)
