"""What can be read off the text of a method."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator

from squall._hooks.node import Node

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_VERBS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "request"})


def own_statements(node: Node) -> list[ast.AST] | None:
    """Returns everything in the body of a method, but what belongs to functions in it; None where it has no text."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(node.function))))
    except (OSError, SyntaxError, TypeError):
        return None
    return list(_inside(getattr(tree.body[0], "body", []))) if tree.body else []


def _inside(statements: list[ast.AST]) -> Iterator[ast.AST]:
    waiting = list(reversed(statements))
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, _FUNCTIONS):
            waiting.extend(reversed(list(ast.iter_child_nodes(one))))


def makes_one_request(node: Node) -> bool:
    """Tells whether a body is written to make one request, whose series can have the name of the action."""
    inside = own_statements(node)
    if inside is None or any(isinstance(one, _LOOPS) for one in inside):
        return False
    calls = [one.func for one in inside if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    requests = [call for call in calls if call.attr in _VERBS and _is_client(call.value)]
    return len(requests) == 1


def _is_client(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "http"
