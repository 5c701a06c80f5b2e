"""What a call of the SDK takes, where it was given something else."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Callable

_UNEXPECTED = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
_MODULES = ("squall.http", "squall._authoring.answers")


def argument_hint(error: BaseException) -> str | None:
    """Returns the arguments that a call takes, if the error is about one that it does not take."""
    found = _UNEXPECTED.match(str(error)) if isinstance(error, TypeError) else None
    call = _call(found[1]) if found else None
    if found is None or call is None:
        return None
    known = [name for name in inspect.signature(call).parameters if name != "self"]
    nearest = difflib.get_close_matches(found[2], known, n=1)
    it_takes = "it takes " + ", ".join(f"`{name}`" for name in known)
    return f"did you mean `{nearest[0]}`?; {it_takes}" if nearest else it_takes


def _call(qualified_name: str) -> Callable[..., object] | None:
    for module in _MODULES:
        call: object | None = sys.modules.get(module)
        for name in qualified_name.split("."):
            call = getattr(call, name, None)
        if callable(call):
            return call
    return None
