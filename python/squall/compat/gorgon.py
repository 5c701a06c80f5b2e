"""Gorgon's names: `from squall.compat.gorgon import Gorgon`."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from squall.repeat import Repeat

__all__ = ["Gorgon"]

_CLUSTER = (
    "other machines come with the distributed version of Squall; until then, `num_processes` uses all cores of this one"
)


class Gorgon(Repeat):
    """Gorgon's class: `Repeat` with the names that Gorgon has.

    `go`, `small_report`, `html_report` and `html_graph_report` are those of `Repeat`.
    """

    num_nodes = 1
    """Number of machines: this one."""

    def cluster_report(self) -> str:
        """Returns a JSON list with one entry for each result: `result`, `count`, and times in seconds.

        Gorgon lists every single call there. Squall keeps histograms, whose size does not grow with the run.
        """
        report = json.loads(self.json_report())
        return json.dumps([_record(result) for result in report["results"]])

    def add_to_cluster(
        self, host: str, ssh_user: str, ssh_key_filename: str, python_interpreter: str = "python"
    ) -> NoReturn:
        """Is not there yet.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(f"`{host}` cannot be added: {_CLUSTER}")

    def remove_from_cluster(self, host: str = "all") -> None:
        """Does nothing: there is no other machine."""


def _record(result: dict[str, Any]) -> dict[str, Any]:
    record = {"result": result["result"], "count": result["count"], "total_time": result["mean_ms"] / 1000}
    record.update({f"time_{part['name']}": part["mean_ms"] / 1000 for part in result["measurements"]})
    return record
