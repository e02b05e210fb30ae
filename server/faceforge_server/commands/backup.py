"""`faceforge backup`: copy the database, also while Core runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from faceforge_server.commands.options import HomeOption


def backup(
    *,
    home: HomeOption = None,
    to: Annotated[
        Path | None,
        Parameter(help="A new file to write; without it one in db/backups/ of the home."),
    ] = None,
) -> None:
    """Copy the database and verify the copy. Core may keep running.

    The copy holds the records; the files themselves are in assets/ and are copied like any other files.
    """
    from datetime import UTC, datetime

    from faceforge_storage.database.backup import backup as copy
    from faceforge_storage.home.home import open_home

    place, _ = open_home(home, new=False)
    name = f"core-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.sqlite3"
    target = (to or place.backups_dir / name).expanduser().absolute()
    size = copy(place.database_file, target)
    print(f"{target} ({size:,} bytes, verified)")
