"""What a page module declares: its addresses, what may be done there, and its place in the menus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from faceforge_ui.serving.documents import documents_of

Show = Callable[[Any], Awaitable[Response]]
"""Shows a page, given a View; raises FaceForgeError."""
Act = Callable[[Any], Awaitable[Response | None]]
"""Given a View, does what a form asks for; None where the page of the form is to be shown again.

Raises FaceForgeError.
"""

ROOT = Path(__file__).parents[1]
"""The folder of the whole UI: templates, styles and modules are named by their path below it."""
NO_RULES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    """A page's line in a menu: `main` and `more` are in the side bar, `entity` are tabs, `settings` have groups."""

    menu: str
    label: str
    icon: str = ""
    order: int = 100
    key: str = ""
    """The key that leads there after `g`."""
    permission: str = ""
    """What the person has to be allowed for the line to be shown, such as `tokens:read`; of several words, one."""
    group: str = ""
    count: str = ""
    """The name of the number beside the label."""
    also: str = ""
    """A further address whose page counts as one of its own."""


@dataclass(frozen=True)
class Page:
    """What is shown at an address. `rules` are Content-Security-Policy directives that it needs otherwise."""

    path: str
    show: Show
    pages: Pages
    entry: Entry | None
    public: bool
    rules: Mapping[str, str]


@dataclass(frozen=True)
class Action:
    """What a form does by POST to an address, and the page that shows what came of it."""

    path: str
    act: Act
    pages: Pages
    shows: Show


class Pages:
    """The pages of one folder, which has their templates and the GraphQL documents they ask with.

    `module` is the name of the module that declares them.
    """

    def __init__(self, module: str) -> None:
        self.module = module
        self.shown: list[Page] = []
        self.actions: list[Action] = []

    @cached_property
    def folder(self) -> Path:
        """Where the module lies."""
        return Path(str(import_module(self.module).__file__)).parent

    @cached_property
    def documents(self) -> dict[str, str]:
        """Each operation of the folder's documents by its name, as a document of its own without fragments."""
        return documents_of(self.folder, ROOT)

    def get(
        self,
        path: str,
        *,
        entry: Entry | None = None,
        public: bool = False,
        rules: Mapping[str, str] = NO_RULES,
    ) -> Callable[[Show], Show]:
        """Declare what shows the page at an address; a `public` one holds no data, and nobody need be signed in."""

        def declare(show: Show) -> Show:
            self.shown.append(Page(path, show, self, entry, public, rules))
            return show

        return declare

    def post(self, path: str, *, shows: Show) -> Callable[[Act], Act]:
        """Declare what a form does; `shows` is shown when it is done, and with the message when it fails."""

        def declare(act: Act) -> Act:
            self.actions.append(Action(path, act, self, shows))
            return act

        return declare
