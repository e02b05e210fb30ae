"""Reader of generation parameters: by what prompt, model, seed and steps a program made a picture, in one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceforge_storage.ingest.clean_json import clean
from faceforge_storage.ingest.generation import a1111, comfyui, invokeai
from faceforge_storage.ingest.generation.texts import FORMATS, texts_in
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader

PROGRAMS: tuple[Callable[[dict[str, str]], dict[str, Any] | None], ...] = (
    a1111.read,
    invokeai.read,
    comfyui.read,
)
"""Each reads the texts of a picture, and answers None for what is not its own. The first that knows a value wins: the
text of A1111 gives hashes, the graph of ComfyUI beside it does not."""


def takes(file: File) -> bool:
    return file.mime_type in FORMATS


def read(file: File, _: Bounds) -> Found:
    """The parameters in their normal form; nothing of a picture that says none. Raises Unreadable for a broken file."""
    texts = texts_in(file)
    found: dict[str, Any] = {}
    for program in PROGRAMS:
        found = {**(program(texts) or {}), **found} if texts else {}
    return Found(clean(found))


READER = Reader("generation", 1, takes, read)
