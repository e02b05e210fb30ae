"""The journal: the rows of its operations."""

from __future__ import annotations

from noun import Noun, Rows, a_list, gone

NOUN = Noun(
    operations={
        "changeset": Rows(
            lambda w: {"changeset_id": w.changeset}, {"actor": "install"}, (gone(changeset_id=10**15),)
        ),
        "changesets": a_list(lambda w: {"actor": w.ada and "install", "operation": "createEntity"}),
        "changes": a_list(lambda w: {"record_type": "entity", "record_id": w.ada}),
    },
)
