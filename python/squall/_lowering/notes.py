"""Options that were typed and have no effect, because the file says something else."""

from __future__ import annotations

from collections.abc import Sequence

from squall._authoring.stages import Stage
from squall._lowering.actions import Action
from squall._lowering.load_profile import choice_of
from squall._lowering.overrides import Overrides
from squall._lowering.settings import ASK_FOR_A_PERSONA, OTHER_LOADS, Settings, replaces


def notes_on(levels: Sequence[tuple[type[Stage], Settings]], merged: Settings, overrides: Overrides) -> list[str]:
    """Returns a note for each typed option that an Execute stage leaves no room for.

    Args:
        levels: The stages that set something for it, with what they set; what comes first wins.
        merged: What holds for it in the end, defaults included.
        overrides: The options.
    """
    notes = []
    for name, typed in overrides.typed.items():
        value = overrides.defaults.values.get(name)
        if value is None or merged.values.get(name) == value:
            continue
        for stage, settings in levels:
            blocking = name if name in settings.values else next(iter(_in_the_way(name, settings)), None)
            if blocking is not None:
                _, _, text = typed.partition(" ")
                if blocking in ASK_FOR_A_PERSONA and name not in OTHER_LOADS:
                    notes.append(f"`{typed}` has no effect: `{blocking}` of `{stage.__name__}` goes without `{name}`")
                    break
                advice = f"use `--set {stage.__name__}.{name}={text}`" if text else f"set `{name}` there"
                notes.append(f"`{typed}` has no effect: `{stage.__name__}` sets `{blocking}`; {advice}")
                break
    return notes


def notes_on_weights(actions: Sequence[Action], settings: Settings) -> list[str]:
    """Returns a note for each weight that means nothing, as each action has whole batches."""
    if choice_of(settings).get("order") != "batches":
        return []
    persona = settings.values["persona_type"]
    return [
        f"`weight` of `{action.entry}` has no effect: with the persona `{persona}` each action has batches in turn"
        for action in actions
        if action.hook.weight != 1
    ]


def _in_the_way(name: str, settings: Settings) -> list[str]:
    """Returns the attributes of a stage that take an option's attribute out of the settings below."""
    return [one for one in settings.values if replaces(settings, one, name)]
