"""Hedra's names: `from squall.compat.hedra import Setup, Execute, action`.

A graph written for Hedra runs after its import is changed. What Hedra has and this version has not is told by name.
"""

from __future__ import annotations

from typing import Any

from squall import reporters
from squall._authoring.hooks import action, depends, task
from squall._authoring.older_hooks import after, before, setup, teardown, validate
from squall._authoring.stages import (
    Act,
    Analyze,
    Checkpoint,
    Execute,
    Idle,
    Setup,
    Submit,
    Teardown,
    Validate,
    Wait,
)
from squall._authoring.step_hooks import check, condition, context, event, transform
from squall._authoring.value_hooks import channel, load, metric, restore, save
from squall.reporters import CSVConfig, JSONConfig

__all__ = [
    "Act",
    "Analyze",
    "CSVConfig",
    "Checkpoint",
    "Execute",
    "Idle",
    "JSONConfig",
    "Setup",
    "Submit",
    "Teardown",
    "Validate",
    "Wait",
    "action",
    "after",
    "before",
    "channel",
    "check",
    "condition",
    "context",
    "depends",
    "event",
    "load",
    "metric",
    "restore",
    "save",
    "setup",
    "task",
    "teardown",
    "transform",
    "validate",
]

_REPORTERS = frozenset(
    {
        "AWSLambdaConfig",
        "AWSTimestreamConfig",
        "BigQueryConfig",
        "BigTableConfig",
        "CassandraConfig",
        "CloudwatchConfig",
        "CosmosDBConfig",
        "DatadogConfig",
        "GoogleCloudStorageConfig",
        "HoneycombConfig",
        "NetdataConfig",
        "NewRelicConfig",
        "S3Config",
        "SnowflakeConfig",
        "TelegrafConfig",
        "TelegrafStatsDConfig",
    }
)
_OTHERS = {
    **dict.fromkeys(("Optimize",), "`squall.plugins.optimize` tries values with short runs"),
    **dict.fromkeys(("Experiment", "Variant", "Parameter"), "`@parametrize` runs a stage once for each value"),
    **dict.fromkeys(("Trace", "TracingConfig"), "`squall debug` shows each request and answer"),
    **dict.fromkeys(
        ("DeformHeader", "InjectHeader", "InjectJunkData", "InjectPing", "SmuggleRequest"),
        "an `@event` before an action changes its requests",
    ),
}


def __getattr__(name: str) -> Any:
    if name in reporters.__all__:
        return getattr(reporters, name)
    if name in _REPORTERS:
        known = ", ".join(f"`{one}`" for one in reporters.__all__ if one.endswith("Config"))
        raise ImportError(
            f"Hedra's `{name}` is not part of this version: it has {known}; "
            "a `squall.plugins.ReporterPlugin` sends results anywhere else"
        )
    if name in _OTHERS:
        raise ImportError(f"Hedra's `{name}` is not part of this version: {_OTHERS[name]}")
    raise AttributeError(f"Hedra has no `{name}`")
