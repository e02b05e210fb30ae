"""Access tokens: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World

from faceforge_storage import tokens


def tool(w: World) -> dict[str, Any]:
    return {"token_id": w.token}


NOUN = Noun(
    operations={
        "current_token": Rows(lambda w: {}, {"name": "install", "limited": False}, ()),
        "token": Rows(tool, {"permissions": ["assets:read"]}, (gone(token_id=UNKNOWN),)),
        "tokens": a_list(lambda w: {"sort_by": "created_at"}),
        "create_token": Rows(
            lambda w: {"input": {"name": w.named("maker"), "permissions": ["system:read", "assets:read"]}},
            {"permissions": ["assets:read", "system:read"]},
            (
                invalid("/name", lambda w: {"input": {"name": "", "permissions": []}}),
                Bad(lambda w: {"input": {"name": "install", "permissions": []}}, 409, "name_taken"),
                invalid("/permissions", lambda w: {"input": {"name": "a", "permissions": ["all:things"]}}),
                Bad(
                    lambda w: {"input": {"name": w.named(f"tool{w.token[:0]}"), "permissions": []}},
                    409,
                    "name_taken",
                ),
            ),
        ),
        "update_token": Rows(
            lambda w: {**tool(w), "input": {"permissions": ["entities:read"]}, "expected_version": 1},
            {"permissions": ["entities:read"], "version": 2},
            (
                stale(with_input(tool, name="x")),
                Bad(lambda w: {"token_id": UNKNOWN, "input": {}}, 404, "not_found"),
                invalid("/permissions", with_input(tool, permissions=["all"])),
            ),
        ),
        "revoke_token": Rows(tool, None, (gone(token_id=UNKNOWN), stale(tool))),
        "rotate_token": Rows(tool, {"permissions": ["assets:read"]}, (gone(token_id=UNKNOWN),)),
    },
    record="token",
    which=tool,
    patch=Patch(change={"permissions": []}, keeps=("name", "permissions")),
    without_effect={
        "patched with what it has": (
            "update_token",
            lambda w: {**tool(w), "input": {"permissions": ["assets:read"]}},
        ),
    },
    fill=lambda tx, place: tokens.create(tx, f"token {place.number}", []),
)
