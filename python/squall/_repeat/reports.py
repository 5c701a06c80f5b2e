"""The reports of repeated functions: as text, as JSON, as one HTML page."""

from __future__ import annotations

import html
import json
import math
from pathlib import Path
from typing import Any

from squall._repeat.results import Result, Results
from squall._repeat.times import Times

MOST_POINTS = 600
"""Points of a chart at most; of a longer suite several seconds are one point."""

_PAGE = Path(__file__).with_name("report.html")
_QUANTILES = (0.5, 0.9, 0.95, 0.99)


def small_report(results: Results) -> str:
    """Returns the results as a few lines of text: all calls, then each result and its measured parts."""
    rows = [("Result", results.all.times)]
    for result in results.by_name.values():
        rows.append((result.name, result.times))
        rows += [(f"{name}<", times) for name, times in sorted(result.parts.items())]
    columns = [[_cells(name, times, results)[index] for name, times in rows] for index in range(6)]
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = [f"Total time: {duration(results.elapsed_s * 1e9).strip()}"]
    for index in range(len(rows)):
        name, count, rate, *times = (column[index].rjust(width) for column, width in zip(columns, widths, strict=True))
        failed = rows[index][1].failed
        line = f"{name} {count} {rate} ops/sec. Avg time: {times[0]} Max: {times[1]} Min: {times[2]}"
        lines.append(f"{line} Failed: {failed:,}" if failed else line)
    return "\n".join(lines)


def json_report(results: Results) -> str:
    """Returns the results as a JSON document; see the page about repeating a function for its fields."""
    total = results.all
    document = {
        "function": results.function,
        "elapsed_s": round(results.elapsed_s, 6),
        **_numbers(total.times, results),
        "results": [
            {
                "result": result.name,
                **_numbers(result.times, results),
                "measurements": [
                    {"name": name, **_numbers(times, results)} for name, times in sorted(result.parts.items())
                ],
                "seconds": [
                    {"second": index, "count": times.count, "mean_ms": _ms(times.mean_ns())}
                    for index, times in sorted(result.seconds.items())
                ],
            }
            for result in results.by_name.values()
        ],
        "runs": [
            {
                "second": second,
                "num_operations": spec.operations,
                "num_processes": spec.processes,
                "num_threads": spec.threads,
                "seed": spec.seed,
            }
            for second, spec in results.starts
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def html_report(results: Results) -> str:
    """Returns the results as one HTML page that needs nothing else: no network, no other file."""
    data = json.dumps(_charts(results), ensure_ascii=False).replace("<", "\\u003c")
    page = _PAGE.read_text(encoding="utf-8")
    return page.replace("{{title}}", html.escape(results.function)).replace("{{data}}", data)


def duration(nanoseconds: float) -> str:
    """Returns a time for people: `250us`, `3ms`, `3s 621ms`, `2m 5s 10ms`."""
    if nanoseconds < 1e6:
        return f"{round(nanoseconds / 1e3)}us"
    milliseconds = int(nanoseconds / 1e6)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{milliseconds:>3}ms"
    if seconds or minutes or hours:
        text = f"{seconds}s  {text}"
    if minutes or hours:
        text = f"{minutes}m {text}"
    return f"{hours}h {text}" if hours else text


def _cells(name: str, times: Times, results: Results) -> list[str]:
    rate = results.rate(times)
    shown = f"{int(rate):,}" if rate >= 10 or not rate else f"{rate:.2f}"
    return [name, f"{times.count:,}".rjust(10), shown, *map(duration, (times.mean_ns(), times.max_ns, times.min_ns))]


def _numbers(times: Times, results: Results) -> dict[str, Any]:
    p50, p90, p95, p99 = times.quantiles_ns(*_QUANTILES)
    return {
        "count": times.count,
        "failed": times.failed,
        "rate_per_s": round(results.rate(times), 3),
        "mean_ms": _ms(times.mean_ns()),
        "min_ms": _ms(times.min_ns),
        "p50_ms": _ms(p50),
        "p90_ms": _ms(p90),
        "p95_ms": _ms(p95),
        "p99_ms": _ms(p99),
        "max_ms": _ms(times.max_ns),
    }


def _ms(nanoseconds: float) -> float:
    return round(nanoseconds / 1e6, 6)


def _charts(results: Results) -> dict[str, Any]:
    step = max(1, math.ceil(results.seconds / MOST_POINTS))
    total = results.all
    return {
        "function": results.function,
        "elapsed_s": results.elapsed_s,
        "step": step,
        "points": math.ceil(results.seconds / step),
        "total": _chart(total, results, step),
        "results": [_chart(result, results, step) for result in results.by_name.values()],
        "runs": [
            {"at": second / step, "operations": spec.operations, "processes": spec.processes, "threads": spec.threads}
            for second, spec in results.starts
        ],
    }


def _chart(result: Result, results: Results, step: int) -> dict[str, Any]:
    points: dict[int, Times] = {}
    for index, times in result.seconds.items():
        points.setdefault(index // step, Times()).merge(times)
    length = math.ceil(results.seconds / step)
    # The last second of a run is a part of one; what is shorter than a tenth says nothing about a rate.
    seconds = {index: range(index * step, min((index + 1) * step, results.seconds)) for index in points}
    lengths = {
        index: max(0.1, sum(results.lengths.get(second, 1.0) for second in inside)) for index, inside in seconds.items()
    }
    quantiles = {index: times.quantiles_ns(0.5, 0.95, 0.99) for index, times in points.items()}
    return {
        "name": result.name,
        **_numbers(result.times, results),
        "rate": [round(points[index].count / lengths[index], 3) if index in points else 0 for index in range(length)],
        **{
            name: [_ms(quantiles[index][place]) if index in points else None for index in range(length)]
            for place, name in enumerate(("p50", "p95", "p99"))
        },
        "parts": [{"name": name, **_numbers(times, results)} for name, times in sorted(result.parts.items())],
    }
