"""One GET in a task that runs on the event loop."""

import os

from squall import Execute, task

URL = os.environ["BENCH_URL"]


class Load(Execute):
    """One task."""

    @task
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")
