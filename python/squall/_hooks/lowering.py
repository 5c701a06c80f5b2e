"""The hooks of a file, checked: which stages and actions they belong to, and in which order they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from squall._authoring.stages import Stage
from squall._hooks.kinds import RUNS_ONCE, kind_name
from squall._hooks.layers import Attached, Order
from squall._hooks.naming import Naming
from squall._hooks.node import Node, parameters_of
from squall._hooks.parameters import Names, check_parameters, file_key, published_names, returned_names
from squall._hooks.reading import is_skipped, read_nodes
from squall._lowering.problems import Problems
from squall._lowering.sources import Sources
from squall._lowering.used_pools import codes, reachable
from squall._recording.compile import Uncompiled

ALWAYS = ("context", "client")
"""What every hook can have."""

_EXPECT_HINT = "checks with `expect=expect(…)` are compiled, and so is `extract={…}`"
_BEFORE_HINT = "placeholders such as `random_int(…)` and `data(…)` are compiled"


class GraphHooks:
    """The hooks of all stages of a file.

    Args:
        stages: The stages.
        after: For each stage, those right before it; None where that is not known.
        sources: Finds lines.
        problems: Takes what is wrong.
    """

    def __init__(
        self,
        stages: Iterable[type[Stage]],
        after: Mapping[str, Sequence[str]] | None,
        sources: Sources,
        problems: Problems,
    ) -> None:
        self._problems = problems
        self.after = {name: tuple(before) for name, before in (after or {}).items()}
        self.nodes = {stage: read_nodes(stage, sources, problems) for stage in stages}
        self._earlier = {stage.__name__: self._stages_before(stage.__name__) for stage in self.nodes}
        if after is not None:
            Naming(self.nodes, self._earlier, problems).resolve()
        self.orders = {stage: self._order(stage) for stage in self.nodes}
        if after is not None and not problems.found:
            self._check_parameters()

    def _order(self, stage: type[Stage]) -> Order:
        order = Order(self.nodes[stage])
        if kind_name(stage) in RUNS_ONCE:
            return order.one_by_one()
        for node in self.nodes[stage]:
            if node.is_action and not node.is_async:
                self._tell_thread(node)
        return order.around_requests(self._problems)

    def _tell_thread(self, node: Node) -> None:
        attached = Order(self.nodes[node.stage]).around_requests(Problems()).attached.get(node.name)
        if attached is not None and attached.hooks and node.kind == "task":
            self._problems.add(
                f"the task `{node.full}` is a plain `def`, and has hooks: {attached.hooks[0].shown}",
                node.place,
                "declare it `async def`: hooks run on the event loop",
            )

    def _stages_before(self, stage: str) -> set[str]:
        found: set[str] = set()
        waiting = list(self.after.get(stage, ()))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(self.after.get(one, ()))
        return found

    def actions(self, stage: type[Stage]) -> list[Node]:
        """Returns the actions and tasks of a stage that are not left out, in their order."""
        found = [node for node in self.nodes[stage] if node.is_action and node.is_right and not is_skipped(node)]
        return sorted(found, key=lambda node: node.order)

    def attached(self, node: Node) -> Attached:
        """Returns the hooks around the requests of an action."""
        return self.orders[node.stage].attached.get(node.name) or Attached(node)

    def has_script(self, stage: type[Stage]) -> bool:
        """Tells whether something of a stage runs once, when it starts."""
        if stage not in self.orders:
            return False  # it was added
        if self.orders[stage].once or (kind_name(stage) == "Execute" and self._may_clash(stage)):
            return True
        return kind_name(stage) == "Analyze" and (bool(self.measured_before(stage)) or self._results_are_used(stage))

    def _may_clash(self, stage: type[Stage]) -> bool:
        """Tells whether stages before may disagree about keys that a load takes, which is told before it."""
        names = {stage.__name__, *self._earlier[stage.__name__]}
        if not any(len(self.after.get(name, ())) > 1 for name in names):
            return False
        published = self.context_names(stage)
        return any(
            parameter.name == "context" or parameter.name in published.known
            for node in self.nodes[stage]
            for parameter in node.parameters
        )

    def _results_are_used(self, stage: type[Stage]) -> bool:
        """Tells whether a stage after an Analyze stage takes its results."""
        return any(
            node.takes("results")
            for other, nodes in self.nodes.items()
            if stage.__name__ in self._earlier[other.__name__]
            for node in nodes
        )

    def is_hooked(self, node: Node) -> bool:
        """Tells whether an action of an Execute stage has to do with hooks."""
        return bool(self.attached(node).hooks or self.body_arguments(node))

    def measured_before(self, stage: type[Stage]) -> list[tuple[Node, Node]]:
        """Returns the numbers that stages before an Analyze stage count: each `@metric` with its action."""
        if kind_name(stage) != "Analyze":
            return []
        earlier = self._earlier[stage.__name__]
        return [
            (node, attached.action)
            for other, order in self.orders.items()
            if other.__name__ in earlier
            for attached in order.attached.values()
            for node in attached.hooks
            if node.kind == "metric"
        ]

    def series_of(self, metric: Node, action: Node) -> str:
        """Returns the name under which a `@metric` of an Execute stage counts for one of its actions."""
        order = self.orders[metric.stage]
        many = sum(metric in attached.hooks for attached in order.attached.values()) > 1
        return f"{metric.name} ({action.name})" if many else metric.name

    def forced(self, node: Node) -> Uncompiled | None:
        """Returns why the hooks of an action make it run in Python, if they do."""
        attached = self.attached(node)
        for one in attached.receives:
            reason = f"it receives from the channel `{one.full}` before each request"
            return Uncompiled(reason, "values of the test's own come from `data(…)`", None)
        for layers, when, hint in (
            (attached.before, "before each request", _BEFORE_HINT),
            ([*attached.after, *attached.checks], "after each answer", _EXPECT_HINT),
        ):
            for one in (one for layer in layers for one in layer):
                return Uncompiled(f"the hook {one.shown} runs in Python {when}", hint, None)
        for one in attached.sends:
            return Uncompiled(f"its answers are sent to the channel `{one.full}`", _EXPECT_HINT, None)
        return None

    def body_arguments(self, node: Node) -> list[str]:
        """Returns the arguments of an action's body that hooks, channels or the context provide."""
        provided = self._provided([*self._before_body(node), *node.foreign])
        published = self.context_names(node.stage)
        return [
            one.name
            for one in parameters_of(node.function)
            if one.name in (*ALWAYS, *self._channel_names(node.stage))
            or provided.may_have(one.name)
            or one.name in published.known
            or (one.is_needed and published.is_open)
        ]

    def _before_body(self, node: Node) -> list[Node]:
        """Returns the hooks whose values the body of an action can take: around it, or where all run once before it."""
        if kind_name(node.stage) in RUNS_ONCE:
            return _all_before(node, self.orders[node.stage])
        attached = self.attached(node)
        return [*(one for layer in attached.before for one in layer), *attached.receives]

    def context_names(self, stage: type[Stage]) -> Names:
        """Returns the keys that the context of a stage can have."""
        wanted = {stage.__name__, *self._earlier[stage.__name__]}
        names = Names()
        for other, nodes in self.nodes.items():
            if other.__name__ in wanted:
                names.include(published_names(nodes))
        return names

    def is_named_by_others(self, node: Node) -> bool:
        """Tells whether a hook of another stage gets what this one returns."""
        return any(
            node in other.foreign and other.kind not in ("metric", "validate")
            for nodes in self.nodes.values()
            for other in nodes
        )

    def knows_results(self, stage: type[Stage]) -> bool:
        """Tells whether the results of a load are known where a stage starts."""
        names = {stage.__name__, *self._earlier[stage.__name__]}
        return any(kind_name(other) == "Analyze" for other in self.nodes if other.__name__ in names)

    @staticmethod
    def _provided(nodes: Iterable[Node]) -> Names:
        names = Names()
        for node in nodes:
            names.include(returned_names(node))
            if node.kind == "channel":
                names.add(node.name)
        return names

    def _check_parameters(self) -> None:
        for stage, order in self.orders.items():
            published = self.context_names(stage)
            special = [*ALWAYS, *self._channel_names(stage)]
            for attached in order.attached.values():
                self._check_attached(attached, order, special, published)
            if self.knows_results(stage):
                special.append("results")
            for node in (node for layer in order.once for node in layer):
                self._check_once(node, order, special, published)

    def _channel_names(self, stage: type[Stage]) -> list[str]:
        return ["channel"] if any(node.kind == "channel" for node in self.nodes[stage]) else []

    def _check_attached(self, attached: Attached, order: Order, special: list[str], published: Names) -> None:
        groups = (
            (attached.before, ["action"]),
            ([*attached.after, *attached.checks, attached.sends], ["action", "result"]),
        )
        for layers, own in groups:
            for node in (node for layer in layers for node in layer):
                before = [one for one in _all_before(node, order) if not one.is_action]
                provided = self._provided([*before, *node.foreign, *attached.receives])
                provided.include(published)
                check_parameters(node, [*special, *own], provided, self._problems)

    def _check_once(self, node: Node, order: Order, special: list[str], published: Names) -> None:
        own = ["action", "result"] if order.before(node) else []
        provided = self._provided(
            [*_all_before(node, order), *(one for one in node.foreign if node.kind != "validate")]
        )
        provided.include(published)
        if node.kind == "load" or node.hook.options.get("checkpoint_filepath") is not None:
            provided.add(file_key(node))
        if node.kind == "validate":
            own = [*own, validate_argument(node) or ""]
        check_parameters(node, [*special, *own], provided, self._problems)


def validate_argument(node: Node) -> str | None:
    """Returns the argument of a `@validate` that performs the action: the one called as it, `action`, or the first."""
    names = [one.name for one in node.parameters]
    called = [name for name in names if name == "action" or name in {one.name for one in node.foreign}]
    rest = [name for name in names if name not in ALWAYS]
    return next(iter([*called, *rest]), None)


def _all_before(node: Node, order: Order) -> list[Node]:
    found: dict[Node, None] = {}
    waiting = [node]
    while waiting:
        for one in order.before(waiting.pop()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return list(found)


def all_before(node: Node, order: Order) -> list[Node]:
    """Returns every hook that a hook depends on."""
    return _all_before(node, order)


def mentions(node: Node, *names: str) -> bool:
    """Tells whether the code of a hook, or code that it may call, uses one of some names."""
    return any(
        name in code.co_names
        for function in reachable(node.function, node.stage)
        for code in codes(function.__code__)
        for name in names
    )
