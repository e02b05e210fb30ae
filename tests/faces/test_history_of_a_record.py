"""U3, U4: what /changes shows of a record leads back from what it is, exactly, to what was read each time before."""

from __future__ import annotations

from typing import Any

import pytest
from faces import Face
from running_core import RunningCore
from sqlalchemy import update
from world import World

from faceforge_storage.database.gateway import Write
from faceforge_storage.database.json_columns import same_json
from faceforge_storage.database.json_difference import Difference, backward, difference, forward
from faceforge_storage.database.tables import changes

PATCHES: list[dict[str, Any]] = [
    {"display_name": "Ada Byron"},
    {"fields": {"number": 1, "nothing": {"inner": None}, "": {"": []}}},
    {"fields": {"number": 1.0}},
    {"fields": {"number": True, "born": None}},
    {"fields": {"number": {"was": [1, 2, 3]}, "camelCase": {"innerKey": [1, None, 2]}}},
    {"fields": {"number": {"was": [1, 3]}, "camelCase": {"innerKey": [None, 2]}}},
    {"fields": {"number": [1, {"a": [1]}], "list_offsets": {"tags": 7}}},
    {"fields": {"number": [True, {"a": [1.0]}], "list_offsets": {"tags": 8}}},
    {"tags": ["poet's child", "名", "mathematician"], "aliases": []},
    {"tags": [], "aliases": ["Countess", "Ada"], "external_ids": None},
    {"plugin_data": {"ff.graph": {"x": None, "y": {"before": 1, "after": 2}}}},
    {"plugin_data": {"ff.graph": {"y": {"before": 2}}}, "fields": None},
]


@pytest.mark.parametrize("older", [False, True], ids=["differences", "whole values of an older version"])
def test_a_program_can_go_back_and_forth(core: RunningCore, face: Face, world: World, older: bool) -> None:
    states = [face.call("entity", entity_id=world.ada).ok()]
    for patch in PATCHES:
        states.append(face.call("update_entity", entity_id=world.ada, input=patch).ok())
    if older:
        write_as_before(core, world.ada)
    newest_first = face.call("changes", record_type="entity", record_id=world.ada, first=100).ok()["items"]
    assert [change["verb"] for change in newest_first] == ["update"] * len(PATCHES) + ["insert"]
    steps = [Difference(each["before"], each["after"], each["list_offsets"]) for each in newest_first[:-1]]
    state = states[-1]
    for step, earlier in zip(steps, reversed(states[:-1]), strict=True):
        state = backward(state, step)
        assert same_json(state, earlier)
        assert step.before.keys() | step.after.keys() <= state.keys(), (
            "it shows nothing that the record does not"
        )
    for step, later in zip(reversed(steps), states[1:], strict=True):
        assert step == difference(state, later), "it shows nothing that has not changed"
        state = forward(state, step)
        assert same_json(state, later)
    first = newest_first[-1]
    assert first["before"] is first["list_offsets"] is None
    assert first["after"].items() >= {key: states[0][key] for key in ("fields", "tags", "version")}.items()


def write_as_before(core: RunningCore, record_id: str) -> None:
    """Give the changes of a record the form they had before revision 0003: each column that changed, whole."""

    def work(tx: Write) -> None:
        of_record = changes.select().where(changes.c.record_id == record_id).order_by(changes.c.row_id)
        state: dict[str, Any] = {}
        for change in tx.rows(of_record):
            if change.verb == "insert":
                state = change.after
                continue
            later = forward(state, Difference(change.before, change.after, change.list_offsets))
            columns = [name for name in later if not same_json(state[name], later[name])]
            whole = {
                "before": {name: state[name] for name in columns},
                "after": {name: later[name] for name in columns},
            }
            statement = update(changes).where(changes.c.row_id == change.row_id)
            tx.connection.execute(
                statement.values(**whole, list_offsets=None), execution_options={"gateway": True}
            )
            state = later

    core.core.database.writing("test", "write as before", work)


def test_one_side_alone_is_shown_of_older_changes_too(core: RunningCore, world: World) -> None:
    world.face.call("update_entity", entity_id=world.ada, input={"tags": ["poet's child", "new"]}).ok()
    write_as_before(core, world.ada)
    for side, shown in (("before", ["mathematician", "poet's child"]), ("after", ["poet's child", "new"])):
        query = f'{{ changes(first: 1, recordId: "{world.ada}") {{ nodes {{ {side} }} }} }}'
        [node] = core.request("POST", "/graphql", json={"query": query}).json()["data"]["changes"]["nodes"]
        assert node[side]["tags"] == shown


def test_what_is_stored_as_it_is_shown_is_not_parsed(core: RunningCore, world: World) -> None:
    """JSON that is parsed counts several times in the budget of an answer: a page of it would end after a few."""
    for number in range(20):
        large = {"display_name": world.named("large"), "fields": {f"k{number}": "x" * 300_000}}
        world.make("create_entity", input=large)
    page = world.face.call("changes", record_type="entity", first=20).ok()
    assert len(page["items"]) == 20
    assert all("row_id" not in each["after"] for each in page["items"])
