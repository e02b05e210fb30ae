"""Creates that are sent twice: the same key with the same request gives the first answer again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import select

from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.signatures import Signature
from faceforge_storage.database.unrecorded_tables import idempotency_keys as keys
from faceforge_storage.errors import IdempotencyMismatch

KEYS_LIVE = timedelta(days=7)
"""How long a key is remembered."""


def answer_once(
    tx: Write,
    context: Context,
    field: str,
    signature: Signature,
    arguments: dict[str, Any],
    run: Callable[[], Record],
) -> Record:
    """What `run` answers, or what it answered first when this actor has sent the context's key before.

    `field` is the create's field in the document, `arguments` are those of the create whose `signature` it is: with
    others the key raises IdempotencyMismatch.
    """
    name = signature.function.__name__
    earlier = earlier_answer(tx.connection, context, field, name, arguments)
    if earlier is not None:
        kind: type[Record] = signature.returns
        return kind.of_values(earlier)
    tx.delete_idempotency_keys(KEYS_LIVE)
    result = run()
    tx.save_idempotency_key(
        {
            "actor": context.actor.name,
            "key": f"{context.idempotency_key}/{field}",
            "operation": name,
            "request_hash": _request_hash(name, arguments),
            "result": result.without_secrets(),
            "created_at": tx.at,
        }
    )
    return result


def earlier_answer(
    db: Reader, context: Context, field: str, name: str, arguments: dict[str, Any]
) -> dict[str, Any] | None:
    """The values of the first answer of a create to the context's key, if any; raises IdempotencyMismatch."""
    if context.idempotency_key is None:
        return None
    key = f"{context.idempotency_key}/{field}"
    earlier = db.execute(
        select(keys).where(keys.c.actor == context.actor.name, keys.c.key == key)
    ).one_or_none()
    if earlier is None:
        return None
    if earlier.request_hash != _request_hash(name, arguments):
        raise IdempotencyMismatch(f"The key was used for {earlier.operation} with other input.")
    values: dict[str, Any] = earlier.result
    return values


def _request_hash(name: str, arguments: dict[str, Any]) -> str:
    sent = json.dumps(to_jsonable_python(arguments, by_alias=False), sort_keys=True)
    return hashlib.sha256(f"{name}:{sent}".encode()).hexdigest()
