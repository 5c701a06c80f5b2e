"""A channel between two actions: what one has created, the other reads.

Start the bundled service with `squall target`, then this with `squall run examples/channel.py`.
"""

import os

from squall import Execute, Response, Setup, action, channel, check, depends, random_int


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 4
    iterations = 100


@depends(Load)
class Shop(Execute):
    @action()
    async def look(self):
        await self.client.http.get(f"/products/{random_int(1, 100)}")

    @channel("look")
    async def products(self, result: Response):
        """Is sent what this returns, after each answer to `look`."""
        return result.json()

    @action("products", order=2)
    async def look_again(self, products: dict[str, object]):
        """Waits for a value of the channel in each iteration."""
        return await self.client.http.get(f"/products/{products['id']}")

    @check("look_again", "products", message="another product")
    async def same(self, result: Response, products: dict[str, object]):
        return result.json() == products
