"""What can be done with a file wherever it is shown: in the list of all, among those of an entity, on its own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faceforge_ui.forms.tags import Retagged, Tagged, retag
from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.selection import parts

pages = Pages(__name__)


async def files_now(view: View, ids: list[str]) -> list[dict[str, Any]]:
    """Each that is there, also in the trash: `filename`, `tags`, `userMetadata`, `version` and `links`."""
    found: list[dict[str, Any]] = []
    for some in parts(view, ids):
        page = await view.within(pages).ask("FilesNow", ids=some)
        found += page["assets"]["nodes"]
    return found


async def change(view: View, asset: str, patch: Mapping[str, Any], version: int | None = None) -> None:
    """Patch a file; raises VersionConflict where it is not at this version any more."""
    await view.within(pages).ask("ChangeFile", asset=asset, input=dict(patch), version=version)


async def retag_files(view: View, ids: list[str], words: list[str], *, removing: bool = False) -> Retagged:
    """Give tags to files, or take them away."""

    async def read(some: list[str]) -> dict[str, Tagged]:
        return {each["id"]: (each["tags"], each["version"]) for each in await files_now(view, some)}

    async def write(asset: str, tags: list[str], version: int) -> None:
        await change(view, asset, {"tags": tags}, version)

    return await retag(ids, words, read, write, removing=removing)


async def link(view: View, entity: str, asset: str, given: Mapping[str, Any] | None = None) -> None:
    """Link a file to an entity; `given` is a LinkInput, without which a link that is there stays as it is."""
    given = dict(given) if given is not None else None
    await view.within(pages).ask("LinkFile", entity=entity, asset=asset, input=given)


async def unlink(view: View, entity: str, asset: str) -> None:
    """Take a file from an entity; it stays in the library."""
    await view.within(pages).ask("UnlinkFile", entity=entity, asset=asset)


async def trash(view: View, asset: str) -> None:
    """Move a file to the trash."""
    await view.within(pages).ask("TrashFile", asset=asset)


async def restore(view: View, asset: str) -> None:
    """Put a file back from the trash, with its links."""
    await view.within(pages).ask("RestoreFile", asset=asset)
