"""What was read from the database, kept until something is stored."""

from __future__ import annotations

from typing import Generic, TypeVar

from faceforge_storage.database.database import Database

T = TypeVar("T")


class UntilStored(Generic[T]):
    """Values by the hash of a secret. They are forgotten with the next commit, whatever that has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._values: dict[str, T] = {}
        self._generation = database.generation

    def get(self, key: str) -> T | None:
        """The value of a key, if it is known and still true."""
        if self._database.generation != self._generation:
            self._values.clear()
            self._generation = self._database.generation
        return self._values.get(key)

    def put(self, key: str, value: T, generation: int) -> None:
        """Keep a value that was read after the database was at `generation`."""
        if self._database.generation == self._generation == generation:
            self._values[key] = value
