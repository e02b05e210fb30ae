"""Core on a disk whose syncs take 50 ms more, which counts its commits: `slow_disk_core.py serve --home DIRECTORY …`.
The product has no hook for this; the commit of SQLAlchemy is wrapped here."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from faceforge_server.cli import main

SECONDS = 0.05
COMMITS = "commits"
"""A file in the home that has a byte for each."""


def slow_down() -> None:
    commit = DefaultDialect.do_commit
    counted = Path(sys.argv[sys.argv.index("--home") + 1]) / COMMITS

    def late(self: DefaultDialect, connection: Any) -> None:
        time.sleep(SECONDS)
        commit(self, connection)
        with counted.open("ab") as file:
            file.write(b".")

    DefaultDialect.do_commit = late  # type: ignore[method-assign]  # the one hook there is


if __name__ == "__main__":
    slow_down()
    main()
