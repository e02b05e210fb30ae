"""The folders of this machine, as the picker shows them: the places that may be read, and what lies in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlencode

from faceforge_storage.errors import FaceForgeError
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


@dataclass(frozen=True)
class Folder:
    """A folder: its name, and the address that shows what lies in it."""

    name: str
    href: str


@dataclass(frozen=True)
class Folders:
    """Where the picker is, and what it offers. `at` is the address of its page."""

    at: str
    path: Sequence[Folder] = ()
    within: Sequence[Folder] = ()
    more: bool = False
    problem: str = ""


async def folders(view: View, path: str, page: str) -> Folders:
    """What the picker of a page shows for what is written: the folders in it, or those beside it that begin so."""
    kept = [(name, value) for name, value in view.query.multi_items() if name not in ("path", "in")]
    at = f"{page}?{urlencode(kept)}" if kept else page
    asked = view.within(pages)
    if not path:
        return _shown(at, await asked.ask("Roots"))
    try:
        return _shown(at, await asked.ask("Folders", path=path))
    except FaceForgeError as error:
        if error.status >= 500:
            raise
        begun = _as_path(path)
        problem = str(error)
    try:
        return _shown(at, await asked.ask("Folders", path=str(begun.parent)), begun.name.casefold())
    except FaceForgeError as error:
        if error.status >= 500:
            raise
        return Folders(at, problem=problem)


def _shown(at: str, found: Mapping[str, Any], begins: str = "") -> Folders:
    here = found.get("here") or found["roots"]
    within = [each for each in here["folders"] if each["name"].casefold().startswith(begins)]
    return Folders(
        at,
        [Folder(name, _address(at, path)) for name, path in _way(here["path"], found["roots"]["folders"])],
        [Folder(each["name"], _address(at, each["path"])) for each in within],
        more=here["truncated"],
    )


def _way(path: str | None, roots: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """The folders from a root to a path, each with its own."""
    if path is None:
        return []
    here = _as_path(path)
    above = [here, *here.parents]
    tops = {_as_path(each["path"]) for each in roots}
    end = next((number for number, each in enumerate(above) if each in tops), 0)
    return [(each.name or str(each), str(each)) for each in reversed(above[: end + 1])]


def _as_path(path: str) -> PurePath:
    return PureWindowsPath(path) if "\\" in path or path[1:2] == ":" else PurePosixPath(path)


def _address(at: str, path: str) -> str:
    return f"{at}{'&' if '?' in at else '?'}{urlencode({'path': path, 'in': '1'})}"
