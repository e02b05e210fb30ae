"""Keyboard: every key there is, wherever it works."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)

KEYS: dict[str, list[tuple[str, str]]] = {
    "Anywhere": [
        ("/", "search, or do something"),
        ("Ctrl K", "the same, also while you write"),
        ("g e", "go to entities"),
        ("g a", "go to assets"),
        ("g h", "go to the history"),
        ("g t", "go to the trash"),
        ("g s", "go to the settings"),
        ("t", "light or dark"),
        ("c", "create an entity"),
        ("u", "upload files"),
        ("z", "undo, while it is offered"),
        ("?", "the keys of this page"),
    ],
    "In a list or gallery": [
        ("← → ↑ ↓", "move"),
        ("Home End", "first, last"),
        ("↵", "open"),
        ("x", "select"),
        ("⇧ x", "select up to here"),
        ("Ctrl A", "select all that are loaded"),
        ("f", "filter"),
        ("v", "gallery or list"),
        ("Esc", "clear the selection"),
    ],
    "With a selection": [("#", "tag"), ("Del", "move to the trash")],
    "On an entity": [("j k", "next, previous"), ("1 … 6", "its tabs")],
    "In the viewer": [
        ("← →", "previous, next"),
        ("+ − 0", "closer, farther, fit"),
        ("Space", "play or pause"),
        ("i", "details"),
        ("p", "use as thumbnail"),
        ("d", "download"),
        ("Esc", "back to the list"),
    ],
}


@pages.get("/settings/keyboard", entry=Entry("settings", "Keyboard", order=20, group="This app"))
async def keyboard(view: View) -> Response:
    """The whole list; `?` shows what works on a page."""
    return view.page("settings/keyboard/keyboard.html", keys=KEYS)
