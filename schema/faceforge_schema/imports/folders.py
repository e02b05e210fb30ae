"""The folders of this machine that can be imported from, for whoever picks one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import strawberry

from faceforge_schema.context import Context
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.signatures import argument
from faceforge_schema.imports.places import roots_of
from faceforge_storage.errors import InvalidInput


@strawberry.type(description="A folder that can be imported from.")
class ImportFolder:
    name: str = attribute("Its name.", example="ada")
    path: str = attribute("Its whole path.", example="/srv/pictures/ada")


@strawberry.type(description="The folders in a folder.")
class ImportFolders:
    path: str | None = attribute("The folder; null for the roots.", example="/srv/pictures")
    parent: str | None = attribute("The one that it lies in; null for the roots, and in one of them.")
    folders: list[ImportFolder] = attribute("Those in it, by name; hidden ones are left out.")
    truncated: bool = attribute("Whether there are more than are listed.", example=False)


@query("GET /import/folders", errors=(InvalidInput,), needs="imports:read", volatile=True)
def import_folders(
    context: Context,
    path: Annotated[str | None, argument("The whole path of a folder.", "/srv/pictures")] = None,
) -> ImportFolders:
    """List the folders within a folder of the machine of Core. Without a path, the roots of imports."""
    roots = roots_of(context)
    if path is None:
        found = [ImportFolder(name=str(each), path=str(each)) for each in roots.allowed if each.is_dir()]
        return ImportFolders(path=None, parent=None, folders=found, truncated=False)
    real = roots.check(path)
    names, truncated = roots.folders_in(real)
    return ImportFolders(
        path=str(real),
        parent=str(real.parent) if roots.holds(real.parent) else None,
        folders=[ImportFolder(name=each, path=str(Path(real, each))) for each in names],
        truncated=truncated,
    )
