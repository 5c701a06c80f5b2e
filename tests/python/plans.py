"""Asks the plan's own check."""

import json
from typing import Any

from squall import _squall


def check_plan(document: dict[str, Any]) -> None:
    """Fails where the engine would refuse the plan of a document; relative URLs may have any base."""
    plan = {**document["plan"], "http": {"base_url": "http://127.0.0.1:1"}}
    assert json.loads(_squall.check_plan(json.dumps(plan))) == []
