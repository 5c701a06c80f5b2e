"""Files of `@save` and `@load`: JSON, never anything that runs code when it is read."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any


class FileError(Exception):
    """A file cannot be read or written; says which, and why."""


def write(path: str, value: Any) -> None:
    """Writes a value as JSON; the file is replaced as a whole, or stays as it is.

    Raises:
        FileError: It cannot be written, or the value has no JSON.
    """
    try:
        text = _text(value)
    except (TypeError, ValueError) as error:
        raise FileError(f"cannot save `{path}`: {error}; return text, numbers, lists and dictionaries") from None
    folder = os.path.dirname(path) or "."
    draft = None
    try:
        os.makedirs(folder, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        if draft is not None and os.path.exists(draft):
            os.unlink(draft)
        raise FileError(f"cannot save `{path}`: {error.strerror or error}") from None


def _text(value: Any) -> str:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            json.loads(value)
        except ValueError:
            pass
        else:
            return value if value.endswith("\n") else f"{value}\n"
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read(path: str) -> Any:
    """Returns what a JSON file holds.

    Raises:
        FileNotFoundError: There is none.
        FileError: It cannot be read, or holds something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileError(f"cannot load `{path}`: {error.strerror or error}") from None
    except ValueError as error:
        raise FileError(f"cannot load `{path}`: it holds no JSON: {error}") from None
