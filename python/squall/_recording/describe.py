"""Steps as short text, for people."""

from __future__ import annotations

from squall._recording.recording import Step


def describe(step: Step) -> list[str]:
    """Returns one line for a step, followed by the lines of the steps in it."""
    kind, inside = next(iter(step.items()))
    if kind == "http":
        return [_request(inside)]
    if kind == "pause":
        return [f"pause {inside}"]
    lines = [f"  {line}" for inner in inside["steps"] for line in describe(inner)]
    return [f"transaction {inside['name']}", *lines]


def _request(request: Step) -> str:
    words = [request["method"], request["url"]]
    if "body" in request:
        words.append(f"with {next(iter(request['body']))} body")
    if "extract" in request:
        words.append(f"→ {', '.join(request['extract'])}")
    return " ".join(words)
