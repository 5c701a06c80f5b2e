"""Load profiles in words, for `squall explain`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from squall._lowering.persona_table import INJECT, persona_name
from squall._lowering.settings import Settings

Profile = Mapping[str, Any]


def profile_in_words(settings: Settings, load: Mapping[str, Any]) -> str:
    """Returns a load profile in words, with the persona that made it."""
    if not load:
        return ""
    ((model, profile),) = load.items()
    text = _WORDS[model](profile)
    persona = persona_name(settings.values)
    if persona == INJECT:
        return f"injection steps: {text}"
    return f"{persona}: {text}" if "persona_type" in settings.values or "distribution" in settings.values else text


def _closed(profile: Profile) -> str:
    if "grow" in profile:
        grow = profile["grow"]
        text = f"{grow['first']} users, {grow['step']} more whenever each has started one, up to {profile['users']}"
        return f"{text}, for {profile['duration']}"
    if "stages" in profile:
        text = f"users ramp from {profile.get('users', 0)}: {_ramps(profile['stages'])}"
    else:
        text = f"{_many(profile['users'], 'user')} for {profile['duration']}"
    return text + _between(profile)


def _open(profile: Profile) -> str:
    if "stages" in profile:
        text = f"iterations a second ramp from {profile.get('rate', 0)}: {_ramps(profile['stages'])}"
    else:
        rate = profile["rate"]
        text = f"{rate if isinstance(rate, str) else f'{rate:g} iterations/s'} for {profile['duration']}"
    if profile.get("spacing") == "poisson":
        text += ", at random times"
    return text + _most(profile)


def _iterations(profile: Profile) -> str:
    of_each = "per_user" in profile
    count = profile["per_user"] if of_each else profile["shared"]
    text = f"{_many(count, 'iteration')}{' of each of' if of_each else ' shared by'} {_many(profile['users'], 'user')}"
    most = f", {profile['max_duration']} at most" if "max_duration" in profile else ""
    return text + most + _between(profile)


def _batches(profile: Profile) -> str:
    text = f"batches of {_many(profile['size'], 'iteration')}"
    if "first" in profile:
        text = f"batches of {profile['first']}, {profile['step']} more each time, up to {profile['size']} iterations"
    if "gap" in profile:
        text += f", {profile['gap']} apart"
    if "interval_step" in profile:
        text += f", with waits that grow by {profile['interval_step']} up to {profile['interval']}"
    elif "interval" in profile:
        text += f", every {profile['interval']}" if "gap" not in profile else f", then {profile['interval']} of wait"
    return f"{text}, for {profile['duration']}{_most(profile)}"


def _completions(profile: Profile) -> str:
    count = _many(profile["per_batch"], "iteration")
    return f"{count} completed every {profile['interval']}, for {profile['duration']}{_most(profile)}"


def _eager(profile: Profile) -> str:
    return f"as many as can be started, for {profile['duration']}{_most(profile)}"


def _of_a_function(profile: Profile) -> str:
    text = f"as the function `{profile['entry']}` says"
    return f"{text}, for {profile['duration']}" if "duration" in profile else text


_WORDS: dict[str, Callable[[Profile], str]] = {
    "closed": _closed,
    "open": _open,
    "iterations": _iterations,
    "batches": _batches,
    "completions": _completions,
    "eager": _eager,
    "arrivals": _of_a_function,
    "volume": _of_a_function,
}


def _ramps(ramps: str | list[dict[str, Any]]) -> str:
    if isinstance(ramps, str):
        return ramps
    shown = [f"{ramp['duration']}:{ramp['target']:g}" for ramp in ramps]
    most = 8
    return ",".join(shown[:most]) + (f",… ({len(shown)} ramps)" if len(shown) > most else "")


def _between(profile: Profile) -> str:
    parts = [f", one every {profile['pacing']} each"] if "pacing" in profile else []
    if "pause" in profile:
        parts.append(f", {profile['pause']} of pause")
    return "".join(parts)


def _most(profile: Profile) -> str:
    return f", at most {_many(profile['max_users'], 'user')}" if "max_users" in profile else ""


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
