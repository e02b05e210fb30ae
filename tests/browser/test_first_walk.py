"""The first two minutes, as the guide tells them: from an empty library to a described character with ten pictures and
a relationship. The buttons that the guide names are pressed in its order, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from core_process import CoreProcess
from playwright.sync_api import Browser, Locator, Page, expect
from sample import library, studio
from small_core import RunningCore
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "first-character.md"
SECONDS = 60
PRESS, KEY, READ = 2.7, 0.28, 0.25
"""Seconds that a person takes to think, point and press; to write a letter; to read a word (the keystroke-level model
of Card, Moran and Newell, and 240 words a minute)."""


@dataclass
class Walk:
    """What somebody does who reads the guide."""

    page: Page
    pressed: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def press(self, label: str) -> None:
        """What the guide prints in bold: the button or the link that has these words, wherever it stands."""
        self.pressed.append(label)
        self.named(label).click()

    def named(self, label: str) -> Locator:
        inside = (
            self.page.locator("dialog[open]").last if self.page.locator("dialog[open]").count() else self.page
        )
        words = re.compile(rf"^{re.escape(label)}(,.*| \d+)?$")
        both = inside.get_by_role("button", name=words).or_(inside.get_by_role("link", name=words))
        return both.filter(visible=True).last

    def write(self, label: str, text: str) -> None:
        self.written.append(text)
        words = re.compile(rf"^{re.escape(label)}( optional)?$")
        self.page.get_by_label(words).filter(visible=True).fill(text)


@pytest.fixture
def newcomer(tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """What `dev.py run --open` opens: the browser of the machine, on the link that Core has given it."""
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}.part" && mv "{opened}.part" "{opened}"\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    core = CoreProcess(tmp_path / "home", "--port", "0", "--open")
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    try:
        end = time.monotonic() + SECONDS
        while not opened.exists():
            assert time.monotonic() < end, core.terminal()
            time.sleep(0.02)
        visit = Visit(context.new_page(), RunningCore(core.url, core.token))
        visit.page.goto(opened.read_text())
        yield visit
        assert visit.complaints == []
    finally:
        context.close()
        core.kill()


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A folder with ten pictures, as a person has them."""
    folder = tmp_path / "Mira pictures 🌙"
    folder.mkdir()
    wanted = [each for each in library.planned() if each.of == ("mira",) and each.makes == "portrait"][:10]
    for each in wanted:
        (folder / each.filename).write_bytes(studio.make(each))
    return sorted(folder.iterdir())


def test_a_newcomer_has_a_described_character_in_two_minutes(newcomer: Visit, pictures: list[Path]) -> None:
    page, walk = newcomer.page, Walk(newcomer.page)
    expect(page.get_by_text("Nobody here yet.")).to_be_visible()
    create_someone(walk, "Mira Okonkwo", by="Create the first")

    with page.expect_file_chooser() as chooser:
        walk.press("Add files")
    chooser.value.set_files(pictures)
    expect(page.get_by_role("heading", name="10 files added")).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_text("No files yet.")).to_be_hidden()

    walk.press("Define fields")
    walk.press("Define the first")
    walk.write("Name", "Height")
    page.get_by_label("Kind").select_option(label="Number")
    walk.write("Unit", "cm")
    walk.press("Save")
    walk.press("Entities")
    ticked(page, ["Create someone, done", "Drop ten pictures, done"])
    walk.press("Mira Okonkwo")
    walk.press("Add height")
    walk.write("Height", "171")
    walk.press("Save")
    expect(page.locator("#part-height").get_by_text("171 cm", exact=True)).to_be_visible()
    walk.press("Tag")
    walk.write("Tags", "protagonist")
    walk.press("Save")
    expect(page.get_by_role("link", name="protagonist")).to_be_visible()

    walk.press("Entities")
    create_someone(walk, "Tarn Veld", by="New entity")
    walk.press("Relate")
    page.get_by_role("combobox", name="Who").press_sequentially("Mira")
    walk.written.append("Mira")
    page.get_by_role("option", name=re.compile("Mira Okonkwo")).click()
    walk.write("Relation", "mentor")
    walk.press("Relate")
    expect(page.locator(".rels").get_by_role("link", name="Mira Okonkwo", exact=True)).to_be_visible()

    follows_the_guide(walk)
    newcomer.open("/entities")
    expect(page.locator("#entities")).to_contain_text("Tarn Veld")
    expect(page.get_by_role("region", name="Start here")).to_have_count(0)


def ticked(page: Page, steps: list[str]) -> None:
    """Start here stays above the list, with a tick at each step that is done."""
    start = page.get_by_role("region", name="Start here")
    expect(start.locator("li.done")).to_have_count(len(steps))
    for step in steps:
        expect(start.locator("li.done", has_text=step)).to_have_count(1)


def create_someone(walk: Walk, name: str, by: str) -> None:
    walk.press(by)
    walk.write("Name", name)
    walk.press("Create")
    expect(walk.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def follows_the_guide(walk: Walk) -> None:
    """What the guide prints in bold is pressed, in its order; and a person needs less than two minutes for it."""
    steps = re.findall(r"^\d+\. .*(?:\n {3,}.*)*", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert walk.pressed == re.findall(r"\*\*(.+?)\*\*", "\n".join(steps))
    assert walk.written == [
        text for text in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", "\n".join(steps)) if text in walk.written
    ]
    letters = sum(map(len, walk.written))
    chosen = 3  # the pictures, the kind of the field, and Mira in the list
    seconds = (len(walk.pressed) + chosen) * PRESS + letters * KEY + len(" ".join(steps).split()) * READ
    assert seconds < 120, f"a person would need {seconds:.0f} seconds"
