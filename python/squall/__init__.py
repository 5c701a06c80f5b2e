"""Load tests written in Python, driven by Rust.

A graph file defines stages and what they ask for::

    from squall import Setup, Execute, action, depends

    class Load(Setup):
        batch_size = 100
        total_time = "30s"

    @depends(Load)
    class Browse(Execute):
        @action()
        async def home(self):
            return await self.client.http.get("https://shop.example/")

``squall run FILE`` records each action before the load, and a Rust engine repeats it with no Python in the loop. What
cannot be recorded, a `@task`, a journey, a test case, runs in Python, with a client whose requests the engine sends.

Names are imported when they are first used: the ``squall`` command starts without paying for the SDK.
"""

# Type checkers treat this name as `typing.TYPE_CHECKING`; importing `typing` would cost the command its start.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from squall._authoring.answers import expect, extract
    from squall._authoring.graphs import Graph, parametrize
    from squall._authoring.hooks import action, depends, task
    from squall._authoring.older_hooks import after, before, setup, teardown, validate
    from squall._authoring.pauses import pause
    from squall._authoring.placeholders import (
        Placeholder,
        counter,
        iteration,
        random_choice,
        random_int,
        timestamp,
        user_id,
        uuid4,
    )
    from squall._authoring.pools import DataPool, data
    from squall._authoring.stages import (
        Act,
        Analyze,
        Checkpoint,
        Execute,
        Idle,
        Setup,
        Stage,
        Submit,
        Teardown,
        Validate,
        Wait,
    )
    from squall._authoring.step_hooks import check, condition, context, event, transform
    from squall._authoring.value_hooks import channel, load, metric, restore, save
    from squall._hooks.channel import Channel
    from squall._hooks.context import (
        ContextClashError,
        ContextError,
        ContextTransferError,
        ContextTypeError,
        StageContext,
    )
    from squall._hooks.request import ActionRequest
    from squall._hooks.results import ActionResults, Results
    from squall._script.registry import StopVolumeModel
    from squall._squall import Context, current
    from squall._squall import __version__ as __version__
    from squall.http import Client, File, HttpClient, HTTPStatusError, RequestFailedError, Response, bearer
    from squall.repeat import Repeat
    from squall.reporters import CSVConfig, JSONConfig
    from squall.testcase import Test, TestCase

__all__ = [
    "Act",
    "ActionRequest",
    "ActionResults",
    "Analyze",
    "CSVConfig",
    "Channel",
    "Checkpoint",
    "Client",
    "Context",
    "ContextClashError",
    "ContextError",
    "ContextTransferError",
    "ContextTypeError",
    "DataPool",
    "Execute",
    "File",
    "Graph",
    "HTTPStatusError",
    "HttpClient",
    "Idle",
    "JSONConfig",
    "Placeholder",
    "Repeat",
    "RequestFailedError",
    "Response",
    "Results",
    "Setup",
    "Stage",
    "StageContext",
    "StopVolumeModel",
    "Submit",
    "Teardown",
    "Test",
    "TestCase",
    "Validate",
    "Wait",
    "action",
    "after",
    "bearer",
    "before",
    "channel",
    "check",
    "condition",
    "context",
    "counter",
    "current",
    "data",
    "depends",
    "event",
    "expect",
    "extract",
    "iteration",
    "load",
    "metric",
    "parametrize",
    "pause",
    "random_choice",
    "random_int",
    "restore",
    "save",
    "setup",
    "task",
    "teardown",
    "timestamp",
    "transform",
    "user_id",
    "uuid4",
    "validate",
]

_MODULES = {
    "squall._authoring.answers": "expect extract",
    "squall._authoring.graphs": "Graph parametrize",
    "squall._authoring.hooks": "action depends task",
    "squall._authoring.older_hooks": "after before setup teardown validate",
    "squall._authoring.pauses": "pause",
    "squall._authoring.placeholders": (
        "Placeholder counter iteration random_choice random_int timestamp user_id uuid4"
    ),
    "squall._authoring.pools": "DataPool data",
    "squall._authoring.stages": "Act Analyze Checkpoint Execute Idle Setup Stage Submit Teardown Validate Wait",
    "squall._authoring.step_hooks": "check condition context event transform",
    "squall._authoring.value_hooks": "channel load metric restore save",
    "squall._hooks.channel": "Channel",
    "squall._hooks.context": "ContextClashError ContextError ContextTransferError ContextTypeError StageContext",
    "squall._hooks.request": "ActionRequest",
    "squall._hooks.results": "ActionResults Results",
    "squall._script.registry": "StopVolumeModel",
    "squall._squall": "Context __version__ current",
    "squall.http": "Client File HTTPStatusError HttpClient RequestFailedError Response bearer",
    "squall.repeat": "Repeat",
    "squall.reporters": "CSVConfig JSONConfig",
    "squall.testcase": "Test TestCase",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module `squall` has no attribute `{name}`")
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
