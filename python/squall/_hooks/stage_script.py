"""Runs the hooks of a stage that run once, when the stage starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from squall._hooks import files
from squall._hooks.attached import failure, numbers, publish
from squall._hooks.channel import Channel
from squall._hooks.context import ContextError, State
from squall._hooks.exchange import Ended, open_stage, tell_end
from squall._hooks.performing import HookedAction, add_foreign
from squall._hooks.results import ActionResults, Results, described, numbers_of
from squall._hooks.steps import Step, called, keep
from squall._recording.frames import shown, users_lines


class HookError(Exception):
    """A hook of a stage has failed; the message says which, how and where."""


@dataclass(frozen=True)
class Once:
    """A hook that runs once.

    Attributes:
        step: The hook; None for an action.
        action: The action.
        name: Short name.
        full: Name with its stage.
        before: Full names of the hooks that it depends on.
        of: Full name of the hook whose result it gets as `result`.
        foreign: Full names of hooks of other stages whose values it gets.
        tries: Actions that it tries, by name; of `@validate`.
        argument: Its argument that performs the action.
        path: Its file.
        is_gate: It decides about the whole stage.
        is_exported: A later stage names it.
    """

    name: str
    full: str
    before: frozenset[str]
    step: Step | None = None
    action: HookedAction | None = None
    of: str | None = None
    foreign: tuple[str, ...] = ()
    tries: Mapping[str, HookedAction] = field(default_factory=dict)
    argument: str | None = None
    path: str = ""
    is_gate: bool = False
    is_exported: bool = False


@dataclass(frozen=True)
class Measured:
    """A number that the actions of an Execute stage count while the load goes, told again with the results."""

    stage: str
    action: str
    metric: str
    series: str
    group: str
    type: str


class StageScript:
    """The hooks of one stage.

    Args:
        state: The context of the stage.
        layers: The hooks, in layers whose hooks run at the same time.
        channels: The channels of the stage.
        measured: Numbers that stages before have counted; of an Analyze stage.
    """

    def __init__(
        self,
        state: State,
        layers: Sequence[Sequence[Once]],
        channels: Mapping[str, Channel],
        measured: Sequence[Measured] = (),
    ) -> None:
        self._state = state
        self._layers = layers
        self._channels = channels
        self._measured = measured

    async def __call__(self, ctx: Any) -> None:
        """Runs the hooks, and tells how they ended."""
        run = _Run(ctx, self._state, self._channels)
        error: str | None = None
        raised: Exception | None = None
        try:
            opened = await open_stage(self._state)
            run.results = Results(opened.results) if opened.results is not None else None
            await run.layers(self._layers)
            run.add_measured(self._measured)
            changed = self._state.take_all()
        except HookError as failed:
            error, raised, changed = str(failed), failed, {}
        except ContextError as failed:
            error, raised, changed = f"{type(failed).__name__}: {failed}", failed, {}
        await tell_end(Ended(self._state.stage, error, run.gate, changed, run.metrics))
        if raised is not None:
            raise raised.__cause__ or raised


class _Run:
    """One run of the hooks of a stage."""

    def __init__(self, ctx: Any, state: State, channels: Mapping[str, Channel]) -> None:
        self._ctx = ctx
        self._state = state
        self._channels = channels
        self._values: dict[str, Any] = {}
        self._returned: dict[str, Any] = {}
        self._requests: dict[str, Any] = {}
        self._closed: set[str] = set()
        self.results: Results | None = None
        self.metrics: list[dict[str, Any]] = []
        self.gate = True

    async def layers(self, layers: Sequence[Sequence[Once]]) -> None:
        """Runs the hooks in their order."""
        if self.results is not None:
            self._values["results"] = self.results
        for layer in layers:
            self._closed.update(one.full for one in layer if one.before & self._closed)
            open_hooks = [one for one in layer if one.full not in self._closed]
            for one, returned in zip(open_hooks, await self._together(open_hooks), strict=True):
                self._take(one, returned)
            if not self.gate:
                return

    async def _together(self, layer: Sequence[Once]) -> list[Any]:
        if len(layer) == 1:
            return [await self._guarded(layer[0])]
        ended = await asyncio.gather(*map(self._guarded, layer), return_exceptions=True)
        for one in ended:
            if isinstance(one, BaseException):
                raise one
        return ended

    async def _guarded(self, one: Once) -> Any:
        try:
            return await self._run(one)
        except HookError:
            raise
        except Exception as error:
            if one.step is not None and one.step.kind == "check" and isinstance(error, AssertionError):
                raise HookError(_check_failed(one.step, error)) from error
            raise HookError(_raised(one.full, error)) from error

    async def _run(self, one: Once) -> Any:
        values = dict(self._values)
        for name in one.foreign:
            add_foreign(name, self._state.values, values)
        if one.action is not None:
            performed = await one.action.perform(self._ctx, values)
            self._requests[one.full] = performed.request
            if performed.failed:
                raise HookError(f"the action `{one.full}` failed: {'; '.join(performed.failed)}")
            return performed.result
        step = one.step
        if step is None:
            return None
        special = _BY_KIND.get(step.kind)
        if special is not None:
            return await special(self, one, step, values)
        return await self._call(one, step, values)

    async def _call(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        request = self._requests.get(one.of) if one.of else None
        return await called(step, request, self._returned.get(one.of) if one.of else None, values)

    def _take(self, one: Once, returned: Any) -> None:
        self._returned[one.full] = returned
        step = one.step
        if step is not None and step.kind == "condition" and not returned and not isinstance(returned, dict):
            self._closed.add(one.full)
            self.gate = self.gate and not one.is_gate
        if step is not None and step.kind == "check" and returned is False:
            raise HookError(_check_failed(step, returned))
        if step is not None and step.kind in ("context", "load"):
            self._publish(one, step, returned)
        if one.is_exported and returned is not None:
            self._guard_export(one, returned)
        if step is not None:
            keep(step, returned, self._values)
        elif isinstance(returned, dict):
            self._values.update(returned)
        elif returned is not None:
            self._values[one.name] = returned

    def _publish(self, one: Once, step: Step, returned: Any) -> None:
        try:
            publish(self._state, step, returned)
        except ContextError as error:
            raise HookError(_raised(one.full, error)) from error

    def _guard_export(self, one: Once, returned: Any) -> None:
        try:
            self._state.set(one.full, returned)
        except ContextError as error:
            raise HookError(_raised(one.full, error)) from error

    async def _channel(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        value = await self._call(one, step, values)
        if value is not None:
            self._channels[step.name].notify(value)
        return {step.name: value}

    async def _save(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        returned = await self._call(one, step, values)
        key = step.file_key
        if returned is None and step.options.get("checkpoint_filepath") is not None:
            returned = self._state.values.get(key)
        if returned is None:
            raise HookError(f"`{one.full}` (@save) returned nothing to save")
        files.write(one.path, returned.raw if isinstance(returned, Results) else returned)
        return None

    async def _load(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        key = step.file_key
        loaded: Any = None
        try:
            values[key] = loaded = files.read(one.path)
        except FileNotFoundError:
            parameter = next((one for one in step.node.parameters if one.name == key), None)
            loaded = None if parameter is None else parameter.default
            if parameter is not None and parameter.is_needed:
                raise HookError(
                    f"`{one.full}` (@load) cannot load `{one.path}`: there is no such file; a default of `{key}` is "
                    "what a first run gets"
                ) from None
        returned = await self._call(one, step, values)
        if step.node.hook.kind == "restore":
            return {key: loaded if returned is None else returned}
        return {key: loaded} if returned is None and loaded is not None else returned

    async def _validate(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        for name, action in one.tries.items():

            async def perform(action: HookedAction = action) -> Any:
                performed = await action.perform(self._ctx, {})
                if performed.failed:
                    raise AssertionError("; ".join(performed.failed))
                return performed.result

            given = {**values, str(one.argument): perform}
            if await self._call(one, step, given) is False:
                raise HookError(f"`{one.full}` (@validate) returned False for the action `{name}`")
        return None

    async def _metric(self, one: Once, step: Step, values: dict[str, Any]) -> Any:
        wanted = [node.full for node in step.node.foreign]
        for results in self.results.actions() if self.results else ():
            if wanted and f"{results.stage}.{results.name}" not in wanted:
                continue
            returned = await self._call(one, step, {**values, "results": results})
            values_by_name: dict[str, list[float]] = {}
            for name, value in numbers(step.name, returned, step):
                values_by_name.setdefault(name, []).append(value)
            for name, all_values in values_by_name.items():
                told = described(name, all_values) if len(all_values) > 1 else {name: all_values[0]}
                for metric, value in told.items():
                    self._add_metric(results, metric, value, step)
        return None

    def _add_metric(self, results: ActionResults, name: str, value: float, step: Step) -> None:
        told = {"stage": results.stage, "name": results.name, "metric": name, "value": value}
        self.metrics.append({**told, "group": step.options["group"], "type": step.options["metric_type"]})

    def add_measured(self, measured: Sequence[Measured]) -> None:
        """Tells the numbers that were counted while the load went."""
        if self.results is None:
            return
        for one in measured:
            raw = self.results.raw.get("stages", {}).get(one.stage, {})
            values = numbers_of(raw.get("metrics", {}).get(one.series) or {})
            if not values:
                continue
            for name, value in _told(one, values, float(raw.get("elapsed_s", 0))):
                self.metrics.append(
                    {
                        "stage": one.stage,
                        "name": one.action,
                        "group": one.group,
                        "metric": name,
                        "type": one.type,
                        "value": value,
                    }
                )


def _told(one: Measured, values: Mapping[str, float], elapsed: float) -> list[tuple[str, float]]:
    """Returns what the type of a metric makes of its values."""
    total = values.get("mean", 0.0) * values.get("count", 0)
    if one.type == "count":
        return [(one.metric, total)]
    if one.type == "rate":
        return [(one.metric, total / elapsed if elapsed else 0.0)]
    if one.type == "sample":
        return [(one.metric, values.get("mean", 0.0))]
    return [(f"{one.metric}_{name}", value) for name, value in values.items()]


def _check_failed(step: Step, returned: Any) -> str:
    message, detail = failure(step, returned)
    return f"the check failed: {message}" + (f" ({detail})" if detail else "")


def _raised(full: str, error: BaseException) -> str:
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    places = users_lines(error.__traceback__)
    where = f" ({shown(places[-1].file)}:{places[-1].line})" if places else ""
    return f"hook `{full}` raised {said}{where}"


_Special = Callable[[_Run, Once, Step, dict[str, Any]], Awaitable[Any]]
_BY_KIND: dict[str, _Special] = {
    "channel": _Run._channel,
    "load": _Run._load,
    "metric": _Run._metric,
    "save": _Run._save,
    "validate": _Run._validate,
}
