"""One GET in a task that runs on the event loop."""

import os

from squall import Execute, Setup, depends, task

URL = os.environ["BENCH_URL"]


class Prepare(Setup):
    """Users and duration come from the command line."""


@depends(Prepare)
class Load(Execute):
    """One task."""

    @task
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")
