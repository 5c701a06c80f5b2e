"""From a request of the command line to an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from squall._project import workflows
from squall._project.problems import ProjectError
from squall._project.workflows import Answer, Request

_COMMANDS: dict[str, Callable[[Request], Answer]] = {
    "create": workflows.create,
    "sync": workflows.sync,
    "get": workflows.get,
    "about": workflows.about,
}


def run(request: str) -> str:
    """Does what a command of `squall project` asks for.

    Args:
        request: A JSON object with the members of `Request`.

    Returns:
        A JSON object with `lines`, `warnings` and `about` (see `Answer`), and `error`: null, or an object with
        `message`, `hint` and `refused`.
    """
    try:
        asked = Request(**json.loads(request))
        answer, error = _COMMANDS[asked.do](asked), None
    except ProjectError as raised:
        answer = Answer()
        error = {"message": raised.message, "hint": raised.hint, "refused": raised.refused}
    except OSError as raised:
        answer = Answer()
        message = f"`{raised.filename}`: {raised.strerror}" if raised.filename else str(raised)
        error = {"message": message, "hint": None, "refused": False}
    return json.dumps({**asdict(answer), "error": error}, ensure_ascii=False)
