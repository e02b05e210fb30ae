"""The contract of a provider: every one in the registry passes this suite."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from faceforge_storage.errors import NoSpace, StorageFailed, Unavailable
from faceforge_storage.home.home import open_home
from faceforge_storage.objects.marker import Unregistered
from faceforge_storage.objects.provider import Provider, StoredObject
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.registry import PROVIDERS, open_store
from faceforge_storage.objects.staging import StagedFile, Staging
from faceforge_storage.objects.store import ObjectStore


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    staging = Staging(tmp_path / "tmp")
    staging.sweep()
    return staging


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
    made = PROVIDERS[request.param](*open_home(tmp_path / "home"), Unregistered())
    made.sweep()
    return made


def stage(staging: Staging, data: bytes) -> StagedFile:
    file = staging.begin()
    file.write(data)
    return file.finish()


def read_all(provider: Provider, stored: StoredObject) -> bytes:
    reader = provider.open(stored)
    try:
        return reader.read(0, reader.size_bytes)
    finally:
        reader.close()


def test_a_provider_has_its_name_in_the_registry(tmp_path: Path) -> None:
    assert list(open_store(*open_home(tmp_path), lambda _name: Unregistered()).providers) == list(PROVIDERS)


def test_new_bytes_go_to_the_assets_directory_that_the_settings_name(
    tmp_path: Path, staging: Staging
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "core.json").write_text('{"paths": {"assets_dir": "elsewhere"}}')
    stored = open_store(*open_home(tmp_path), lambda _name: Unregistered()).publish(
        [stage(staging, b"a face")]
    )[0]
    assert stored.provider == "filesystem"
    assert (tmp_path / "elsewhere" / stored.key).read_bytes() == b"a face"


def test_published_bytes_are_found_under_their_hash(provider: Provider, staging: Staging) -> None:
    stored = provider.publish([stage(staging, b"a face")])[0]
    assert stored.sha256 == hashlib.sha256(b"a face").hexdigest()
    assert (stored.size_bytes, stored.provider) == (6, provider.name)
    assert read_all(provider, stored) == b"a face"
    assert list(provider.list()) == [stored]
    assert list(staging.directory.iterdir()) == []


def test_empty_bytes_are_bytes(provider: Provider, staging: Staging) -> None:
    stored = provider.publish([stage(staging, b"")])[0]
    assert (stored.size_bytes, read_all(provider, stored)) == (0, b"")


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [(0, 4, b"0123"), (3, 3, b"345"), (8, 10, b"89"), (10, 5, b""), (4, 0, b"")],
)
def test_any_part_can_be_read(
    provider: Provider, staging: Staging, offset: int, length: int, expected: bytes
) -> None:
    reader = provider.open(provider.publish([stage(staging, b"0123456789")])[0])
    assert reader.read(offset, length) == expected
    reader.close()
    reader.close()


def test_a_reader_has_a_file_exactly_when_the_provider_has_local_files(
    provider: Provider, staging: Staging
) -> None:
    reader = provider.open(provider.publish([stage(staging, b"x")])[0])
    assert (reader.file is not None) == provider.has_local_files
    reader.close()


def test_fifty_writers_of_the_same_bytes_make_one_object(provider: Provider, staging: Staging) -> None:
    staged = [stage(staging, b"same" * 1000) for _ in range(50)]
    start = threading.Barrier(50)

    def publish(file: StagedFile) -> StoredObject:
        start.wait()
        return provider.publish([file])[0]

    with ThreadPoolExecutor(50) as pool:
        stored = set(pool.map(publish, staged))
    assert len(stored) == 1
    assert list(provider.list()) == list(stored)
    assert read_all(provider, stored.pop()) == b"same" * 1000
    assert list(staging.directory.iterdir()) == []


def test_publishing_again_makes_an_object_young(provider: Provider, staging: Staging) -> None:
    stored = provider.publish([stage(staging, b"old")])[0]
    first = provider.stat(stored)
    time.sleep(0.02)
    assert provider.publish([stage(staging, b"old")])[0] == stored
    second = provider.stat(stored)
    assert first is not None
    assert second is not None
    assert second > first


def test_an_object_that_cannot_be_deleted_keeps_none_of_the_others(
    provider: FilesystemProvider, staging: Staging
) -> None:
    first, stuck, last = provider.publish([stage(staging, each) for each in (b"first", b"stuck", b"last")])
    provider.path(stuck).unlink()
    (provider.path(stuck) / "in the way").mkdir(parents=True)
    with pytest.raises(StorageFailed):
        provider.delete([first, stuck, last])
    assert (provider.stat(first), provider.stat(last)) == (None, None)


def test_a_deleted_object_is_gone_and_deleting_it_again_is_no_error(
    provider: Provider, staging: Staging
) -> None:
    stored = provider.publish([stage(staging, b"x")])[0]
    provider.delete([stored])
    provider.delete([stored])
    assert provider.stat(stored) is None
    assert list(provider.list()) == []
    with pytest.raises(Unavailable):
        provider.open(stored)


@pytest.mark.parametrize(
    "key", ["../../secret", "sha256/00/00/../../x", "/etc/passwd", "sha256/aa/bb/" + "a" * 64]
)
def test_a_key_that_the_provider_never_made_opens_nothing(provider: Provider, key: str) -> None:
    with pytest.raises((StorageFailed, Unavailable)):
        provider.open(StoredObject("a" * 64, 1, provider.name, "", key))


def test_a_file_is_read_only_under_a_path_made_of_its_hash(tmp_path: Path, staging: Staging) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"seen")])[0]
    digest = hashlib.sha256(b"seen").hexdigest()
    path = tmp_path / "assets" / "sha256" / digest[:2] / digest[2:4] / digest
    assert provider.path(stored) == path
    assert path.stat().st_mode & 0o222 == 0


def test_an_object_of_the_wrong_size_is_refused_when_it_is_opened(tmp_path: Path, staging: Staging) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    store = ObjectStore([provider])
    stored = store.publish([stage(staging, b"whole")])[0]
    damage(provider.path(stored), b"who")
    with pytest.raises(StorageFailed, match="3 are there"):
        store.open(stored)


def test_a_pipe_in_place_of_an_object_is_refused_and_not_waited_for(tmp_path: Path, staging: Staging) -> None:
    """S9: whoever opens a pipe waits until somebody writes, and a thread of Core with them."""
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"whole")])[0]
    provider.path(stored).unlink()
    os.mkfifo(provider.path(stored))
    with ThreadPoolExecutor(1) as pool, pytest.raises(StorageFailed):
        pool.submit(ObjectStore([provider]).open, stored).result(timeout=20)


def damage(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o444)


@pytest.mark.parametrize("damaged", [b"who", b"whOle", b""])
@pytest.mark.parametrize("links", [True, False], ids=["with hard links", "without"])
def test_a_damaged_object_is_healed_by_publishing_again_and_kept_aside(
    tmp_path: Path, staging: Staging, monkeypatch: pytest.MonkeyPatch, damaged: bytes, links: bool
) -> None:
    def refused(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refused)
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"whole")])[0]
    damage(provider.path(stored), damaged)
    assert provider.publish([stage(staging, b"whole")])[0] == stored
    assert read_all(provider, stored) == b"whole"
    [aside] = (tmp_path / "assets" / "damaged").iterdir()
    assert (aside.name.partition(".")[0], aside.read_bytes()) == (stored.sha256, damaged)
    assert list(provider.list()) == [stored]
    assert provider.publish([stage(staging, b"whole")])[0] == stored
    assert [aside] == list((tmp_path / "assets" / "damaged").iterdir())


def test_of_many_who_heal_an_object_one_keeps_the_damaged_one(tmp_path: Path, staging: Staging) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"whole")])[0]
    damage(provider.path(stored), b"whOle")
    staged = [stage(staging, b"whole") for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        assert {each[0] for each in pool.map(provider.publish, [[each] for each in staged])} == {stored}
    assert read_all(provider, stored) == b"whole"
    assert [file.read_bytes() for file in (tmp_path / "assets" / "damaged").iterdir()] == [b"whOle"]
    assert list(staging.directory.iterdir()) == []


def test_an_object_of_a_provider_that_is_not_configured_is_offline(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="'far'"):
        ObjectStore([FilesystemProvider(tmp_path)]).open(StoredObject("a" * 64, 1, "far", "b", "k"))


def test_a_directory_removed_behind_our_back_is_made_again(tmp_path: Path, staging: Staging) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"x")])[0]
    provider.path(stored).unlink()
    provider.path(stored).parent.rmdir()
    assert read_all(provider, provider.publish([stage(staging, b"x")])[0]) == b"x"


@pytest.fixture
def across(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if staging were on another disk than the objects."""
    rename = Path.rename

    def refused(source: Path, target: Path) -> Path:
        if source.parent == staging.directory:
            raise OSError(18, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refused)


