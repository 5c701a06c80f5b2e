"""What does TLS add?"""

from __future__ import annotations

from harness.bench import Bench, Section
from harness.generators import squall_http
from harness.rounds import alternate
from harness.servers import squall_target


def measure(bench: Bench) -> Section:
    """Alternate HTTP and HTTPS against the bundled target."""
    squall = bench.require_squall()
    plain = squall_http(squall, "squall http, HTTP")
    secure = squall_http(squall, "squall http, HTTPS", "--threads", "1", "-k")
    with squall_target(squall, bench.cores.server) as urls:
        rows = alternate([(plain, f"{urls.http}/"), (secure, f"{urls.https}/")], bench.plan)
    section = Section("HTTPS against HTTP, bundled target", rows)
    section.keep("https", rows[1].ratio(rows[0]))
    if error := rows[1].error or rows[0].error:
        section.errors["https"] = error
    return section
