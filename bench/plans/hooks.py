"""One GET in a task: alone, with a hook before it, with one after it, and with both."""

import os

from squall import Execute, Graph, Setup, depends, event, task

URL = os.environ["BENCH_URL"]


class Prepare(Setup):
    """Users and duration come from the command line."""


@depends(Prepare)
class Plain(Execute):
    """One task."""

    @task
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")


@depends(Prepare)
class Before(Execute):
    """The same, with a hook that sees the request."""

    @event()
    async def sign(self, action):
        """Look at the request."""
        return {"method": action.method}

    @task("sign")
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")


@depends(Prepare)
class After(Execute):
    """The same, with a hook that sees the answer."""

    @task
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")

    @event("visit")
    async def look(self, result):
        """Look at the answer."""
        return {"status": result.status}


@depends(Prepare)
class Both(Execute):
    """The same, with both."""

    @event()
    async def sign(self, action):
        """Look at the request."""
        return {"method": action.method}

    @task("sign")
    async def visit(self):
        """Ask for one page."""
        await self.client.http.get(f"{URL}/")

    @event("visit")
    async def look(self, result):
        """Look at the answer."""
        return {"status": result.status}


plain, before, after, both = (Graph(Prepare, stage) for stage in (Plain, Before, After, Both))
