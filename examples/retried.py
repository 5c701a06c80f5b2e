"""A stage that fails is run again: the service is not ready when it is asked for the first time.

Start the bundled service with `squall target`, then this with `squall run examples/retried.py`.
"""

import itertools
import os

from squall import Act, Execute, Setup, action, depends, expect, task

attempts = itertools.count(1)


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 2
    total_time = "500ms"


@depends(Load)
class Ready(Act):
    retries = 3
    stage_timeout = "5s"  # for each attempt

    @task()
    async def ask(self):
        answer = await self.client.http.get("/")
        if next(attempts) == 1 or not answer.ok:
            raise RuntimeError("the service is not ready yet")


@depends(Ready)
class Browse(Execute):
    @action()
    async def home(self):
        await self.client.http.get("/", expect=expect(status=200))