@pytest.mark.usefixtures("across")
def test_across_disks_the_bytes_are_copied_and_nothing_is_left_behind(
    tmp_path: Path, staging: Staging
) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    provider.sweep()
    stored = provider.publish([stage(staging, b"moved")])[0]
    assert read_all(provider, stored) == b"moved"
    assert provider.path(stored).stat().st_mode & 0o222 == 0
    assert list(staging.directory.iterdir()) + list((tmp_path / "assets" / "arriving").iterdir()) == []


@pytest.mark.usefixtures("across")
def test_across_disks_a_damaged_object_stays_where_it_is_until_a_whole_one_has_arrived(
    tmp_path: Path, staging: Staging
) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    stored = provider.publish([stage(staging, b"whole")])[0]
    damage(provider.path(stored), b"whOle")
    provider.reserve_bytes = 1 << 62  # more than any disk has
    with pytest.raises(NoSpace):
        provider.publish([stage(staging, b"whole")])
    assert read_all(provider, stored) == b"whOle"
    provider.reserve_bytes = 0
    provider.publish([stage(staging, b"whole")])
    assert read_all(provider, stored) == b"whole"
    assert [file.read_bytes() for file in (tmp_path / "assets" / "damaged").iterdir()] == [b"whOle"]


def test_a_sweep_removes_what_a_crash_left_half_copied(tmp_path: Path) -> None:
    provider = FilesystemProvider(tmp_path / "assets")
    provider.sweep()
    left = tmp_path / "assets" / "arriving" / "0123"
    left.write_bytes(b"half")
    left.chmod(0o444)
    assert ObjectStore([provider]).sweep() == 1
    assert not left.exists()
