"""A folder is walked in a fixed order; links stay within it, and what FaceForge keeps is never entered (S9)."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from trees import paths, refusals, tree, walked

from faceforge_storage.imports import walk as module
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.source_folder import NotEntered, SourceFolder
from faceforge_storage.objects.marker import MARKER


def test_files_come_sorted_each_folders_own_before_those_of_its_folders(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{"b/2": "", "b/1": "", "z": "", "a/c/1": "", "a/9": "", "B/1": ""})
    assert paths(walked(root)) == ["z", "B/1", "a/9", "a/c/1", "b/1", "b/2"]
    assert paths(walked(root, recursive=False)) == ["z"]


def test_hidden_files_and_what_systems_put_into_folders_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{".x": "", ".git/y": "", "Thumbs.db": "", "a/desktop.ini": "", "a/b": ""})
    assert paths(walked(root)) == ["a/b"]
    assert len(walked(root, hidden=True)) == 5


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        (["*.png"], [], ["a.PNG", "x/b.png", "x/y/c.png"]),
        (["x/*.png"], [], ["x/b.png"]),
        (["x/**"], [], ["x/b.png", "x/d.txt", "x/y/c.png"]),
        (["**/y/*"], [], ["x/y/c.png"]),
        ([], ["y"], ["a.PNG", "x/b.png", "x/d.txt"]),
        ([], ["x"], ["a.PNG"]),
        (["*.png"], ["x/y"], ["a.PNG", "x/b.png"]),
        (["[ab].png"], [], ["a.PNG", "x/b.png"]),
    ],
)
def test_patterns_say_which_files_are_meant(
    tmp_path: Path, include: list[str], exclude: list[str], found: list[str]
) -> None:
    root = tree(tmp_path / "r", **{"a.PNG": "", "x/b.png": "", "x/d.txt": "", "x/y/c.png": ""})
    assert paths(walked(root, include=include, exclude=exclude)) == found


def test_sidecars_belong_to_their_files_and_are_none_themselves(tmp_path: Path) -> None:
    names = ("a.png", "a_meta.json", "a.png_meta.json", "_meta.json", "b.raw", "b_meta.json", "c_meta.json")
    root = tree(tmp_path / "r", **dict.fromkeys(names, "{}"))
    found = {each.path: each.sidecars for each in walked(root)}
    assert found == {
        "a.png": ("a_meta.json", "a.png_meta.json"),
        "b.raw": ("b_meta.json",),
        "c_meta.json": (),  # belongs to no file, so it is one
    }


def test_patterns_do_not_part_a_file_from_its_sidecar(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{"a.png": "", "a_meta.json": "{}"})
    (found,) = walked(root, include=["*.png"], exclude=["*.json"])
    assert found.sidecars == ("a_meta.json",)


def test_links_are_followed_within_the_folder_and_never_out_of_it(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", **{"secret": "s"})
    root = tree(tmp_path / "r", **{"real/a": "a"})
    (root / "file").symlink_to("real/a")
    (root / "folder").symlink_to("real")
    (root / "out").symlink_to(outside)
    (root / "out_file").symlink_to(outside / "secret")
    (root / "nowhere").symlink_to("gone")
    found = walked(root)
    assert paths(found) == ["file", "folder/a", "real/a"]
    assert [each.via_link for each in found if each.reason is None] == [True, True, False]
    assert refusals(found) == {"out": "outside", "out_file": "outside", "nowhere": "broken_link"}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{"a/1": "", "b/2": ""})
    (root / "a" / "up").symlink_to("..")
    (root / "a" / "other").symlink_to("../b")
    (root / "b" / "other").symlink_to("../a")
    (root / "self").symlink_to("self")
    found = walked(root)
    assert set(paths(found)) >= {"a/1", "b/2"}
    assert len(found) < 10
    assert refusals(found) == {"self": "broken_link"}


def test_what_is_no_regular_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path / "r", **{"a": ""})
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        monkeypatch.chdir(root)  # the path of a socket is short
        made.bind("socket")
    found = walked(root)
    assert (paths(found), refusals(found)) == (["a"], {"pipe": "special", "socket": "special"})


def test_what_cannot_be_read_is_reported_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path / "r", **{"a": "", "locked/b": "", "c": ""})
    entries = SourceFolder.entries

    def refusing(self: SourceFolder, path: str) -> object:
        if path == "locked":
            raise PermissionError(13, "Permission denied")
        return entries(self, path)

    monkeypatch.setattr(SourceFolder, "entries", refusing)
    monkeypatch.setattr(SourceFolder, "may_read", lambda self, path, **_: path != "c")
    found = walked(root)
    assert (paths(found), refusals(found)) == (["a"], {"c": "not_allowed", "locked": "not_allowed"})
    assert {each.message for each in found if each.reason} == {"This machine does not let FaceForge read it."}


@pytest.mark.parametrize(
    "name",
    [
        "a b.png",
        "😀.png",
        "שלום.txt",
        "e\u0301.txt",
        "x" * 255,
        "tab\there",
        "line\nbreak",
        "'\"$(id)`;",
        "-rf",
    ],
)
def test_names_of_every_kind_are_found_as_they_are(tmp_path: Path, name: str) -> None:
    root = tree(tmp_path / "r", **{name: "", f"folder {name}"[:255]: ""})
    assert name in paths(walked(root))


def test_names_that_are_no_utf_8_are_found_by_their_bytes(tmp_path: Path) -> None:
    root = tree(tmp_path / "r")
    folder = root / os.fsdecode(b"f\xff\xfe")
    folder.mkdir()
    (folder / os.fsdecode(b"M\xfcller")).write_text("x")
    (found,) = walked(root)
    assert os.fsencode(found.path) == b"f\xff\xfe/M\xfcller"
    with SourceFolder(root.resolve(), Closed([])) as source:
        handle = source.open(found.path)
        assert os.read(handle, 9) == b"x"
        os.close(handle)


def test_the_home_and_every_store_are_never_entered_whatever_they_are_called(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{"home/db/core": "", "disk/store/3f/0c": "", "ok/a": ""})
    (root / "disk" / "store" / MARKER).write_text("{}")
    (root / "again").symlink_to("home")
    (root / "below").symlink_to("home/db")
    found = walked(root, closed=[root / "home"])
    assert paths(found) == ["ok/a"]
    assert refusals(found) == {
        "again": "closed", "below": "closed", "home": "closed", "disk/store": "closed",
    }  # fmt: skip
    (root / "home").rename(root / "renamed")
    closed = Closed([root / "renamed"])
    (root / "renamed").rename(root / "again2")
    with SourceFolder(root.resolve(), closed) as folder, pytest.raises(NotEntered):
        folder.directory("again2")


def test_a_folder_that_becomes_a_link_while_it_is_walked_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tree(tmp_path / "outside", **{"secret": "s"})
    root = tree(tmp_path / "r", **{"a": "", "folder/b": ""})
    files = module.Walk._files

    def swapping(self: module.Walk, frame: module.Frame, listed: module.Listed) -> object:
        yield from files(self, frame, listed)
        if not frame.path:
            (root / "folder").rename(root / ".moved")
            (root / "folder").symlink_to(outside)

    monkeypatch.setattr(module.Walk, "_files", swapping)
    found = walked(root)
    assert (paths(found), refusals(found)) == (["a"], {"folder": "not_readable"})


def test_a_file_that_becomes_a_link_is_not_opened(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", **{"secret": "s"})
    root = tree(tmp_path / "r", **{"f/a": "", "f/b": ""})
    with SourceFolder(root.resolve(), Closed([])) as folder:
        os.close(folder.open("f/a"))
        (root / "f" / "a").unlink()
        (root / "f" / "a").symlink_to(outside / "secret")
        for via_link in (False, True):
            with pytest.raises(OSError):
                folder.open("f/a", via_link=via_link)
        (root / "f" / "b").unlink()
        os.mkfifo(root / "f" / "b")
        with pytest.raises(NotEntered):
            folder.open("f/b")


def test_a_walk_ends_when_it_is_told_to(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{f"{number}/a": "" for number in range(5)})

    def stop() -> None:
        raise StopAsyncIteration

    with SourceFolder(root.resolve(), Closed([])) as folder, pytest.raises(StopAsyncIteration):
        list(module.Walk(folder, module.Wanted(), stop))


def test_folders_in_folders_need_no_path_that_the_system_can_say(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    handle = os.open(root, os.O_RDONLY)
    depth = 60
    for _ in range(depth):
        os.mkdir("d" * 200, dir_fd=handle)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(os.open("deep", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)
    (found,) = walked(root)
    assert found.path.count("/") == depth
