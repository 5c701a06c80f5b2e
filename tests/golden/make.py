"""Makes the golden runs anew: `python tests/golden/make.py "python -m squall"`. See README.md beside it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
TARGET = "http://127.0.0.1:8080"
KEPT = ("plan.json", "summary.json", "intervals.jsonl")
TRIES = 10


class Sleepy(BaseHTTPRequestHandler):
    """Answers after a time that differs from one request to the next."""

    protocol_version = "HTTP/1.1"
    base_s = 0.005
    asked = 0

    def do_GET(self):
        Sleepy.asked += 1
        time.sleep(Sleepy.base_s * (1 + (Sleepy.asked * 7 % 10) / 10))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass


def neutral(text: str, address: str, old_id: str, new_id: str) -> str:
    """Takes out what is of this machine and of this day."""
    return text.replace(address, TARGET).replace(old_id, new_id)


def keep(folder: Path, name: str, number: int, address: str) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    new_id = f"20260101-1200{number:02}-{summary['run']['name']}-{number:04x}"
    to = HERE / name
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    for file in KEPT:
        text = neutral((folder / file).read_text(), address, folder.name, new_id)
        if file == "summary.json":
            document = json.loads(text)
            document["run"]["started_at"] = f"2026-01-01T12:00:{number:02}.25Z"
            document["run"].pop("commit", None)
            text = json.dumps(document, ensure_ascii=False) + "\n"
        assert not re.search(r"/root/|/home/|/tmp/", text), f"{name}/{file} names a folder of this machine"
        (to / file).write_text(text)


def run(squall: list[str], name: str, number: int, args: list[str], address: str, wanted: str) -> None:
    """Runs until the verdict is the one that is wanted: a busy machine makes a run invalid."""
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "SQUALL_TARGET": address}
            subprocess.run(
                [*squall, *args, "-q", "--no-report", "--runs-dir", folder],
                env=environment,
                cwd=HERE,
            )
            [made] = [path for path in Path(folder).iterdir() if path.is_dir()]
            verdict = json.loads((made / "summary.json").read_text())["verdict"]["status"]
            if verdict == wanted:
                keep(made, name, number, address)
                return
            sys.stderr.write(f"{name} is {verdict}, again\n")
    sys.exit(f"{name} is never {wanted}")


def main() -> None:
    squall = shlex.split(sys.argv[1] if len(sys.argv) > 1 else "squall")
    sleepy = ThreadingHTTPServer(("127.0.0.1", 0), Sleepy)
    threading.Thread(target=sleepy.serve_forever, daemon=True).start()
    slow = f"http://127.0.0.1:{sleepy.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        target = subprocess.Popen(
            [*squall, "target", "--http", "127.0.0.1:0", "--ready-file", ready], stdout=subprocess.DEVNULL
        )
        try:
            while not ready.exists():
                time.sleep(0.05)
            make(squall, slow, ready.read_text().split()[0])
        finally:
            target.terminate()


def make(squall: list[str], slow: str, target: str) -> None:
    pair = ["http", f"{slow}/a", "-r", "3", "-d", "12s", "--name", "shop", "--threshold", "p95(response_time) < 500ms"]
    run(squall, "passed", 1, [*pair, "--seed", "1", "--tag", "branch=main"], slow, "passed")
    Sleepy.base_s = 0.009
    run(squall, "slower", 2, [*pair, "--seed", "2", "--tag", "branch=slower"], slow, "passed")
    failing = ["http", f"{target}/flaky?rate=0.3&status=503", "-u", "3", "-n", "60", "--threshold", "failed.rate < 1%"]
    run(squall, "failed", 3, [*failing, "--name", "flaky", "--seed", "3"], target, "failed")
    late = ["http", f"{target}/delay/200ms", "-r", "20", "-d", "3s", "-u", "1"]
    run(squall, "invalid", 4, [*late, "--name", "late", "--seed", "4"], target, "invalid")
    graph = ["run", "shop.py", "--seed", "5", "--threads", "1"]
    run(squall, "graph", 5, graph, target, "passed")


main()
