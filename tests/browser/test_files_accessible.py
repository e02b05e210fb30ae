"""The pages of files, as axe-core sees them: it finds nothing to object to, with everything opened that opens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from axe_playwright_python.sync_playwright import Axe
from core_process import CoreProcess
from files_for_pages import Files, filled
from playwright.sync_api import Page
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

SHOWN = ("rooftop.png", "interview.wav", "okonkwo_v2.safetensors", "notes.txt")


@pytest.fixture(scope="module")
def files(real_core: CoreProcess) -> Files:
    return filled(real_core)


def objections(page: Page) -> list[tuple[str, str]]:
    for each in page.locator("details").all():
        each.evaluate("details => { details.open = true; }")
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing(
    library_at: Callable[[int, str], AbstractContextManager[Visit]], files: Files, width: int, scheme: str
) -> None:
    with library_at(width, scheme) as visit:
        page = visit.open("/assets")
        page.locator("#assets-files.placed").wait_for()
        assert objections(page) == []
        for name in SHOWN:
            page = visit.open(files.address(name))
            page.locator("#viewer-side h2").first.wait_for()
            assert (name, objections(page)) == (name, [])
        page = visit.open(f"/assets/{files.ids['rooftop.png']}/sources")
        assert objections(page) == []
        page = visit.open(f"/assets/{files.ids['rooftop.png']}/readings/image")
        assert objections(page) == []
