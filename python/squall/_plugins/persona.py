"""What a schedule of the test's own derives from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PersonaSettings:
    """What the Setup and Execute stages say of a load, for the persona that makes it.

    Attributes:
        stage: Name of the Execute stage.
        batch_size: Its `batch_size`.
        total_time: Seconds that the load lasts.
        batch_interval: Seconds; its `batch_interval`.
        action_interval: Seconds; its `action_interval`.
        batch_gradient: Its `batch_gradient`.
        values: What the stages set of these and of `rate`, `distribution`, `distribution_intervals`, `max_users` and
            `max_wait`, by name, as a plan writes it.
    """

    stage: str
    batch_size: int = 1000
    total_time: float = 60.0
    batch_interval: float = 0.0
    action_interval: float = 0.0
    batch_gradient: float = 0.1
    values: Mapping[str, Any] = field(default_factory=dict)


class PersonaPlugin:
    """Says when iterations start; define one of `schedule` and `generate`.

    It is chosen by its name, `persona_type = "wave"`, in a stage that has it among its `plugins`. An iteration starts
    on a free virtual user, at most `max_users`; one that finds none waits for `max_wait`, and is dropped then.
    """

    def __init__(self, settings: PersonaSettings) -> None:
        """Keeps the settings of the stage."""
        self.settings = settings

    def schedule(self, start: float, end: float) -> float:
        """Returns how many iterations start from one second of the load to another; fractions add up.

        It is asked for one second after the other, a little ahead; iterations of a second start at equal distances.
        Raise `squall.StopVolumeModel` to end the load.
        """
        raise NotImplementedError

    def generate(self) -> AsyncIterator[int | None]:
        """Starts an iteration with each `yield`, or so many at once: `yield 5`; the load ends when it returns.

        An asynchronous generator, `async def` with `yield`, which waits as it likes in between. What it has yielded is
        started every 50 ms.
        """
        raise NotImplementedError
