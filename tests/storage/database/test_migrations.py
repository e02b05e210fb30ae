"""A database comes to the present schema in one step or not at all, and a verified copy is kept before (D7)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from rows_for_tests import add_entity, dump, new_database, query
from sqlalchemy import create_engine

import faceforge_storage
from faceforge_storage.database import migrate as module
from faceforge_storage.database import tables
from faceforge_storage.database.backup import verify
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.migrate import HEAD, migrate, revision_of
from faceforge_storage.errors import CannotStart, StorageFailed

STEPS = Path(faceforge_storage.__file__).with_name("database") / "migrations"
NEXT = "9999"
"""A step that a later version will have: it rebuilds a parent table, adds another, and may die on the way."""
NEXT_STEP = f'''
import os, signal
from alembic import op
import sqlalchemy as sa

revision = "{NEXT}"
down_revision = "{HEAD}"


def die(moment):
    if os.environ.get("DIE") == moment:
        os.kill(os.getpid(), signal.SIGKILL)


def upgrade():
    die("at first")
    op.create_table("later", sa.Column("row_id", sa.Integer, primary_key=True))
    die("after a table")
    op.execute("CREATE TABLE entities_new AS SELECT * FROM entities")
    op.execute("DELETE FROM entities" if os.environ.get("BREAK") else "SELECT 1")
    op.execute("UPDATE entities SET display_name = display_name || '!'")
    op.drop_table("entities_new")
    die("after the rows")
'''
MIGRATE = """
import sys
from pathlib import Path
from faceforge_storage.database import migrate
migrate.__file__, migrate.HEAD = sys.argv[2], sys.argv[3]
database = Path(sys.argv[1])
migrate.migrate(database, database.parent / "backups")
"""


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The file that `migrate.py` would be in a version with one step more."""
    shutil.copytree(STEPS, tmp_path / "later" / "migrations")
    (tmp_path / "later" / "migrations" / "versions" / f"{NEXT}_later.py").write_text(NEXT_STEP)
    return tmp_path / "later" / "migrate.py"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of the present version, with a few rows, which the later version finds."""
    database = new_database(tmp_path / "db" / "core.sqlite3")
    for name in ("Ann", "Bob"):
        add_entity(database, display_name=name, tags=["t"])
    database.close()
    return database.path


def run_later(later: Path, database: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MIGRATE, str(database), str(later), NEXT]
    search = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, env=os.environ | search | environment, capture_output=True, text=True, check=False
    )


def names(database: Path) -> list[str]:
    return [name for (name,) in query(database, "SELECT display_name FROM entities ORDER BY row_id")]


def schema(database: Path) -> list[tuple[str, ...]]:
    return query(database, "SELECT type, name, sql FROM sqlite_master ORDER BY name")


def test_the_newest_step_is_the_one_the_code_names() -> None:
    assert ScriptDirectory(str(STEPS)).get_heads() == [HEAD]


def test_the_steps_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    database = tmp_path / "core.sqlite3"
    assert migrate(database, tmp_path / "backups") is None
    engine = create_engine(f"sqlite:///{database}", module=sqlite3)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
    engine.dispose()
    assert differences == []


def test_what_a_comparison_overlooks_is_the_same_too(tmp_path: Path) -> None:
    """Checks, conditions of indexes, WITHOUT ROWID and AUTOINCREMENT: compared as SQLite keeps them."""
    migrate(tmp_path / "migrated.sqlite3", tmp_path / "backups")
    engine = create_engine(f"sqlite:///{tmp_path / 'created.sqlite3'}", module=sqlite3)
    tables.metadata.create_all(engine)
    engine.dispose()

    def parts(name: str) -> dict[str, set[str]]:
        held = {row[1]: row[2] for row in schema(tmp_path / name) if row[0] in ("table", "index") and row[2]}
        held.pop("alembic_version", None)
        held = {
            name: sql for name, sql in held.items() if not name.startswith("sqlite_stat")
        }  # of the planner
        # The order of columns and constraints within a table does not matter; a column added later has no line.
        return {
            name: {part.strip(" ,\n\t)") for part in re.split(r"\n|, (?![^()]*\))", sql)} - {""}
            for name, sql in held.items()
        }

    assert parts("migrated.sqlite3") == parts("created.sqlite3")


def test_a_database_that_is_up_to_date_is_left_alone(old: Path) -> None:
    before = old.read_bytes()
    assert migrate(old, old.parent / "backups") == HEAD
    assert old.read_bytes() == before
    assert not (old.parent / "backups").exists()


def test_a_start_with_nothing_to_do_does_not_load_alembic(old: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from faceforge_storage.database.migrate import migrate\n"
        f"migrate(Path({str(old)!r}), Path('unused')); print('alembic' in sys.modules)"
    )
    search = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | search, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr


def test_a_verified_copy_is_kept_before_the_schema_changes(old: Path, later: Path) -> None:
    before = dump(old)
    done = run_later(later, old)
    assert done.returncode == 0, done.stderr
    assert revision_of(old) == NEXT
    assert names(old) == ["Ann!", "Bob!"]
    [copy] = (old.parent / "backups").iterdir()
    assert copy.name.startswith(f"before-{NEXT}-from-{HEAD}-")
    verify(copy)
    assert revision_of(copy) == HEAD
    assert dump(copy) == before


def test_only_the_newest_copies_stay(old: Path, later: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backups = old.parent / "backups"
    backups.mkdir()
    for number in range(7):
        copy = backups / f"before-0001-from-0000-{number}.sqlite3"
        copy.touch()
        os.utime(copy, (number, number))
    (backups / "core-of-mine.sqlite3").touch()
    monkeypatch.setattr(module, "__file__", str(later))
    monkeypatch.setattr(module, "HEAD", NEXT)
    migrate(old, backups, keep=3)
    kept = sorted(copy.name for copy in backups.iterdir())
    assert kept[:3] == [
        "before-0001-from-0000-5.sqlite3",
        "before-0001-from-0000-6.sqlite3",
        kept[2],
    ]
    assert kept[2].startswith(f"before-{NEXT}-from-{HEAD}-")
    assert kept[3:] == ["core-of-mine.sqlite3"]


@pytest.mark.parametrize("moment", ["at first", "after a table", "after the rows"])
def test_a_kill_in_a_migration_leaves_the_old_schema_and_the_next_start_goes_on(
    old: Path, later: Path, moment: str
) -> None:
    before, before_schema = dump(old), schema(old)
    killed = run_later(later, old, DIE=moment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (revision_of(old), schema(old), dump(old)) == (HEAD, before_schema, before)
    verify(old)
    [copy] = (old.parent / "backups").glob("before-*.sqlite3")
    verify(copy)
    again = run_later(later, old)
    assert again.returncode == 0, again.stderr
    assert (revision_of(old), names(old)) == (NEXT, ["Ann!", "Bob!"])
    verify(old)


def test_a_kill_while_a_new_database_is_made_is_mended_by_the_next_start(tmp_path: Path, later: Path) -> None:
    database = tmp_path / "new" / "core.sqlite3"
    assert run_later(later, database, DIE="after the rows").returncode == -signal.SIGKILL
    assert revision_of(database) is None
    again = run_later(later, database)
    assert again.returncode == 0, again.stderr
    assert revision_of(database) == NEXT
    verify(database)


def test_a_step_that_breaks_a_foreign_key_is_taken_back(old: Path, later: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute(
            "INSERT INTO descriptors (id, entity_row, field_key, value, recorded_at, updated_at, version) "
            "SELECT id, row_id, 'k', '1', '', '', 1 FROM entities"
        )
    before = dump(old)
    broken = run_later(later, old, BREAK="yes")
    assert broken.returncode == 1
    assert "breaks a foreign key of table descriptors" in broken.stderr
    assert (revision_of(old), dump(old)) == (HEAD, before)


def test_a_damaged_database_is_not_migrated(old: Path, later: Path) -> None:
    """Without a whole copy nothing begins: one index page of many is enough."""
    page = query(old, "SELECT rootpage FROM sqlite_master WHERE name = 'ix_entities_created_at'")[0][0]
    content = bytearray(old.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    old.write_bytes(content)
    refused = run_later(later, old)
    assert refused.returncode == 1
    assert StorageFailed.__name__ in refused.stderr
    assert old.read_bytes() == content
    assert list((old.parent / "backups").iterdir()) == []


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "core.sqlite3").write_bytes(b"a letter to a friend" * 500)
    with pytest.raises(CannotStart, match="cannot be read") as refused:
        migrate(tmp_path / "core.sqlite3", tmp_path / "backups")
    assert "put a backup in its place" in refused.value.hint
    assert (tmp_path / "core.sqlite3").read_bytes() == b"a letter to a friend" * 500


def test_a_database_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "core.sqlite3").mkdir()
    with pytest.raises(CannotStart, match="cannot be read") as refused:
        migrate(tmp_path / "core.sqlite3", tmp_path / "backups")
    assert "backup" not in refused.value.hint


def test_a_database_of_a_newer_version_is_refused_and_left_alone(old: Path, later: Path) -> None:
    assert run_later(later, old).returncode == 0
    before = old.read_bytes()
    with pytest.raises(CannotStart, match="made by a newer FaceForge") as refused:
        migrate(old, old.parent / "backups")
    assert NEXT in refused.value.detail
    assert "newer version" in refused.value.hint
    assert old.read_bytes() == before
