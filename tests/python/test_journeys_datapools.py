"""Data pools, and where their items come from."""

import asyncio
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from squall._script.journey_pool import AsyncJourneyPool, as_item, journey_pool
from squall.compat.mite import datapools as mite
from squall.datapools import (
    DataPoolExhausted,
    DataPoolItem,
    IterableDataPool,
    RecyclableIterableDataPool,
    SingleRunDataPool,
    SingleRunDataPoolWrapper,
    csv_rows,
    iterable_datapool,
    json_rows,
    recyclable_iterable_datapool,
    s3_objects,
    sql_rows,
)


def test_recyclable_items_come_back_behind_all_others() -> None:
    pool = RecyclableIterableDataPool("abc")
    assert [pool.checkout() for _ in range(2)] == [(0, "a"), (1, "b")]
    pool.checkin(0)
    assert [pool.checkout() for _ in range(2)] == [(2, "c"), (0, "a")]


def test_a_recyclable_pool_whose_items_are_all_out_has_nothing_at_the_moment() -> None:
    pool = RecyclableIterableDataPool("a")
    assert pool.checkout() == (0, "a")
    assert pool.checkout() is None
    pool.checkin(0)
    assert pool.checkout() == (0, "a")


def test_a_recyclable_pool_without_items_is_exhausted() -> None:
    with pytest.raises(DataPoolExhausted):
        RecyclableIterableDataPool([]).checkout()


def test_a_recyclable_pool_does_not_take_what_it_does_not_have() -> None:
    with pytest.raises(LookupError, match="no item `7`"):
        RecyclableIterableDataPool("a").checkin(7)


def test_an_iterable_pool_uses_each_item_once_and_reads_no_further_than_needed() -> None:
    def endless() -> Iterator[int]:
        number = 0
        while True:
            yield (number := number + 1)

    pool = IterableDataPool(endless())
    assert [pool.checkout() for _ in range(2)] == [(1, 1), (2, 2)]
    short = IterableDataPool("a")
    assert short.checkout() == (1, "a")
    short.checkin(1)
    for _ in range(2):
        with pytest.raises(DataPoolExhausted):
            short.checkout()


def test_a_single_run_pool_hands_out_its_item_as_the_only_argument() -> None:
    pool = SingleRunDataPool({"a": 1})
    assert pool.checkout() == (1, ({"a": 1},))
    with pytest.raises(DataPoolExhausted):
        pool.checkout()


@pytest.mark.parametrize("inner", [RecyclableIterableDataPool(["ab"]), mite.RecyclableIterableDataPool(["ab"])])
def test_a_wrapper_takes_one_item_of_another_pool(inner: Any) -> None:
    async def use() -> Any:
        pool = SingleRunDataPoolWrapper(inner)
        item = await pool.checkout()
        await pool.checkin(0)
        with pytest.raises(DataPoolExhausted):
            await pool.checkout()
        return item

    assert asyncio.run(use()) == (0, ("ab",))


def test_a_decorated_generator_function_is_a_pool_and_makes_pools() -> None:
    @recyclable_iterable_datapool
    def users(first: int = 1) -> Iterator[tuple[int]]:
        """Users."""
        yield (first,)

    @iterable_datapool
    def once() -> Iterator[str]:
        yield "a"

    assert users.checkout() == (0, (1,))
    assert users(5).checkout() == (0, (5,))
    assert users.__doc__ == "Users."
    assert once.checkout() == (1, "a")
    assert once().checkout() == (1, "a")


@pytest.mark.parametrize(
    ("found", "item"),
    [
        (None, None),
        (DataPoolItem(1, ("a", 2)), (1, ("a", 2))),
        (DataPoolItem(1, ["a", 2]), (1, ("a", 2))),
        ((7, ("a",)), (7, ("a",))),
        (DataPoolItem(1, {"a": 2}), (1, ({"a": 2},))),
        (DataPoolItem(1, "text"), (1, ("text",))),
    ],
)
def test_an_item_is_an_id_and_arguments(found: Any, item: Any) -> None:
    assert as_item(found) == item


def test_anything_else_is_no_item() -> None:
    with pytest.raises(TypeError, match="must return `DataPoolItem"):
        as_item("text")


class Plain:
    def checkout(self) -> Any:
        return DataPoolItem(1, ("plain",))

    def checkin(self, id: Any) -> None:
        self.returned = id


class Configured:
    async def checkout(self, config: Any) -> Any:
        return DataPoolItem(2, (config is not None,))

    async def checkin(self, id: Any) -> None:
        self.returned = id


def test_own_pools_may_be_plain_and_do_without_the_configuration() -> None:
    own = Plain()
    pool = journey_pool(own)
    assert pool.checkout() == (1, ("plain",))
    pool.checkin(1)
    assert own.returned == 1


def test_own_pools_may_be_asynchronous_and_take_the_configuration() -> None:
    own = Configured()
    pool = journey_pool(own)
    assert isinstance(pool, AsyncJourneyPool)

    async def use() -> Any:
        item = await pool.checkout()
        await pool.checkin(item[0] if item else None)
        return item

    assert asyncio.run(use()) == (2, (True,))
    assert own.returned == 2


