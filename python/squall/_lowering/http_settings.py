"""Settings as the plan's HTTP settings."""

from __future__ import annotations

import os
from typing import Any

from squall._lowering.problems import Problems
from squall._lowering.settings import Settings

_PLAIN = [
    "base_url",
    "headers",
    "connect_timeout",
    "read_timeout",
    "request_timeout",
    "redirects",
    "max_response_size",
    "cookies",
    "dns_ttl",
    "connect_to",
    "local_address",
]
_TLS = ("insecure", "server_name")
_TLS_FILES = ("ca_file", "cert_file", "key_file")


def check_http(settings: Settings, problems: Problems) -> None:
    """Finds attributes that one stage sets although they exclude each other."""
    if settings.values.get("reset_connections") and settings.values.get("connections", "new_each") != "new_each":
        problems.add(
            "`reset_connections` and `connections` do not agree",
            settings.places.get("reset_connections"),
            'keep `connections`; `"new_each"` is what `reset_connections` does',
        )


def http_settings(levels: list[Settings], folder: str) -> dict[str, Any]:
    """Returns the plan's `http` for the settings of an Execute stage.

    Args:
        levels: What the stage sets, what its Setup stage sets, and defaults; what comes first wins, headers add up.
        folder: Where relative paths start.
    """
    merged = Settings()
    headers: dict[str, Any] = {}
    for level in reversed(levels):
        merged = _connections(level).over(merged)
        headers.update(level.values.get("headers", {}))
    values = merged.values
    out: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
    if headers:
        out["headers"] = headers
    if "connections" in values:
        out["connections"] = values["connections"]
    if "unix_socket" in values:
        out["unix_socket"] = absolute(values["unix_socket"], folder)
    tls = {name: values[name] for name in _TLS if name in values}
    tls.update({name: absolute(values[name], folder) for name in _TLS_FILES if name in values})
    if tls:
        out["tls"] = tls
    return out


def absolute(path: str, folder: str) -> str:
    """Returns a path that starts at a folder as an absolute one."""
    return os.path.normpath(os.path.join(folder, os.path.expanduser(path)))


def _connections(settings: Settings) -> Settings:
    """Returns the settings with `reset_connections` in terms of `connections`."""
    if "connections" in settings.values or "reset_connections" not in settings.values:
        return settings
    policy = "new_each" if settings.values["reset_connections"] else "per_user"
    return Settings({**settings.values, "connections": policy}, settings.places)
