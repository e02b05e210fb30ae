"""U3: the journal replayed over the first state gives the tables; and the index tables follow the records meanwhile."""

from __future__ import annotations

from pathlib import Path

from database_state import index_tables, records
from faces import both_faces
from journal_entries import last_changeset, replayed
from nouns import ROWS
from running_core import running_core
from test_one_changeset import MUTATIONS
from world import World


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
        assert replayed(core, start, last) == records(core)
