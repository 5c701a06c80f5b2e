"""Journeys as short as can be, so that what is around them is measured."""

import asyncio
import os

URL = os.environ["BENCH_URL"]
SECONDS = float(os.environ["BENCH_SECONDS"])


async def visit(ctx):
    """Ask for one page."""
    await ctx.http.get(f"{URL}/")


async def one_by_one(ctx):
    """Ask for ten pages, one after the other."""
    for _ in range(10):
        await ctx.http.get(f"{URL}/")


async def gathered(ctx):
    """Ask for ten pages at the same time."""
    await asyncio.gather(*[ctx.http.get(f"{URL}/") for _ in range(10)])


async def idle(ctx):
    """Ask for one page, then sleep for longer than the load."""
    await ctx.http.get(f"{URL}/")
    await asyncio.sleep(SECONDS + 1)


async def decode(ctx):
    """Ask three times for JSON, and read it."""
    for name in ("first", "second", "third"):
        answer = await ctx.http.get(f"{URL}/user", name=name)
        if answer.json()["user"]["id"] != 42017:
            ctx.fail("another user")
