"""A condition that skips: only some iterations send their request, and the others count as well.

Start the bundled service with `squall target`, then this with `squall run examples/condition.py`.
"""

import os

import squall
from squall import Execute, Setup, action, condition, depends


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    iterations = 100


@depends(Load)
class Shop(Execute):
    @action("is_member")
    async def offers(self):
        await self.client.http.get("/products")

    @condition()
    async def is_member(self):
        """Is asked before each request."""
        return squall.current().rng.random() < 0.3
