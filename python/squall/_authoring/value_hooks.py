"""Decorators of hooks that hand values on: to other actions, to the results, to files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from squall._authoring.hooks import Function, hook
from squall._authoring.values import FilePath

MetricType = Literal["count", "rate", "distribution", "sample"]


def channel(*names: str, size: int = 1000, order: int = 1, skip: bool = False) -> Callable[[Function], Function]:
    """Makes a method the sending end of a channel, from which other actions receive.

    What the method returns after each answer of the actions that it names is sent. An action that names the channel
    waits for a value before each request; hooks and the body get it by the name of the channel. Each process has a
    channel of its own.

    Args:
        names: Actions whose answers are sent.
        size: Values that may wait; a sender waits for room. Default: 1000.
        order: As of `event`.
        skip: As of `event`.
    """
    mark: Callable[[Function], Function] = hook("channel", names, {"size": size, "order": order, "skip": skip})
    return mark


def metric(
    metric_type: MetricType,
    group: str = "user_metrics",
    *,
    names: Sequence[str] = (),
    order: int = 1,
    skip: bool = False,
) -> Callable[[Function], Function]:
    """Makes a method one that computes numbers of the test's own.

    In an Analyze stage it is called once per action, with its `results`. In an Execute stage it runs after each answer
    of the actions that it names, with `result`, and the numbers show while the load goes.

    Args:
        metric_type: `count`: a total; `rate`: per second of the load; `distribution`: values with mean and percentiles;
            `sample`: one value as it is.
        group: Group in the results. Default: `user_metrics`.
        names: The actions; in an Analyze stage all where none is named.
        order: As of `event`.
        skip: As of `event`.
    """
    options = {"metric_type": metric_type, "group": group, "order": order, "skip": skip}
    mark: Callable[[Function], Function] = hook("metric", tuple(names), options)
    return mark


def save(
    *names: str,
    save_path: FilePath | None = None,
    checkpoint_filepath: FilePath | None = None,
    order: int = 1,
    skip: bool = False,
) -> Callable[[Function], Function]:
    """Makes a method one whose returned value is written to a file as JSON.

    The file is replaced as a whole, or not at all. Text that holds a JSON object or list is written as it is.

    Args:
        names: Hooks to run after; with `checkpoint_filepath` the one key of the context that is saved, which the method
            gets by its name.
        save_path: The file; relative paths start at the folder of the test file.
        checkpoint_filepath: The same, under the name of Hedra's earlier versions.
        order: As of `event`.
        skip: As of `event`.
    """
    options = {"save_path": save_path, "checkpoint_filepath": checkpoint_filepath, "order": order, "skip": skip}
    mark: Callable[[Function], Function] = hook("save", names, options)
    return mark


def load(
    *names: str, load_path: FilePath | None = None, order: int = 1, skip: bool = False
) -> Callable[[Function], Function]:
    """Makes a method one that gets the content of a JSON file.

    The content is the argument that is called as the file, without what no Python name can have: `last-run.json` is
    `lastrun`. The keys that the method returns are published as those of `@context`; where it returns nothing, the
    content is, under that name. Where there is no such file yet, the default of the argument is what is loaded.

    Args:
        names: Hooks to run after.
        load_path: The file; relative paths start at the folder of the test file.
        order: As of `event`.
        skip: As of `event`.
    """
    options = {"load_path": load_path, "order": order, "skip": skip}
    mark: Callable[[Function], Function] = hook("load", names, options)
    return mark


def restore(
    key: str,
    *,
    restore_filepath: FilePath | None = None,
    checkpoint_filepath: FilePath | None = None,
    order: int = 1,
    skip: bool = False,
) -> Callable[[Function], Function]:
    """Makes a method one that gets the content of a JSON file, to publish it under a key of the context.

    Args:
        key: The key; also the name of the argument.
        restore_filepath: The file; relative paths start at the folder of the test file.
        checkpoint_filepath: The same.
        order: As of `event`.
        skip: As of `event`.
    """
    options = {
        "restore_filepath": restore_filepath,
        "checkpoint_filepath": checkpoint_filepath,
        "order": order,
        "skip": skip,
    }
    mark: Callable[[Function], Function] = hook("restore", (key,), options)
    return mark
