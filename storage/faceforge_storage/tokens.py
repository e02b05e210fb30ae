"""Tokens: limited keys to the API. The database stores the hash of a token's secret, never the secret."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.tables import tokens
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import NameTaken
from faceforge_storage.token_secrets import new_secret

INSTALL = "install"
"""What the token is called that may do all."""


def hash_of(secret: str) -> str:
    """The SHA-256 of a secret in hex. A secret of 256 random bits needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matching(ids: Listed | None = None) -> Select[Any]:
    """Every token, or those of these ids."""
    return select(tokens) if ids is None else select(tokens).where(among(tokens.c.id, ids))


def get(db: Connection, token_id: str) -> AnyRow:
    """The row of a token; raises NotFound."""
    return records.find(db, matching(), "id", token_id)


def by_secret_hash(db: Connection, secret_hash: str) -> AnyRow | None:
    """The token whose secret has this hash."""
    return db.execute(select(tokens).where(tokens.c.secret_hash == secret_hash)).one_or_none()


def create(tx: Write, name: str, permissions: Sequence[str]) -> tuple[AnyRow, str]:
    """Store a new token; returns it and its secret, which is shown only this once. Raises NameTaken."""
    _check_name(tx, name)
    secret = new_secret()
    row = {
        "id": new_id(),
        "name": name,
        "permissions": sorted(set(permissions)),
        "secret_hash": hash_of(secret),
    }
    return tx.insert(tokens, [row])[0], secret


def change(tx: Write, row: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set the name or the permissions; raises NameTaken, VersionConflict."""
    if values.get("name", row.name) != row.name:
        _check_name(tx, values["name"])
    return tx.update(tokens, row, values, expected=expected)


def rotate(tx: Write, row: AnyRow) -> tuple[AnyRow, str]:
    """Give a token a new secret; the old one is void at once."""
    secret = new_secret()
    return tx.update(tokens, row, {"secret_hash": hash_of(secret)}), secret


def _check_name(tx: Write, name: str) -> None:
    # The journal and the list of sessions call the install token so.
    if name == INSTALL or tx.rows(select(tokens).where(tokens.c.name == name)):
        raise NameTaken(
            f"There is a token named {name!r} already.", hint="Choose another name, or revoke that one."
        )
