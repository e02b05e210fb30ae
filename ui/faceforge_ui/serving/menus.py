"""The menus of the pages: who has said to be in them, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from starlette.requests import Request

from faceforge_schema import NOBODY, Actor
from faceforge_ui.serving.pages import ROOT, Entry, Page, Pages

WIDE = frozenset({"main", "more"})
"""Menus whose lines stand for all that lies below their address."""


@dataclass(frozen=True)
class Line:
    """A line of a menu, as a template shows it."""

    label: str
    href: str
    icon: str
    key: str
    group: str
    count: str
    current: bool


@cache
def found_pages() -> tuple[Pages, ...]:
    """Those of every module `page` of the UI: a new page is a new folder, and no line here."""
    names = sorted(
        each.name for each in walk_packages([str(ROOT)], f"{ROOT.name}.") if each.name.endswith(".page")
    )
    return tuple(import_module(name).pages for name in names)


@cache
def _entries(name: str) -> tuple[tuple[Entry, Page], ...]:
    found = [(page.entry, page) for pages in found_pages() for page in pages.shown if page.entry is not None]
    return tuple(
        sorted(
            ((entry, page) for entry, page in found if entry.menu == name),
            key=lambda each: (each[0].order, each[0].label),
        )
    )


def menu(request: Request, name: str) -> list[Line]:
    """The lines of a menu; what stands in braces in their addresses is filled from the present address."""
    actor: Actor = request.scope.get("actor", NOBODY)
    path = request.url.path
    lines = []
    for entry, page in _entries(name):
        needed = entry.permission.split()
        if needed and actor.permissions.isdisjoint(needed) and actor is not NOBODY:
            continue
        href = page.path.format_map(request.path_params) if "{" in page.path else page.path
        current = path in (href, entry.also) or (name in WIDE and path.startswith(href + "/"))
        lines.append(Line(entry.label, href, entry.icon, entry.key, entry.group, entry.count, current))
    return lines


def first_line(request: Request) -> Line:
    """Where the person begins: the first page that is open to them."""
    return next(line for name in ("main", "more") for line in menu(request, name))
