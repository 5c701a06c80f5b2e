"""The stages of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Union

from squall._authoring.pools import DataPool
from squall._authoring.values import Duration, Fields, FilePath
from squall.http import Client
from squall.reporters import Reporter

Pause = Union[Duration, tuple[Duration, Duration]]
"""A wait: a duration, or `(shortest, longest)` from which each wait is drawn evenly."""

Ramp = Union[str, Sequence[tuple[Duration, float]]]
"""Linear ramps: `"30s:100,1m:100"`, or a list of `(duration, target)`."""

Connections = Union[Literal["per_user", "new_each"], tuple[Literal["shared"], int]]
"""Who shares connections."""

Cookies = Union[bool, Literal["per_iteration"]]
"""Whether cookies are kept, and how long."""


class Stage:
    """A node of the graph. Derive from `Setup`, `Execute`, `Analyze` or `Submit`."""


class LoadAttributes:
    """What Setup and Execute stages can set: when iterations start, and how requests are sent."""

    batch_size: int = 1000
    """Virtual users. With `rate`: at most so many, where `max_users` is not given."""

    total_time: Duration = "1m"
    """How long iterations are started. With `iterations`: the longest time. Not with `ramp`, which says how long
    itself."""

    batch_interval: Duration = 0
    """Seconds that each user waits between its iterations."""

    graceful_stop: Duration = 1
    """Seconds that iterations in flight get to finish when the load ends; the rest is counted as interrupted."""

    persona_type: Literal["default"] = "default"
    """When iterations start; only `"default"` in this version: each user starts its next iteration when the last has
    ended."""

    rate: float | str | None = None
    """Iterations started per second, however long they take: `500`, `"500/s"`, `"30/m"`. Makes the load an open
    model."""

    ramp: Ramp | None = None
    """Linear ramps one after the other: `"30s:100,1m:100"` reaches 100 users (with `rate`: iterations a second,
    starting from that rate) after 30 s, and holds them for a minute. Starts at 0 where neither `batch_size` nor
    `rate` is set."""

    stages: Ramp | None = None
    """Another name of `ramp`."""

    spacing: Literal["even", "poisson"] = "even"
    """With `rate`: equal gaps between iterations, or exponential ones as of independent users."""

    max_users: int | None = None
    """With `rate`: virtual users at most. Default: two seconds' worth of iterations, at least 100, at most 20,000."""

    max_wait: Duration = "10s"
    """With `rate`: how long a due iteration waits for a free user before it is dropped and counted as dropped."""

    iterations: int | None = None
    """Iterations that all users share, instead of a time."""

    iterations_per_user: int | None = None
    """Iterations of each user, instead of a time."""

    pacing: Duration | None = None
    """Fixed time between a user's iteration starts; an iteration that takes longer delays the next one."""

    pause: Pause | None = None
    """Wait between a user's iterations: `"1s"`, or `("1s", "3s")` from which each wait is drawn."""

    base_url: str | None = None
    """URL that relative request URLs are resolved against."""

    headers: Fields | None = None
    """Headers of every request."""

    connect_timeout: Duration = 10
    """Seconds for DNS, TCP and TLS together."""

    read_timeout: Duration | None = None
    """Seconds to wait for the next byte of an answer. Default: no limit beyond `request_timeout`."""

    request_timeout: Duration = 60
    """Seconds for a whole operation, redirects included."""

    redirects: int = 3
    """How many redirects are followed; 0 makes the redirect the answer."""

    reset_connections: bool = False
    """Open a new connection for each request: the same as `connections = "new_each"`."""

    connections: Connections = "per_user"
    """`"per_user"`: each user its own, kept alive. `("shared", n)`: a pool of n per origin. `"new_each"`: one for
    each request."""

    cookies: Cookies = True
    """`True`: each virtual user keeps its own from one iteration to the next. `False`: cookies are ignored.
    `"per_iteration"`: each iteration starts without any, as a new visitor does."""

    max_response_size: int = 1 << 30
    """Largest accepted body of an answer in bytes, as received."""

    dns_ttl: Duration = "60s"
    """How long a resolved name is used."""

    connect_to: Mapping[str, str] | None = None
    """Connect elsewhere than the URL says, keeping `Host` and SNI: `{"shop.example:443": "127.0.0.1:8443"}`."""

    local_address: str | None = None
    """Local IP address to connect from."""

    unix_socket: FilePath | None = None
    """Path of a Unix socket to connect to instead of TCP."""

    insecure: bool = False
    """Accept any TLS certificate."""

    ca_file: FilePath | None = None
    """PEM file with roots to trust besides the system's."""

    cert_file: FilePath | None = None
    """PEM file with the client's certificate chain."""

    key_file: FilePath | None = None
    """PEM file with the client's private key."""

    server_name: str | None = None
    """Name asked for and verified in TLS instead of the URL's host."""


class Setup(Stage, LoadAttributes):
    """Says when iterations start and how requests are sent, for the Execute stages after it.

    Set the attributes in the class; an attribute that does not exist is an error. Durations are text (`"250ms"`,
    `"1h30m"`), numbers of seconds, or `timedelta`; paths start at the folder of the test file.
    """

    seed: int | None = None
    """Seed of every random choice of the run. Default: drawn when the run starts, and stored with it."""

    thresholds: Sequence[str] = ()
    """Pass or fail rules, e.g. `"p99(response_time) < 200ms"`."""

    data: Mapping[str, DataPool | str | Sequence[Mapping[str, Any]]] | None = None
    """Data pools by name: a `DataPool`, the path of a `.csv`, `.json` or `.jsonl` file, or the rows themselves."""


class Execute(Stage, LoadAttributes):
    """Sends load: each iteration of a virtual user runs one of its `@action` and `@task` methods.

    Each process has one instance of the class, which all its virtual users share as `self`.

    The load and the HTTP settings are those of the nearest Setup stage before it; what this class sets itself comes
    first.
    """

    client: Client = Client()
    """The protocol clients, for use inside actions and tasks: `await self.client.http.get(url)`."""


class Analyze(Stage):
    """Summarises the Execute stages before it."""


class Submit(Stage):
    """Sends the results of the Execute stages before it to reporters."""

    config: ClassVar[Reporter | Sequence[Reporter] | None] = None
    """The reporter, or a list of them: `JSONConfig(metrics_filepath="metrics.json")`. Default: `JSONConfig()`."""


BUILT_IN: frozenset[type] = frozenset({Stage, Setup, Execute, Analyze, Submit})
"""The classes that are no stages of a graph themselves."""
