"""What an agent process learns from the one that loaded the test first, before its first iteration."""

from __future__ import annotations

import pickle

from squall._script import link
from squall._script.config import TOPIC, config
from squall._script.fixtures import Fixture, once


async def fetched() -> None:
    """Takes over the configuration as it is now, once: what a scenario function set may differ between processes."""
    await once(_FETCH, None)


async def _fetch(_: object) -> None:
    config.take_over(pickle.loads(await link.ask(TOPIC, b"")))  # noqa: S301 - from our own processes


_FETCH = Fixture(_fetch, "config", "squall config")
