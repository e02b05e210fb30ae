"""The files that pages load: their addresses and types, and the rules that our scripts and styles keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from visitor import Visitor

from faceforge_ui.serving.pages import ROOT
from faceforge_ui.serving.static_files import (
    EMPTY_PICTURE,
    MEDIA_TYPES,
    REDOC_LOGO,
    asset_files,
    fingerprint,
    viewer_folder,
)

OUR_FILES = sorted(path for path in ROOT.rglob("*") if path.suffix in MEDIA_TYPES)
SCRIPTS = [path for path in OUR_FILES if path.suffix == ".js"]
PRESENT = f"/ui/{fingerprint(asset_files())}"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("design/base.css", "text/css; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("shell/session.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("redoc.standalone.js", "text/javascript; charset=utf-8"),
        ("design/mark.svg", "image/svg+xml"),
    ],
)
def test_a_file_has_its_media_type_whatever_the_machine_thinks(
    visitor: Visitor, name: str, media_type: str
) -> None:
    plain = {"Accept-Encoding": "identity"}
    answer = visitor.get(f"{PRESENT}/{name}", plain)
    assert answer.headers["content-type"] == media_type
    asked = visitor.ask("HEAD", f"{PRESENT}/{name}", plain)
    assert int(asked.headers["content-length"]) == len(answer.content) > 0
    compressed = visitor.get(f"{PRESENT}/{name}", {"Accept-Encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.content == answer.content


def test_a_page_of_an_older_installation_gets_the_present_file_but_does_not_keep_it(visitor: Visitor) -> None:
    answer = visitor.get("/ui/0123456789abcdef/design/base.css")
    assert answer.text == (ROOT / "design/base.css").read_text(encoding="utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    again = visitor.get(
        "/ui/0123456789abcdef/design/base.css", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "none.js",
        "..%2F__init__.py",
        "%2e%2e/__init__.py",
        "serving/pages.py",
        "..%5Cpages.py",
        "favicon.png",
        "%00",
        "C:%5Cx.css",
    ],
)
def test_what_is_not_listed_does_not_exist(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"{PRESENT}/{name}").status_code == 404


def test_the_address_changes_with_any_byte(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    file.write_bytes(b"one")
    before = fingerprint({"a.css": file})
    file.write_bytes(b"two")
    assert fingerprint({"a.css": file}) != before
    assert fingerprint({"b.css": file}) != fingerprint({"a.css": file})


def test_redoc_is_served_without_the_address_of_its_logo(visitor: Visitor) -> None:
    assert REDOC_LOGO in (viewer_folder() / "redoc.standalone.js").read_bytes(), "ReDoc has moved its logo"
    served = visitor.get(f"{PRESENT}/redoc.standalone.js").content
    assert REDOC_LOGO not in served
    assert EMPTY_PICTURE in served


@pytest.mark.parametrize("path", OUR_FILES, ids=lambda path: path.name)
def test_our_files_name_no_other_server(path: Path) -> None:
    addresses = re.findall(r"(?:https?:)?//[\w-]+\.[\w./-]+", path.read_text(encoding="utf-8"))
    assert [address for address in addresses if "www.w3.org/2000/svg" not in address] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_never_turn_text_into_markup_or_code(path: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc"
    assert not re.search(forbidden, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_modules_import_files_that_exist(path: Path) -> None:
    imported = re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8"))
    assert set(imported) <= {file.name for file in SCRIPTS}


@pytest.mark.parametrize("path", OUR_FILES, ids=lambda path: path.name)
def test_our_scripts_and_styles_begin_with_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith({".js": "// ", ".css": "/* ", ".svg": "<svg"}[path.suffix])
    assert len(text.splitlines()) <= 400


def test_what_outlives_a_tab_is_how_pages_look_the_csrf_token_and_that_uploads_are_left() -> None:
    stored = {
        (path.relative_to(ROOT).as_posix(), match)
        for path in SCRIPTS
        for match in re.findall(r"localStorage\.setItem\(([^,]+),", path.read_text(encoding="utf-8"))
    }
    assert stored == {
        ("shell/looks.js", "NAMES[name]"),
        ("shell/session.js", "CSRF"),
        ("uploads/unfinished.js", "KEY"),
        ("design/elements/ff-size.js", "NAME + this.dataset.for"),
    }
