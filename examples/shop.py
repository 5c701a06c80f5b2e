"""A shop under load: visitors look around, then they buy.

Start the bundled service with `squall target`, then this with `squall run examples/shop.py`.
"""

import os

from squall import (
    Analyze,
    DataPool,
    Execute,
    JSONConfig,
    Setup,
    Submit,
    action,
    bearer,
    data,
    depends,
    expect,
    extract,
    random_choice,
    random_int,
    uuid4,
)

DataPool("users", rows=[{"name": "ann"}, {"name": "bob"}, {"name": "cleo"}, {"name": "dan"}])


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 20
    total_time = "5s"


@depends(Load)
class Browse(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/", expect=expect(status=200))

    @action(weight=3)
    async def product(self):
        await self.client.http.get(
            f"/products/{random_int(1, 100)}",
            headers={"accept-language": random_choice("en", "de", "fr")},
            expect=expect(status=200),
        )

    @action(weight=2)
    async def search(self):
        await self.client.http.get("/products", params={"page": random_int(1, 5)}, expect=expect(duration="1s"))


@depends(Browse)
class Buy(Execute):
    @action()
    async def order(self):
        login = await self.client.http.post(
            "/login",
            json={"user": data("users").name},
            expect=expect(status=200, json={"ok": True}),
            extract={"token": extract.json("$.token")},
        )
        await self.client.http.post(
            "/orders",
            json={"sku": random_int(1, 100), "reference": uuid4()},
            auth=bearer(login.token),
            expect=expect(status=201),
        )


@depends(Buy)
class Summary(Analyze):
    pass


@depends(Summary)
class Results(Submit):
    config = JSONConfig(events_filepath=".squall/shop-events.jsonl", metrics_filepath=".squall/shop-metrics.json")
