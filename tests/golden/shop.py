"""The test behind the golden run `graph`: three stages, two of them at once, a transaction, and numbers of its own."""

import os

from squall import (
    ActionResults,
    Analyze,
    DataPool,
    Execute,
    Response,
    Setup,
    action,
    bearer,
    data,
    depends,
    expect,
    extract,
    metric,
)

DataPool("users", rows=[{"name": "ann"}, {"name": "bob"}])


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    iterations = 12


@depends(Load)
class Browse(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/", expect=expect(status=200))

    @action(weight=2)
    async def product(self):
        await self.client.http.get("/products/7", expect=expect(status=200))

    @metric("distribution", group="prices", names=["product"])
    async def price(self, result: Response):
        return result.json()["price"]


@depends(Load)
class Robots(Execute):
    @action()
    async def feed(self):
        await self.client.http.get("/flaky?rate=0.2&status=503", expect=expect(status=200))


@depends(Browse, Robots)
class Buy(Execute):
    @action()
    async def order(self):
        login = await self.client.http.post(
            "/login", json={"user": data("users").name}, extract={"token": extract.json("$.token")}
        )
        await self.client.http.post("/orders", json={"sku": 3}, auth=bearer(login.token), expect=expect(status=201))


@depends(Buy)
class Numbers(Analyze):
    @metric("count")
    async def slow(self, results: ActionResults):
        """Is called once for each action, with its results."""
        return sum(1 for one in results if one.time > 0.005)
