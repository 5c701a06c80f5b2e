"""Visitors log in and look at a product, then read its pictures at once, against `squall target`."""

import asyncio
import os

from squall.datapools import RecyclableIterableDataPool
from squall.journeys import ensure_fixed_separation
from squall.volume import Constant, Ramp, rate

URL = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")


async def visit(ctx, user, sku):
    """Looks at a product, at most ten times a second."""
    async with ensure_fixed_separation(0.1):
        async with ctx.transaction("login"):
            page = await ctx.http.post(f"{URL}/echo", json={"user": user})
        async with ctx.transaction("look"):
            headers = {"x-user": page.json()["user"]}
            await ctx.http.get(f"{URL}/products/{sku}", headers=headers, name="product")
            await asyncio.gather(*(ctx.http.get(f"{URL}/bytes/1000", name="picture") for _ in range(3)))


async def ping(ctx):
    """Asks whether the shop is up."""
    await ctx.http.get(URL, name="ping")


users = RecyclableIterableDataPool([(f"user-{number}", number) for number in range(1, 101)])


def scenario():
    """Returns who does what, with which data, and how many at once."""
    return [
        (visit, users, Ramp("1s", frm=1) + Constant("2s", 5)),
        (ping, None, rate("5/s", "3s")),
    ]
