"""What is done with several entities at once: tag, trash, put back, relate."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError, InvalidInput, VersionConflict
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import View
from faceforge_ui.serving.selection import each_of, parts, selected, tags_in_words, undo_address, undo_tags
from faceforge_ui.serving.words import plural

TRIES = 3
"""How often a change is tried while others change the same record."""


async def tag(view: View) -> Response | None:
    """Give the selected entities tags, or take tags from them."""
    form = await view.form()
    words = read_tags([*form.texts("tag"), *view.query.getlist("word")])
    removing = (form.text("how") or view.query.get("how")) == "remove"
    ids = await selected(view)
    if not words:
        raise InvalidInput("Write at least one tag.")
    present = await _tags_of(view, ids)
    changed = {}
    for each in ids:
        if tags := await _tagged(view, each, present, words, removing=removing):
            changed[each] = tags
    done = "without" if removing else "with"
    undo = undo_tags("/entities/tags", changed, how="add" if removing else "remove")
    view.say(
        f"{plural(len(changed), 'entity', 'entities')} {'lost' if removing else 'got'} {tags_in_words(words)}"
        if changed
        else f"All of them are {done} {tags_in_words(words)} already",
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
    for some in parts(view, ids):
        nodes = (await view.ask("Tagged", ids=some))["entities"]["nodes"]
        found |= {each["id"]: (each["tags"], each["version"]) for each in nodes}
    return found


async def _tagged(
    view: View,
    entity_id: str,
    present: dict[str, tuple[list[str], int]],
    words: list[str],
    *,
    removing: bool,
) -> list[str]:
    """Which tags it got or lost. Who changed it at the same time loses nothing: it is read again then."""
    for _ in range(TRIES):
        if entity_id not in present:
            return []
        before, version = present[entity_id]
        added = [] if removing else [each for each in words if each not in before]
        tags = [each for each in before if not removing or each not in words] + added
        if tags == before:
            return []
        try:
            await view.ask("SetTags", id=entity_id, tags=tags, version=version)
        except VersionConflict:
            present |= await _tags_of(view, [entity_id])
        else:
            return [each for each in words if (each in before) == removing]
    return []


def _tell(view: View, done: list[str], failed: list[FaceForgeError], what: str, undo: str = "") -> None:
    left = f"; {len(failed):,} stayed as they were: {failed[0]}" if failed else ""
    view.say(f"{plural(len(done), 'entity', 'entities')} {what}{left}", undo=undo)
