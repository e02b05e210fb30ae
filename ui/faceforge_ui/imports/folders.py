"""The folders of this machine, as the picker shows them: the places that may be read, and what lies in one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from faceforge_storage.errors import FaceForgeError
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)
MOST = 200
"""How many folders are shown."""


@dataclass(frozen=True)
class Folder:
    """A folder: its name, and the address that shows what lies in it."""

    name: str
    href: str
    closed: str = ""
    """Why it is never entered, if so."""


@dataclass(frozen=True)
class Folders:
    """Where the picker is, and what it offers. `at` is the address of its page."""

    at: str
    path: list[Folder]
    within: list[Folder]
    more: bool = False
    problem: str = ""


async def folders(view: View, path: str, page: str) -> Folders:
    """What the picker of a page shows for what is written: the folders in it, or those beside it that begin so."""
    at = f"{page}?" + urlencode(
        [(name, value) for name, value in view.query.multi_items() if name not in ("path", "in")]
    )
    at = at.rstrip("?")
    asked = view.within(pages)
    try:
        found = (await asked.ask("Folders", path=path or None, first=MOST))["importFolders"]
    except FaceForgeError as error:
        if error.status >= 500:
            raise
        return Folders(at, [], [], problem=str(error))
    return Folders(
        at,
        [Folder(each["name"], address(at, each["path"])) for each in found["ancestors"]],
        [Folder(each["name"], address(at, each["path"]), each["closed"] or "") for each in found["folders"]],
        more=found["more"],
    )


def address(at: str, path: str) -> str:
    """The address of the picker's page with a folder chosen."""
    return f"{at}{'&' if '?' in at else '?'}{urlencode({'path': path, 'in': '1'})}"
