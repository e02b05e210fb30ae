"""What the sidecars of a file say together: those of the folders it lies in, and its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from faceforge_schema.assets.sidecar import Entry, Sidecar, read_sidecar
from faceforge_storage.errors import InvalidSidecar
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.imports.walk import SIDECAR, Entered, Found
from faceforge_storage.strict_json import parse


class Named(NamedTuple):
    """An entity that a sidecar names, with the role of the links that this sidecar asks for."""

    entry: Entry
    role: str | None


@dataclass(frozen=True)
class Gathered:
    """Lists are united; of a single value the sidecar that is nearest to the file wins."""

    kind: str | None = None
    tags: tuple[str, ...] = ()
    user_metadata: dict[str, Any] = field(default_factory=dict)
    role: str | None = None
    derived_from: str | None = None
    entities: tuple[Named, ...] = ()
    nearest: str | None = None
    """The path of the nearest sidecar."""
    faulty: bool = False
    """Whether one of them could not be read."""

    def with_nearer(self, path: str, sidecar: Sidecar | None) -> Gathered:
        """This and one more sidecar, which is nearer; None is one that cannot be read."""
        if sidecar is None:
            return replace(self, nearest=path, faulty=True)
        return Gathered(
            kind=sidecar.kind or self.kind,
            tags=(*self.tags, *sidecar.tags),
            user_metadata={**self.user_metadata, **sidecar.metadata()},
            role=sidecar.role or self.role,
            derived_from=sidecar.derived_from or self.derived_from,
            entities=(
                *self.entities,
                *(Named(each, sidecar.role) for each in sidecar.entities),
            ),
            nearest=path,
            faulty=self.faulty,
        )


class Sidecars:
    """Reads the sidecars of files in the order of the walk, at most `most_bytes` of each."""

    def __init__(self, folder: SourceFolder, most_bytes: int) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._defaults: list[tuple[str, Gathered]] = [("", Gathered())]
        self._faulty: set[str] = set()
        self.read = 0
        """How many were read."""
        self.faults: list[tuple[str, str]] = []
        """Those that could not be read since somebody emptied the list: path, and what is wrong."""

    def enter(self, directory: Entered) -> None:
        """The files that come next lie in this directory."""
        self._faulty.clear()
        while self._defaults[-1][0] and not f"{directory.path}/".startswith(f"{self._defaults[-1][0]}/"):
            self._defaults.pop()
        if directory.has_defaults:
            path = f"{directory.path}/{SIDECAR}" if directory.path else SIDECAR
            above = self._defaults[-1][1]
            self._defaults.append((directory.path, above.with_nearer(path, self._sidecar(path))))

    def of(self, found: Found) -> Gathered:
        """What the sidecars of a file in that directory say."""
        gathered = self._defaults[-1][1]
        directory = found.path.rpartition("/")[0]
        for name in found.sidecars:
            path = f"{directory}/{name}" if directory else name
            gathered = gathered.with_nearer(path, self._sidecar(path))
        return gathered

    def _sidecar(self, path: str) -> Sidecar | None:
        if path in self._faulty:
            return None
        try:
            self.read += 1
            return read_sidecar(self._content(path))
        except InvalidSidecar as fault:
            message = fault.detail
        except OSError as refused:
            message = f"The sidecar cannot be read: {refused.strerror or refused}."
        except ValueError as fault:
            message = f"The sidecar is no JSON object in UTF-8: {fault}."
        self._faulty.add(path)
        self.faults.append((path, message))
        return None

    def _content(self, path: str) -> dict[str, Any]:
        try:
            handle = self._folder.open(path)
        except OSError:  # perhaps a link is on the way
            handle = self._folder.open(path, via_link=True)
        with os.fdopen(handle, "rb", buffering=0) as file:
            if os.fstat(handle).st_size > self._most_bytes:
                raise InvalidSidecar(
                    f"The sidecar has more than {self._most_bytes} bytes (limits.sidecar_bytes)."
                )
            content = parse(file.read(self._most_bytes).decode())
        if not isinstance(content, dict):
            raise InvalidSidecar("The sidecar is JSON, but no object.")
        return content
