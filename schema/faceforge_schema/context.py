"""What a request brings along: who asks, and the stores that answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import strawberry
from sqlalchemy import Connection as Reader
from strawberry.dataloader import DataLoader

from faceforge_schema.permissions import Actor
from faceforge_storage.database import Database
from faceforge_storage.errors import QueryTooComplex
from faceforge_storage.gateway import Write
from faceforge_storage.settings import Settings

__all__ = ["Context", "Core", "Info", "Reader", "Write"]


class SignDownload(Protocol):
    """Signs the address of an asset's bytes, so that it needs no token for a while."""

    def __call__(
        self, asset_id: str, content_hash: str, disposition: Literal["inline", "attachment"], seconds: int
    ) -> tuple[str, str]:
        """(path with its query, the moment it expires at)."""
        ...


@dataclass(frozen=True)
class Core:
    """The running Core, made once by the composition root."""

    database: Database
    settings: Settings
    home: Path
    instance_id: str
    version: str
    started_at: str
    sign_download: SignDownload


@dataclass
class Context:
    """One request, or one operation of a WebSocket."""

    core: Core
    actor: Actor
    base_url: str = ""
    """The address the caller used, such as `http://127.0.0.1:43210`."""
    idempotency_key: str | None = None
    uploaded: dict[str, Any] | None = None
    """Bytes that this request has just published, as the row of `objects` that will tell of them."""
    trusted: bool = False
    """Whether the document is Core's own (a REST route), which the limits of strangers' queries spare."""
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    def loader(
        self, key: Hashable, load: Callable[[list[Any]], Awaitable[Sequence[Any]]]
    ) -> DataLoader[Any, Any]:
        """The loader that gathers all loads of `key` on one level of the query into one call of `load`.

        It lives for that one call: a WebSocket's context lives long, and what it read once would grow stale.
        """

        async def load_once(parents: list[Any]) -> Sequence[Any]:
            del self._loaders[key]
            found = await load(parents)
            most = self.core.settings.limits.query_objects
            if sum(len(each) if isinstance(each, list) else 1 for each in found) > most:
                raise QueryTooComplex(f"One level of the query has more than {most} objects.")
            return found

        if key not in self._loaders:
            self._loaders[key] = DataLoader(load_fn=load_once, cache=False)
        return self._loaders[key]


Info = strawberry.Info[Context, None]


def frozen(value: object) -> Hashable:
    """`value` as something that can be part of a key: lists become tuples."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(map(frozen, value))
    assert isinstance(value, Hashable)  # arguments are scalars, enums and lists of them
    return value
