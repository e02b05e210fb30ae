"""U2, U3: the journal replayed over the first state gives the tables, and taken back from them that state again;
and the index tables follow the records meanwhile."""

from __future__ import annotations

from pathlib import Path

from database_state import index_tables, records
from faces import both_faces
from journal_entries import last_changeset, replayed, undone
from nouns import ROWS
from running_core import running_core
from test_one_changeset import MUTATIONS
from world import World

from faceforge_storage.database.json_columns import same_json


def test_after_every_mutation_by_both_faces(tmp_path: Path) -> None:
    with running_core(tmp_path / "replay") as core:
        start, last = records(core), last_changeset(core)
        for number, operation in enumerate(MUTATIONS):
            world = World(core, number)
            for face in both_faces(core):
                # A refusal of the second face, of a name that is taken now, is as good as a change.
                face.call(operation, **ROWS[operation].good(world))
            kept, expected = index_tables(core)
            assert kept == expected, operation
        end = records(core)
        assert same_json(replayed(core, start, last), end)
        assert same_json(undone(core, end, last), start)
