"""Which paths may be named, and which lie within what may be read (S9)."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from faceforge_storage.errors import InvalidInput
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.names import as_name, filename_of, folded, readable
from faceforge_storage.imports.path_rules import fault_of_name, fault_of_path
from faceforge_storage.imports.roots import MOUNTS, Roots, default_roots
from faceforge_storage.objects.marker import MARKER


@pytest.mark.parametrize(
    "path",
    [
        "C:\\Users\\Ada\\Pictures", "d:/renders/2026", "C:\\", "C:\\a\\..\\b", "D:\\comet\\console", "D:\\COM10",
        "C:\\a.b\\c d", "C:\\nuls\\prn_1",
    ],
)  # fmt: skip
def test_a_whole_path_on_a_drive_is_taken_on_windows(path: str) -> None:
    assert fault_of_path(path, PureWindowsPath) is None


@pytest.mark.parametrize(
    "path",
    [
        "pictures", "\\pictures", "C:pictures", "/pictures",
        "\\\\server\\share\\a", "//server/share/a", "\\\\?\\C:\\a", "\\\\.\\C:\\a", "//?/C:/a", "\\\\?\\UNC\\s\\h",
        "C:\\CON", "C:\\a\\nul", "C:\\aux.txt", "C:\\com1.tar.gz", "C:\\LPT9", "C:\\lpt¹", "C:\\CONIN$", "C:\\nul .x",
        "C:\\a:b", "C:\\a\\b.txt:stream", "C:\\a.", "C:\\a \\b", "C:\\a...", "C:\\a?b", "C:\\a*", "C:\\a|b", "C:\\\"x",
        "C:\\a\x01", "C:\\a\0b", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_path_on_windows_is_refused(path: str) -> None:
    assert fault_of_path(path, PureWindowsPath) is not None


@pytest.mark.parametrize(
    ("path", "good"), [("/srv/pictures", True), ("/a:b/CON./x ", True), ("a", False), ("~/a", False)]
)
def test_elsewhere_a_path_begins_at_the_top_and_names_are_free(path: str, good: bool) -> None:
    assert (fault_of_path(path, PurePosixPath) is None) is good
    assert fault_of_name("con:.", PurePosixPath) is None


def refusal(roots: Roots, path: Path | str) -> str:
    with pytest.raises(InvalidInput) as refused:
        roots.check(str(path))
    assert refused.value.hint
    return refused.value.errors[0].code


def test_a_folder_within_a_root_is_taken_and_any_other_is_refused(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "root2"
    (root / "a").mkdir(parents=True)
    other.mkdir()
    (root / "file").write_text("")
    (root / "in").symlink_to("a")
    (root / "out").symlink_to(other)
    (root / "out_file").symlink_to("/etc/passwd")
    (tmp_path / "alias").symlink_to(root)
    roots = Roots([root], Closed([]))
    assert roots.check(str(root)) == root.resolve()
    assert roots.check(f"{root}/in/../a/") == (root / "a").resolve()
    assert Roots([tmp_path / "alias"], Closed([])).check(f"{tmp_path}/alias/a") == (root / "a").resolve()
    for outside in (
        other,
        tmp_path,
        "/",
        root / "out",
        root / "out_file",
        f"{root}/../root2",
        "/gone/for/good",
    ):
        assert refusal(roots, outside) == "outside_roots"
    assert refusal(roots, root / "gone") == "not_found"
    assert refusal(roots, root / "file") == "not_a_folder"
    assert refusal(roots, "root") == "invalid_path"


def test_what_belongs_to_faceforge_is_refused_also_below_and_by_another_name(tmp_path: Path) -> None:
    for name in ("home/db", "store/3f", "a"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "store" / MARKER).write_text("{}")
    (tmp_path / "a" / "link").symlink_to("../home/db")
    roots = Roots([tmp_path], Closed([tmp_path / "home"]))
    for name in ("home", "home/db", "store", "store/3f", "a/link"):
        assert refusal(roots, tmp_path / name) == "closed"
    assert roots.folders_in(tmp_path) == (["a"], False)


def test_without_a_setting_only_who_has_the_install_token_may_read_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    closed = Closed([])
    assert Roots.of(None, closed, limited=True).allowed == ()
    assert Roots.of(None, closed, limited=False).allowed[0] == tmp_path
    assert set(default_roots()) <= {tmp_path, *map(Path, MOUNTS)}
    for limited in (True, False):
        assert Roots.of(["~/x", "/y"], closed, limited=limited).allowed == (tmp_path / "x", Path("/y"))
    assert refusal(Roots.of(None, closed, limited=True), tmp_path) == "outside_roots"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"), ("😀 שלום".encode(), "😀 שלום"), (b"M\xfcller", "Müller"), (b"\x80uro \xc3\xbc", "€uro ü"),
        (b"\x81", "�"), (b"\xed\xa0\x80", "í\xa0€"),
    ],
)  # fmt: skip
def test_every_name_is_readable(raw: bytes, text: str) -> None:
    assert readable(os.fsdecode(raw)) == text


@pytest.mark.parametrize(
    ("name", "shown", "tells_less"),
    [
        ("a.png", "a.png", False), ("e\u0301", "é", False), ("a\nb", "a�b", True), ("a\\b", "a_b", True),
        (" ", "_ _", True), (os.fsdecode(b"\xfc"), "ü", True),
    ],
)  # fmt: skip
def test_an_asset_gets_a_name_that_can_be_shown(name: str, shown: str, tells_less: bool) -> None:
    assert filename_of(name) == (shown, tells_less)


def test_names_that_people_write_differently_are_alike() -> None:
    alike = ("Ada Lovelace", "ada_lovelace", "ADA-LOVELACE", " ada  lovelace", "Ａda＿Lovelace")
    assert {folded(each) for each in alike} == {"ada lovelace"}
    assert folded("STRASSE") == folded("straße")
    assert folded("Ada") != folded("Adá")
    assert as_name("ada_lovelace__2") == "ada lovelace 2"