def test_mites_pools_can_be_extended_with_its_coroutine_methods() -> None:
    class Doubled(mite.RecyclableIterableDataPool):
        async def checkout(self, config: Any = None) -> Any:
            item = await super().checkout(config)
            return item and DataPoolItem(item.id, (item.data, item.data))

    pool = journey_pool(Doubled("a"))
    assert asyncio.run(pool.checkout()) == (0, ("a", "a"))  # type: ignore[arg-type]


def test_csv_files_give_tuples_dicts_and_chosen_columns(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("name,age\nann,1\nbob,2\n", encoding="utf-8")
    assert list(csv_rows(file)) == [("ann", "1"), ("bob", "2")]
    assert list(csv_rows(file, ["age"])) == [("1",), ("2",)]
    assert list(csv_rows(file, rows="dict")) == [({"name": "ann", "age": "1"},), ({"name": "bob", "age": "2"},)]
    rows = csv_rows(file)
    assert list(rows) == list(rows)
    with pytest.raises(LookupError, match="no column `mail`; it has `name`, `age`"):
        list(csv_rows(file, ["mail"]))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('{"a": 1, "b": 2}\n\n{"b": 4, "a": 3}\n', [(1, 2), (3, 4)]),
        ('[{"a": 1}, {"a": 2}]', [(1,), (2,)]),
        ('[\n {"a": 1}\n]\n', [(1,)]),
        ("[1, 2]\n[3, 4]\n", [(1, 2), (3, 4)]),
        ("[1, 2]\n", [(1, 2)]),
        ('"ann"\n"bob"\n', [("ann",), ("bob",)]),
        ("", []),
    ],
)
def test_json_files_are_lines_or_one_list(tmp_path: Path, text: str, rows: list[Any]) -> None:
    file = tmp_path / "users.json"
    file.write_text(text, encoding="utf-8")
    assert list(json_rows(file)) == rows


def test_a_json_row_that_lacks_a_name_is_told(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    file.write_text('{"a": 1}\n{"b": 1}\n', encoding="utf-8")
    with pytest.raises(LookupError, match="a row has no 'a'"):
        list(json_rows(file))
    assert list(json_rows(file, rows="dict")) == [({"a": 1},), ({"b": 1},)]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with users, as an SQLAlchemy URL."""
    file = tmp_path / "users.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table users (name text, age int)")
        connection.executemany("insert into users values (?, ?)", [("ann", 1), ("bob", 2), ("cid", 3)])
    connection.close()
    return f"sqlite:///{file}"


def test_queries_give_tuples_and_dicts(database: str) -> None:
    assert list(sql_rows(database, "select * from users where age < :most", {"most": 3})) == [("ann", 1), ("bob", 2)]
    assert list(sql_rows(database, "select name from users limit 1", rows="dict")) == [({"name": "ann"},)]


def test_queries_take_an_engine(database: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(database)
    assert list(sql_rows(engine, "select name from users where age = 3")) == [("cid",)]
    engine.dispose()


def test_mites_database_pools_give_the_row_as_one_dict(database: str) -> None:
    once = journey_pool(mite.DBIterableDataPool(database, "select * from users", max_size=1))

    async def use() -> Any:
        item = await once.checkout()  # type: ignore[misc]
        with pytest.raises(DataPoolExhausted):
            await once.checkout()  # type: ignore[misc]
        return item

    assert asyncio.run(use()) == (1, ({"name": "ann", "age": 1},))
    again = journey_pool(mite.DBRecyclableIterableDataPool(database, "select name from users"))
    assert asyncio.run(again.checkout()) == (0, ({"name": "ann"},))  # type: ignore[arg-type]


class Bucket(BaseHTTPRequestHandler):
    """Speaks as much S3 as listing pages of objects and getting them takes; checks what it is asked."""

    objects = {"users/1": "ann", "users/2": "bob", "other": "x", "users/3": "cíd"}  # noqa: RUF012
    page = 2

    def do_GET(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=me/")
        where = urlsplit(self.path)
        bucket, _, key = where.path.lstrip("/").partition("/")
        assert bucket == "load"
        body = self.objects[key].encode() if key else self._listing(parse_qs(where.query))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _listing(self, query: dict[str, list[str]]) -> bytes:
        assert query["list-type"] == ["2"]
        prefix = query.get("prefix", [""])[0]
        start = int(query.get("continuation-token", ["0"])[0])
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        entries = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys[start : start + self.page])
        end = start + self.page
        more = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < len(keys) else ""
        truncated = "true" if more else "false"
        return f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{entries}</ListBucketResult>".encode()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def s3() -> Iterator[str]:
    """The address of a service with one bucket, `load`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_objects_of_a_bucket_are_read_page_by_page(s3: str) -> None:
    rows = s3_objects(
        "load",
        "users/",
        access_key_id="me",
        secret_access_key="secret",  # noqa: S106 - of the fake
        endpoint_url=s3,
        region="eu-west-1",
    )
    assert list(rows) == [("users/1", "ann"), ("users/2", "bob"), ("users/3", "cíd")]


def test_mites_bucket_pools_find_their_service_as_boto3_does(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    pool = journey_pool(mite.S3IterableDataPool("load", "users/2", "me", "secret"))
    assert asyncio.run(pool.checkout()) == (1, ("users/2", "bob"))  # type: ignore[arg-type]
    again = journey_pool(mite.S3RecyclableIterableDataPool("load", "other", "me", "secret", preload_minimum=1))
    assert asyncio.run(again.checkout()) == (0, ("other", "x"))  # type: ignore[arg-type]
