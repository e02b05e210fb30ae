"""Docs cannot lie: every error, setting and command has its place, as the code says it."""

from __future__ import annotations

import re

import pytest
from sources import files, named

from faceforge_codegen import reference_pages

PAGES = reference_pages.pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    """When this fails: `python dev.py contract` writes the page anew."""
    assert (reference_pages.FOLDER / name).read_text(encoding="utf-8") == PAGES[name]


def test_every_setting_is_explained() -> None:
    assert [line for line in PAGES["settings.md"].splitlines() if line.endswith("|  |")] == []


def test_every_link_of_a_page_leads_somewhere() -> None:
    dead = []
    for page in files(".md"):
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                dead.append(f"{named(page)}: {link}")
    assert dead == []
