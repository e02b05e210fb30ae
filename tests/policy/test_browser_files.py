"""What templates, styles and modules of the UI keep to: no inline code, no markup from data, little weight."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from tests.policy.sources import PACKAGES, faults, files, named

UI = PACKAGES["ui"]
MAX_SCRIPT_LINES = 300
MAX_STYLE_BYTES = 15 * 1024

INLINE_STYLE = r"\bstyle\s*="
INLINE_HANDLER = r"""<[^>]*\son[a-z]+\s*=|setAttribute\(\s*["'](?:on[a-z]+|style)["']"""
MARKUP_FROM_TEXT = (
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe)\b|document\.write\b"
)
UNESCAPED = r"\|\s*safe\b|autoescape\s+false"


def of_ui(*suffixes: str) -> list[Path]:
    return [path for path in files(*suffixes) if UI in path.parents]


def test_no_template_has_a_style_or_a_handler_of_its_own() -> None:
    assert faults(rf"<[^>]*{INLINE_STYLE}", of_ui(".html", ".svg"), "inline") == []
    assert faults(INLINE_HANDLER, of_ui(".html", ".js"), "inline") == []
    assert faults(r"<style\b|<script(?![^>]*\bsrc=)", of_ui(".html"), "inline") == []


def test_no_module_and_no_template_makes_markup_from_text() -> None:
    assert faults(MARKUP_FROM_TEXT, of_ui(".html", ".js"), "markup") == []
    assert faults(UNESCAPED, of_ui(".html"), "markup") == []


def test_no_module_is_longer_than_anybody_reads_in_one_go() -> None:
    long = {
        named(path): lines
        for path in of_ui(".js")
        if (lines := path.read_text().count("\n")) > MAX_SCRIPT_LINES
    }
    assert not long


def test_the_styles_that_every_page_loads_weigh_little() -> None:
    styles = [path for path in of_ui(".css") if path.parent.name in {"design", "shell"}]
    assert styles
    weight = sum(len(gzip.compress(path.read_bytes(), 6)) for path in styles)
    assert weight < MAX_STYLE_BYTES


def test_no_page_restyles_what_the_design_has() -> None:
    """Styles of pages stay when one is followed by the next without loading it anew: they would change all others."""
    shared = {path for path in of_ui(".css") if path.parent.name in {"design", "shell"}}
    names = {name for path in shared for name in re.findall(r"\.([a-z][\w-]*)", path.read_text())}
    own_doors = {"sign_in"}  # a page without the shell, which nothing follows in place
    found = [
        f"{named(path)}: .{name}"
        for path in of_ui(".css")
        if path not in shared and path.parent.name not in own_doors
        for name in re.findall(r"^\s*\.([a-z][\w-]*)\s*\{", path.read_text(), re.MULTILINE)
        if name in names
    ]
    assert sorted(set(found)) == []


def test_every_icon_that_is_asked_for_by_name_is_in_the_sprite() -> None:
    there = set(re.findall(r'<symbol id="([\w-]+)"', (UI / "design" / "icons.svg").read_text()))
    asked = {
        (name, named(path))
        for path in of_ui(".html", ".py")
        for name in re.findall(r"""\b(?:icon\(|icon=|"icon":\s*)["']([\w-]+)["']""", path.read_text())
    }
    assert not {(name, where) for name, where in asked if name not in there}


@pytest.mark.parametrize("module", of_ui(".js"), ids=named)
def test_a_module_imports_only_from_beside_it(module: Path) -> None:
    imported = re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", module.read_text())
    assert [name for name in imported if not name.startswith((".", "/"))] == []
