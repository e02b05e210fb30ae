"""Sessions: browsers that are signed in, and the codes by which they come to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Select
from strawberry import ID

from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.values.scalars import DateTime
from faceforge_storage import sessions as rows
from faceforge_storage.database.clock import now
from faceforge_storage.errors import NotFound

SIGN_IN_PATH = "/sign-in/"


@resource("session_id", needs="sessions:read")
class Session(Record):
    """A browser that is signed in. It may do what its token may, for as long as that token stands."""

    id: ID = attribute("64 lower-case hex digits.")
    token: str = attribute("The name of the token that it stands on, or `install`.", example="install")
    created_at: DateTime = attribute("When it was signed in.")
    last_seen_at: DateTime = attribute("When it was used last, to within ten minutes.")
    expires_at: DateTime = attribute(
        "When it ends at the latest; when it is not used for `auth.session_idle_days`, it ends earlier."
    )
    user_agent: str | None = attribute(
        "What its browser calls itself.", example="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    )
    address: str | None = attribute("The address it signed in from.", example="127.0.0.1")


@strawberry.type(description="A code that signs one browser in, once.")
class SignInCode:
    code: str = attribute(
        "What to type; capitals and hyphens do not matter.", example="7k2m-0q9x-hb4t-wz6c-n1r8-e5vd-3ysj"
    )
    url: str = attribute(
        "The address that signs in whoever opens it first.",
        example="http://127.0.0.1:43210/sign-in/7k2m-0q9x-hb4t-wz6c-n1r8-e5vd-3ysj",
    )
    expires_at: DateTime = attribute("When it expires: after a minute.")


@strawberry.enum(description="What sessions can be sorted by.")
class SessionSort(Enum):
    CREATED_AT = "created_at"
    LAST_SEEN_AT = "last_seen_at"


def _idle(context: Context) -> timedelta:
    return timedelta(days=context.core.settings.auth.session_idle_days)


SUPPLIED: dict[str, Callable[[Context], Any]] = {
    "token_hash": lambda context: context.actor.token_hash,
    "every": lambda context: not context.actor.limited,
    "at": lambda _: now(),
    "used_since": lambda context: now(-_idle(context)),
}
"""What `rows.matching` takes: of a limited token only its own sessions are shown, of the install token all."""


def _visible(context: Context) -> Select[Any]:
    return rows.matching(**{name: value(context) for name, value in SUPPLIED.items()})


@query("GET /sessions/current", errors=(NotFound,), needs=None, volatile=True)
def current_session(db: Reader, context: Context) -> Session:
    """Tell which session asks. A program that sends a token has none."""
    return Session.of(rows.get(db, _own(context), _visible(context)))


@listing("GET /sessions", Session, sort=SessionSort, needs="sessions:read", supplied=SUPPLIED, volatile=True)
def sessions(token_hash: str, every: bool, at: str, used_since: str) -> Select[Any]:
    """List the sessions that stand on the asking token. The install token is shown those of all tokens."""
    return rows.matching(token_hash, every, at, used_since)


async def _tell(context: Context) -> None:
    """Whoever follows events by a session that has ended is to be told nothing more."""
    context.core.events.permissions_changed()


@mutation("DELETE /sessions/current", errors=(NotFound,), needs=None, status=204, then=_tell)
def sign_out(tx: Write, context: Context) -> ID:
    """Sign out. The session that asks ends, and its browser is told to forget the cookie."""
    return _end(tx, context, _own(context))


@mutation("DELETE /sessions/{session_id}", errors=(NotFound,), needs="sessions:write", status=204, then=_tell)
def revoke_session(tx: Write, context: Context, session_id: ID) -> ID:
    """Revoke a session: it ends at once. The install token may end each, any other those that stand on it."""
    return _end(tx, context, session_id)


@mutation("POST /sign-in-codes", needs="sessions:write")
def create_sign_in_code(tx: Write, context: Context) -> SignInCode:
    """Make a code that signs a browser in with the asking token. It works once, within a minute."""
    code, expires_at = rows.create_code(tx, context.actor.token_hash)
    return SignInCode(code=code, url=sign_in_url(context.base_url, code), expires_at=DateTime(expires_at))


def sign_in_url(base_url: str, code: str) -> str:
    """The address that signs in with a code."""
    return f"{base_url}{SIGN_IN_PATH}{code}"


def _own(context: Context) -> str:
    """The id of the session that asks; raises NotFound."""
    if context.actor.session is None:
        raise NotFound("A token was sent, and no session.", hint="Only a browser that is signed in has one.")
    return context.actor.session


def _end(tx: Write, context: Context, session_id: str) -> ID:
    row = rows.get(tx.connection, session_id, _visible(context))
    rows.end(tx, row.id)
    context.ended_sessions.append(row.id)
    return ID(row.id)
