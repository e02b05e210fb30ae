"""Opens pictures by the one decoder that each media type has, and says in words what fails."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from faceforge_storage.ingest.clean_json import clean_text
from faceforge_storage.ingest.pictures.heads import png_after_pixels
from faceforge_storage.ingest.reader import Bounds, File, Unreadable

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

DECODERS = {
    "image/apng": "PNG",
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
    "image/jpeg": "JPEG",
    "image/jpx": "JPEG2000",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/vnd.adobe.photoshop": "PSD",
    "image/webp": "WEBP",
    "image/x-icon": "ICO",
}
"""By media type the one decoder that may try: what a file says of itself opens no other."""
DECODED_WHEN_OPENED = frozenset({"ICO", "WEBP"})
"""Their decoders take memory for all pixels when they are opened."""
READ_WHOLE = frozenset({"AVIF", "HEIF", "WEBP"})
MOST_READ_WHOLE = 256 * 1024 * 1024
"""Bytes of a file whose decoder wants all of it in memory."""
SMALL = 64 * 1024


@contextmanager
def opened_picture(file: File, bounds: Bounds) -> Iterator[ImageFile]:
    """The picture, not yet decoded. Whatever its decoder cannot do, here or in the caller's lines, is Unreadable."""
    from PIL import Image, UnidentifiedImageError

    _know_heif()
    decoder = DECODERS[file.mime_type]
    if decoder in READ_WHOLE and file.size_bytes > MOST_READ_WHOLE:
        raise Unreadable(f"Pictures of this format are read up to {MOST_READ_WHOLE} bytes.")
    # Pillow refuses to open what has more than twice as many
    Image.MAX_IMAGE_PIXELS = bounds.image_pixels // 2 if decoder in DECODED_WHEN_OPENED else None
    with warnings.catch_warnings(record=True):  # of damaged pictures there are many, and nobody reads them
        warnings.simplefilter("always")
        try:
            with (
                FileWithin(file.path) as content,
                Image.open(content, formats=(decoder,)) as picture,
            ):
                if decoder == "PNG":
                    picture.info.update(png_after_pixels(file.path))
                yield picture
        except (MemoryError, Unreadable):
            raise
        except Image.DecompressionBombError:
            raise Unreadable(f"The picture has more than {bounds.image_pixels} pixels.") from None
        except UnidentifiedImageError:
            raise Unreadable(f"The file begins like {decoder} and goes on as something else.") from None
        except Exception as failed:  # a decoder that reads nonsense raises anything
            raise Unreadable(_reason(failed, decoder)) from failed


def _reason(failed: Exception, decoder: str) -> str:
    if isinstance(failed, OSError) and failed.errno is not None:
        return f"The file cannot be read: {failed.strerror}."
    text = clean_text(str(failed)).strip(" .\n")
    if "truncated" in text.lower() or isinstance(failed, EOFError):
        return f"The {decoder} file ends too early."
    return f"The {decoder} file is damaged: {text[:200] or type(failed).__name__}."


class FileWithin(io.BufferedReader):
    """A file that is asked for no more than it has: a length that lies would be allocated before it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._size = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size if size is None or size < SMALL else min(size, self._size))


@cache
def _know_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(decode_threads=1, depth_images=False, aux_images=False)
