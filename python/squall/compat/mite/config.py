"""mite's default configuration: variables of the environment."""

from __future__ import annotations

from typing import Any

from squall._script.config import with_prefix

__all__ = ["default_config_loader"]


def default_config_loader() -> dict[str, Any]:
    """Returns `MITE_CONF_<key>` as text, and `MITE_EVAL_CONF_<key>` evaluated as Python.

    Raises:
        ValueError: A variable is no Python expression.
    """
    values: dict[str, Any] = dict(with_prefix("MITE_CONF_"))
    for name, text in with_prefix("MITE_EVAL_CONF_").items():
        try:
            values[name] = eval(text)  # noqa: S307 - whoever sets the environment may run anything anyway
        except Exception as error:
            raise ValueError(f"`MITE_EVAL_CONF_{name}={text}` is no Python expression: {error}") from error
    return values
