"""Numbers of the test's own: one that is counted while the load goes, and some that are made of the results.

Start the bundled service with `squall target`, then this with `squall run examples/custom_metric.py`.
"""

import os

from squall import ActionResults, Analyze, Execute, Response, Setup, Submit, action, depends, metric, random_int
from squall import JSONConfig as Json


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    iterations = 100


@depends(Load)
class Shop(Execute):
    @action()
    async def product(self):
        await self.client.http.get(f"/products/{random_int(1, 100)}")

    @metric("distribution", group="prices", names=["product"])
    async def price(self, result: Response):
        return result.json()["price"]


@depends(Shop)
class Numbers(Analyze):
    @metric("count")
    async def slow(self, results: ActionResults):
        """Is called once for each action, with its results."""
        return sum(1 for one in results if one.time > 0.005)

    @metric("sample", group="ratios")
    async def ratios(self, results: ActionResults):
        total = results.groups["total"]
        return {"p99_to_median": total.quantile_99th / total.median, "failed": results.failed / results.total}


@depends(Numbers)
class Results(Submit):
    config = Json(events_filepath=None, metrics_filepath=".squall/custom-metrics.json")
