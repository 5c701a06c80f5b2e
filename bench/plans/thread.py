"""One GET in a task that blocks its thread."""

import os

from squall import Execute, Setup, depends, task

URL = os.environ["BENCH_URL"]


class Prepare(Setup):
    """Users and duration come from the command line."""


@depends(Prepare)
class Load(Execute):
    """One task."""

    @task
    def visit(self):
        """Ask for one page."""
        self.client.blocking.get(f"{URL}/")
