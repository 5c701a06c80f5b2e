"""mite's end of a volume model."""

from squall._script.registry import StopVolumeModel

__all__ = ["StopVolumeModel"]
