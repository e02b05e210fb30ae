"""Keyboard: every key there is, wherever it works."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.menus import menu

pages = Pages(__name__)

KEYS: dict[str, list[tuple[str, str]]] = {
    "Anywhere": [
        ("/", "search, or do something"),
        ("Ctrl K", "the same, also while you write"),
        ("t", "light or dark"),
        ("c", "create an entity"),
        ("u", "upload files"),
        ("z", "undo, while it is offered"),
        ("?", "the keys of this page"),
    ],
    "In a list or gallery": [
        ("← → ↑ ↓", "move"),
        ("Home End", "first, last"),
        ("⇧ ← → ↑ ↓", "select up to there"),
        ("↵", "open"),
        ("x", "select"),
        ("⇧ x", "select up to here"),
        ("Ctrl A", "select all that are loaded"),
        ("f", "find by name"),
        ("v", "gallery or list"),
        ("Esc", "clear the selection"),
    ],
    "With a selection": [
        ("#", "tag"),
        ("l", "relate entities, link files"),
        ("Del", "move to the trash; in the trash: erase for good"),
        ("r", "in the trash: put back"),
    ],
    "On an entity": [
        ("j k", "next, previous"),
        ("1 … 6", "its tabs"),
        ("p", "among its files: use as thumbnail"),
    ],
    "Looking at a file": [
        ("← →", "the file before, the file after"),
        ("+ − 0", "larger, smaller, fit"),
        ("Space", "play or pause"),
        ("i", "details"),
        ("p", "use as thumbnail"),
        ("d", "download"),
        ("Del", "move to the trash"),
        ("Esc", "back to the list"),
    ],
}


@pages.get("/settings/keyboard", entry=Entry("settings", "Keyboard", order=20, group="This app"))
async def keyboard(view: View) -> Response:
    """The whole list; `?` shows what works on a page."""
    lines = [line for name in ("main", "more") for line in menu(view.request, name) if line.key]
    places = [(f"g {line.key}", f"go to {line.label.lower()}") for line in lines]
    return view.page("settings/keyboard/keyboard.html", keys={**KEYS, "Anywhere": KEYS["Anywhere"] + places})
