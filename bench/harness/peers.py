"""The load generators that Squall is compared with: one function each, and the list of them."""

from __future__ import annotations

import json
import re

from harness.generators import CONNECTIONS, Count, Generator, Job, last_json_line
from harness.process import BenchError, Usage
from harness.tools import PEERS, find_peer

USERS = str(CONNECTIONS)


def peers() -> list[Generator]:
    """List the peers, installed or not."""
    return [_wrk(), _h2load(), _oha(), _shb(), _k6(), _locust()]


def scripted_peers() -> list[Generator]:
    """List the peers whose load is written in a language, installed or not."""
    return [_k6(), _locust(), _mite()]


def every_peer() -> list[Generator]:
    """List all of them once."""
    return [*peers(), _mite()]


def _wrk() -> Generator:
    def count(usage: Usage, job: Job) -> Count:
        failed = _number(r"Non-2xx or 3xx responses: (\d+)", usage.stdout) if "Non-2xx" in usage.stdout else 0
        return Count(_number(r"(\d+) requests in ", usage.stdout), failed)

    return Generator(
        "wrk", find_peer("wrk"), lambda wrk, job: [str(wrk), "-t1", f"-c{USERS}", f"-d{job.seconds}", job.url], count
    )


def _h2load() -> Generator:
    def argv(h2load: object, job: Job) -> list[str]:
        return [str(h2load), "--h1", "-t1", "-c", USERS, "-D", str(job.seconds), job.url]

    def count(usage: Usage, job: Job) -> Count:
        return Count(_number(r"(\d+) succeeded", usage.stdout), _number(r"(\d+) failed", usage.stdout))

    return Generator("h2load", find_peer("h2load"), argv, count)


def _oha() -> Generator:
    def argv(oha: object, job: Job) -> list[str]:
        return [str(oha), "--no-tui", "-c", USERS, "-z", f"{job.seconds}s", "--output-format", "json", job.url]

    def count(usage: Usage, job: Job) -> Count:
        statuses: dict[str, int] = json.loads(usage.stdout)["statusCodeDistribution"]
        return Count(sum(statuses.values()), sum(number for status, number in statuses.items() if int(status) >= 400))

    return Generator("oha", find_peer("oha"), argv, count)


def _shb() -> Generator:
    def argv(shb: object, job: Job) -> list[str]:
        return [str(shb), "-t", "1", "-c", USERS, "-z", f"{job.seconds}s", job.url]

    def count(usage: Usage, job: Job) -> Count:
        return Count(_number(r"Requests:\s+(\d+)", usage.stdout), _number(r"(\d+) errors", usage.stdout))

    return Generator("shb", find_peer("shb"), argv, count)


def _k6() -> Generator:
    return Generator(
        "k6",
        find_peer("k6"),
        lambda k6, job: [str(k6), "run", "--quiet", "--no-usage-report", str(PEERS / "k6.js")],
        last_json_line,
        lambda job: {"BENCH_URL": job.url, "BENCH_DURATION": f"{job.seconds}s", "BENCH_USERS": USERS},
    )


def _locust() -> Generator:
    def argv(locust: object, job: Job) -> list[str]:
        file, host = str(PEERS / "locustfile.py"), job.url.rstrip("/")
        return [
            str(locust),
            "-f",
            file,
            "--headless",
            "--host",
            host,
            "-u",
            USERS,
            "-r",
            "1000",
            "-t",
            f"{job.seconds}s",
        ]

    return Generator("Locust FastHttpUser", find_peer("locust"), argv, last_json_line)


def _mite() -> Generator:
    return Generator(
        "mite",
        find_peer("mite"),
        lambda mite, job: [str(mite), "--log-level=WARNING", "scenario", "test", "mite_visit:scenario"],
        last_json_line,
        lambda job: {
            "BENCH_URL": job.url,
            "BENCH_SECONDS": str(job.seconds),
            "BENCH_USERS": USERS,
            "PYTHONPATH": str(PEERS),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )


def _number(pattern: str, text: str) -> int:
    if found := re.search(pattern, text):
        return int(found.group(1))
    raise BenchError(f"`{pattern}` is not in what it printed: {text.strip()[-200:]!r}")
