"""A browser, and a Core for it to visit. `core` is the one place to put another Core in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright
from small_core import RunningCore, running
from visit import Visit

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def core() -> Iterator[RunningCore]:
    with running() as core:
        yield core


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for each module: Playwright keeps an event loop running, which no other test may meet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(core: RunningCore, chromium: Browser) -> Iterator[Visit]:
    """A visit at 1280 x 800; it must end without a complaint."""
    with visiting(core, chromium, 1280, "light") as visit:
        yield visit


@pytest.fixture
def visit_at(core: RunningCore, chromium: Browser) -> Callable[[int, str], object]:
    """`with visit_at(width, "dark") as visit:` for other windows."""
    return lambda width, scheme: visiting(core, chromium, width, scheme)


@contextmanager
def visiting(core: RunningCore, chromium: Browser, width: int, scheme: str) -> Iterator[Visit]:
    height = {360: 740, 3840: 2160}.get(width, 800)
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    try:
        visit = Visit(context.new_page(), core)
        yield visit
        assert visit.complaints == []
    finally:
        context.close()
