"""`faceforge migrate`: bring the database up to date without starting Core."""

from __future__ import annotations

from faceforge_server.commands.options import HomeOption


def migrate(*, home: HomeOption = None) -> None:
    """Bring the database to the schema of this version, after a backup.

    `faceforge serve` does the same at its start. Core must not be running.
    """
    from faceforge_storage.database.migrate import HEAD
    from faceforge_storage.database.migrate import migrate as bring_up_to_date
    from faceforge_storage.home.home import open_home
    from faceforge_storage.home.lock import HomeLock

    place, settings = open_home(home)
    with HomeLock(place):
        before = bring_up_to_date(place.database_file, place.backups_dir, settings.limits.backups_kept)
    if before == HEAD:
        print(f"The database is up to date (schema {HEAD}).")
    else:
        print(f"The database was brought from schema {before or 'none'} to {HEAD}.")
