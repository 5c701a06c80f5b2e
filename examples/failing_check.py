"""A check that fails: each failure is counted with its message, and the load goes on.

Start the bundled service with `squall target`, then this with `squall run examples/failing_check.py`.
"""

import os

from squall import Execute, Response, Setup, action, check, depends, random_int


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    iterations = 100


@depends(Load)
class Shop(Execute):
    @action()
    async def product(self):
        await self.client.http.get(f"/products/{random_int(1, 100)}")

    @check("product", message="a product is dearer than 30")
    async def cheap(self, result: Response):
        return result.json()["price"] <= 30
