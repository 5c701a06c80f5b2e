"""What the figures were measured on, and which cores are used for what."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cores:
    """Who runs where."""

    server: frozenset[int]
    generator: frozenset[int]
    all: frozenset[int]

    @classmethod
    def choose(cls) -> Cores:
        """Give the server the first core that this process may use and the generator the last one."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(frozenset(usable[:1]), frozenset(usable[-1:]), frozenset(usable))

    @property
    def shared(self) -> bool:
        """Whether server and generator have to share one core, which makes every figure worse."""
        return self.server == self.generator


def describe() -> dict[str, object]:
    """Describe the machine: processor, cores, memory, kernel, load."""
    return {
        "processor": _first("/proc/cpuinfo", "model name", platform.processor() or "unknown"),
        "mhz": _first("/proc/cpuinfo", "cpu MHz", "unknown"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_kib": int(_first("/proc/meminfo", "MemTotal", "0 kB").split()[0]),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_average": list(os.getloadavg()),
    }


def _first(path: str, key: str, default: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return default
    found = (line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key)
    return next(found, default)
