"""Which directory passes for the store: by its marker, by what is recorded of it, by the files that are in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faceforge_storage import assets
from faceforge_storage.database.database import Database
from faceforge_storage.errors import FaceForgeError, StoreAway
from faceforge_storage.objects.marker import MARKER
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging
from faceforge_storage.stores import SAMPLE, RecordedStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "assets"


def provider_on(root: Path, database: Database) -> FilesystemProvider:
    """As a new run of Core has it."""
    return FilesystemProvider(root, register=RecordedStore(database, "filesystem"))


def store(provider: FilesystemProvider, database: Database, tmp_path: Path, data: bytes) -> StoredObject:
    """Publish bytes and record them."""
    staging = Staging(tmp_path / "tmp")
    staging.sweep()
    file = staging.begin()
    file.write(data)
    stored = provider.publish([file.finish()])[0]
    values = {name: getattr(stored, name) for name in ("sha256", "size_bytes", "provider", "bucket", "key")}
    database.writing("test", "test", lambda tx: assets.add_objects(tx, [(values, {})]))
    return stored


def marker(root: Path) -> str:
    return str(json.loads((root / MARKER).read_text())["store_id"])


def mark(root: Path, store_id: object) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / MARKER).write_text(json.dumps({"store_id": store_id}))


def test_a_store_without_objects_is_made_with_its_marker(root: Path, database: Database) -> None:
    provider_on(root, database).check()
    first = marker(root)
    provider_on(root, database).check()
    assert marker(root) == first
    kept = (root / MARKER).read_bytes()
    (root / MARKER).unlink()
    provider_on(root, database).check()
    assert marker(root) != first, "what was there before is another store, should it come back"
    (root / MARKER).write_bytes(kept)
    with pytest.raises(StoreAway):
        provider_on(root, database).check()


def test_in_a_run_that_has_seen_the_marker_no_other_directory_gets_one(
    root: Path, database: Database
) -> None:
    provider = provider_on(root, database)
    provider.check()
    (root / MARKER).unlink()
    with pytest.raises(StoreAway):
        provider.check()
    assert list(root.iterdir()) == []
    assert (provider.away, provider.present()) == (True, False)


@pytest.mark.parametrize("there", [True, False], ids=["an empty directory", "none"])
def test_of_a_store_with_objects_an_empty_directory_gets_nothing(
    root: Path, database: Database, tmp_path: Path, there: bool
) -> None:
    stored = store(provider_on(root, database), database, tmp_path, b"x")
    aside = root.rename(tmp_path / "aside")
    if there:
        root.mkdir()
    provider = provider_on(root, database)
    staging = Staging(tmp_path / "tmp")
    for attempt in (
        provider.check,
        provider.sweep,
        lambda: provider.publish([staging.begin().finish()]),
        lambda: provider.open(stored),
        lambda: provider.stat(stored),
        lambda: provider.delete([stored]),
        lambda: list(provider.list()),
    ):
        with pytest.raises(StoreAway):
            attempt()
    assert root.is_dir() == there
    assert not there or list(root.iterdir()) == []
    if there:
        root.rmdir()
    aside.rename(root)
    provider.check()
    assert provider.present()
    assert provider.stat(stored) is not None


def test_files_without_a_marker_get_it_again(root: Path, database: Database, tmp_path: Path) -> None:
    provider = provider_on(root, database)
    store(provider, database, tmp_path, b"x")
    before = marker(root)
    (root / MARKER).unlink()
    provider.check()
    assert marker(root) == before


def test_a_few_of_many_files_do_not_pass_for_the_store(
    root: Path, database: Database, tmp_path: Path
) -> None:
    """Such as an older version wrote into the directory when its disk was not mounted."""
    provider = provider_on(root, database)
    stored = [store(provider, database, tmp_path, str(number).encode()) for number in range(2 * SAMPLE)]
    (root / MARKER).unlink()
    for each in stored[SAMPLE // 4 :]:
        provider.path(each).rename(tmp_path / each.sha256)
    with pytest.raises(StoreAway):
        provider.check()
    assert not (root / MARKER).exists()
    for each in stored[SAMPLE // 4 :]:
        (tmp_path / each.sha256).rename(provider.path(each))
    provider.check()


def test_what_a_purge_has_freed_and_nobody_removed_counts_as_stored(
    root: Path, database: Database, tmp_path: Path
) -> None:
    stored = store(provider_on(root, database), database, tmp_path, b"x")
    values = {
        "content_hash": stored.sha256,
        "size_bytes": 1,
        "mime_type": "x/x",
        "filename": "x",
        "kind": "file",
    }

    def purge_all(tx: object) -> bool:
        return assets.purge(tx, assets.create(tx, [values])[0])  # type: ignore[arg-type]  # it is the Write

    assert database.writing("test", "test", purge_all)
    (root / MARKER).unlink()
    root.rename(tmp_path / "aside")
    with pytest.raises(StoreAway):
        provider_on(root, database).check()
    assert not root.exists()


@pytest.mark.parametrize("store_id", ["another", 7, None, ""])
def test_another_marker_is_another_store(root: Path, database: Database, store_id: object) -> None:
    provider_on(root, database).check()
    mark(root, store_id)
    with pytest.raises(StoreAway):
        provider_on(root, database).check()


def test_a_new_home_does_not_take_the_store_of_another(root: Path, database: Database) -> None:
    mark(root, "of another")
    with pytest.raises(StoreAway) as refused:
        provider_on(root, database).check()
    assert MARKER in refused.value.hint
    assert str(root) not in refused.value.detail + refused.value.hint


def test_a_copy_of_the_database_from_before_markers_takes_that_of_its_files(
    root: Path, database: Database, tmp_path: Path
) -> None:
    store(FilesystemProvider(root), database, tmp_path, b"x")
    provider = provider_on(root, database)
    provider.check()
    (root / MARKER).unlink()
    provider_on(root, database).check()
    assert provider.present()


def test_a_file_where_the_directory_should_be_is_away(root: Path, database: Database) -> None:
    root.parent.mkdir()
    root.write_text("in the way")
    with pytest.raises(StoreAway):
        provider_on(root, database).check()


def test_a_store_that_goes_while_something_is_written_takes_nothing(
    root: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a disk is torn out between the look at the marker and the name of the file."""
    provider = provider_on(root, database)
    store(provider, database, tmp_path, b"x")
    replace = Path.replace

    def torn_out(source: Path, target: Path) -> Path:
        moved = replace(source, target)
        root.rename(tmp_path / "aside")
        return moved

    monkeypatch.setattr(Path, "replace", torn_out)
    with pytest.raises(FaceForgeError) as refused:
        store(provider, database, tmp_path, b"y")
    assert isinstance(refused.value, StoreAway)
    assert not root.exists()
