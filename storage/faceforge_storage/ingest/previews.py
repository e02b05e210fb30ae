"""The picture of a file that its thumbnails are made of, from the first reader that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceforge_storage.ingest.reader import Bounds, File
from faceforge_storage.ingest.registry import READERS

if TYPE_CHECKING:
    from PIL.Image import Image


def preview_of(file: File, bounds: Bounds) -> Image | None:
    """At most 640 pixels wide and 1,280 high, in sRGB, as it is shown; None where there is none.

    It is `RGB` or `RGBA`, or `P` where it was drawn in a few colours.
    Readers wrap their `preview` in `pictures.keep_last`, so that asking twice decodes once. Raises Unreadable when the
    reader of such files cannot make one.
    """
    for reader in READERS:
        if reader.preview is None or not reader.takes(file) or not reader.available():
            continue
        if (picture := reader.preview(file, bounds)) is not None:
            return picture
    return None
