"""Ten stages around half a second of load: hooks in Python, a metric, a reporter, files."""

import os

from squall import (
    Act,
    Analyze,
    Checkpoint,
    Execute,
    JSONConfig,
    Setup,
    Submit,
    Teardown,
    Validate,
    Wait,
    action,
    context,
    depends,
    event,
    metric,
    save,
)

URL = os.environ["BENCH_URL"]
SECONDS = 0.5
KEPT = os.path.abspath("kept.json")


class Login(Act):
    """Sends one request, and publishes a key."""

    base_url = URL

    @action()
    async def login(self):
        """Ask for a page."""
        return await self.client.http.get("/")

    @context("login")
    async def publish(self, result):
        """Hand the status on."""
        return {"status": result.status}


@depends(Login)
class Right(Validate):
    """Looks at it."""

    @event()
    async def is_right(self, status=0):
        """Compare the status."""
        if status != 200:
            raise ValueError(f"the status was {status}")


@depends(Right)
class Prepare(Setup):
    """The load."""

    base_url = URL
    batch_size = 4
    total_time = SECONDS


@depends(Prepare)
class Visitors(Execute):
    """One load."""

    @action()
    async def home(self):
        """Ask for a page."""
        await self.client.http.get("/")


@depends(Prepare)
class Robots(Execute):
    """Another one at the same time."""

    @action()
    async def feed(self):
        """Ask for a page."""
        await self.client.http.get("/")


@depends(Visitors, Robots)
class Both(Wait):
    """Waits for both."""


@depends(Both)
class Numbers(Analyze):
    """Makes a number of the results."""

    @metric("count")
    async def all(self, results):
        """Count the requests."""
        return results.total


@depends(Numbers)
class Kept(Checkpoint):
    """Writes the context."""

    @save(save_path=KEPT)
    async def keep(self, status=0):
        """Return what is written."""
        return {"status": status}


@depends(Kept)
class Results(Submit):
    """Writes the metrics."""

    config = JSONConfig(events_filepath=None, metrics_filepath="metrics.json")


@depends(Results)
class Clean(Teardown):
    """Sends nothing more."""

    @event()
    async def tidy(self):
        """Do nothing."""
