"""What happens is told as events: by names, without values, to those who may read it, and in its order."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from faces import Face
from running_core import CONTRACT, RunningCore
from world import World

from faceforge_schema import needs_of_records
from faceforge_storage.database.tables import RECORDS

INTERNAL = {"job_type", "object"}
"""Records that no reader knows of."""


def last(core: RunningCore) -> int:
    """The id of the newest event."""
    return int(core.request("GET", "/v1/events", params={"limit": 1}).json()["last_event_id"])


def since(core: RunningCore, after: int, token: str = "install", **filters: Any) -> list[dict[str, Any]]:
    answer = core.request("GET", "/v1/events", params={"after": after, "limit": 500, **filters}, token=token)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def patch_entity(w: World) -> None:
    w.face.call("update_entity", entity_id=w.ada, input={"tags": ["poet"], "fields": {"born": None}}).ok()


def relink(w: World) -> None:
    w.face.call("link_asset", entity_id=w.ada, asset_id=w.photo, input={"role": "sketch"}).ok()


def purge_photo(w: World) -> None:
    w.face.call("delete_asset", asset_id=w.photo).ok()
    w.face.call("purge_asset", asset_id=w.photo).ok()


def make_token(w: World) -> None:
    w.make("create_token", input={"name": w.named("t"), "permissions": []})


THINGS: dict[str, tuple[Callable[[World], Any], Callable[[World], Any], list[tuple[str, list[str]]]]] = {
    "making an entity": (lambda w: None, lambda w: w.bob, [("entity.created", [])]),
    "patching it": (lambda w: w.ada, patch_entity, [("entity.updated", ["fields", "tags"])]),
    "trashing it": (
        lambda w: w.bob,
        lambda w: w.face.call("delete_entity", entity_id=w.bob).ok(),
        [("entity.trashed", ["deleted_at"])],
    ),
    "restoring it": (
        lambda w: w.trashed,
        lambda w: w.face.call("restore_entity", entity_id=w.trashed).ok(),
        [("entity.restored", ["deleted_at"])],
    ),
    "purging it": (
        lambda w: w.trashed,
        lambda w: w.face.call("purge_entity", entity_id=w.trashed).ok(),
        [("entity.purged", [])],
    ),
    "uploading": (lambda w: w.ada, lambda w: w.photo, [("asset.created", []), ("asset.linked", [])]),
    "linking anew": (lambda w: w.photo, relink, [("asset.linked", ["role"])]),
    "unlinking": (
        lambda w: w.photo,
        lambda w: w.face.call("unlink_asset", entity_id=w.ada, asset_id=w.photo).ok(),
        [("asset.unlinked", [])],
    ),
    "purging a file": (
        lambda w: w.photo,
        purge_photo,
        [("asset.updated", []), ("asset.unlinked", []), ("asset.purged", [])],
    ),
    "telling a fact": (lambda w: w.ada, lambda w: w.fact, [("descriptor.created", [])]),
    "removing it": (
        lambda w: w.fact,
        lambda w: w.face.call("delete_descriptor", descriptor_id=w.fact).ok(),
        [("descriptor.deleted", [])],
    ),
    "making a token": (lambda w: None, make_token, [("token.created", [])]),
}


@pytest.mark.parametrize("what", THINGS)
def test_each_thing_that_happens_is_an_event(what: str, world: World) -> None:
    before, act, expected = THINGS[what]
    before(world)
    after = last(world.core)
    act(world)
    assert [(each["type"], each["changed"]) for each in since(world.core, after)] == expected


def test_an_event_says_who_did_it_when_and_to_what(world: World) -> None:
    after = last(world.core)
    made = world.make("create_entity", input={"display_name": "Grace"})
    (event,) = since(world.core, after)
    newest = world.core.request("GET", "/v1/changesets?limit=1").json()["items"][0]
    assert event == {
        "event_id": after + 1,
        "at": newest["at"],
        "type": "entity.created",
        "record_type": "entity",
        "record_id": made["entity_id"],
        "changed": [],
        "changeset_id": newest["changeset_id"],
        "actor": "install",
        "data": None,
    }


def test_no_value_of_a_record_is_in_any_event(world: World) -> None:
    secret = "the-value-nobody-may-see"
    made = world.make("create_entity", input={"display_name": secret, "fields": {secret: secret}})
    for patch in ({"display_name": f"{secret}!"}, {"tags": [secret]}, {"fields": {secret: None}}):
        world.face.call("update_entity", entity_id=made["entity_id"], input=patch).ok()
    token = world.make("create_token", input={"name": world.named("s"), "permissions": []})
    world.face.call("rotate_token", token_id=token["token_id"]).ok()
    found = since(world.core, 0)
    assert secret not in json.dumps(found)
    assert "hash" not in json.dumps([each["changed"] for each in found])


def test_every_record_is_told_of_but_those_that_are_internal() -> None:
    assert needs_of_records(CONTRACT.graphql).keys() == set(RECORDS) - INTERNAL


READERS = {
    "assets:read": {"asset"},
    "entities:read": {"entity"},
    "descriptors:read": {"descriptor"},
    "relationships:write": {"relationship", "relation_type"},
    "tokens:read": {"token"},
    "field_defs:read": {"field_def"},
    "journal:read": set(),
    "system:read": set(),
}


@pytest.fixture(scope="module")
def busy(core: RunningCore) -> World:
    """A Core in which something of every kind has happened."""
    world = World(core, 900)
    assert world.photo
    assert world.fact
    assert world.relation
    assert world.relation_type
    assert world.field_key
    assert world.token
    return world


@pytest.mark.parametrize("permission", READERS)
def test_a_token_hears_of_what_it_may_read(permission: str, busy: World, face: Face) -> None:
    token = busy.core.limited_token(permission)
    found = face.call("events", limit=500, token=token).ok()
    assert {each["type"].split(".")[0] for each in found["items"]} == READERS[permission]
    assert found["next_cursor"] == found["last_event_id"]


def test_a_token_that_may_nothing_may_ask(busy: World, face: Face) -> None:
    token = busy.core.limited_token()
    found = face.call("events", token=token).ok()
    assert found["items"] == []
    assert found["next_cursor"] == found["last_event_id"] > 0


def test_events_are_found_by_record_and_those_of_a_link_by_both_its_ends(world: World) -> None:
    after = last(world.core)
    ada, photo = world.ada, world.photo
    assert [each["type"] for each in since(world.core, after, record_id=ada)] == [
        "entity.created",
        "asset.linked",
    ]
    assert [each["type"] for each in since(world.core, after, record_id=[photo])] == [
        "asset.created",
        "asset.linked",
    ]
    link = since(world.core, after, types="asset.linked")[0]
    assert (link["record_type"], link["record_id"]) == ("asset_link", f"{photo}/{ada}")


def test_pages_follow_one_another_and_a_filter_moves_the_cursor_on(busy: World, face: Face) -> None:
    whole = face.call("events", limit=500).ok()["items"]
    walked: list[Any] = []
    after = 0
    while True:
        found = face.call("events", after=after, limit=2).ok()
        walked += found["items"]
        after = found["next_cursor"]
        if not found["has_more"]:
            break
    assert walked == whole
    nothing = face.call("events", record_id=["0" * 64]).ok()
    assert (nothing["items"], nothing["next_cursor"]) == ([], after)


def test_a_page_that_waits_is_answered_when_something_happens(core: RunningCore, world: World) -> None:
    after = last(core)
    at_once = core.request("GET", "/v1/events", params={"after": after, "wait": 0})
    assert at_once.json()["items"] == []
    threading.Timer(0.3, lambda: world.bob).start()
    found = core.request("GET", "/v1/events", params={"after": after, "wait": 20, "types": "entity.created"})
    assert [each["record_id"] for each in found.json()["items"]] == [world.bob]


def test_a_page_that_waits_in_vain_has_moved_on(core: RunningCore, world: World) -> None:
    after = last(core)
    assert world.bob
    found = core.request("GET", "/v1/events", params={"after": after, "wait": 1, "types": "token.*"}).json()
    assert (found["items"], found["next_cursor"]) == ([], last(core))


def test_who_loses_the_token_while_a_page_waits_is_told_nothing_more(core: RunningCore, world: World) -> None:
    token = world.make("create_token", input={"name": world.named("w"), "permissions": ["entities:read"]})

    def revoke_then_make() -> None:
        world.face.call("revoke_token", token_id=token["token_id"]).ok()
        assert world.bob

    after = last(core)
    threading.Timer(0.3, revoke_then_make).start()
    params = {"after": after, "wait": 20, "types": "entity.*"}
    answer = core.request("GET", "/v1/events", params=params, token=token["secret"])
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_what_waits_holds_no_reader_of_the_database(core: RunningCore) -> None:
    async def all_wait() -> list[int]:
        transport = httpx.ASGITransport(core.app)
        headers = {"authorization": f"Bearer {core.token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8099") as client:
            after = (await client.get("/v1/events?limit=1", headers=headers)).json()["last_event_id"]
            path = f"/v1/events?after={after}&wait=20"
            waiting = [asyncio.create_task(client.get(path, headers=headers)) for _ in range(12)]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(10):
                read = await client.get("/v1/entities", headers=headers)
            await client.post("/v1/entities", json={"display_name": "news"}, headers=headers)
            answers = await asyncio.gather(*waiting)
        return [read.status_code, *(each.status_code for each in answers)]

    assert core.wait(all_wait()) == [200] * 13


@pytest.mark.parametrize("wait", ["26", "-1", "x", "1&wait=2", ""])
def test_a_wait_that_is_none_is_refused(wait: str, core: RunningCore) -> None:
    answer = core.request("GET", f"/v1/events?wait={wait}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/wait")


@pytest.mark.parametrize("sent", ["x", "-1", "9" * 19])
def test_a_last_event_id_that_is_none_is_refused(sent: str, core: RunningCore) -> None:
    answer = core.request("GET", "/v1/events", headers={"last-event-id": sent})
    assert answer.json()["errors"][0]["in"] == "header"


def test_the_journal_is_not_read_for_nobody(core: RunningCore, world: World) -> None:
    with core.statements() as seen:
        assert world.bob
    assert not [each for each in seen if "max(changes" in each.lower()]
