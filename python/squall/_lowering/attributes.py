"""What stages can set: names, accepted values, and how the plan writes them."""

from __future__ import annotations

from squall._authoring.stages import (
    Act,
    Analyze,
    Checkpoint,
    Execute,
    Setup,
    Stage,
    Submit,
    Teardown,
    Validate,
    Wait,
)
from squall._lowering import parsers
from squall._lowering.parsers import Parse

_LOAD: dict[str, Parse] = {
    "batch_size": parsers.count(1),
    "total_time": parsers.duration,
    "batch_interval": parsers.duration,
    "graceful_stop": parsers.duration,
    "persona_type": parsers.text,
    "action_interval": parsers.duration,
    "batch_gradient": parsers.share,
    "distribution": parsers.counts,
    "distribution_intervals": parsers.count(1),
    "inject": parsers.injection,
    "rate": parsers.rate,
    "ramp": parsers.ramp,
    "stages": parsers.ramp,
    "spacing": parsers.one_of("even", "poisson"),
    "max_users": parsers.count(1),
    "max_wait": parsers.duration,
    "iterations": parsers.count(1),
    "iterations_per_user": parsers.count(1),
    "pacing": parsers.duration,
    "pause": parsers.pause,
}

_HTTP: dict[str, Parse] = {
    "base_url": parsers.text,
    "headers": parsers.headers,
    "connect_timeout": parsers.duration,
    "read_timeout": parsers.duration,
    "request_timeout": parsers.duration,
    "redirects": parsers.count(0),
    "reset_connections": parsers.flag,
    "connections": parsers.connections,
    "cookies": parsers.cookies,
    "max_response_size": parsers.count(1),
    "dns_ttl": parsers.duration,
    "connect_to": parsers.connect_to,
    "local_address": parsers.text,
    "unix_socket": parsers.path_text,
    "insecure": parsers.flag,
    "ca_file": parsers.path_text,
    "cert_file": parsers.path_text,
    "key_file": parsers.path_text,
    "server_name": parsers.text,
}

_COMMON: dict[str, Parse] = {
    "stage_timeout": parsers.positive_duration,
    "plugins": parsers.plugins,
    "priority": parsers.one_of("low", "normal", "high", "exclusive", "auto"),
    "retries": parsers.count(0),
    "skip": parsers.flag,
}

_SETUP: dict[str, Parse] = {
    "seed": parsers.count(0),
    "thresholds": parsers.thresholds,
    "measure": parsers.text,
    "data": parsers.as_given,
    "apply_to_stages": parsers.stages,
    "cpus": parsers.count(1),
    "no_run_visuals": parsers.flag,
    "log_level": parsers.log_level,
}

KNOWN: dict[type[Stage], dict[str, Parse]] = {
    Setup: {**_COMMON, **_LOAD, **_HTTP, **_SETUP},
    Execute: {**_COMMON, **_LOAD, **_HTTP},
    Analyze: _COMMON,
    Submit: {**_COMMON, "config": parsers.as_given, "stream": parsers.flag},
    Act: {**_COMMON, **_HTTP},
    Validate: {**_COMMON, **_HTTP},
    Checkpoint: _COMMON,
    Teardown: {**_COMMON, **_HTTP},
    Wait: _COMMON,
}
"""Attributes by the kind of stage. None always means that an attribute is not set."""

OF_HEDRA = frozenset(
    {
        "browser_type",
        "device_type",
        "locale",
        "geolocation",
        "permissions",
        "playwright_options",
        "tracing",
        "experiment",
        "actions_filepaths",
        "context",
        "metadata",
    }
)
"""Attributes of Hedra's stages that this version does not have."""

OF_LOAD = frozenset(_LOAD)
"""Attributes that say when iterations start."""
