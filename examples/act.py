"""An Act stage makes side calls before the load and after it: it logs in, and the load uses the token.

Start the bundled service with `squall target`, then this with `squall run examples/act.py`.
"""

import os

from squall import Act, Execute, Response, Setup, Teardown, action, bearer, check, context, depends, teardown

URL = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")


class Login(Act):
    base_url = URL

    @action()
    async def login(self):
        return await self.client.http.post("/login", json={"user": "ann"})

    @check("login", message="ann cannot log in")
    async def allowed(self, result: Response):
        return result.status == 200

    @context("login")
    async def publish(self, result: Response):
        """Gives the token to every stage after this one."""
        return {"token": result.json()["token"]}


@depends(Login)
class Load(Setup):
    base_url = URL
    batch_size = 4
    total_time = "1s"


@depends(Load)
class Shop(Execute):
    @action()
    async def order(self, token: str):
        await self.client.http.post("/orders", json={"sku": 5}, auth=bearer(token))


@depends(Shop)
class Clean(Teardown):
    base_url = URL

    @teardown()
    async def log_out(self, token: str):
        """Runs whatever has happened before."""
        await self.client.http.post("/echo", json={"log_out": token})
