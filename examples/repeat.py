"""Repeats a function: 400 calls, in one process and then in two.

Start the bundled service with `squall target`, then this with `python examples/repeat.py`.
"""

import os

import squall

TARGET = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")


def operation(number, call):
    """Logs in and orders something; returns the status of the order."""
    with call.measurement("login"):
        login = call.http.post(f"{TARGET}/login", json={"user": f"user{number}"})
    token = login.json()["token"]
    with call.measurement("order"):
        order = call.http.post(f"{TARGET}/orders", json={"sku": number}, headers={"authorization": f"Bearer {token}"})
    return order.status


test = squall.Repeat(operation)
test.go(num_operations=400, num_processes=1, num_threads=10)
test.go(num_operations=400, num_processes=2, num_threads=10, seed=400)
print(test.small_report())  # noqa: T201
