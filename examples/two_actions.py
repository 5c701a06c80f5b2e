"""Two actions in one stage: one is compiled, the other has hooks that sign its requests and look at its answers.

Start the bundled service with `squall target`, then this with `squall run examples/two_actions.py`.
"""

import hashlib
import os

from squall import ActionRequest, Execute, Response, Setup, action, depends, event, expect


class Load(Setup):
    base_url = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
    batch_size = 4
    total_time = "1s"


@depends(Load)
class Shop(Execute):
    @action(weight=3)
    async def home(self):
        """Has no hooks, so that no Python runs for it."""
        await self.client.http.get("/", expect=expect(status=200))

    @action("sign", order=2)
    async def order(self):
        await self.client.http.post("/echo?json=1", json={"sku": 5})

    @event()
    async def sign(self, action: ActionRequest):
        """Runs before each request of `order`, which it changes."""
        digest = hashlib.sha256(repr(action.json).encode()).hexdigest()
        action.headers["x-signature"] = digest
        return {"digest": digest}

    @event("order", "sign")
    async def compare(self, result: Response, digest: str):
        """Runs after each answer to `order`, with what `sign` has returned for the same request."""
        if digest not in result.text:
            raise ValueError("the signature did not arrive")
