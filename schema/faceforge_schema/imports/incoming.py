"""A file of a plan that is to come in."""

from __future__ import annotations

import os
from dataclasses import dataclass

from faceforge_storage.imports.copying import Copied, NotCopied, Source
from faceforge_storage.imports.identity import Identity
from faceforge_storage.imports.plan_format import PlannedFile


@dataclass(slots=True, eq=False)
class Incoming:
    """A file that is to come in, and what came of copying it."""

    file: PlannedFile
    copied: Copied | None = None
    refused: NotCopied | None = None
    here: bool = False
    """Whether its bytes are stored, so that it needs no copy."""

    @property
    def sha256(self) -> str:
        """The hash of its bytes, once it is `copied` or `here`."""
        if self.copied is not None:
            return self.copied.staged.sha256
        assert self.file.sha256 is not None
        return self.file.sha256

    @property
    def source(self) -> Source:
        file = self.file
        path = os.fsdecode(file.path)
        return Source(path, identity_of_plan(file), file.via_link, file.filename, file.sha256)


def identity_of_plan(file: PlannedFile) -> Identity:
    """The file that was planned, at the state that it had."""
    return Identity(file.dev, file.inode, file.size, file.mtime_ns, file.ctime_ns)
