"""Whose files lie in a folder, by its name or by those of the folders above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faceforge_schema.context import Reader
from faceforge_schema.imports.options import BulkImportInput, EntitiesFrom
from faceforge_schema.imports.who import Who
from faceforge_storage.imports.matching import Known
from faceforge_storage.imports.names import folded, readable
from faceforge_storage.imports.plan_format import Link


class WhoseFolder:
    """One folder of an import; worked out once for all its files."""

    def __init__(
        self, path: str, root_name: str, input: BulkImportInput, named: Mapping[str, Sequence[Known]]
    ) -> None:
        self._input, self._named = input, named
        parts = [readable(each) for each in path.split("/")] if path else []
        match input.entities_from:
            case EntitiesFrom.NONE:
                self._names: list[str] = []
            case EntitiesFrom.FIRST_FOLDER:
                self._names = parts[:1]
            case EntitiesFrom.FOLDER:
                self._names = [*reversed(parts), readable(root_name)]
        self._may_make = bool(input.create_entities and parts)
        self._found: list[Link] | None = None

    def link(self, db: Reader, who: Who) -> Link | None:
        """The link that its files get, without a role; None when they are nobody's."""
        if self._found is None:
            found = self._find(db, who) if self._names else None
            self._found = [] if found is None else [found]
        return self._found[0] if self._found else None

    def _find(self, db: Reader, who: Who) -> Link | None:
        """By the nearest name that an entity has, or is going to have; else by one that is made for the folder."""
        for name in self._names:
            if (link := who.of_folder(db, name, self._named.get(folded(name), ()))) is not None:
                return link
        return who.made_for_folder(self._names[0]) if self._may_make else None
