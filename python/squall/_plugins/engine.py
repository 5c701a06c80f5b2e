"""What a client of a protocol of the test's own derives from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


class EnginePlugin(ABC):
    """A client of a protocol that Squall does not speak: a database, a queue, a library.

    Give `execute` the parameters and the result that are natural to it::

        class Database(EnginePlugin):
            async def connect(self) -> None:
                self.connection = await connect("db.example")

            async def execute(self, query: str) -> list[Row]:
                return await self.connection.fetch(query)

            async def close(self) -> None:
                await self.connection.close()

    A test uses it by its name, `await self.client.plugin["database"].execute("select 1")`, or by its class, which
    type checkers understand: `self.client.plugin[Database]`. Each process has one instance, made without arguments when
    it is first used.

    An operation has failed where `execute` raises, or returns something whose attribute `ok` is False; its attribute
    `error`, if it has one, is then the message. What it raises, the test gets.
    """

    per_user: ClassVar[bool] = False
    """Give each virtual user an instance of its own, instead of one to each process."""

    async def connect(self) -> None:
        """Gets ready, once, before the first operation; timed as `NAME connect`.

        Where it raises, the operations that wait for it have failed, and the next one tries again.
        """
        return

    @abstractmethod
    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Does one operation, and returns what the test is to get."""

    async def close(self) -> None:
        """Lets go of everything, once, after the load; it gets at most a second. Not called where `connect` failed."""
        return
