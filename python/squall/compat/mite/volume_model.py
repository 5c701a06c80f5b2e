"""mite's volume models; see `squall.volume`."""

from __future__ import annotations

from squall import volume
from squall._authoring.values import Duration
from squall._script.registry import StopVolumeModel
from squall.volume import Nothing, Ramp

__all__ = ["Constant", "Nothing", "Ramp", "StopVolumeModel", "oneshot_vm"]


class Constant(volume.Constant):
    """The same number of journeys at once for a time; mite calls it `tps`, for journeys that take a second each.

    Args:
        duration: How long.
        tps: Journeys at once.
    """

    def __init__(self, duration: Duration, tps: float) -> None:
        super().__init__(duration, tps)

    @property
    def tps(self) -> float:
        """Journeys at once."""
        return self.users


def oneshot_vm(when: float = -1, stop_scenario: bool = False) -> volume.Oneshot:  # noqa: FBT001, FBT002
    """Returns a model that starts one journey at a time of the load, and is over then; see `squall.volume.oneshot`."""
    return volume.oneshot(when, stop_scenario=stop_scenario)
