"""Core on a disk whose syncs take 5 ms more: `slow_disk_core.py serve --home DIRECTORY …`. The product has no hook for
this; the commit of SQLAlchemy is wrapped here."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from faceforge_server.cli import main

SECONDS = 0.005


def slow_down() -> None:
    commit = DefaultDialect.do_commit

    def late(self: DefaultDialect, connection: Any) -> None:
        time.sleep(SECONDS)
        commit(self, connection)

    DefaultDialect.do_commit = late  # type: ignore[method-assign]  # the one hook there is


if __name__ == "__main__":
    slow_down()
    main()
