"""What the host's client sends, as text."""

from __future__ import annotations

import json
import mimetypes
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def _value(value: Any) -> Any:
    """Returns the value of a placeholder that was made outside of the iteration."""
    from squall._authoring.placeholders import Placeholder

    draw = value._draw if isinstance(value, Placeholder) else None
    if draw is None:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return draw()


json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_value).encode
"""Returns a value as JSON."""

fields = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
"""Returns the fields of a message as JSON; what JSON has no word for is sent as its text."""

_DOLLARS = re.compile(r"\$+(?=\{)")


def expectation(value: Any) -> str:
    """Returns what a request expects of its answer, as JSON of the plan.

    Raises:
        TypeError: It is no expectation.
    """
    from squall._authoring.answers import Expectation

    if not isinstance(value, Expectation):
        raise TypeError("`expect` takes `expect(…)`")
    return json.dumps(_literal(value.rule))


def _literal(value: Any) -> Any:
    """Undoes what makes text safe among placeholders: here are none."""
    if isinstance(value, str):
        return _DOLLARS.sub(lambda dollars: dollars[0][: len(dollars[0]) // 2], value)
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_literal(item) for item in value]
    return value


def multipart(files: Any, parts: Any, form: list[tuple[str, str]]) -> tuple[bytes, str]:
    """Returns a `multipart/form-data` body and its content type (RFC 7578).

    Args:
        files: Files by field name: a path, bytes, an open file, `(name, content)`, `(name, content, type)`, a `File`.
        parts: The same of parts, whose strings are text and no paths.
        form: Fields of text.
    """
    boundary = f"squall-{secrets.token_hex(12)}"
    body = bytearray()
    for name, value in form:
        _part(body, boundary, name, None, None, value.encode())
    for name, value in _items(files):
        path = Path(value) if isinstance(value, str) else value
        _part(body, boundary, str(name), *_content(path))
    for name, value in _items(parts):
        _part(body, boundary, str(name), *_content(value))
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"multipart/form-data; boundary={boundary}"


def _items(parts: Any) -> Any:
    if parts is None:
        return ()
    return parts.items() if isinstance(parts, Mapping) else parts


def _part(body: bytearray, boundary: str, name: str, filename: str | None, kind: str | None, content: bytes) -> None:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    if filename is not None:
        head += f'; filename="{_quoted(filename)}"'
    if kind is not None:
        head += f"\r\nContent-Type: {kind}"
    body += head.encode() + b"\r\n\r\n" + content + b"\r\n"


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _content(value: Any) -> tuple[str | None, str | None, bytes]:
    """Returns file name, content type and bytes of a part."""
    filename: str | None = None
    kind: str | None = None
    if isinstance(value, tuple):
        filename, value, *rest = value
        kind = rest[0] if rest else None
    path = getattr(value, "path", None)
    if path is not None:
        filename = filename or value.filename
        kind = kind or value.content_type
        value = path
    if isinstance(value, os.PathLike) or (path is not None and isinstance(value, str)):
        filename = filename or os.path.basename(os.fspath(value))
        with open(value, "rb") as file:
            content = file.read()
    elif hasattr(value, "read"):
        filename = filename or os.path.basename(str(getattr(value, "name", "file")))
        content = value.read()
        content = content.encode() if isinstance(content, str) else content
    elif isinstance(value, str):
        content = value.encode()
    elif isinstance(value, (bytes, bytearray, memoryview)):
        content = bytes(value)
    else:
        content = str(value).encode()
    if filename is not None and kind is None:
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return filename, kind, content
