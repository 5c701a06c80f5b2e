"""The same work in mite: as many journeys at once as connections, each asks for one page after the other.

A mite runner starts journeys only a few times a second, each with a new connection. Journeys that go on asking let it
show what a request costs.
"""

import json
import os
import time

from mite.scenario import StopVolumeModel
from mite_http import mite_http

URL = os.environ["BENCH_URL"]
USERS = int(os.environ["BENCH_USERS"])
SECONDS = float(os.environ["BENCH_SECONDS"])


class Window:
    """From the start of the last journey on: mite starts them slowly, which is not what is compared."""

    def __init__(self) -> None:
        self.journeys = self.requests = self.failed = 0
        self.begin = self.cpu = 0.0
        self.over = False

    def enter(self) -> None:
        self.journeys += 1
        if self.journeys == USERS:
            self.requests = self.failed = 0
            self.begin, self.cpu = time.monotonic(), time.process_time()

    def count(self, status: int) -> None:
        self.requests += 1
        self.failed += status >= 400
        if self.begin and not self.over and time.monotonic() - self.begin >= SECONDS:
            self.over = True
            spent = time.process_time() - self.cpu
            print(json.dumps({"requests": self.requests, "failed": self.failed, "cpu_s": spent}), flush=True)


window = Window()


@mite_http
async def visit(ctx) -> None:
    window.enter()
    while not window.over:
        window.count((await ctx.http.get(URL)).status_code)


def volume(start: int, end: int) -> int:
    del start, end  # it is asked with both
    if window.over:
        raise StopVolumeModel
    return USERS


def scenario() -> list[tuple[object, None, object]]:
    return [("mite_visit:visit", None, volume)]
