"""Folders as people have them, made for a test, and what a walk finds in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.imports.walk import Entered, Found, Walk, Wanted


def tree(root: Path, **files: bytes | str | dict[str, Any]) -> Path:
    """Make files below `root`, by path."""
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps(content) if isinstance(content, dict) else content
        place.write_bytes(data.encode() if isinstance(data, str) else data)
    root.mkdir(exist_ok=True)
    return root


def walked(root: Path, closed: Iterable[Path] = (), **wanted: Any) -> list[Found]:
    """What a walk finds, in its order."""
    with SourceFolder(root.resolve(), Closed(closed)) as folder:
        found = list(Walk(folder, Wanted(**wanted), lambda: None))
    return [each for each in found if not isinstance(each, Entered)]


def paths(found: Iterable[Found]) -> list[str]:
    """The paths of the files that can be read."""
    return [each.path for each in found if each.reason is None]


def refusals(found: Iterable[Found]) -> dict[str, str]:
    """Path -> the reason why it cannot be read."""
    return {each.path: each.reason for each in found if each.reason is not None}
