"""The page of the settings about the keyboard names every key that a module or a template takes."""

from __future__ import annotations

import re

from faceforge_ui.serving.menus import found_pages
from faceforge_ui.serving.pages import ROOT
from faceforge_ui.settings.keyboard.page import KEYS

TAKEN = re.compile(r"""\bkey: "([a-z#?/])"|data[_-]key="([a-z#])"|^ +\["([a-z0+-])", \"""", re.MULTILINE)
"""How a module or a template takes a key that is one character."""
SIGNS = {"-": "−"}


def test_no_key_is_left_out() -> None:
    sources = [path.read_text("utf-8") for path in ROOT.rglob("*") if path.suffix in (".js", ".html")]
    taken = {next(filter(None, found)) for text in sources for found in TAKEN.findall(text)}
    listed = {cap for lines in KEYS.values() for caps, _ in lines for cap in caps.split()}
    assert {"x", "#", "c", "i", "0"} <= taken
    assert {SIGNS.get(key, key) for key in taken} - listed == set()


def test_no_two_lines_of_the_menus_have_one_key() -> None:
    entries = [page.entry for pages in found_pages() for page in pages.shown if page.entry]
    keys = [entry.key for entry in entries if entry.menu in ("main", "more") and entry.key]
    assert len(set(keys)) == len(keys)
