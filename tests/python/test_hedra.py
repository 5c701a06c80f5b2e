"""Hedra's names, and the graph of its README."""

from pathlib import Path

import pytest

import squall.compat.hedra as hedra
from graph_runs import PASSED, Ran
from graph_runs import run_graph as run
from test_tasks_run import Server, server

__all__ = ["server"]

README = Path(__file__).parent / "graphs" / "hedra_readme.py"
EXPORTED = [
    "Act",
    "Analyze",
    "Execute",
    "Setup",
    "Submit",
    "action",
    "channel",
    "check",
    "condition",
    "context",
    "depends",
    "event",
    "load",
    "metric",
    "save",
    "task",
    "transform",
    "JSONConfig",
    "CSVConfig",
]
OLDER = ["Validate", "Checkpoint", "Teardown", "Wait", "before", "after", "setup", "teardown", "validate", "restore"]
NOT_HERE = [
    "Optimize",
    "Experiment",
    "Variant",
    "TracingConfig",
    "Trace",
    "Parameter",
    "DeformHeader",
    "DatadogConfig",
    "S3Config",
]
REPORTERS = [
    "DogStatsDConfig",
    "GraphiteConfig",
    "InfluxDBConfig",
    "KafkaConfig",
    "MongoDBConfig",
    "MySQLConfig",
    "PostgresConfig",
    "PrometheusConfig",
    "RedisConfig",
    "SQLiteConfig",
    "StatsDConfig",
    "TimescaleDBConfig",
    "XMLConfig",
]


def test_every_name_of_hedra_that_exists_here_is_exported():
    for name in (*EXPORTED, *OLDER):
        assert getattr(hedra, name) is not None
    assert set(EXPORTED) | set(OLDER) <= set(hedra.__all__)


@pytest.mark.parametrize("name", NOT_HERE)
def test_names_that_do_not_exist_here_say_what_does(name):
    with pytest.raises(ImportError, match=f"Hedra's `{name}` is not part of this version: "):
        getattr(hedra, name)


@pytest.mark.parametrize("name", REPORTERS)
def test_reporters_have_hedras_names(name):
    from squall.reporters import Reporter

    assert issubclass(getattr(hedra, name), Reporter)


def test_the_graph_of_hedras_readme_runs_with_only_its_import_changed(server: Server, tmp_path: Path):
    graph = README.read_text(encoding="utf-8").replace("from squall import", "from squall.compat.hedra import", 1)
    assert graph.count("squall.compat.hedra") == 1
    # Its URL is a blank to be filled in.
    graph = graph.replace("https://<url_here>", f"{server.url}/get")
    ran: Ran = run(tmp_path, graph, "--set", "SetupStage.total_time=300ms", "--set", "SetupStage.batch_size=5")
    assert ran.code in PASSED, ran.output
    assert ran.counts("ExecuteHTTPStage")["http_get"][0] > 0
    assert set(server.paths) == {"/get"}
    assert (tmp_path / "events.json").exists()
    assert (tmp_path / "metrics.json").exists()
