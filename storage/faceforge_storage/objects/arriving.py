"""Where bytes wait, on the disk of a store, until they get their names in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faceforge_storage.objects.disk import disk_errors, sync_files
from faceforge_storage.objects.staging import StagedFile


def directory_of(sha256: str) -> str:
    """The directory of an object below the root of a store that keeps plain files: `sha256/ab/cd`."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}"


@dataclass(frozen=True, slots=True)
class Arriving:
    """The `directory` to write them into; `root` is that of a store that keeps plain files, None for another one."""

    directory: Path
    root: Path | None = None

    def prepare(self, staged: Sequence[StagedFile]) -> None:
        """Do ahead what publishing would wait for: bring their bytes to the disk, and make directories for them.

        Directories that stay empty do no harm. Raises NoSpace, StorageFailed.
        """
        with disk_errors("to prepare copied files"):
            sync_files(self.directory, [each.path for each in staged if not each.durable])
            for each in staged:
                each.durable = True
                if os.name == "nt":
                    each.path.chmod(stat.S_IREAD)
            if self.root is not None:
                for directory in {directory_of(each.sha256) for each in staged}:
                    _make(str(self.root), directory)


def _make(root: str, directory: str) -> None:
    """Make a directory below the root, and those above it, but never the root: without it the store is away."""
    try:
        os.mkdir(f"{root}{os.sep}{directory}")  # noqa: PTH102  # a tenth of the time goes into a Path
    except FileExistsError:
        return
    except FileNotFoundError:
        above = directory.rpartition("/")[0]
        if not above:
            raise
        _make(root, above)
        _make(root, directory)
