"""What an import is asked for: what its form sends, what its address has, and what Core is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Form

NOBODY, CHOSEN = "nobody", "chosen"
BY_FOLDER = ("first_folder", "folder")
"""Whoever the folder right below the chosen one is named after, or the folder that a file lies in."""
WHOM = (NOBODY, *BY_FOLDER, CHOSEN)
"""Who gets the files that no sidecar says it of."""
MODES = ("copy", "move")
ENUMS = frozenset({"mode", "entities_from"})
"""What of the input is one of a few words."""


@dataclass(frozen=True)
class Wish:
    """A folder and how it is to be brought in."""

    path: str = ""
    recursive: bool = True
    hidden: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    mode: str = "copy"
    whom: str = NOBODY
    entity_ids: tuple[str, ...] = ()
    create: bool = False
    role: str = ""
    tags: tuple[str, ...] = ()
    kind: str = ""

    def address(self) -> str:
        """The address of the page with this in its form."""
        given = [
            (name, value)
            for name, value in (("path", self.path), ("role", self.role), ("kind", self.kind))
            if value
        ]
        given += [("top_only", "1")] if not self.recursive else []
        given += [("hidden", "1")] if self.hidden else []
        given += [("mode", self.mode)] if self.mode != "copy" else []
        given += [("whom", self.whom)] if self.whom != NOBODY else []
        given += [("create", "1")] if self.create else []
        for name in ("include", "exclude", "tag"):
            given += [(name, each) for each in getattr(self, "tags" if name == "tag" else name)]
        given += [("entity_id", each) for each in self.entity_ids]
        return f"/import?{urlencode(given)}" if given else "/import"

    def stored(self) -> dict[str, Any]:
        """The input of the job, as it is stored; what is left out is as usual."""
        whom: dict[str, Any] = {"entity_ids": list(self.entity_ids)} if self.whom == CHOSEN else {}
        if self.whom in BY_FOLDER:
            whom = {"entities_from": self.whom, "create_entities": self.create}
        given = {
            "path": self.path,
            "recursive": self.recursive,
            "hidden": self.hidden,
            "mode": self.mode,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "tags": list(self.tags),
            "role": self.role,
            "kind": self.kind,
            **whom,
        }
        return {name: value for name, value in given.items() if value not in ("", [])}

    def asked(self) -> dict[str, Any]:
        """The same as GraphQL has it."""
        return {
            _camel(name): value.upper() if name in ENUMS else value for name, value in self.stored().items()
        }


def of_address(query: QueryParams) -> Wish:
    """What an address asks for; what it does not say is as usual."""
    return Wish(
        path=query.get("path", "").strip(),
        recursive="top_only" not in query,
        hidden="hidden" in query,
        include=tuple(query.getlist("include")),
        exclude=tuple(query.getlist("exclude")),
        mode=_one_of(query.get("mode", ""), MODES),
        whom=_one_of(query.get("whom", ""), WHOM),
        entity_ids=tuple(query.getlist("entity_id")),
        create="create" in query,
        role=query.get("role", ""),
        tags=tuple(query.getlist("tag")),
        kind=query.get("kind", ""),
    )


def of_form(form: Form) -> Wish:
    """What a form has sent: its boxes are on where they were ticked."""
    whom = _one_of(form.text("whom"), WHOM)
    return Wish(
        path=form.text("path").strip(),
        recursive=form.has("recursive"),
        hidden=form.has("hidden"),
        include=tuple(read_tags(form.texts("include"))),
        exclude=tuple(read_tags(form.texts("exclude"))),
        mode=_one_of(form.text("mode"), MODES),
        whom=whom,
        entity_ids=tuple(each for each in form.texts("entity_id") if each) if whom == CHOSEN else (),
        create=form.has("create") and whom in BY_FOLDER,
        role=form.text("role").strip(),
        tags=tuple(read_tags(form.texts("tag"))),
        kind=form.text("kind").strip(),
    )


def of_job(asked: Mapping[str, Any]) -> Wish:
    """What the input of a job asked for, so that it can be asked for again."""
    ids = tuple(asked.get("entity_ids") or ())
    by_folder = _one_of(asked.get("entities_from") or "", (NOBODY, *BY_FOLDER))
    return Wish(
        path=asked.get("path") or "",
        recursive=asked.get("recursive", True),
        hidden=asked.get("hidden", False),
        include=tuple(asked.get("include") or ()),
        exclude=tuple(asked.get("exclude") or ()),
        mode=_one_of(asked.get("mode") or "", MODES),
        whom=CHOSEN if ids else by_folder,
        entity_ids=ids,
        create=bool(asked.get("create_entities")),
        role=asked.get("role") or "",
        tags=tuple(asked.get("tags") or ()),
        kind=asked.get("kind") or "",
    )


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
