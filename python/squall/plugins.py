"""Plugins: what Squall does not speak, schedule or report itself.

A plugin is a class that derives from one of these:

- `EnginePlugin`: a client of another protocol, measured like the built-in ones.
- `PersonaPlugin`: a schedule, chosen by `persona_type`.
- `ReporterPlugin`: a place where results go, for the `config` of a Submit stage.
- `OptimizerPlugin`: a search for good settings, run by `optimize`.

A test names its plugins in `plugins = {"name": Class}` of any stage; all stages share them. What no stage names is
looked for in the table `[plugins]` of `squall.toml` in the working directory (`name = "module:Class"` or
`name = "path.py:Class"`), and then among the entry points `squall.plugins` of installed packages.
"""

from __future__ import annotations

from squall._plugins.client import Plugins
from squall._plugins.engine import EnginePlugin
from squall._plugins.optimizer import Bounds, OptimizerPlugin, Parameters, Trial, TrialResult
from squall._plugins.persona import PersonaPlugin, PersonaSettings
from squall._plugins.records import (
    CommonRecord,
    CustomRecord,
    ErrorRecord,
    EventRecord,
    IntervalRecord,
    IntervalTimes,
    LifecycleRecord,
    MessageRecord,
    MetricRecord,
    RunRecord,
    SystemRecord,
    ThresholdRecord,
)
from squall._plugins.reporter import ReporterPlugin, Temporary, TooLarge
from squall._plugins.timings import FailureClass, Timings, timings
from squall._plugins.trials import Optimized, TrialError, optimize

__all__ = [
    "Bounds",
    "CommonRecord",
    "CustomRecord",
    "EnginePlugin",
    "ErrorRecord",
    "EventRecord",
    "FailureClass",
    "IntervalRecord",
    "IntervalTimes",
    "LifecycleRecord",
    "MessageRecord",
    "MetricRecord",
    "Optimized",
    "OptimizerPlugin",
    "Parameters",
    "PersonaPlugin",
    "PersonaSettings",
    "Plugins",
    "ReporterPlugin",
    "RunRecord",
    "SystemRecord",
    "Temporary",
    "ThresholdRecord",
    "Timings",
    "TooLarge",
    "Trial",
    "TrialError",
    "TrialResult",
    "optimize",
    "timings",
]
