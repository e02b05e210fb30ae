"""What the decorators make of a function, for mypy and pyright: `dev.py lint` checks this file, nothing runs it.

A line that must be an error is marked as one, and mypy reports a mark that is of no use.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, assert_type

from sqlalchemy import Select

from faceforge_executor import Level, Objects
from faceforge_schema.assets.assets import Asset, AssetSort
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.connections import collection, listing
from faceforge_schema.declare.fields import batched, reference
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import Operation, mutation, query, subscription
from faceforge_schema.entities import Entity
from faceforge_storage.database.keyset import Children

Rows = dict[str, int]


@query(None, needs="assets:read")
def count_assets(db: Reader, kind: str | None = None) -> int:
    raise NotImplementedError


@mutation("POST /assets", needs="assets:write", status=201)
def create_asset(tx: Write, context: Context) -> Asset:
    raise NotImplementedError


@mutation("DELETE /assets/{asset_id}", needs="assets:write", status=204)
def delete_asset(tx: Write, asset_id: str) -> str:
    raise NotImplementedError


@subscription(name="changes", needs="journal:read")
async def follow(context: Context, after: int | None = None) -> AsyncIterator[int]:
    raise NotImplementedError
    yield 1


@lookup("GET /assets/{asset_id}", Asset, needs="assets:read")
def asset(deleted: bool = False) -> Select[Any]:
    raise NotImplementedError


@listing("GET /assets", Asset, sort=AssetSort, needs="assets:read")
def assets(kind: str | None = None) -> Select[Any]:
    raise NotImplementedError


@collection(Entity, Asset, sort=AssetSort)
def assets_of_entity(kind: str | None = None) -> Children:
    raise NotImplementedError


@reference(Asset, Asset, by="derived_from_asset_id")
def derived_from() -> Select[Any]:
    raise NotImplementedError


@batched(Asset, reads=("content_hash",))
def size(db: Reader, parents: Objects, unit: str = "B") -> Sequence[int]:
    raise NotImplementedError


def links(level: Level) -> Rows:
    raise NotImplementedError


@batched(Asset, reads=("row_id",), rows=links)
def link_count(found: Rows, parents: Objects) -> Sequence[int]:
    raise NotImplementedError


def check_what_a_name_is_after_it_was_declared(
    db: Reader, tx: Write, context: Context, parents: Objects
) -> None:
    """An operation, which knows its function; of a field below a type, the function itself."""
    assert_type(count_assets.function(db, kind="file"), int)
    assert_type(create_asset.function(tx, context), Asset)
    assert_type(delete_asset.function(tx, "1"), str)
    assert_type(follow.function(context), AsyncIterator[int])
    assert_type(asset.function(deleted=True), Select[Any])
    assert_type(assets.function(kind="file"), Select[Any])
    assert_type(assets_of_entity("file"), Children)
    assert_type(derived_from(), Select[Any])
    assert_type(size(db, parents, "kB"), Sequence[int])
    assert_type(link_count({}, parents), Sequence[int])
    operations: list[Operation[..., Any]] = [count_assets, create_asset, delete_asset, follow, asset, assets]
    assert operations


def check_that_an_operation_is_called_by_nobody(tx: Write, context: Context) -> None:
    create_asset(tx, context)  # type: ignore[operator]  # an operation is a declaration, not a function
    create_asset.function(context, tx)  # type: ignore[arg-type]  # the other way round


@mutation("POST /counts", needs="assets:write", status=201)  # type: ignore[type-var]  # a create answers a record
def create_count(tx: Write) -> int:
    raise NotImplementedError


@mutation(None, needs="x", status=203)  # type: ignore[call-overload, untyped-decorator]  # no such status
def accept_count(tx: Write) -> int:
    raise NotImplementedError


@subscription(name="one", needs="journal:read")  # type: ignore[arg-type]  # a subscription is a stream
def one(context: Context) -> int:
    raise NotImplementedError


@lookup("GET /assets/{asset_id}", Asset, needs="assets:read")  # type: ignore[arg-type]  # a statement, not rows
def found_asset() -> list[Asset]:
    raise NotImplementedError


@listing("GET /assets", Asset, sort=AssetSort, needs="assets:read")  # type: ignore[arg-type]  # likewise
def found_assets() -> list[Asset]:
    raise NotImplementedError


@listing("GET /rows", Rows, sort=AssetSort, needs="assets:read")  # type: ignore[arg-type]  # not of records
def rows() -> Select[Any]:
    raise NotImplementedError


@collection(Entity, Asset, sort=AssetSort)  # type: ignore[arg-type]  # children, so that a level is one statement
def selected_assets() -> Select[Any]:
    raise NotImplementedError


@reference(Asset, Asset, by="derived_from_asset_id")  # type: ignore[arg-type]  # no arguments
def derived_by(kind: str) -> Select[Any]:
    raise NotImplementedError


@batched(Asset, reads=("content_hash",))  # type: ignore[arg-type]  # one value for each parent
def one_size(db: Reader, parents: Objects) -> int:
    raise NotImplementedError


@batched(Asset, reads=("row_id",), rows=links)  # type: ignore[arg-type]  # it gets what `links` answers
def other_count(found: list[str], parents: Objects) -> Sequence[int]:
    raise NotImplementedError
