"""Creates that are sent twice: the same key with the same request gives the first answer again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import select

from faceforge_schema.context import Write
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.signatures import Signature
from faceforge_storage.database.tables import idempotency_keys as keys
from faceforge_storage.errors import IdempotencyMismatch

KEYS_LIVE = timedelta(days=7)
"""How long a key is remembered."""


def answer_once(
    tx: Write,
    actor: str,
    key: str,
    signature: Signature,
    arguments: dict[str, Any],
    run: Callable[[], Record],
) -> Record:
    """What `run` answers, or what it answered first when this actor has sent the key before.

    `arguments` are those of the create whose `signature` it is: with others the key raises IdempotencyMismatch.
    """
    operation = signature.function.__name__
    request = json.dumps(to_jsonable_python(arguments, by_alias=False), sort_keys=True)
    request_hash = hashlib.sha256(f"{operation}:{request}".encode()).hexdigest()
    for earlier in tx.rows(select(keys).where(keys.c.actor == actor, keys.c.key == key)):
        if earlier.request_hash != request_hash:
            raise IdempotencyMismatch(f"The key was used for {earlier.operation} with other input.")
        kind: type[Record] = signature.returns
        return kind.of_values(earlier.result)
    tx.forget(KEYS_LIVE)
    result = run()
    tx.remember(
        {
            "actor": actor,
            "key": key,
            "operation": operation,
            "request_hash": request_hash,
            "result": result.without_secrets(),
            "created_at": tx.at,
        }
    )
    return result
