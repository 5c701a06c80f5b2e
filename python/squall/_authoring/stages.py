"""The stages of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, Union

from squall._authoring.hooks import DEPENDENCIES, Dependencies
from squall._authoring.pools import DataPool
from squall._authoring.values import Duration, Fields, FilePath
from squall._recording.frames import caller
from squall._recording.recording import misuse
from squall.http import Client
from squall.reporters import Reporter

if TYPE_CHECKING:
    from squall._plugins.reporter import ReporterPlugin
    from squall.injection import InjectionStep

AnyStage = TypeVar("AnyStage", bound="Stage")

Pause = Union[Duration, tuple[Duration, Duration]]
"""A wait: a duration, or `(shortest, longest)` from which each wait is drawn evenly."""

Ramp = Union[str, Sequence[tuple[Duration, float]]]
"""Linear ramps: `"30s:100,1m:100"`, or a list of `(duration, target)`."""

Connections = Union[Literal["per_user", "new_each"], tuple[Literal["shared"], int]]
"""Who shares connections."""

Cookies = Union[bool, Literal["per_iteration"]]
"""Whether cookies are kept, and how long."""


Priority = Literal["low", "normal", "high", "exclusive", "auto"]
"""Which share of the threads a stage gets beside those that run at the same time."""

PLACE = "__squall_place__"
"""Attribute of a stage that was not written as a class; holds the `Place` of its line."""


class Stage:
    """A node of the graph. Derive from one of the nine kinds, `Setup`, `Execute`, `Analyze` and so on.

    A class whose name starts with an underscore is no stage of its own: others derive from it, or depend on it.
    """

    client: Client = Client()
    """The protocol clients, for use inside hooks: `await self.client.http.get(url)`."""

    stage_timeout: Duration | None = None
    """Longest time that the stage may take, its hooks included; what runs then is ended, and the stage has failed.
    Default: no limit."""

    plugins: Mapping[str, type] | None = None
    """Plugins by the name under which the test uses them."""

    priority: Priority | None = None
    """Which share of the I/O threads an Execute stage may use beside others: all of them (`"auto"`, the default), a
    quarter (`"low"`), three quarters (`"normal"`), all of them and first to start (`"high"`), or all of them with no
    other load at the same time (`"exclusive"`)."""

    retries: int = 0
    """How often a stage that fails is run again, until it succeeds."""

    skip: bool = False
    """Leave the stage out; those after it run all the same. What a Setup stage sets still holds."""

    @classmethod
    def configured(
        cls: type[AnyStage], name: str, *, after: Sequence[type | str] | None = None, **attributes: Any
    ) -> type[AnyStage]:
        """Makes another stage of this one, with attributes of its own.

        Args:
            name: Name of the new stage.
            after: Stages that it runs after, as of `depends`. Default: those of this class.
            attributes: Attributes that differ.

        Returns:
            The stage, for a name, a list or a dictionary at the top level of the file.
        """
        if not isinstance(name, str) or not name:
            misuse(f"a stage is named by text, not by `{name!r}`", 'e.g. `Browse.configured("Browse fast", rate=100)`')
        place = caller()
        stage = type(name, (cls,), {"__module__": cls.__module__, PLACE: place.named(name), **attributes})
        if after is not None:
            setattr(stage, DEPENDENCIES, Dependencies(tuple(after), place))
        return stage


class LoadAttributes:
    """What Setup and Execute stages can set: when iterations start."""

    batch_size: int = 1000
    """Virtual users. With `rate`: at most so many, where `max_users` is not given."""

    total_time: Duration = "1m"
    """How long iterations are started. With `iterations`: the longest time. Not with `ramp`, which says how long
    itself."""

    batch_interval: Duration = 0
    """Seconds that each user waits between its iterations; with a persona of batches, the wait after each batch."""

    graceful_stop: Duration = 1
    """Seconds that iterations in flight get to finish when the load ends; the rest is counted as interrupted."""

    persona_type: str = "default"
    """When iterations start, and which action each runs: `"default"`, `"batched"`, `"constant-arrival"`,
    `"constant-spawn"`, `"no-wait"`, `"ramped"`, `"ramped-interval"`, `"sorted"` (or `"sequence"`), `"weighted"`,
    `"approximate-distribution"` (or `"approx-dist"`), the name of one of k6's executors, such as
    `"ramping-arrival-rate"`, or that of a plugin."""

    action_interval: Duration = 0
    """Seconds between two starts within a batch; for the persona `"constant-spawn"`."""

    batch_gradient: float = 0.1
    """By which part of `batch_size` a batch of the persona `"ramped"` is larger than the one before; with
    `"ramped-interval"`, by which part of `batch_interval` the wait grows. More than 0, at most 1."""

    distribution: Sequence[int] | None = None
    """Users in each interval of `total_time`, for the persona `"approximate-distribution"`: `[10, 50, 20]`."""

    distribution_intervals: int | None = None
    """Intervals of `distribution`; where they are not as many as its numbers, the numbers in between are interpolated.
    Default: one for each number."""

    inject: Sequence[InjectionStep] | None = None
    """Gatling's injection steps, one after the other: `[at_once_users(10), ramp_users(50).during("30s")]`; see
    `squall.injection`."""

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


class HttpAttributes:
    """What stages that make requests can set: how these are sent."""

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


class Setup(Stage, LoadAttributes, HttpAttributes):
    """Says when iterations start and how requests are sent, for the stages after it, down to the next Setup stage.

    Set the attributes in the class; an attribute that does not exist is an error. Durations are text (`"250ms"`,
    `"1h30m"`), numbers of seconds, or `timedelta`; paths start at the folder of the test file.
    """

    seed: int | None = None
    """Seed of every random choice of the run. Default: drawn when the run starts, and stored with it."""

    thresholds: Sequence[str] = ()
    """Pass or fail rules, e.g. `"p99(response_time) < 200ms"`."""

    measure: str | None = None
    """The part of each Execute stage that is measured: `"after ramp"`, `"after 30s before 10s"`. Default: all of it."""

    data: Mapping[str, DataPool | str | Sequence[Mapping[str, Any]]] | None = None
    """Data pools by name: a `DataPool`, the path of a `.csv`, `.json` or `.jsonl` file, or the rows themselves."""

    apply_to_stages: Sequence[type | str] | None = None
    """The only Execute stages that this one is for, as classes or by name. Default: all down to the next Setup."""

    cpus: int | None = None
    """Processors that the whole run uses. Default: as the command line says, or all."""

    no_run_visuals: bool = False
    """Show lines instead of the live screen while the run goes."""

    log_level: Literal["debug", "info", "warn", "warning", "error", "critical"] | None = None
    """How much the run logs."""


class Execute(Stage, LoadAttributes, HttpAttributes):
    """Sends load: each iteration of a virtual user runs one of its `@action` and `@task` methods.

    Each process has one instance of the class, which all its virtual users share as `self`.

    The load and the HTTP settings are those of the nearest Setup stage before it; what this class sets itself comes
    first.
    """


class Analyze(Stage):
    """Summarises the Execute stages before it."""


class Submit(Stage):
    """Sends the results of the Execute stages before it to reporters."""

    config: ClassVar[Reporter | ReporterPlugin | Sequence[Reporter | ReporterPlugin] | None] = None
    """The reporter, or a list of them: `JSONConfig(metrics_filepath="metrics.json")`. Default: `JSONConfig()`."""

    stream: bool = False
    """Send what each interval measured while the load runs, instead of everything at its end."""


class Act(Stage, HttpAttributes):
    """Does once what is no load: signs in, makes fixtures, calls another service.

    Requests are sent as the nearest Setup stage before it says; what this class sets itself comes first.
    """


class Validate(Stage, HttpAttributes):
    """Checks before the load that the test can do what it is to do; where a check fails, those after it do not run."""


class Checkpoint(Stage):
    """Writes values that hooks have left in the context to files, or reads them."""


class Teardown(Stage, HttpAttributes):
    """Cleans up once everything before it has ended, whether that went well or not."""


class Wait(Stage):
    """Waits for the stages before it, and does nothing else: those after it start together."""


Idle = Wait
"""Another name of `Wait`."""

KINDS: tuple[type[Stage], ...] = (Setup, Execute, Analyze, Submit, Act, Validate, Checkpoint, Teardown, Wait)
"""The kinds of stages."""

BUILT_IN: frozenset[type] = frozenset({Stage, *KINDS})
"""The classes that are no stages of a graph themselves."""
