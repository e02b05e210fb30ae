"""Which pages are pictured: their addresses, and what is done on them first; and which pictures the guide shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class Shot:
    """A page. `{entity}` and `{file}` in its path are ids of what is named beside it, `{folder}` is one to bring in."""

    path: str
    entity: str = ""
    file: str = ""
    prepare: Prepare | None = None
    anew: bool = False
    """Whether nothing of the folder to bring in may be here already."""
    empty: bool = False
    """Whether the library is one that nothing is in yet."""
    signed_out: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture of a page."""

    shot: str
    width: int = 1280
    scheme: str = "light"

    @property
    def filename(self) -> str:
        return f"{self.shot}-{self.width}-{self.scheme}.webp"


HEARS_NOTHING = """for (const name of ["ff:progress", "ff:event"])
  document.addEventListener(name, (event) => event.stopImmediatePropagation(), true);"""


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("mi")
    page.wait_for_timeout(600)


def _keys(page: Page) -> None:
    page.keyboard.press("?")


def _plan(page: Page) -> None:
    page.get_by_role("button", name="Look into it").click()
    page.locator(".confirm").get_by_role("button", name="Start the import").wait_for(timeout=120_000)


def _running(page: Page) -> None:
    _plan(page)
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_function(
        "() => parseInt(document.querySelector('ff-job [data-part=percent]')?.textContent) > 30"
        " && document.querySelector('ff-job [data-name=copied]')",
        timeout=120_000,
    )
    # The page as it is now stays, though the import may end before the pictures of its files are there.
    page.add_init_script(HEARS_NOTHING)
    page.route("**/v1/jobs/*/log?*", lambda route: route.abort())
    page.reload()
    page.get_by_role("heading", name="Arriving").wait_for()


MIRA, PORTRAIT = "Mira Okonkwo", "mira - portrait.jpg"

SHOTS: dict[str, Shot] = {
    "sign-in": Shot("/sign-in", signed_out=True),
    "start-here": Shot("/entities", empty=True),
    "gallery": Shot("/entities"),
    "list": Shot("/entities?view=list"),
    "palette": Shot("/entities", prepare=_palette),
    "keyboard": Shot("/entities", prepare=_keys),
    "overview": Shot("/entities/{entity}", MIRA),
    "descriptors": Shot("/entities/{entity}/descriptors", MIRA),
    "attachments": Shot("/entities/{entity}/attachments", MIRA),
    "relationships": Shot("/entities/{entity}/relationships", MIRA),
    "entity-history": Shot("/entities/{entity}/history", MIRA),
    "assets": Shot("/assets"),
    "viewer": Shot("/assets/{file}", file=PORTRAIT),
    "viewer-sound": Shot("/assets/{file}", file="mira - warm-up - take 1.flac"),
    "viewer-model": Shot("/assets/{file}", file="mira_v2.safetensors"),
    "viewer-paper": Shot("/assets/{file}", file="mira - notes for artists.pdf"),
    "trash": Shot("/trash"),
    "history": Shot("/history"),
    "import": Shot("/import?path={folder}&whom=first_folder&create=1"),
    "import-plan": Shot("/import?path={folder}&whom=first_folder&create=1", prepare=_plan),
    "import-running": Shot("/import?path={folder}&whom=first_folder&create=1", prepare=_running, anew=True),
    "jobs": Shot("/jobs"),
    "schedules": Shot("/jobs/schedules"),
    "new-schedule": Shot("/jobs/schedules/new"),
    "importing": Shot("/settings/importing"),
    "trash-files": Shot("/trash?of=files"),
    "fields": Shot("/settings/fields"),
    "new-field": Shot("/settings/fields/new"),
    "relation-types": Shot("/settings/relation-types"),
    "storage": Shot("/settings/storage"),
    "access": Shot("/settings/access"),
    "sessions": Shot("/settings/sessions"),
    "network": Shot("/settings/network"),
    "appearance": Shot("/settings/appearance"),
    "keyboard-settings": Shot("/settings/keyboard"),
    "about": Shot("/settings/about"),
    "for-programs": Shot("/settings/api"),
    "not-found": Shot("/nowhere"),
    "components": Shot("/settings/about/components"),
    "docs": Shot("/docs"),
    "console": Shot("/graphql"),
}

GUIDE = [
    Picture("start-here"),
    Picture("gallery"),
    Picture("gallery", scheme="dark"),
    Picture("list"),
    Picture("palette", scheme="dark"),
    Picture("keyboard"),
    Picture("overview"),
    Picture("descriptors", scheme="dark"),
    Picture("attachments"),
    Picture("relationships"),
    Picture("viewer", scheme="dark"),
    Picture("import"),
    Picture("import-plan"),
    Picture("import-running", scheme="dark"),
    Picture("trash"),
    Picture("access"),
]
