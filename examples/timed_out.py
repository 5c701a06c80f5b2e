"""A stage that takes too long is ended: what depends on it is left out, what cleans up runs all the same.

Start the bundled service with `squall target`, then this with `squall run examples/timed_out.py`, which fails.
"""

import os

from squall import Execute, Setup, Teardown, action, depends


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    total_time = "1m"


@depends(Load)
class Endless(Execute):
    stage_timeout = "500ms"

    @action()
    async def home(self):
        await self.client.http.get("/")


@depends(Endless)
class Next(Execute):
    @action()
    async def orders(self):
        await self.client.http.get("/orders")


@depends(Next)
class Clean(Teardown):
    pass
