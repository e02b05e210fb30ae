"""What is done with several entities at once: tag, trash, put back, relate."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError, InvalidInput, VersionConflict
from faceforge_ui.serving import View
from faceforge_ui.serving.selection import each_of, selected, undo_address
from faceforge_ui.serving.words import plural

AT_ONCE = 500
"""How many records one query reads."""
TRIES = 3
"""How often a change is tried while others change the same record."""


async def tag(view: View) -> Response | None:
    """Give the selected entities tags, or take tags from them."""
    form = await view.form()
    words = _words([*form.texts("tag"), *view.query.getlist("word")])
    removing = (form.text("how") or view.query.get("how")) == "remove"
    ids = await selected(view)
    if not words:
        raise InvalidInput("Write at least one tag.")
    present = await _tags_of(view, ids)
    changed = [each for each in ids if await _tagged(view, each, present, words, removing=removing)]
    done = "without" if removing else "with"
    undo = undo_address("/entities/tags", changed, word=words, how="add" if removing else "remove")
    view.say(
        f"{plural(len(changed), 'entity', 'entities')} {'lost' if removing else 'got'} {_listed(words)}"
        if changed
        else f"All of them are {done} {_listed(words)} already",
        undo=undo if changed else "",
    )
    return None


async def trash(view: View) -> Response | None:
    """Put the selected entities into the trash."""
    ids = await selected(view)
    done, failed = await each_of(ids, lambda each: view.ask("Trash", id=each))
    _tell(view, done, failed, "moved to the trash", undo=undo_address("/entities/restore", done))
    return None


async def restore(view: View) -> Response | None:
    """Take the selected entities out of the trash."""
    ids = await selected(view)
    done, failed = await each_of(ids, lambda each: view.ask("Restore", id=each))
    _tell(view, done, failed, "put back")
    return None


async def relate(view: View) -> Response | None:
    """Say what the selected entities are to another one."""
    form = await view.form()
    ids, other, kind = await selected(view), form.text("entity_id"), form.text("relationship_type").strip()
    if not other or not kind:
        raise InvalidInput("Choose whom they belong together with, and say how.")
    done, failed = await each_of(
        [each for each in ids if each != other],
        lambda each: view.ask("Relate", **{"from": each, "to": other, "type": kind}),
    )
    _tell(view, done, failed, "related")
    return None


async def _tags_of(view: View, ids: list[str]) -> dict[str, tuple[list[str], int]]:
    """The tags and the version of each that is there."""
    found: dict[str, tuple[list[str], int]] = {}
    for at in range(0, len(ids), AT_ONCE):
        nodes = (await view.ask("Tagged", ids=ids[at : at + AT_ONCE]))["entities"]["nodes"]
        found |= {each["id"]: (each["tags"], each["version"]) for each in nodes}
    return found


async def _tagged(
    view: View,
    entity_id: str,
    present: dict[str, tuple[list[str], int]],
    words: list[str],
    *,
    removing: bool,
) -> bool:
    """Whether its tags were changed. Who changed it at the same time loses nothing: it is read again then."""
    for _ in range(TRIES):
        if entity_id not in present:
            return False
        before, version = present[entity_id]
        added = [] if removing else [each for each in words if each not in before]
        tags = [each for each in before if not removing or each not in words] + added
        if tags == before:
            return False
        try:
            await view.ask("SetTags", id=entity_id, tags=tags, version=version)
        except VersionConflict:
            present |= await _tags_of(view, [entity_id])
        else:
            return True
    return False


def _tell(view: View, done: list[str], failed: list[FaceForgeError], what: str, undo: str = "") -> None:
    left = f"; {len(failed):,} stayed as they were: {failed[0]}" if failed else ""
    view.say(f"{plural(len(done), 'entity', 'entities')} {what}{left}", undo=undo)


def _words(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word.strip() for text in texts for word in text.split(",") if word.strip()))


def _listed(words: list[str]) -> str:
    return f"the {'tag' if len(words) == 1 else 'tags'} {', '.join(words)}"
