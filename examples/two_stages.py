"""Two stages send load at the same time, a third one when both have ended.

Start the bundled service with `squall target`, then this with `squall run examples/two_stages.py`.
"""

import os

from squall import Execute, Setup, Wait, action, depends, expect


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 4
    total_time = "1s"


@depends(Load)
class Visitors(Execute):
    rate = 50  # a second; the rest is what Load says

    @action()
    async def home(self):
        await self.client.http.get("/", expect=expect(status=200))


@depends(Load)
class Robots(Execute):
    persona_type = "batched"  # 4 requests, every 200 ms
    batch_interval = "200ms"

    @action()
    async def feed(self):
        await self.client.http.get("/json", expect=expect(status=200))


@depends(Visitors, Robots)
class Both(Wait):
    pass


@depends(Both)
class Buyers(Execute):
    @action()
    async def orders(self):
        await self.client.http.get("/orders", expect=expect(status=200))
