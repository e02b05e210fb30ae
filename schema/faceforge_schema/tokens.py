"""Tokens: limited keys to the API, for tools and plugins."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import AfterValidator, Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_executor import Batch, Level
from faceforge_schema.actors import LIMITED, Actor, with_reads
from faceforge_schema.context import Context, Core, Write
from faceforge_schema.declare.connection_types import SortOrder
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.values.inputs import Input, Word, invalid, patched
from faceforge_schema.values.scalars import DateTime
from faceforge_storage import tokens as rows
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Forbidden, InvalidInput, NameTaken, NotFound, VersionConflict
from faceforge_storage.jobs.requests import end_with_token
from faceforge_storage.schedules.rows import end_of_token


def _sorted_set(permissions: list[str]) -> list[str]:
    return sorted(set(permissions))


Permissions = Annotated[list[str], Field(max_length=1000), AfterValidator(_sorted_set)]


def _with_reads(level: Level) -> list[list[str]]:
    return [sorted(with_reads(each)) for each in level.parents.column("permissions")]


@resource("token_id", needs="tokens:read")
class Token(Record):
    """A limited key to the API. Core keeps only the hash of its secret."""

    id: ID = attribute("64 lower-case hex digits.")
    name: str = attribute("What it is for.", example="ComfyUI")
    permissions: list[str] = attribute(
        "What it may do: `noun:verb`, where `noun:write` includes `noun:read`.",
        Batch(_with_reads, frozenset({"permissions"})),
        example=["assets:read"],
    )
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


@resource("token_id", needs="tokens:read")
class IssuedToken(Token):
    """A token with its secret, which is shown only this once."""

    secret: str | None = attribute(
        "What to send as `Authorization: Bearer`; null when an idempotency key is sent again.",
        example="ff_a-secret-that-is-shown-once",
        secret=True,
    )


@strawberry.type(description="The token that asks.")
class CurrentToken:
    name: str = attribute("What it is for; `install` is the one that may do all.", example="ComfyUI")
    limited: bool = attribute(
        "Whether it was made for some permissions; false for the install token.", example=True
    )
    permissions: list[str] = attribute(
        "What it may do; `noun:write` includes `noun:read`.", example=["assets:read"]
    )


@strawberry.enum(description="What tokens can be sorted by.")
class TokenSort(Enum):
    NAME = "name"
    CREATED_AT = "created_at"


@strawberry.pydantic.input(description="A new token.")
class TokenCreate(Input):
    name: Word = Field(description="What it is for.")
    permissions: Permissions = Field(
        description="What it may do; no more than the token that makes it. `noun:write` includes `noun:read`."
    )


@strawberry.pydantic.input(description="Changes to a token: an absent key keeps.")
class TokenPatch(Input):
    name: Maybe[Word] = Field(description="What it is for.")
    permissions: Maybe[Permissions] = Field(
        description="What it may do; replaces the whole list. `noun:write` includes `noun:read`."
    )


@query("GET /tokens/current", needs=None)
def current_token(context: Context) -> CurrentToken:
    """Tell what the asking token is called and what it may do. Any token may ask this."""
    return CurrentToken(
        name=context.actor.name.removeprefix(LIMITED),
        limited=context.actor.limited,
        permissions=sorted(context.actor.permissions),
    )


@lookup("GET /tokens/{token_id}", Token, needs="tokens:read")
def token() -> Select[Any]:
    """Read a token by its id, without its secret."""
    return rows.matching()


@listing("GET /tokens", Token, sort=TokenSort, needs="tokens:read", order=SortOrder.ASC)
def tokens(ids: list[ID] | None = None) -> Select[Any]:
    """List tokens, without their secrets. The install token is not among them."""
    return rows.matching(ids)


@mutation("POST /tokens", errors=(NameTaken, InvalidInput), needs="tokens:write", status=201)
def create_token(tx: Write, context: Context, input: TokenCreate) -> IssuedToken:
    """Make a token. It may do no more than the one that makes it."""
    _check_exist(context.core, input.permissions)
    _check_held(context.actor, input.permissions)
    return _issued(*rows.create(tx, input.name, input.permissions))


@mutation(
    "PATCH /tokens/{token_id}",
    errors=(NotFound, NameTaken, VersionConflict, InvalidInput),
    needs="tokens:write",
)
def update_token(
    tx: Write, context: Context, token_id: ID, input: TokenPatch, expected_version: int | None = None
) -> Token:
    """Change the name or the permissions of a token. It may do no more than your own."""
    _check_exist(context.core, input.given().get("permissions", ()))
    row = _held(tx, context, token_id)
    values = patched(row, input)
    _check_held(context.actor, values.get("permissions", ()))
    return Token.of(rows.change(tx, row, values, expected_version))


@mutation("DELETE /tokens/{token_id}", errors=(NotFound, VersionConflict), needs="tokens:write", status=204)
def revoke_token(tx: Write, context: Context, token_id: ID, expected_version: int | None = None) -> ID:
    """Revoke a token: it is void at once, and its jobs and schedules end. It may do no more than your own."""
    row = _held(tx, context, token_id)
    tx.delete(tables.tokens, [row], expected=expected_version)
    end_with_token(tx, row.id)
    end_of_token(tx, row.id, row.name)
    context.core.jobs.expect()
    return token_id


@mutation("POST /tokens/{token_id}/rotate", errors=(NotFound,), needs="tokens:write")
def rotate_token(tx: Write, context: Context, token_id: ID) -> IssuedToken:
    """Give a token a new secret. The old one is void at once."""
    return _issued(*rows.rotate(tx, _held(tx, context, token_id)))


def _issued(row: AnyRow, secret: str) -> IssuedToken:
    return IssuedToken.of_values({**row._mapping, "secret": secret})


def _held(tx: Write, context: Context, token_id: str) -> AnyRow:
    """The row of a token that may do no more than the actor: a mightier one is not theirs to change or to take."""
    row = rows.get(tx.connection, token_id)
    _check_held(context.actor, row.permissions)
    return row


def _check_exist(core: Core, permissions: Collection[str]) -> None:
    unknown = sorted(set(permissions) - core.permissions)
    if unknown:
        every = ", ".join(sorted(core.permissions))
        message = f"{', '.join(unknown)[:200]}: there is no such permission; there are {every}"
        raise invalid("/permissions", message, "value_error")


def _check_held(actor: Actor, permissions: Any) -> None:
    beyond = sorted(set(permissions) - actor.permissions)
    if beyond:
        raise Forbidden(f"Your own token lacks {', '.join(beyond)}, so it can neither give nor take it.")
