"""The tables: the same Markdown on the screen and in the file, and everything as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from harness.bench import Bench, Section
from harness.budgets import BUDGETS, REFERENCE_FLOOR_US, Budget
from harness.rounds import NOT_BUILT, NOT_INSTALLED, Row, Spread

ABSENT = (NOT_BUILT, NOT_INSTALLED)
"""Errors that only say that a generator is not here."""


def markdown(
    bench: Bench, sections: Sequence[Section], machine: Mapping[str, object], versions: Mapping[str, str]
) -> str:
    """Render everything."""
    parts = [_machine(bench, machine, versions), _budgets(bench, sections)]
    parts += [text for section in sections if (text := _section(bench, section))]
    return "\n".join(parts)


def as_json(
    bench: Bench, sections: Sequence[Section], machine: Mapping[str, object], versions: Mapping[str, str]
) -> dict[str, object]:
    """Turn everything into plain data, every sample included."""
    return {
        "machine": dict(machine),
        "versions": dict(versions),
        "rounds": bench.rounds,
        "seconds": bench.seconds,
        "sections": [
            {
                "title": section.title,
                "generators": [
                    {
                        "name": row.generator.name,
                        "error": row.error,
                        "samples": [
                            {"round": number, **asdict(sample)} for number, sample in sorted(row.samples.items())
                        ],
                    }
                    for row in section.rows
                ],
                "budgets": {
                    key: asdict(value) | {"limit": BUDGETS[key].limit, "unit": BUDGETS[key].unit}
                    for key, value in section.values.items()
                },
                "errors": section.errors,
                "notes": section.notes,
            }
            for section in sections
        ],
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Render a Markdown table that lines up as plain text too: first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * width if column == 0 else "-" * (width - 1) + ":") for column, width in enumerate(widths)]
    return "\n".join([line(head), f"| {' | '.join(rule)} |", *map(line, rows)])


def generators_table(rows: Sequence[Row]) -> str:
    """Render one line a generator, cheapest first, those without figures last."""
    by_name = {row.generator.name: row for row in rows}
    floor, wrk = by_name.get("floor"), by_name.get("wrk")
    lines = [list(_generator(row, floor, wrk)) for row in sorted(rows, key=_cost)]
    head = ["generator", "µs CPU/request", "min – max", "requests/s", "peak RSS", "× floor", "× wrk"]
    kept = [0, 1, 2, 3, 4] + ([5] if floor else []) + ([6] if wrk else [])
    return table([head[column] for column in kept], [[line[column] for column in kept] for line in lines])


def _cost(row: Row) -> float:
    cpu = row.spread("cpu_us")
    return cpu.median if cpu else math.inf


def _generator(row: Row, floor: Row | None, wrk: Row | None) -> Iterator[str]:
    yield row.generator.name
    cpu, rate, rss = (row.spread(value) for value in ("cpu_us", "per_second", "peak_rss_bytes"))
    if cpu is None or rate is None or rss is None:
        yield row.error if row.error in ABSENT else "failed"
        yield from ("–", "–", "–", "–", "–")
        return
    yield _number(cpu.median)
    yield f"{_number(cpu.low)} – {_number(cpu.high)}"
    yield f"{rate.median:,.0f}"
    yield f"{rss.high / 1024**2:.0f} MiB"
    for other in (floor, wrk):
        ratio = row.ratio(other) if other else None
        yield f"{ratio.median:.2f} ({ratio.low:.2f} – {ratio.high:.2f})" if ratio else "–"


def _section(bench: Bench, section: Section) -> str:
    """Render a section that has more to say than its budgets."""
    parts = [generators_table(section.rows)] if section.rows else []
    for row in section.rows:
        if row.error and row.error not in ABSENT:
            lost = bench.rounds - len(row.samples)
            parts.append(f"`{row.generator.name}` failed in {lost} of {bench.rounds} rounds: {row.error}")
    for row in section.rows:
        if failed := sum(sample.failed for sample in row.samples.values()):
            parts.append(f"`{row.generator.name}`: {failed} requests failed.")
    parts += section.notes
    return f"## {section.title}\n\n" + "\n\n".join(parts) + "\n" if parts else ""


def _budgets(bench: Bench, sections: Sequence[Section]) -> str:
    values: dict[str, Spread] = {}
    errors: dict[str, str] = {}
    for section in sections:
        values |= section.values
        errors |= section.errors
    lines = [_budget(bench, budget, values.get(key), _why_not(errors.get(key))) for key, budget in BUDGETS.items()]
    head = ["budget", "limit", "measured", "min – max", "as it is", "at the reference floor"]
    reasons = [f"{BUDGETS[key].text}: {error}" for key, error in errors.items() if error not in ABSENT]
    return "\n\n".join(["## Budgets", table(head, lines), *reasons]) + "\n"


def _why_not(error: str | None) -> str:
    if error is None:
        return "not measured"
    return error if error in ABSENT else "failed"


def _budget(bench: Bench, budget: Budget, value: Spread | None, absent: str) -> list[str]:
    sign = "≤" if budget.better == "lower" else "≥"
    start = [budget.text, f"{sign} {budget.limit:g} {budget.unit}"]
    if value is None:
        return [*start, absent, "–", "–", "–"]
    scaled = "–"
    if budget.scales and bench.floor_us:
        there = value.median * REFERENCE_FLOOR_US / bench.floor_us
        scaled = f"{_number(there)}: {_verdict(budget, there)}"
    return [
        *start,
        _number(value.median),
        f"{_number(value.low)} – {_number(value.high)}",
        _verdict(budget, value.median),
        scaled,
    ]


def _verdict(budget: Budget, value: float) -> str:
    return "pass" if budget.keeps(value) else "over" if budget.better == "lower" else "under"


def _machine(bench: Bench, machine: Mapping[str, object], versions: Mapping[str, str]) -> str:
    where = f"{machine['cores']} × {machine['processor']}, {machine['kernel']}, Python {machine['python']}."
    how = f"Medians of {bench.rounds} alternating runs of {bench.seconds} s; generator and server each on one core."
    parts = [
        f"{where} {how}",
        ", ".join(f"{name}: {version}" for name, version in versions.items()) or "No peers installed.",
    ]
    if bench.cores.shared:
        parts.append("**One core only: generator and server share it, and the figures are worth little.**")
    if bench.floor_us:
        here = f"The floor here is {bench.floor_us:.2f} µs; budgets in µs were set where it was {REFERENCE_FLOOR_US} µs"
        parts.append(f"{here}, so each is shown as it is and at that reference floor.")
    return "\n\n".join(parts) + "\n"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 20 else f"{value:.2f}"
