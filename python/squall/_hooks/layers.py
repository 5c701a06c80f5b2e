"""Puts the hooks of a stage in order: around the requests of its actions, or once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from squall._hooks.node import Node
from squall._hooks.parameters import returned_names
from squall._hooks.reading import is_skipped
from squall._lowering.problems import Problems

Layer = list[Node]

_CHANNEL_HINT = "an iteration runs one action; a `@channel` passes values from one to another"


@dataclass
class Attached:
    """The hooks that run with each request of an action, in layers whose hooks run at the same time.

    Attributes:
        action: The action.
        before: Hooks before the request.
        after: Hooks after its answer.
        checks: Checks, and what depends on them.
        receives: Channels that a value is received from before the request.
        sends: Channels that the answer is sent to.
    """

    action: Node
    before: list[Layer] = field(default_factory=list)
    after: list[Layer] = field(default_factory=list)
    checks: list[Layer] = field(default_factory=list)
    receives: Layer = field(default_factory=list)
    sends: Layer = field(default_factory=list)

    @property
    def hooks(self) -> list[Node]:
        """All of them; those that run before the request first."""
        layers = [*self.before, *self.after, *self.checks]
        return [*self.receives, *(node for layer in layers for node in layer), *self.sends]


class Order:
    """The order of the hooks of one stage.

    Attributes:
        attached: By the name of an action, the hooks around its requests.
        once: Hooks that run once, in layers.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = list(nodes)
        self._before = {node: list(dict.fromkeys(_before(node))) for node in self._nodes}
        self._behind: dict[Node, list[Node]] = {node: [] for node in self._nodes}
        for node, before in self._before.items():
            for one in before:
                if not is_skipped(node) or node.is_action:
                    self._behind.setdefault(one, []).append(node)
        self.attached: dict[str, Attached] = {}
        self.once: list[Layer] = []

    def before(self, node: Node) -> list[Node]:
        """Returns the hooks that a hook runs right after, those that are left out replaced by those before them."""
        return self._before[node]

    def around_requests(self, problems: Problems) -> Order:
        """Orders the hooks of a stage that sends load."""
        taken: set[Node] = set()
        for node in self._nodes:
            if node.is_action:
                attached = self._attach(node, problems)
                taken.update(attached.hooks)
                if not is_skipped(node):
                    self.attached[node.name] = attached
        rest = [one for one in self._live() if not one.is_action and one.kind != "channel" and one not in taken]
        self._follow_keys(rest)
        self.once = self._layers(rest)
        return self

    def one_by_one(self) -> Order:
        """Orders the hooks of a stage that runs each of them once, its actions included."""
        live = [node for node in self._live() if not (node.is_action and is_skipped(node))]
        self._follow_keys(live)
        changing = {node for node in live if self._changes_requests(node)}
        self.once = self._layers([node for node in live if node not in changing])
        for node in live:
            if node.is_action:
                self.attached[node.name] = Attached(node, self._layers(self._own_ancestors(node, changing)))
        return self

    def _follow_keys(self, nodes: list[Node]) -> None:
        """Lets hooks that take a key of the context run after the hook of the same stage that publishes it."""
        publishers = [(node, returned_names(node)) for node in nodes if node.kind in ("context", "load")]
        for node in nodes:
            for publisher, names in publishers:
                takes = any(one.name in names.known for one in node.parameters)
                if takes and publisher is not node and node not in self._ancestors([publisher]):
                    self._add_before(node, publisher)

    def _add_before(self, node: Node, publisher: Node) -> None:
        if publisher not in self._before[node]:
            self._before[node].append(publisher)
            self._behind[publisher].append(node)

    def _changes_requests(self, node: Node) -> bool:
        """Tells whether a hook is to change the requests of an action behind it."""
        return (
            not node.is_action
            and node.takes("action")
            and any(one.is_action for one in self._descendants([node], through_actions=False))
            and not any(one.is_action for one in self._ancestors([node]))
        )

    def _own_ancestors(self, action: Node, wanted: set[Node]) -> list[Node]:
        """Returns those of some hooks that an action depends on, but not by way of another action."""
        found: set[Node] = set()
        waiting = [action]
        while waiting:
            for one in self._before[waiting.pop()]:
                if one not in found and not one.is_action:
                    found.add(one)
                    waiting.append(one)
        return [node for node in self._nodes if node in found & wanted]

    def _live(self) -> list[Node]:
        return [node for node in self._nodes if node.is_action or not is_skipped(node)]

    def _attach(self, action: Node, problems: Problems) -> Attached:
        before = self._ancestors([action], problems)
        behind = self._descendants([action])
        after = [node for node in behind if node.kind != "channel"]
        extra = self._ancestors(after, problems, action, but={*before, *behind})
        received = [node for node in (*before, *extra) if node.kind == "channel"]
        attached = Attached(
            action,
            receives=received,
            sends=[node for node in behind if node.kind == "channel" and node not in received],
        )
        attached.before = self._layers([node for node in before if node.kind != "channel"])
        checks = [node for node in after if node.kind == "check"]
        judging = [node for node in after if node in checks or node in self._descendants(checks)]
        others = [node for node in (*extra, *after) if node.kind != "channel" and node not in judging]
        attached.after = self._layers(others)
        attached.checks = self._layers(judging)
        return attached

    def _ancestors(
        self,
        nodes: Iterable[Node],
        problems: Problems | None = None,
        action: Node | None = None,
        but: Iterable[Node] = (),
    ) -> list[Node]:
        """Returns what some hooks depend on, as far as actions and channels, channels included.

        With `problems`, it tells of those that hang on another action.
        """
        found: dict[Node, None] = {}
        left_out = set(but)
        waiting = [(node, node) for node in nodes]
        while waiting:
            node, start = waiting.pop()
            for one in self._before.get(node, ()):
                if one is action or one in found or one in left_out:
                    continue
                if one.is_action and problems is not None:
                    if node is not start or action is None:
                        self._tell_other_action(start, one, problems)
                    continue
                found[one] = None
                if one.kind != "channel":
                    waiting.append((one, start))
        return [node for node in self._nodes if node in found]

    @staticmethod
    def _tell_other_action(node: Node, other: Node, problems: Problems) -> None:
        problems.add(
            f"`{node.full}` depends on the {other.kind} `{other.full}`, which belongs to other iterations",
            node.place,
            _CHANNEL_HINT,
        )

    def _descendants(self, nodes: Iterable[Node], *, through_actions: bool = True) -> list[Node]:
        """Returns what depends on some hooks, as far as actions and channels, channels included."""
        found: dict[Node, None] = {}
        waiting = list(nodes)
        while waiting:
            for one in self._behind.get(waiting.pop(), ()):
                if one in found or (one.is_action and through_actions):
                    continue
                found[one] = None
                if one.kind != "channel" and not one.is_action:
                    waiting.append(one)
        return [node for node in self._nodes if node in found]

    def _layers(self, nodes: list[Node]) -> list[Layer]:
        layers: list[Layer] = []
        waiting = list(nodes)
        while waiting:
            left = set(waiting)
            layer = [node for node in waiting if not any(one in left for one in self._before[node])]
            if not layer:
                return layers  # a cycle, which has been told
            layers.extend([node for node in layer if node.order == order] for order in sorted({n.order for n in layer}))
            waiting = [node for node in waiting if node not in layer]
        return layers


def _before(node: Node) -> Iterable[Node]:
    return _unskipped(node, {node})


def _unskipped(node: Node, seen: set[Node]) -> Iterable[Node]:
    for one in node.after:
        if one in seen:
            continue
        if is_skipped(one) and not one.is_action:
            yield from _unskipped(one, {*seen, one})
        else:
            yield one


Orders = Mapping[str, Order]
