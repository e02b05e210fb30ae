"""A browser, and a Core for it to visit. `core` is the one place to put another Core in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from core_process import CoreProcess
from entity_library import Library
from playwright.sync_api import Browser, Page, expect, sync_playwright
from small_core import RunningCore, running
from visit import Visit

expect.set_options(
    timeout=30_000
)  # of a machine that does much else; a test that passes waits for no moment of it

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


@pytest.fixture(scope="module")
def real_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """A Core as a person starts it, for the tests of one module."""
    core = CoreProcess(tmp_path_factory.mktemp("library") / "home")
    try:
        yield core
    finally:
        core.kill()


@pytest.fixture
def library(real_core: CoreProcess, chromium: Browser) -> Iterator[Visit]:
    """A visit to the real Core at 1280 x 800, signed in; it must end without a complaint."""
    with signed_in(real_core, chromium, 1280, "light") as visit:
        yield visit


@pytest.fixture(scope="module")
def core_library(real_core: CoreProcess) -> Library:
    """The real Core with field definitions, for tests of the pages of an entity."""
    return Library(real_core)


@pytest.fixture
def somebody(core_library: Library) -> str:
    """The id of an entity of the test's own, `Mira Okonkwo` and a number."""
    return core_library.mira()


@pytest.fixture
def page(library: Visit, somebody: str) -> Page:
    """The page of that entity."""
    return library.open(f"/entities/{somebody}")


@pytest.fixture
def library_at(
    real_core: CoreProcess, chromium: Browser
) -> Callable[[int, str], AbstractContextManager[Visit]]:
    """`with library_at(360, "dark") as visit:` for other windows."""
    return lambda width, scheme: signed_in(real_core, chromium, width, scheme)


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
def signed_in(core: CoreProcess, chromium: Browser, width: int, scheme: str) -> Iterator[Visit]:
    """A visit that has a session from its first page on."""
    with visiting(RunningCore(core.url, core.token), chromium, width, scheme) as visit:
        answer = visit.page.context.request.post(f"{core.url}/v1/sessions", data={"token": core.token})
        csrf = answer.json()["csrf_token"]
        visit.page.add_init_script(f"localStorage.setItem('faceforge.csrf', {csrf!r})")
        yield visit


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
