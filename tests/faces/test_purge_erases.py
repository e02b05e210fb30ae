"""U1, S14: a purge erases what it removes from every table, the journal included, wherever it was once written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from database_state import everything
from faces import Face
from running_core import RunningCore
from world import World


@dataclass(frozen=True)
class Purged:
    """The record that will be purged, another one of the other noun, and the word that must be gone afterwards."""

    face: Face
    world: World
    entity: str
    asset: str
    secret: str

    def call(self, operation: str, **arguments: Any) -> Any:
        return self.face.call(operation, **arguments).ok()

    def related(self, **values: Any) -> str:
        ends = {"src_entity_id": self.entity, "dst_entity_id": self.world.bob, "relationship_type": "friend"}
        return str(self.call("create_relationship", input={**ends, **values})["relationship_id"])

    def described(self, **values: Any) -> str:
        fact = {"field_key": "k", "value": 1, **values}
        return str(self.call("create_descriptor", entity_id=self.entity, input=fact)["descriptor_id"])

    def change_entity(self, **values: Any) -> None:
        self.call("update_entity", entity_id=self.entity, input=values)

    def change_asset(self, **values: Any) -> None:
        self.call("update_asset", asset_id=self.asset, input=values)

    def link(self) -> None:
        self.call("link_asset", entity_id=self.entity, asset_id=self.asset, input={"role": self.secret})

    def unlink(self) -> None:
        self.call("unlink_asset", entity_id=self.entity, asset_id=self.asset)


def deleted_fact(p: Purged) -> None:
    p.call("delete_descriptor", descriptor_id=p.described(value=p.secret))


def deleted_relationship(p: Purged, **ends: Any) -> None:
    p.call("delete_relationship", relationship_id=p.related(source=p.secret, valid_from="2001", **ends))


def fact_with_a_key(p: Purged) -> None:
    """The key keeps what the create answered."""
    fact = {"field_key": "k", "value": p.secret}
    p.call("create_descriptor", entity_id=p.entity, idempotency_key=p.world.named(p.face.name), input=fact)


OF_BOTH: dict[str, Callable[[Purged], Any]] = {
    "the role of a link": Purged.link,
    "the role of a link that was taken away before": lambda p: (p.link(), p.unlink()),
}
PLACES: dict[str, dict[str, Callable[[Purged], Any]]] = {
    "entity": {
        **OF_BOTH,
        "its name": lambda p: p.change_entity(display_name=p.secret),
        "its name that was changed since": lambda p: (
            p.change_entity(display_name=p.secret),
            p.change_entity(display_name="another"),
        ),
        "its tags": lambda p: p.change_entity(tags=[p.secret]),
        "the name of a list in its fields": lambda p: (
            p.change_entity(fields={p.secret: [1]}),
            p.change_entity(fields={p.secret: [1, 2]}),
            p.change_entity(fields={p.secret: None}),
        ),
        "its external ids": lambda p: p.change_entity(external_ids=[{"namespace": "x", "value": p.secret}]),
        "a fact": lambda p: p.described(value=p.secret),
        "a fact that was changed": lambda p: p.call(
            "update_descriptor", descriptor_id=p.described(), input={"note": p.secret}
        ),
        "a fact that was deleted before": deleted_fact,
        "a fact that a key keeps": fact_with_a_key,
        "a relationship": lambda p: p.related(fields={"word": p.secret}),
        "a relationship from it that was deleted before": deleted_relationship,
        "a relationship to it that was deleted before": lambda p: deleted_relationship(
            p, src_entity_id=p.world.bob, dst_entity_id=p.entity
        ),
    },
    "asset": {
        **OF_BOTH,
        "its filename": lambda p: p.change_asset(filename=p.secret),
        "its metadata": lambda p: p.change_asset(user_metadata={"word": p.secret}),
        "its metadata that were removed since": lambda p: (
            p.change_asset(user_metadata={"word": p.secret}),
            p.change_asset(user_metadata=None),
        ),
    },
}
CASES = [(noun, place) for noun, places in PLACES.items() for place in (*places, "all of it at once")]


@pytest.mark.parametrize(("noun", "place"), CASES, ids=[f"{noun}: {place}" for noun, place in CASES])
def test_a_purge_erases(core: RunningCore, face: Face, world: World, noun: str, place: str) -> None:
    secret = world.named(f"nobody-may-know-{face.name}")
    entity = face.call(
        "create_entity", idempotency_key=world.named(f"entity-{face.name}"), input={"display_name": "E"}
    )
    asset = world.upload(world.content + secret.encode(), "a.txt")["asset_id"]
    purged = Purged(face, world, entity.ok()["entity_id"], asset, secret)
    for name, write in PLACES[noun].items():
        if place in (name, "all of it at once"):
            write(purged)
    assert tables_with(core, secret), "the secret was written nowhere, so nothing is proved"
    which = {f"{noun}_id": purged.entity if noun == "entity" else purged.asset}
    face.call(f"delete_{noun}", **which).ok()
    face.call(f"purge_{noun}", **which).ok()
    assert tables_with(core, secret) == []
    changes = face.call("changes", record_id=next(iter(which.values()))).ok()["items"]
    assert changes[0]["verb"] == "delete", (
        "that there was a record, and that it was purged, the journal still says"
    )
    assert all(each["erased"] and each["before"] is each["after"] is None for each in changes)


def tables_with(core: RunningCore, word: str) -> list[str]:
    return [table for table, rows in everything(core).items() if any(word in row for row in rows)]
