"""Makes the hooks of a file ready to run."""

from __future__ import annotations

from collections.abc import Mapping

from squall._authoring.stages import Stage
from squall._hooks.attached import HookedClient, HookedHttp, IsolatedHttp
from squall._hooks.channel import Channel
from squall._hooks.context import StageContext, State, context_of
from squall._hooks.kinds import RUNS_ONCE, kind_name
from squall._hooks.layers import Attached, Layer, Order
from squall._hooks.lowering import GraphHooks, all_before, mentions, validate_argument
from squall._hooks.node import Node, parameters_of
from squall._hooks.parameters import returned_names
from squall._hooks.performing import HookedAction
from squall._hooks.plan import Layers, Plan
from squall._hooks.stage_script import Measured, Once, StageScript
from squall._hooks.steps import Step, Surroundings, caller, step_of
from squall._lowering.http_settings import absolute
from squall._lowering.instances import Instance

_NO_CONTEXT = frozenset({"action", "channel", "client", "result", "results"})
_AFTER = ("action", "result")


class Building:
    """The hooks of all stages, ready to run in this process.

    Args:
        hooks: The hooks.
        folder: Where relative paths start.
        series: Names of the series of actions, by their full name.
    """

    def __init__(self, hooks: GraphHooks, folder: str, series: Mapping[str, str]) -> None:
        self._hooks = hooks
        self._folder = folder
        self._series = series
        self._client = HookedClient()
        self._instances: dict[type[Stage], Instance] = {}
        self._surroundings: dict[type[Stage], Surroundings] = {}
        self._actions: dict[Node, HookedAction] = {}

    def instance(self, stage: type[Stage]) -> Instance:
        """Returns what makes the one instance of a stage."""
        if stage not in self._instances:
            self._instances[stage] = Instance(stage, self._client)
        return self._instances[stage]

    def surroundings(self, stage: type[Stage]) -> Surroundings:
        """Returns what the hooks of a stage share."""
        if stage not in self._surroundings:
            channels = {
                node.name: Channel(node.name, int(str(node.hook.options["size"])))
                for node in self._hooks.nodes[stage]
                if node.kind == "channel"
            }
            context = StageContext(self.state(stage))
            self._surroundings[stage] = Surroundings(self.instance(stage).get, context, self._client, channels)
        return self._surroundings[stage]

    @staticmethod
    def state(stage: type[Stage]) -> State:
        """Returns the context of a stage."""
        return context_of(stage.__name__)

    def is_hooked(self, node: Node) -> bool:
        """Tells whether an action of an Execute stage has to do with hooks."""
        return self._hooks.is_hooked(node)

    def action(self, node: Node) -> HookedAction:
        """Returns an action with its hooks."""
        if node not in self._actions:
            self._actions[node] = self._build_action(node)
        return self._actions[node]

    def _build_action(self, node: Node) -> HookedAction:
        attached, order = self._hooks.attached(node), self._hooks.orders[node.stage]
        surroundings = self.surroundings(node.stage)
        parameters = parameters_of(node.function)
        arguments = caller(None, parameters, node.function, surroundings, node, ())
        plan = self._plan(node, attached)
        hooked = HookedAction(plan, arguments)
        before = attached.before
        if self._hooks.body_arguments(node) and kind_name(node.stage) not in RUNS_ONCE:
            early, before = self._split(attached, order)
            hooked.early = self._plan(node, attached)
            hooked.early.before = self._layers(early, order, surroundings, ("action",))
            hooked.early.finish(HookedHttp)
            plan.receives = ()
        plan.before = self._layers(before, order, surroundings, ("action",))
        plan.after = self._layers(attached.after, order, surroundings, _AFTER)
        plan.checks = self._layers(attached.checks, order, surroundings, _AFTER)
        plan.sends = tuple(
            (step_of(one, order.before(one), surroundings, _AFTER), surroundings.channels[one.name])
            for one in attached.sends
        )
        isolates = any(mentions(one, "client") or one.takes("client") for one in attached.hooks)
        plan.finish(IsolatedHttp if isolates else HookedHttp)
        hooked.wraps = bool(attached.hooks) and not mentions(node, "client", "http", "current", "request")
        hooked.foreign = tuple(dict.fromkeys(one.full for hook in (node, *attached.hooks) for one in hook.foreign))
        hooked.needs_context = any(
            parameter.name not in _NO_CONTEXT
            for one in (node, *attached.hooks)
            for parameter in parameters_of(one.function)
        ) or any(one.kind == "context" for one in attached.hooks)
        return hooked

    def _plan(self, node: Node, attached: Attached) -> Plan:
        plan = Plan(node.stage.__name__, node.name, self.state(node.stage))
        plan.series = self._series.get(node.full)
        plan.metadata = node.hook.metadata
        plan.needs = frozenset(one.full for one in self._hooks.orders[node.stage].before(node))
        channels = self.surroundings(node.stage).channels
        plan.receives = tuple(channels[one.name] for one in attached.receives)
        order = self._hooks.orders[node.stage]
        plan.receives_first = any(
            one.kind == "channel" for layer in attached.before for hook in layer for one in all_before(hook, order)
        )
        plan.live = {one.name: self._hooks.series_of(one, node) for one in attached.hooks if one.kind == "metric"}
        return plan

    @staticmethod
    def _split(attached: Attached, order: Order) -> tuple[list[Layer], list[Layer]]:
        """Parts the hooks before a request into those before the body, and those that need the request."""
        late = {
            node
            for layer in attached.before
            for node in layer
            if node.takes("action") or any(one.takes("action") for one in all_before(node, order))
        }
        early = [[node for node in layer if node not in late] for layer in attached.before]
        rest = [[node for node in layer if node in late] for layer in attached.before]
        return [layer for layer in early if layer], [layer for layer in rest if layer]

    @staticmethod
    def _layers(layers: list[Layer], order: Order, surroundings: Surroundings, specials: tuple[str, ...]) -> Layers:
        return tuple(
            tuple(step_of(node, order.before(node), surroundings, specials) for node in layer) for layer in layers
        )

    def stage_script(self, stage: type[Stage]) -> StageScript:
        """Returns what runs the hooks of a stage that run once."""
        order = self._hooks.orders[stage]
        layers = [[self._once(node, order) for node in layer] for layer in order.once]
        measured = [one for pair in self._hooks.measured_before(stage) for one in self._measured(*pair)]
        return StageScript(self.state(stage), layers, self.surroundings(stage).channels, measured)

    def _measured(self, metric: Node, action: Node) -> list[Measured]:
        options = metric.hook.options
        known = [name for name in returned_names(metric).known if name != metric.name]
        names = {name: name for name in known} or {metric.name: self._hooks.series_of(metric, action)}
        told = (str(options["group"]), str(options["metric_type"]))
        return [Measured(metric.stage.__name__, action.name, name, series, *told) for name, series in names.items()]

    def _once(self, node: Node, order: Order) -> Once:
        surroundings = self.surroundings(node.stage)
        before = order.before(node)
        of = next((one.full for one in all_before(node, order) if one.is_action), None)
        step: Step | None = None
        if not node.is_action:
            step = step_of(node, before, surroundings, _AFTER if before else ())
        path = next((str(value) for key, value in node.hook.options.items() if key.endswith("path") and value), "")
        names_none = not any(node in order.before(one) for one in self._hooks.nodes[node.stage])
        return Once(
            name=node.name,
            full=node.full,
            before=frozenset(one.full for one in before),
            step=step,
            action=self.action(node) if node.is_action else None,
            of=of or (before[0].full if before else None),
            foreign=tuple(one.full for one in node.foreign if node.kind not in ("metric", "validate")),
            tries={one.full: self.action(one) for one in node.foreign} if node.kind == "validate" else {},
            argument=validate_argument(node),
            path=absolute(path, self._folder) if path else "",
            is_gate=node.kind == "condition" and names_none,
            is_exported=self._hooks.is_named_by_others(node),
        )
