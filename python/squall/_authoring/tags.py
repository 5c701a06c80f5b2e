"""Tags: names and values that rules select requests and actions by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TAGS_HINT = 'write `tags={"team": "shop"}`'

Tags = Mapping[str, str] | Sequence[Mapping[str, str]]
"""Names with their values, or as Hedra has them a list of `{"name": …, "value": …}`."""


def plain_tags(tags: object) -> dict[str, str]:
    """Returns tags by name.

    Raises:
        TypeError: They are something else.
        ValueError: A name or a value is empty.
    """
    if isinstance(tags, Mapping):
        pairs = list(tags.items())
    elif isinstance(tags, Sequence) and not isinstance(tags, (str, bytes)):
        pairs = [_pair(one) for one in tags]
    else:
        raise TypeError(f"`tags` cannot be {type(tags).__name__}; {TAGS_HINT}")
    found: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise TypeError(f"`tags` are names with text or numbers; {TAGS_HINT}")
        if not name or value == "":
            raise ValueError(f"a tag has a name and a value; {TAGS_HINT}")
        found[name] = str(value)
    return found


def _pair(tag: object) -> tuple[object, object]:
    if isinstance(tag, Mapping) and set(tag) == {"name", "value"}:
        return tag["name"], tag["value"]
    raise TypeError(f'a tag in a list is `{{"name": …, "value": …}}`; or {TAGS_HINT}')
