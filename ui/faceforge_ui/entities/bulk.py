"""What is done with several entities at once: tag, trash, put back, relate."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError, InvalidInput
from faceforge_ui.forms.tags import Tagged, read_tags, retag
from faceforge_ui.serving import View
from faceforge_ui.serving.selection import each_of, left, parts, selected, undo_address
from faceforge_ui.serving.words import plural


async def tag(view: View) -> Response | None:
    """Give the selected entities tags, or take tags from them."""
    form = await view.form()
    words = read_tags([*form.texts("tag"), *view.query.getlist("word")])
    removing = (form.text("how") or view.query.get("how")) == "remove"
    ids = await selected(view)
    if not words:
        raise InvalidInput("Write at least one tag.")

    async def read(some: list[str]) -> dict[str, Tagged]:
        return await _tags_of(view, some)

    async def write(entity: str, tags: list[str], version: int) -> None:
        await view.ask("SetTags", id=entity, tags=tags, version=version)

    made = await retag(ids, words, read, write, removing=removing)
    undo = undo_address("/entities/tags", made.changed, word=words, how="add" if removing else "remove")
    view.say(made.said("entity", "entities"), undo=undo if made.changed and made.exact else "")
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


async def _tags_of(view: View, ids: list[str]) -> dict[str, Tagged]:
    """The tags and the version of each that is there."""
    found: dict[str, Tagged] = {}
    for some in parts(view, ids):
        nodes = (await view.ask("Tagged", ids=some))["entities"]["nodes"]
        found |= {each["id"]: (each["tags"], each["version"]) for each in nodes}
    return found


def _tell(view: View, done: list[str], failed: list[FaceForgeError], what: str, undo: str = "") -> None:
    view.say(f"{plural(len(done), 'entity', 'entities')} {what}{left(failed)}", undo=undo)
