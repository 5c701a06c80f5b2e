#!/usr/bin/env python3
"""Writes the reference parts of the documentation from their sources: docs_reference.py [--check] [--squall COMMAND].

A part stands between `<!-- generated:NAME -->` and `<!-- generated:end -->`. With `--check` nothing is written, and
parts that differ from their source are named.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
STAGES = ROOT / "python/squall/_authoring/stages.py"
SUMMARY = [ROOT / f"crates/squall-metrics/src/summary/{name}.rs" for name in ("mod", "operations", "generator")]
PART = re.compile(r"(<!-- generated:(?P<name>[\w-]+) -->\n).*?(<!-- generated:end -->)", re.DOTALL)

# The plan's types in reading order; types that are one value are described where they are used.
PLAN_TYPES = """
    Plan Stage Hooks Execute ExecuteSettings Scenario LoadProfile ClosedLoad Growth OpenLoad IterationLoad VolumeLoad
    BatchLoad CompletionLoad EagerLoad ArrivalLoad RampStage Step
    HttpRequest Body MultipartPart Auth BasicAuth Expect StatusSet JsonPathExpectation Bounds Extract
    RegexExtract Pause Loop If Condition Choose Branch Group Script DataPool HttpSettings ConnectionPolicy ConnectTo
    TlsSettings Submit ReporterConfig Threshold Source
""".split()  # noqa: SIM905 - one name after the other is easier to read
SMALL = {
    "Span": "duration",
    "Rate": "rate",
    "SpanRange": "range of durations",
    "Ramps": "ramps",
    "OneOrMany": "text, or list of text",
    "RowOrder": "`sequential`, `random`, `once` or `unique`",
    "Spacing": "`even` or `poisson`",
    "ScriptRuns": "`coroutine` or `thread`",
    "CookiePolicy": "true, false or `per_iteration`",
    "ChooseOrder": "`cycle`, `random` or `batches`",
    "Priority": "`auto`, `low`, `normal`, `high` or `exclusive`",
    "Empty": "`{}`",
}


def main() -> int:
    """Writes or checks all parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where something is stale")
    parser.add_argument("--squall", default="squall", help="the `squall` command")
    arguments = parser.parse_args()
    makers = {
        "stage": lambda: attributes("Stage"),
        "load": lambda: attributes("LoadAttributes"),
        "requests": lambda: attributes("HttpAttributes"),
        "setup": lambda: attributes("Setup"),
        "submit": lambda: attributes("Submit"),
        "plan": lambda: plan(json.loads(run(arguments.squall, "schema"))),
        "http-help": lambda: f"```text\n{options(run(arguments.squall, 'http', '--help'))}\n```",
        "routes": lambda: routes(run(arguments.squall, "target", "--http", "127.0.0.1:0", "--duration", "0s")),
        "summary": lambda: structures("\n".join(path.read_text(encoding="utf-8") for path in SUMMARY)),
    }
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        old = page.read_text(encoding="utf-8")
        new = PART.sub(lambda part: f"{part[1]}{makers[part['name']]().strip()}\n{part[3]}", old)
        if new != old:
            stale.append(page.relative_to(ROOT))
            if not arguments.check:
                page.write_text(new, encoding="utf-8")
    for page in stale:
        sys.stdout.write(f"{page} {'is stale; run scripts/docs_reference.py' if arguments.check else 'was written'}\n")
    return 1 if stale and arguments.check else 0


