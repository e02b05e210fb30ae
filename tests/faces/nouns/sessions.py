"""Sessions of browsers: the rows of their operations. They are no records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from noun import Noun, Place, Rows, a_list, gone
from world import UNKNOWN, World

from faceforge_storage import sessions, tokens
from faceforge_storage.database.gateway import Write


def as_a_session(w: World) -> dict[str, Any]:
    return {"token": w.signed_in}


def fill(tx: Write, place: Place) -> None:
    row, _ = tokens.create(tx, f"browser {place.number}", [])
    sessions.create(tx, row.secret_hash, timedelta(days=1), {})


NOUN = Noun(
    operations={
        "current_session": Rows(as_a_session, {"token": "install", "address": "127.0.0.1"}, ()),
        "sessions": a_list(),
        "sign_out": Rows(as_a_session, None, (), recorded=False),
        "revoke_session": Rows(
            lambda w: {"session_id": w.signed_in.session_id},
            None,
            (gone(session_id=UNKNOWN),),
            recorded=False,
        ),
        "create_sign_in_code": Rows(lambda w: {}, None, (), recorded=False),
    },
    beside=lambda _ada, other: other.signed_in,
    fill=fill,
)
