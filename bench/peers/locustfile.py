"""The same work in Locust: as many users as connections, one GET after the other."""

import json
import time

from locust import FastHttpUser, constant, events, task
from locust.env import Environment


class Visitor(FastHttpUser):
    """Asks for `/` without a pause."""

    wait_time = constant(0)

    @task
    def root(self) -> None:
        self.client.get("/")


class Window:
    """From the start of the last user on: Locust takes a second of CPU to start, which is not what is compared."""

    def __init__(self, environment: Environment) -> None:
        self.stats = environment.stats
        self.begin()

    def begin(self, **_: object) -> None:
        self.before = self.now()

    def now(self) -> tuple[int, int, float]:
        total = self.stats.total
        return total.num_requests, total.num_failures, time.process_time()

    def end(self, **_: object) -> None:
        spent = [after - before for after, before in zip(self.now(), self.before, strict=True)]
        print(json.dumps(dict(zip(("requests", "failed", "cpu_s"), spent, strict=True))), flush=True)


@events.init.add_listener
def watch(environment: Environment, **_: object) -> None:
    window = Window(environment)
    environment.events.spawning_complete.add_listener(window.begin)
    environment.events.test_stopping.add_listener(window.end)
