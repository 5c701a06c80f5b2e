"""A test case: uploads files, so many times a second.

Start the bundled service with `squall target`, then this with `squall run examples/upload_test.yaml -d 10s`.
"""

import os
import time

import squall


class UploadTest(squall.TestCase):
    """Uploads a file."""

    max_duration = 5

    @classmethod
    def startup(cls):
        cls.target = os.environ.get("SQUALL_TARGET", "http://127.0.0.1:8080")
        cls.content = os.urandom(10_000)

    def setup(self):
        self.headers = {"x-api": "1"} if self.kwargs.get("legacy") else {}

    def run(self):
        started = time.perf_counter()
        answer = self.http.post(f"{self.target}/echo", data=self.content, headers=self.headers)
        answer.raise_for_status()
        self.metrics["upload_s"] = time.perf_counter() - started

    @property
    def summary(self):
        return f"upload test, legacy: {self.kwargs.get('legacy', False)}"
