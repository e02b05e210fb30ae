"""The system as a whole: the row of its one operation."""

from __future__ import annotations

from noun import Noun, Rows

NOUN = Noun(
    operations={
        "system_info": Rows(lambda w: {}, {"actor": "install"}, ()),
    },
)
