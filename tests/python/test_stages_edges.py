"""Which stage may follow which, and what is said of one that may not."""

import json
from pathlib import Path

import pytest

SNAPSHOT = Path(__file__).parent / "snapshots" / "edges.txt"
KINDS = ["Setup", "Execute", "Analyze", "Submit", "Act", "Validate", "Checkpoint", "Teardown", "Wait"]

GET = """
    @action()
    async def go(self):
        await self.client.http.get("/")
"""
WHOLE = f"""\
from squall import *
class Load(Setup): pass
@depends(Load)
class Shop(Execute):{GET}
@depends(Shop)
class Sum(Analyze): pass
"""
BEFORE = {"Submit": "@depends(Sum)", "Setup": "", "Execute": "@depends(Load)", "Analyze": "@depends(Shop)"}
LEGAL = {
    "start": "Setup Act Validate Checkpoint Wait",
    "Setup": "Execute Act Validate Checkpoint Wait Teardown",
    "Execute": "Setup Execute Analyze Act Validate Checkpoint Wait Teardown",
    "Analyze": "Submit Act Validate Checkpoint Wait Teardown",
    "Submit": "Setup Execute Submit Act Validate Checkpoint Wait Teardown",
    "Act": "Setup Execute Analyze Submit Act Validate Checkpoint Wait Teardown",
    "Validate": "Setup Execute Analyze Submit Act Validate Checkpoint Wait Teardown",
    "Checkpoint": "Setup Execute Analyze Submit Act Validate Checkpoint Wait Teardown",
    "Wait": "Setup Execute Analyze Submit Act Validate Checkpoint Wait Teardown",
    "Teardown": "Teardown",
}
"""The whole table."""


def stage(name: str, kind: str, depends: str) -> str:
    return f"{depends}\nclass {name}({kind}):{GET if kind == 'Execute' else ' pass'}\n"


def graph(before: str, after: str) -> str:
    """Returns a graph in which nothing is odd but the edge from one kind to another."""
    if before == "start":
        text = WHOLE + stage("Last", after, "")
        last = "Last"
    else:
        text = WHOLE + stage("First", before, BEFORE.get(before, "@depends(Shop)"))
        text += stage("Last", after, "@depends(First)")
        last = "Last"
        if before == "Setup" and after != "Execute":
            text += stage("Used", "Execute", "@depends(First)")
    if after == "Setup":
        text += stage("Covered", "Execute", f"@depends({last})")
    if before == "start" and after == "Wait":
        text += stage("Later", "Execute", f"@depends({last}, Load)")
    return text


def errors(document) -> list[str]:
    return [f"{error['file']}:{error['line']}: {error['message']} · {error['hint']}" for error in document["errors"]]


@pytest.mark.parametrize("before", ["start", *KINDS])
@pytest.mark.parametrize("after", KINDS)
def test_an_edge_is_legal_exactly_where_the_table_says_so(load, before, after):
    found = errors(load(graph(before, after)))
    if after in LEGAL[before].split():
        assert found == []
    else:
        assert len(found) == 1, found


def test_each_illegal_edge_is_explained_in_one_line(load, pytestconfig):
    lines = []
    for before in ["start", *KINDS]:
        for after in KINDS:
            if after not in LEGAL[before].split():
                lines += [f"{before} → {after}", *(f"  {error}" for error in errors(load(graph(before, after))))]
    text = "\n".join(lines) + "\n"
    if pytestconfig.getoption("--update-snapshots"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_the_documentation_has_the_same_table():
    page = Path(__file__).parents[2] / "docs" / "writing-a-graph.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| from \\ to |"))
    columns = [cell.strip(" `") for cell in lines[start].split("|")[2:-1]]
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip(" `") for cell in line.split("|")[1:-1]]
        legal = {kind for group, cell in zip(columns, cells[1:], strict=True) if cell for kind in group.split("`, `")}
        for name in cells[0].split("`, `"):
            rows[name] = legal
    assert rows == {before: set(after.split()) for before, after in LEGAL.items()}


def test_an_edge_to_a_stage_of_another_file_is_told_in_that_file(load, tmp_path):
    (tmp_path / "edge_parts.py").write_text(
        "from squall import *\nclass Load(Setup): pass\n\n@depends(Load)\nclass Out(Submit): pass\n"
    )
    document = load(f"from squall import *\nfrom edge_parts import *\n@depends(Load)\nclass Shop(Execute):{GET}")
    assert [(error["file"], error["line"], error["name"]) for error in document["errors"]] == [
        ("edge_parts.py", 5, "Out")
    ]
    json.dumps(document)
