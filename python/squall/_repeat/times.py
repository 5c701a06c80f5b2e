"""Times in buckets, as the engine stores them: log-linear, exact under merge, at most 0.1 % off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

_SUB_BITS = 9
_SUB_BUCKETS = 1 << _SUB_BITS


def bucket_of(value: int) -> int:
    """Returns the bucket that holds a number of nanoseconds."""
    octave = max(0, value.bit_length() - _SUB_BITS)
    return (octave << _SUB_BITS) | ((value >> max(0, octave - 1)) & (_SUB_BUCKETS - 1))


def middle_of(bucket: int) -> int:
    """Returns the middle of a bucket in nanoseconds."""
    octave, sub = bucket >> _SUB_BITS, bucket & (_SUB_BUCKETS - 1)
    if octave == 0:
        return sub
    shift = octave - 1
    return ((_SUB_BUCKETS + sub) << shift) + ((1 << shift) - 1) // 2


class Times:
    """Times of calls or of parts of them.

    Attributes:
        count: How many there are, good and failed.
        failed: How many of them failed.
        sum_ns: Their sum.
        min_ns: The least of them; 0 where there is none.
        max_ns: The largest of them.
    """

    def __init__(self) -> None:
        self.count = 0
        self.failed = 0
        self.sum_ns = 0
        self.min_ns = 0
        self.max_ns = 0
        self._buckets: Counter[int] = Counter()

    def add(self, value_ns: int, *, failed: bool = False) -> None:
        """Adds one time."""
        self._extend(1, value_ns, value_ns, value_ns, failed=failed)
        self._buckets[bucket_of(value_ns)] += 1

    def add_stored(self, stored: Mapping[str, Any], *, failed: bool = False) -> None:
        """Adds a histogram as a line of `intervals.jsonl` has it."""
        self._extend(stored["count"], int(stored["sum"]), stored["min"], stored["max"], failed=failed)
        for bucket, count in stored["buckets"]:
            self._buckets[bucket] += count

    def merge(self, other: Times) -> None:
        """Adds all times of others."""
        self._extend(other.count, other.sum_ns, other.min_ns, other.max_ns, failed=False)
        self.failed += other.failed
        self._buckets.update(other._buckets)

    def mean_ns(self) -> float:
        """Returns the arithmetic mean; 0 where there is none."""
        return self.sum_ns / self.count if self.count else 0.0

    def quantiles_ns(self, *quantiles: float) -> list[int]:
        """Returns the least values that shares of all times do not exceed, shares rising; 0 where there is no time."""
        found: list[int] = []
        wanted = iter(quantiles)
        quantile = next(wanted, None)
        passed = 0
        for bucket in sorted(self._buckets):
            passed += self._buckets[bucket]
            while quantile is not None and passed >= max(1, quantile * self.count - 1e-9):
                found.append(min(max(middle_of(bucket), self.min_ns), self.max_ns))
                quantile = next(wanted, None)
        return found + [self.max_ns] * (len(quantiles) - len(found))

    def _extend(self, count: int, total: int, least: int, largest: int, *, failed: bool) -> None:
        if not count:
            return
        self.min_ns = least if not self.count else min(self.min_ns, least)
        self.max_ns = max(self.max_ns, largest)
        self.count += count
        self.sum_ns += total
        self.failed += count if failed else 0
