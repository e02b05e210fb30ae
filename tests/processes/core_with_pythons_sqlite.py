"""Core as it runs where there is no wheel of SQLite: `core_with_pythons_sqlite.py serve --home DIRECTORY …`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.modules["pysqlite3"] = None  # type: ignore[assignment]  # what Python keeps for a module that is not there
    from faceforge_server.cli import main

    main()
