"""Where results go: the `config` of a Submit stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from squall._recording.frames import caller

if TYPE_CHECKING:
    from squall._authoring.values import FilePath

__all__ = ["CSVConfig", "JSONConfig", "Reporter"]


class Reporter:
    """A reporter and its settings."""

    name = ""
    """Name of the reporter in the plan."""

    def __init__(self, settings: dict[str, object], unavailable: dict[str, object]) -> None:
        self.settings = settings
        self.unavailable = [name for name, value in unavailable.items() if value is not None]
        self.place = caller()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.settings.items())})"


class _FileReporter(Reporter):
    def __init__(
        self,
        events_filepath: FilePath | None,
        metrics_filepath: FilePath | None,
        others: dict[str, object],
        unavailable: dict[str, object],
    ) -> None:
        files = {"events_filepath": events_filepath, "metrics_filepath": metrics_filepath}
        given = {name: value for name, value in others.items() if value is not None}
        super().__init__({**files, **given}, unavailable)


class JSONConfig(_FileReporter):
    """Writes results as JSON files."""

    name = "json"

    def __init__(
        self,
        events_filepath: FilePath | None = "events.json",
        metrics_filepath: FilePath | None = "metrics.json",
        experiments_filepath: FilePath | None = None,
        streams_filepath: FilePath | None = None,
        system_metrics_filepath: FilePath | None = None,
        *,
        overwrite: bool = True,
    ) -> None:
        """Says where the files go. Relative paths start at the working directory.

        Args:
            events_filepath: One line for each operation, each a JSON object; None writes no such file.
            metrics_filepath: One JSON document with the metrics of each action; None writes no such file.
            experiments_filepath: Not available in this version; anything but None is an error.
            streams_filepath: One line for each second and operation while the load goes, where the Submit stage has
                `stream = True`; None writes no such file.
            system_metrics_filepath: CPU and memory of the generator, over the run and in each stage; None writes no
                such file.
            overwrite: Replace files that exist; False appends to them.
        """
        others: dict[str, object] = {
            "streams_filepath": streams_filepath,
            "system_metrics_filepath": system_metrics_filepath,
            "overwrite": overwrite,
        }
        super().__init__(events_filepath, metrics_filepath, others, {"experiments_filepath": experiments_filepath})


class CSVConfig(_FileReporter):
    """Writes results as CSV files (RFC 4180)."""

    name = "csv"

    def __init__(
        self,
        events_filepath: FilePath | None = "events.csv",
        metrics_filepath: FilePath | None = "metrics.csv",
        experiments_filepath: FilePath | None = None,
        streams_filepath: FilePath | None = None,
        system_metrics_filepath: FilePath | None = None,
        *,
        overwrite: bool = True,
    ) -> None:
        """Says where the files go. Relative paths start at the working directory.

        Args:
            events_filepath: One row for each operation; None writes no such file.
            metrics_filepath: One row for each action and timing group; None writes no such file.
            experiments_filepath: Not available in this version; anything but None is an error.
            streams_filepath: One line for each second and operation while the load goes, where the Submit stage has
                `stream = True`; None writes no such file.
            system_metrics_filepath: CPU and memory of the generator, over the run and in each stage; None writes no
                such file.
            overwrite: Replace files that exist; False appends to them.
        """
        others: dict[str, object] = {
            "streams_filepath": streams_filepath,
            "system_metrics_filepath": system_metrics_filepath,
            "overwrite": overwrite,
        }
        super().__init__(events_filepath, metrics_filepath, others, {"experiments_filepath": experiments_filepath})
