#!/usr/bin/env python3
"""Puts what `make bench` measured into the README, between `<!-- bench:start -->` and `<!-- bench:end -->`.

It takes the machine, the versions and the comparison of one GET from `bench/results/latest.md`, word for word.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "bench/results/latest.md"
BLOCK = re.compile(r"(<!-- bench:start -->\n).*?(<!-- bench:end -->)", re.DOTALL)
COMPARISON = "## One GET"


def main() -> int:
    """Rewrites the block; fails where there is nothing to put into it."""
    if not RESULTS.exists():
        sys.stderr.write(f"error: there is no `{RESULTS.relative_to(ROOT)}`\nhint: run `make bench` first\n")
        return 1
    machine, versions, *parts = RESULTS.read_text(encoding="utf-8").split("\n\n")
    comparison = next((at for at, part in enumerate(parts) if part.startswith(COMPARISON)), None)
    if comparison is None:
        sys.stderr.write(
            "error: the last bench did not measure the throughput\nhint: run `make bench` without sections\n"
        )
        return 1
    title = parts[comparison].removeprefix("## ")
    text = f"{title}. {machine}\n\n{parts[comparison + 1].strip()}\n\n{versions}\n"
    old = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(lambda block: f"{block[1]}{text}{block[2]}", old), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
