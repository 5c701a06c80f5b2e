"""Bodies of requests as plan data."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping
from typing import Any

from squall._authoring.placeholders import Placeholder
from squall._recording.encoding import described, fields, is_pairs, json_value, marked_text, plain, template
from squall._recording.recording import misuse

BODY_HINT = "give text, bytes, a dictionary (JSON), a list of pairs (form) or a `File`"
_BODIES = ("data", "json", "form", "files", "multipart")


def body_of(options: Mapping[str, Any]) -> tuple[dict[str, object] | None, str | None]:
    """Returns the plan's `body` of a request, and a content type that it must get besides."""
    given = [key for key in _BODIES if key in options]
    if given == ["form", "files"]:
        parts = [*_value_parts(options["form"]), *_parts(options["files"], "`files`")]
        return {"multipart": parts}, None
    if len(given) > 1:
        misuse(f"{' and '.join(f'`{key}`' for key in given)} are both bodies", "keep one of them")
    if not given:
        return None, None
    kind, value = given[0], options[given[0]]
    if kind == "data":
        return _data(value)
    if kind == "json":
        return {"json": json_value(value, "`json`")}, None
    if kind == "form":
        return {"form": fields(value, "`form`")}, None
    return {"multipart": list(_parts(value, f"`{kind}`"))}, None


def _data(value: object) -> tuple[dict[str, object], str | None]:
    if isinstance(value, (str, Placeholder)):
        return {"text": template(value, "`data`")}, None
    if isinstance(value, (bytes, bytearray, memoryview)):
        text = marked_text(bytes(value))
        if text is not None:
            return {"text": template(text, "`data`")}, "application/octet-stream"
        return {"base64": base64.b64encode(bytes(value)).decode()}, None
    if isinstance(value, Mapping):
        return {"json": json_value(value, "`data`")}, None
    if is_pairs(value):
        return {"form": fields(value, "`data`")}, None
    file = _file(value)
    if file is not None:
        content_type = getattr(value, "content_type", None)
        return {"file": file}, None if content_type is None else template(content_type, "the content type")
    misuse(f"`data` cannot be {described(value)}", BODY_HINT)


def _file(value: object) -> str | None:
    """Returns the path of a `File` or of a path object, else None."""
    path = getattr(value, "path", None) if type(value).__name__ == "File" else value
    if isinstance(path, os.PathLike) or (path is not value and isinstance(path, (str, Placeholder))):
        return plain(os.fspath(path) if isinstance(path, os.PathLike) else path, "the path of a file")
    return None


def _value_parts(form: object) -> Iterator[dict[str, object]]:
    for name, value in fields(form, "`form`").items():
        for one in value if isinstance(value, list) else [value]:
            yield {"name": name, "value": one}


def _parts(value: object, what: str) -> Iterator[dict[str, object]]:
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not is_pairs(pairs):
        misuse(f"{what} must be a dictionary or a list of pairs, not {described(value)}")
    for name, content in pairs:  # type: ignore[attr-defined]
        yield {"name": plain(name, f"a name in {what}"), **_part(name, content, what)}


def _part(name: str, content: object, what: str) -> dict[str, object]:
    if isinstance(content, (bytes, bytearray)):
        text = marked_text(bytes(content))
        return {"base64": base64.b64encode(content).decode()} if text is None else {"value": template(text, what)}
    if what == "`files`" and isinstance(content, str):
        return {"file": plain(content, "the path of a file")}
    file = _file(content)
    if file is None:
        return {"value": template(content, f"`{name}` in {what}")}
    extra = {key: getattr(content, key, None) for key in ("filename", "content_type")}
    return {"file": file, **{key: plain(text, f"`{key}`") for key, text in extra.items() if text is not None}}
