"""Sessions of browsers, and the codes that sign in once. The database stores hashes of their secrets only.

Neither is a record: they stand outside the journal. A session stands on the hash of a token's secret, so one whose
token is rotated or revoked has nothing left to stand on.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from faceforge_storage.database import records
from faceforge_storage.database.clock import now
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.tables import tokens
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import sessions, sign_in_codes
from faceforge_storage.tokens import INSTALL, hash_of

CODE_SECONDS = 60
CODE_SECONDS_AT_START = 15 * 60
"""How long the code lives that is printed at a start: by then a person may have to find the terminal."""
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, which are misread."""
CODE_LENGTH, GROUP = 28, 4
MISREAD = str.maketrans("ilo", "110", " -")
"""What is typed in place of a sign, and what is left out."""
SECRET_BYTES = 32


@dataclass(frozen=True)
class Issued:
    """A new session with its two secrets, which are told once."""

    id: str
    secret: str
    csrf: str
    expires_at: str


def new_code() -> str:
    """A code of 140 random bits, in groups that can be typed, such as `7k2m-…`."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(signs[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def hash_of_code(code: str) -> str:
    """The hash of a code, however it was typed: in capitals, without hyphens, with an `o` for a `0`."""
    return hash_of(code.lower().translate(MISREAD))


def create_code(tx: Write, token_hash: str, seconds: int = CODE_SECONDS) -> tuple[str, str]:
    """Store a code that signs in with a token; returns it and the moment at which it expires."""
    tx.delete_unrecorded(sign_in_codes, sign_in_codes.c.expires_at <= tx.at)
    code, expires_at = new_code(), now(timedelta(seconds=seconds))
    tx.save_unrecorded(
        sign_in_codes,
        {"code_hash": hash_of_code(code), "token_hash": token_hash, "expires_at": expires_at},
    )
    return code, expires_at


def code_in_force(db: Connection, code_hash: str) -> AnyRow | None:
    """The code with this hash, unless it has expired or was used."""
    codes = sign_in_codes.c
    return db.execute(
        select(sign_in_codes).where(codes.code_hash == code_hash, codes.expires_at > now())
    ).one_or_none()


def redeem(tx: Write, code_hash: str) -> bool:
    """Use a code up; whether it was in force until now."""
    if code_in_force(tx.connection, code_hash) is None:
        return False
    tx.delete_unrecorded(sign_in_codes, sign_in_codes.c.code_hash == code_hash)
    return True


def create(tx: Write, token_hash: str, life: timedelta, client: Values) -> Issued:
    """Store a new session; `client` says by what it was made: `user_agent`, `address`."""
    made = Issued(
        new_id(),
        secrets.token_urlsafe(SECRET_BYTES),
        secrets.token_urlsafe(SECRET_BYTES),
        now(life),
    )
    tx.save_unrecorded(
        sessions,
        {
            "id": made.id,
            "secret_hash": hash_of(made.secret),
            "csrf_hash": hash_of(made.csrf),
            "token_hash": token_hash,
            "created_at": tx.at,
            "last_seen_at": tx.at,
            "expires_at": made.expires_at,
            **client,
        },
    )
    return made


def end(tx: Write, session_id: str) -> None:
    """End a session; without effect for one that has ended."""
    tx.delete_unrecorded(sessions, sessions.c.id == session_id)


def end_by_secret_hash(tx: Write, secret_hash: str) -> None:
    """End the session whose cookie has this hash, if there is one."""
    tx.delete_unrecorded(sessions, sessions.c.secret_hash == secret_hash)


def note_seen(tx: Write, session_id: str) -> None:
    """Write down that a session is used now."""
    tx.update_unrecorded(sessions, sessions.c.id == session_id, {"last_seen_at": tx.at})


def sweep(tx: Write, install_hash: str, idle: timedelta, token_hash: str, most: int) -> None:
    """Remove the sessions that have ended, and of those on one token all but the `most` that were used last."""
    tx.delete_unrecorded(sessions, ~_in_force(install_hash, tx.at, now(-idle)))
    newest = (
        select(sessions.c.row_id)
        .where(sessions.c.token_hash == token_hash)
        .order_by(sessions.c.last_seen_at.desc(), sessions.c.row_id.desc())
        .limit(most)
    )
    tx.delete_unrecorded(
        sessions, and_(sessions.c.token_hash == token_hash, sessions.c.row_id.not_in(newest))
    )


def by_secret_hash(db: Connection, secret_hash: str) -> AnyRow | None:
    """The session whose cookie has this hash, with `token_name` and `permissions` of the limited token it stands on."""
    found = (
        select(sessions, tokens.c.name.label("token_name"), tokens.c.permissions)
        .outerjoin(tokens, tokens.c.secret_hash == sessions.c.token_hash)
        .where(sessions.c.secret_hash == secret_hash)
    )
    return db.execute(found).one_or_none()


def matching(token_hash: Any, every: bool, at: Any, used_since: Any) -> Select[Any]:
    """The sessions that are in force `at` a moment: those that stand on a token, or `every` one, when that is the
    install token. `token` is the name of what a session stands on."""
    mine = sessions.c.token_hash == token_hash
    shown = _in_force(token_hash, at, used_since) if every else and_(mine, _lives(at, used_since))
    return (
        select(sessions, func.coalesce(tokens.c.name, literal(INSTALL)).label("token"))
        .outerjoin(tokens, tokens.c.secret_hash == sessions.c.token_hash)
        .where(shown)
    )


def get(db: Connection, session_id: str, rows: Select[Any]) -> AnyRow:
    """The session of `rows` with an id; raises NotFound."""
    return records.find(db, rows, "id", session_id)


def _lives(at: Any, used_since: Any) -> ColumnElement[bool]:
    return and_(sessions.c.expires_at > at, sessions.c.last_seen_at > used_since)


def _in_force(install_hash: Any, at: Any, used_since: Any) -> ColumnElement[bool]:
    stands = or_(
        sessions.c.token_hash == install_hash,
        sessions.c.token_hash.in_(select(tokens.c.secret_hash)),
    )
    return and_(_lives(at, used_since), stands)
