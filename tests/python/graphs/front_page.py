from squall import Analyze, Execute, Setup, Submit, action, data, depends, expect, extract, random_int, uuid4
from squall.reporters import JSONConfig


class SetupStage(Setup):
    batch_size = 1000
    total_time = "1m"
    base_url = "https://shop.example"
    data = {"users": [{"name": "ann"}, {"name": "bob"}]}  # noqa: RUF012


@depends(SetupStage)
class Browse(Execute):
    @action()
    async def home(self):
        return await self.client.http.get("https://shop.example/")

    @action(weight=3)
    async def buy(self):
        login = await self.client.http.post(
            "/login",
            json={"user": data("users").name, "id": uuid4()},
            expect=expect(status=200, json={"ok": True}),
            extract={"token": extract.json("$.token")},
        )
        return await self.client.http.post(
            "/orders",
            json={"sku": random_int(1, 5000)},
            headers={"authorization": f"Bearer {login.token}"},
            expect=expect(status=201),
        )


@depends(Browse)
class AnalyzeStage(Analyze):
    pass


@depends(AnalyzeStage)
class SubmitStage(Submit):
    config = JSONConfig(events_filepath="events.json", metrics_filepath="metrics.json")
