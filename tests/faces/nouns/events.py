"""Events: the rows of their list."""

from __future__ import annotations

from noun import Bad, Noun, Rows, invalid

NOUN = Noun(
    operations={
        "events": Rows(
            lambda w: {"record_id": [w.ada], "types": ["entity.*"], "limit": 2},
            None,
            (
                invalid("/limit", lambda w: {"limit": 0}),
                invalid("/limit", lambda w: {"limit": 501}),
                invalid("/types", lambda w: {"types": ["entity.eaten"]}),
                invalid("/types", lambda w: {"types": ["*"]}),
                invalid("/record_id", lambda w: {"record_id": ["0"] * 101}),
                Bad(lambda w: {"after": -5}, 410, "cursor_expired"),
                Bad(lambda w: {"after": 10**15}, 410, "cursor_expired"),
            ),
        ),
    },
)
