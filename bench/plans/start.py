"""One request by one user, written in Python, to see how long it takes until it arrives."""

import os

from squall import Execute, Setup, action, depends


class Prepare(Setup):
    """One user."""

    batch_size = 1
    total_time = "100ms"


@depends(Prepare)
class Load(Execute):
    """One action."""

    @action()
    async def first(self):
        """Ask for `/`."""
        return await self.client.http.get(os.environ["BENCH_URL"])
