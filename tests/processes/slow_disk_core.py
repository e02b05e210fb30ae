"""Core on a disk whose syncs take longer by so many seconds, which counts its commits: `slow_disk_core.py 0.005 serve
--home DIRECTORY …`. The product has no hook for this; the commit of SQLAlchemy is wrapped here."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from faceforge_server.cli import main

COMMITS = "commits"
"""A file in the home that has a byte for each."""


def slow_down() -> None:
    commit, seconds = DefaultDialect.do_commit, float(sys.argv.pop(1))
    counted = Path(sys.argv[sys.argv.index("--home") + 1]) / COMMITS

    def late(self: DefaultDialect, connection: Any) -> None:
        time.sleep(seconds)
        commit(self, connection)
        with counted.open("ab") as file:
            file.write(b".")

    DefaultDialect.do_commit = late  # type: ignore[method-assign]  # the one hook there is


if __name__ == "__main__":
    slow_down()
    main()
