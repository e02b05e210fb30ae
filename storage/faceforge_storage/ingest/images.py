"""Reads pictures with Pillow and pillow-heif: size as shown, colour, what the camera wrote; makes their preview."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.animations import duration_s
from faceforge_storage.ingest.clean_json import clean_text
from faceforge_storage.ingest.exif import LONGEST_TEXT, exif_values, place, taken_at
from faceforge_storage.ingest.pictures import (
    SIDEWAYS,
    average_color,
    keep_last,
    made_preview,
    preview_size,
    profile_name,
)
from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image
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
ANIMATED = frozenset({"AVIF", "GIF", "PNG", "WEBP"})
"""Formats whose frames are shown one after the other; those of others are pages, layers or further pictures."""
OPENED_UPRIGHT = frozenset({"TIFF"})
"""Formats whose decoder turns the picture itself, and says its size as shown."""
BITS_PER_SAMPLE, ORIENTATION = 0x0102, 0x0112
TEXTS = (
    "Title",
    "Author",
    "Description",
    "Copyright",
    "Creation Time",
    "Software",
    "Disclaimer",
    "Warning",
    "Source",
    "Comment",
)
"""Keywords of PNG (third edition, 11.3.3.2); under others, programs that make pictures keep what they made them by."""


def takes(file: File) -> bool:
    return file.mime_type in DECODERS


def read(file: File, bounds: Bounds) -> Found:
    """Size, format and EXIF; of a picture that may be decoded also its colour. Raises Unreadable."""
    with _opened(file, bounds) as picture:
        width, height = _size_as_shown(picture)
        metadata = _metadata(picture, file)
        exif, taken = _of_camera(picture)
    shown = preview(file, bounds)
    if shown is None:
        metadata["not_decoded"] = f"has more than {bounds.image_pixels} pixels"
    media = Media(
        width=width,
        height=height,
        duration_s=duration_s(file.path, metadata["format"]) if metadata.get("animated") else None,
        pages=metadata.get("pages"),
        color=average_color(shown) if shown else None,
        taken_at=taken,
        has_alpha=shown.mode == "RGBA" if shown else None,
    )
    return Found(metadata | exif, media)


@keep_last
def preview(file: File, bounds: Bounds) -> Image | None:
    """The picture, small; None when it has too many pixels. Raises Unreadable."""
    with _opened(file, bounds) as picture:
        orientation = _orientation(picture)
        all_pixels = picture.width * picture.height
        # a JPEG is decoded at an eighth, a quarter or half of its size, which saves most of the time and memory
        picture.draft("RGB", preview_size(picture.size, orientation))
        in_passes = picture.info.get("progressive")  # then its decoder holds all of them nevertheless
        if (all_pixels if in_passes else picture.width * picture.height) > bounds.image_pixels:
            return None
        return made_preview(picture, orientation)


@contextmanager
def _opened(file: File, bounds: Bounds) -> Iterator[ImageFile]:
    """The picture, not yet decoded. Whatever its decoder cannot do, here or in the caller's lines, is Unreadable."""
    from PIL import Image, UnidentifiedImageError

    _know_heif()
    decoder = DECODERS[file.mime_type]
    if decoder in READ_WHOLE and file.size_bytes > MOST_READ_WHOLE:
        raise Unreadable(f"Pictures of this format are read up to {MOST_READ_WHOLE} bytes.")
    # Pillow refuses to open what has more than twice as many
    Image.MAX_IMAGE_PIXELS = bounds.image_pixels // 2 if decoder in DECODED_WHEN_OPENED else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(file.path, formats=(decoder,)) as picture:
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
    text = clean_text(str(failed))
    if "truncated" in text.lower() or isinstance(failed, EOFError):
        return f"The {decoder} file ends too early."
    return f"The {decoder} file is damaged: {text[:200] or type(failed).__name__}."


def _orientation(picture: Image) -> int:
    """Which of the eight ways up it is stored; 1 where the decoder turns it itself, or nothing is said."""
    if picture.format in OPENED_UPRIGHT:
        return 1
    try:
        value: object = picture.getexif().get(ORIENTATION)
    except Exception:  # damaged EXIF makes no picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _size_as_shown(picture: Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if _orientation(picture) in SIDEWAYS else (width, height)


def _metadata(picture: Image, file: File) -> dict[str, Any]:
    """What the file says of itself, apart from EXIF."""
    name = (
        "JPEG" if picture.format == "MPO" else picture.format
    )  # a JPEG with further pictures behind the first
    found: dict[str, Any] = {"format": name, "mode": picture.mode}
    if bits := _bits(picture, file):
        found["bits"] = bits
    frames = int(getattr(picture, "n_frames", 1))
    if name in ANIMATED:
        found["animated"] = frames > 1
    if name in ANIMATED and frames > 1:
        found["frames"] = frames
    if name == "TIFF":
        found["pages"] = frames
    if profile := picture.info.get("icc_profile"):
        found["icc_profile"] = profile_name(profile)
    if texts := _texts(picture):
        found["text"] = texts
    return found


def _bits(picture: Image, file: File) -> int | None:
    """Bits of one channel: Pillow decodes most pictures of 16 bits to eight, so its mode does not tell."""
    with file.path.open("rb") as opened:
        head = opened.read(26)
    match picture.format:
        case "PNG":
            return head[24]
        case "PSD":
            return int.from_bytes(head[22:24], "big")
        case "TIFF":
            said = getattr(picture, "tag_v2", {}).get(BITS_PER_SAMPLE, (1,))
            return int(said[0])
        case "HEIF":
            return picture.info.get("bit_depth")
        case "JPEG" | "MPO" | "WEBP" | "GIF":
            return 8
    return None


def _texts(picture: Image) -> dict[str, str]:
    """What a PNG says under the keywords that its standard names; a comment of a JPEG or GIF."""
    said = {key: picture.info.get(key) for key in TEXTS}
    if isinstance(comment := picture.info.get("comment"), bytes):
        said["Comment"] = comment.decode("utf-8", "replace")
    return {key: clean_text(text)[:LONGEST_TEXT] for key, text in said.items() if isinstance(text, str)}


def _of_camera(picture: Image) -> tuple[dict[str, Any], str | None]:
    """What EXIF says, and when the picture was taken."""
    try:
        exif = picture.getexif()
        found = {"exif": exif_values(exif), "place": place(exif)}
        return {key: value for key, value in found.items() if value}, taken_at(exif)
    except Exception:  # damaged EXIF makes no picture unreadable
        return {"exif_damaged": True}, None


@cache
def _know_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(decode_threads=1, depth_images=False, aux_images=False)


READER = Reader("image", 1, takes, read, preview)