def run(*command: str) -> str:
    """Returns what a command prints where there is no terminal."""
    ran = subprocess.run(  # noqa: S603 - the command is what the caller named
        command,
        env={**os.environ, "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return ran.stdout


def table(head: list[str], rows: list[list[str]]) -> str:
    """Renders a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def attributes(*classes: str) -> str:
    """Describes the attributes of classes of the SDK: name, default, type and docstring, read without importing."""
    rows = []
    tree = ast.parse(STAGES.read_text(encoding="utf-8"))
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or node.name not in classes:
            continue
        for field, text in zip(node.body, node.body[1:], strict=False):
            named = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value is not None
            if named and field.target.id == "client":
                continue
            if named and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                default = "1073741824" if ast.unparse(field.value) == "1 << 30" else python_text(field.value)
                rows.append([f"`{field.target.id}`", f"`{default}`", flat(str(text.value.value))])
    return table(["attribute", "default", "what for"], rows)


def python_text(value: ast.expr) -> str:
    """Writes a default as people write it in Python."""
    return (
        json.dumps(value.value)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
        else ast.unparse(value)
    )


def flat(text: str) -> str:
    """Joins lines, and turns links of Rust's documentation into plain names."""
    text = re.sub(r"\[`(?:\w+::)*(\w+)`\](?:\([^)]*\))?", r"`\1`", text)
    return " ".join(text.split())


def plan(schema: dict[str, object]) -> str:
    """Describes the types of the plan."""
    types: dict[str, dict] = {"Plan": schema, **schema["$defs"]}  # type: ignore[dict-item]
    parts = []
    for name in PLAN_TYPES:
        kind = types[name]
        parts += [f"### {name}", flat(kind.get("description", "")), type_table(kind)]
    return "\n\n".join(part for part in parts if part)


def type_table(kind: dict) -> str:
    """Describes one type: its fields, or its forms."""
    if "properties" in kind:
        required = kind.get("required", [])
        return table(
            ["field", "type", "what for"],
            [
                [f"`{name}`{'' if name not in required else ' (required)'}", type_of(field), flat(described(field))]
                for name, field in kind["properties"].items()
            ],
        )
    rows = []
    for form in kind.get("oneOf") or kind.get("anyOf") or ():
        if "properties" in form:
            ((name, field),) = form["properties"].items()
            rows.append([f"`{name}: …`", type_of(field), flat(form.get("description", ""))])
        elif "const" in form:
            rows.append([f"`{form['const']}`", "text", flat(form.get("description", ""))])
        else:
            rows.append([type_of(form), "", flat(form.get("description", ""))])
    return table(["form", "type", "what for"], rows)


def described(field: object) -> str:
    """Returns the description of a field."""
    return field.get("description", "") if isinstance(field, dict) else ""


def type_of(field: object) -> str:
    """Names the type of a field."""
    if not isinstance(field, dict):
        return "any JSON"
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})" if name in PLAN_TYPES else SMALL[name]
    if "anyOf" in field:
        return " or ".join(type_of(one) for one in field["anyOf"] if one != {"type": "null"})
    if field.get("type") == "array":
        return f"list of {type_of(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict) and "properties" not in field:
        return f"{type_of(field['additionalProperties'])} by name"
    kinds = field.get("type", "any JSON")
    kinds = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null"]
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object"}
    return " or ".join(words.get(kind, kind) for kind in kinds)


def options(text: str) -> str:
    """Shortens the long help of a command to one block of options."""
    text = text.split("Options:", 1)[1].split("Without --duration")[0]
    return re.sub(r"\n[ \t]*\n(?=\s+\[)", "\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n")


def routes(text: str) -> str:
    """Turns the routes that `squall target` lists into a table."""
    rows = re.findall(r"^  (/\S*) +(.+)$", text, flags=re.MULTILINE)
    return table(["route", "what it answers"], [[f"`{path}`", about] for path, about in rows])


def structures(source: str) -> str:
    """Describes the structures of a Rust file: one table for each, from the comments of their fields."""
    parts = []
    structure = r"((?:^/// [^\n]*\n)+)(?:^#\[[^\n]*\n)+^pub struct (\w+) \{\n(.*?)^\}"
    for comment, name, body in re.findall(structure, source, re.MULTILINE | re.DOTALL):
        parts += [f"### {name}", flat(comment.replace("///", ""))]
        parts.append(table(["field", "type", "what it is"], list(rust_fields(body))))
    return "\n\n".join(parts)


def rust_fields(body: str) -> Iterator[list[str]]:
    """Yields name, type and comment of each field."""
    field = r"((?:^ +/// .*\n)+)((?:^ +#\[.*\n)*)^ +pub (\w+): (.+),$"
    for comment, attributes, name, kind in re.findall(field, body, re.MULTILINE):
        text = flat(comment.replace("///", "")).replace("`SCHEMA_VERSION`", "1")
        if "flatten" in attributes:
            yield ["…", f"fields of {rust_type(kind)}", text]
        elif "skip_serializing_if" in attributes:
            yield [
                f"`{name}`",
                rust_type(kind).removesuffix(" or null"),
                f"{text} Not there where there is nothing to say.",
            ]
        else:
            yield [f"`{name}`", rust_type(kind), text]


def rust_type(kind: str) -> str:
    """Names a Rust type as it looks in JSON."""
    listed = re.fullmatch(r"Vec<(.+)>", kind)
    optional = re.fullmatch(r"Option<(.+)>", kind)
    if listed:
        return f"list of {rust_type(listed[1])}"
    if optional:
        return f"{rust_type(optional[1])} or null"
    words = {
        "String": "text",
        "u64": "whole number",
        "u32": "whole number",
        "f64": "number",
        "bool": "true or false",
        "IndexMap<String, u64>": "counts by status",
        "IndexMap<String, String>": "text by name",
    }
    words["ThresholdStatus"] = '`"passed"`, `"failed"` or `"warned"`'
    words["Phase"] = '`"warm_up"`, `"measured"` or `"cool_down"`'
    words["VerdictStatus"] = '`"passed"`, `"failed"` or `"invalid"`'
    return words.get(kind, f"[{kind}](#{kind.lower()})")


if __name__ == "__main__":
    sys.exit(main())
