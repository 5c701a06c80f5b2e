"""A graph whose actions branch on answers: `@task` bodies run as Python in each iteration.

Start the bundled service with `squall target`, then this with `squall run examples/task.py`.
"""

import asyncio
import os

import squall
from squall import DataPool, Execute, Setup, action, data, depends, expect, random_int, task

DataPool("users", rows=[{"name": "ann"}, {"name": "bob"}, {"name": "cleo"}])


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 5
    total_time = "3s"


@depends(Load)
class Shop(Execute):
    @action(weight=3)
    async def look(self):
        """Is compiled: no Python runs for it."""
        await self.client.http.get(f"/products/{random_int(1, 100)}", expect=expect(status=200))

    @task()
    async def order(self):
        """Reads the catalogue, and orders what it finds there."""
        login = await self.client.http.post("/login", json={"user": data("users").name})
        if not login.ok:
            return
        headers = {"authorization": f"Bearer {login.json()['token']}"}
        page = await self.client.http.get("/products")
        skus = [product["id"] for product in page.json()["products"] if product["id"] % 7 == 0]
        async with self.client.transaction("order"):
            orders = [self.client.http.post("/orders", json={"sku": sku}, headers=headers) for sku in skus]
            await asyncio.gather(*orders)
        squall.current().metric("ordered", len(skus))
