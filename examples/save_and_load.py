"""What a run has found out is there in the next one: saved as JSON at the end, loaded at the start.

Start the bundled service with `squall target`, then this with `squall run examples/save_and_load.py`, twice.
"""

import os

from squall import Act, Analyze, Execute, Results, Setup, action, depends, event, load, save

URL = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
FILE = ".squall/last.json"


class Before(Act):
    @load(load_path=FILE)
    async def earlier(self, last: dict[str, float] | None = None):
        """Gets what the file holds; in the first run there is no file yet, and `last` is its default."""
        return {"runs": int(last["runs"]) if last else 0, "median": last["median"] if last else None}

    @event("earlier")
    async def tell(self, runs: int, median: float | None):
        print(f"runs before this one: {runs}, median of the last: {median}")  # noqa: T201


@depends(Before)
class Load(Setup):
    base_url = URL
    batch_size = 2
    iterations = 50


@depends(Load)
class Shop(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/")


@depends(Shop)
class Numbers(Analyze):
    pass


@depends(Numbers)
class Keep(Act):
    @save(save_path=FILE)
    async def keep(self, results: Results, runs: int):
        return {"runs": runs + 1, "median": results["Shop"]["home"].groups["total"].median}
