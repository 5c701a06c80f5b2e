"""Where the programs are: built here, installed for this bench, or on the path."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.process import BenchError

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
BUILD = BENCH / "build"
RESULTS = BENCH / "results"
PLANS = BENCH / "plans"
PEERS = BENCH / "peers"


def build_floor() -> tuple[Path, Path]:
    """Build the floor and the responder in release mode and return their paths."""
    target = BUILD / "target"
    command = [
        "cargo",
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--manifest-path",
        str(BENCH / "floor" / "Cargo.toml"),
    ]
    try:
        subprocess.run(command, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError(f"the floor does not build: {error}") from error
    return target / "release" / "floor", target / "release" / "responder"


def find_squall() -> Path | None:
    """Find the `squall` command: `$SQUALL`, then `.venv/bin`, then `target/release`."""
    if named := os.environ.get("SQUALL"):
        return Path(named)
    places = (ROOT / ".venv" / "bin" / "squall", ROOT / "target" / "release" / "squall")
    return next((place for place in places if os.access(place, os.X_OK)), None)


def find_peer(name: str) -> Path | None:
    """Find a peer's command: where `make bench-peers` puts it, then on the path."""
    for place in (BUILD / folder / "bin" / name for folder in ("peers", "locust", "mite")):
        if os.access(place, os.X_OK):
            return place
    found = shutil.which(name)
    return Path(found) if found else None


def version_of(program: Path) -> str:
    """Ask a program for its version; the first line of what it says, or what cargo installed."""
    for flag in ("--version", "version", "-v"):
        try:
            said = subprocess.run([program, flag], check=False, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            continue
        words = (said.stdout.strip() or said.stderr.strip()).splitlines()
        digits = any(character.isdigit() for character in words[0]) if words else False
        if digits and "usage" not in words[0].lower():
            return re.split(r" Copyright| from /", words[0])[0].removeprefix(f"{program.name} ")
    return _version_by_cargo(program) or _version_by_pip(program) or "does not tell"


def _version_by_cargo(program: Path) -> str | None:
    record = program.parent.parent / ".crates.toml"
    lines = record.read_text().splitlines() if record.exists() else []
    found = (line.split()[1] for line in lines if line.startswith(f'"{program.name} '))
    return next(found, None)


def _version_by_pip(program: Path) -> str | None:
    records = program.parent.parent.glob(f"lib/python*/site-packages/{program.name}-*.dist-info")
    return next((record.stem.partition("-")[2] for record in records), None)
