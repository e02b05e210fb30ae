"""A watched folder tells of what came once it is quiet, and says when it is away and when it is back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faceforge_storage.errors import Forbidden
from faceforge_storage.schedules.watched_folder import WatchedFolder

PATIENCE = 20


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


Watching = Callable[..., WatchedFolder]


@pytest.fixture
def watching() -> Iterator[Watching]:
    """Begins to watch a folder, which counts as a change: that one is taken already."""
    begun: list[WatchedFolder] = []

    def begin(path: Path, allowed: Callable[[Path], None] = lambda _: None) -> WatchedFolder:
        begun.append(WatchedFolder(str(path), allowed, quiet_seconds=1.0, look_seconds=0.2))
        begun[-1].start()
        return begun[-1]

    yield begin
    for each in begun:
        each.stop()
        assert each.join(PATIENCE)


def settled(folder: WatchedFolder) -> WatchedFolder:
    until(folder.is_ready)
    folder.taken()
    assert not folder.is_ready()
    return folder


def test_what_was_there_before_counts_as_a_change(tmp_path: Path, watching: Watching) -> None:
    until(watching(tmp_path).is_ready)


@pytest.mark.parametrize("name", ["a.png", "of today/a.png", "Gr\u00fc\u00dfe \N{SNOWMAN}.png", "a b\n.png"])
def test_a_file_that_comes_is_told_once(tmp_path: Path, watching: Watching, name: str) -> None:
    folder = settled(watching(tmp_path))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"bytes")
    until(folder.is_ready)
    folder.taken()
    assert not folder.is_ready()


def test_while_a_file_grows_nothing_is_told(tmp_path: Path, watching: Watching) -> None:
    folder = settled(watching(tmp_path))
    told = []
    with (tmp_path / "large.bin").open("wb") as growing:
        for _ in range(60):
            growing.write(b"x" * 1000)
            growing.flush()
            time.sleep(0.03)
            folder.changed()  # what a slow machine tells late counts, too
            told.append(folder.is_ready())
    assert not any(told)
    until(folder.is_ready)


def test_what_goes_and_what_is_hidden_is_no_change(tmp_path: Path, watching: Watching) -> None:
    (tmp_path / "old.png").write_bytes(b"old")
    folder = settled(watching(tmp_path))
    (tmp_path / ".hidden.part").write_bytes(b"half")
    (tmp_path / "old.png").unlink()
    time.sleep(2)
    assert not folder.is_ready()


def test_a_folder_that_is_away_is_said_and_found_again(tmp_path: Path, watching: Watching) -> None:
    photos = tmp_path / "photos"
    folder = watching(photos)
    until(lambda: folder.problem is not None)
    assert folder.problem == f"The folder {photos} is not there."
    photos.mkdir()
    settled(folder)
    assert folder.problem is None
    shutil.rmtree(photos)
    until(lambda: folder.problem is not None)
    photos.mkdir()
    settled(folder)
    (photos / "a.png").write_bytes(b"bytes")
    until(folder.is_ready)


def test_another_folder_under_the_same_name_is_watched(tmp_path: Path, watching: Watching) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    folder = settled(watching(photos))
    photos.rename(tmp_path / "earlier")
    photos.mkdir()
    settled(folder)
    (photos / "a.png").write_bytes(b"bytes")
    until(folder.is_ready)


def test_a_file_is_no_folder(tmp_path: Path, watching: Watching) -> None:
    (tmp_path / "a.png").write_bytes(b"bytes")
    folder = watching(tmp_path / "a.png")
    until(lambda: folder.problem == f"{tmp_path / 'a.png'} is no folder.")


def test_a_folder_that_may_not_be_read_is_not_watched(tmp_path: Path, watching: Watching) -> None:
    def refuse(path: Path) -> None:
        raise Forbidden(f"{path} is below no root.")

    folder = watching(tmp_path, refuse)
    until(lambda: folder.problem == f"{tmp_path} is below no root.")
    assert not folder.is_ready()
