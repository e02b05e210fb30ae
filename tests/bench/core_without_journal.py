"""Core whose writes leave no journal, to measure what it costs: `core_without_journal.py serve --home DIRECTORY …`."""

from __future__ import annotations

from typing import Any

from faceforge_server.cli import main
from faceforge_storage.database import database
from faceforge_storage.database.gateway import Write


class Unjournalled(Write):
    """The same transaction without the statements of the journal, and without what leads to them."""

    def finish(self) -> int | None:
        return None

    def _fold(self, *_: Any) -> None: ...

    def _fold_new(self, table: Any, new: Any, record_ids: Any) -> None: ...


if __name__ == "__main__":
    database.Write = Unjournalled  # type: ignore[misc,attr-defined]  # the product has no hook for this
    main()
