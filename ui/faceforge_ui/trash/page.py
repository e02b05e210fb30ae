"""The trash: entities and files that can come back, and that can be erased for good."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import InvalidInput
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.selection import each_of, left, selected
from faceforge_ui.serving.windows import window
from faceforge_ui.serving.words import count, plural

pages = Pages(__name__)


@dataclass(frozen=True)
class Kind:
    """What the trash holds: how it is called, and by which operations it is read."""

    noun: str
    one: str
    many: str
    operations: str
    """The end of the names of its operations."""
    others: str
    """What else the trash holds."""
    erased: str
    """What goes with it for good, and what stays."""

    def words(self, number: int) -> str:
        """`3 files`."""
        return plural(number, self.one, self.many)


ENTITIES = Kind(
    "entities",
    "entity",
    "entities",
    "Entities",
    "assets",
    "Facts, relationships, links and history are erased. The files stay. This cannot be undone.",
)
FILES = Kind(
    "assets",
    "file",
    "files",
    "Files",
    "entities",
    "The file is taken off this machine, unless another one has the same content. This cannot be undone.",
)


@pages.get(
    "/trash",
    entry=Entry(
        "more",
        "Trash",
        icon="trash",
        order=10,
        key="x",
        permission="entities:read assets:read",
        count="trash",
    ),
)
async def trash(view: View) -> Response:
    """What is in the trash, the last change first."""
    return await _shown(view, asked=None)


@pages.post("/trash/restore", shows=trash)
async def restore(view: View) -> Response | None:
    """Put back what is selected."""
    kind, ids = _kind(view), await selected(view)
    operation = "RestoreEntity" if kind is ENTITIES else "RestoreFile"
    done, failed = await each_of(ids, lambda each: view.ask(operation, id=each))
    view.say(f"{kind.words(len(done))} put back{left(failed)}")
    return None


@pages.post("/trash/ask", shows=trash)
async def ask(view: View) -> Response:
    """Ask whether what is selected is to be erased for good."""
    ids = await selected(view)
    return await _shown(view, asked=await _question(view, ids))


async def _again(view: View) -> Response:
    """The question once more, where its answer was not the one that is needed."""
    ids = await selected(view)
    return await _shown(view, asked=await _question(view, ids))


@pages.post("/trash/erase", shows=_again)
async def erase(view: View) -> Response | None:
    """Erase what is selected, when the person has written the name of it, or how many they are."""
    kind, ids, form = _kind(view), await selected(view), await view.form()
    question = await _question(view, ids)
    if as_typed(form.text("typed")) != as_typed(question["key"]):
        raise InvalidInput(f"Write {question['key']} to erase for good. Nothing was erased.")
    operation = "PurgeEntity" if kind is ENTITIES else "PurgeFile"
    done, failed = await each_of(ids, lambda each: view.ask(operation, id=each))
    view.say(f"{kind.words(len(done))} erased for good{left(failed)}")
    return await _shown(view, asked=None)


def as_typed(text: str) -> str:
    """A name without what nobody sees: how its accents are made up, capitals, how wide its blanks are."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _kind(view: View) -> Kind:
    if view.query.get("of") == "files":
        return FILES
    return ENTITIES if view.may("entities:read") or not view.may("assets:read") else FILES


async def _question(view: View, ids: list[str]) -> dict[str, Any]:
    """What is asked before `ids` are erased; `key` is what the person writes."""
    kind = _kind(view)
    if len(ids) > 1:
        words = kind.words(len(ids))
        return {"ids": ids, "title": f"Erase {words} for good?", "key": count(len(ids)), "text": kind.erased}
    found = (await view.ask("NamedEntity" if kind is ENTITIES else "NamedFile", id=ids[0]))["found"]
    name = found["name"] if found else kind.one
    return {"ids": ids, "title": f"Erase {name} for good?", "key": name, "text": kind.erased}


async def _shown(view: View, *, asked: dict[str, Any] | None) -> Response:
    kind = _kind(view)

    async def step(first: int, after: str | None) -> Any:
        passed = await view.ask_apart(f"Pass{kind.operations}", first=first, after=after)
        return passed["found"]["pageInfo"]

    part = await window(view.query, step)
    data = await view.ask(
        f"Trashed{kind.operations}",
        first=part.rows,
        after=part.after,
        counted=part.counted,
    )
    found, page = data["found"], data["found"]["pageInfo"]
    address = "/trash" if kind is ENTITIES else "/trash?of=files"
    cursor = f"{'&' if '?' in address else '?'}cursor={page['endCursor']}"
    numbers = {kind.noun: found.get("totalCount"), kind.others: data.get("others", {}).get("totalCount")}
    return view.page(
        "trash/trash.html",
        kind=kind,
        nodes=found["nodes"],
        total=found.get("totalCount"),
        numbers=numbers,
        next=address + cursor if page["hasNextPage"] else "",
        window=part,
        may_change=view.may(f"{kind.noun}:write"),
        question=asked,
    )
