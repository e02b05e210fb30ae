"""Reads pictures with Pillow and pillow-heif: size as shown, colour, what the camera wrote; makes their preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.clean_json import clean_text
from faceforge_storage.ingest.pictures.animations import duration_s
from faceforge_storage.ingest.pictures.as_shown import (
    SIDEWAYS,
    average_color,
    keep_last,
    made_preview,
    preview_size,
    profile_name,
)
from faceforge_storage.ingest.pictures.exif import LONGEST_TEXT, exif_values, place, taken_at
from faceforge_storage.ingest.pictures.heads import webp_size
from faceforge_storage.ingest.pictures.opened import DECODERS, opened_picture
from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

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
    if size := _size_of_large_webp(file, bounds):
        return Found({"format": "WEBP"} | _not_decoded(bounds), Media(*size))
    with opened_picture(file, bounds) as picture:
        width, height = _size_as_shown(picture)
        metadata = _metadata(picture, file)
        exif, taken = _of_camera(picture)
    shown = preview(file, bounds)
    if shown is None:
        metadata |= _not_decoded(bounds)
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
    if _size_of_large_webp(file, bounds):
        return None
    with opened_picture(file, bounds) as picture:
        orientation = _orientation(picture)
        all_pixels = picture.width * picture.height
        # a JPEG is decoded at an eighth, a quarter or half of its size, which saves most of the time and memory
        picture.draft("RGB", preview_size(picture.size, orientation))
        in_passes = picture.info.get("progressive")  # then its decoder holds all of them nevertheless
        if (all_pixels if in_passes else picture.width * picture.height) > bounds.image_pixels:
            return None
        return made_preview(picture, orientation)


def _not_decoded(bounds: Bounds) -> dict[str, str]:
    return {"not_decoded": f"It has more than {bounds.image_pixels} pixels (limits.image_pixels)."}


def _size_of_large_webp(file: File, bounds: Bounds) -> tuple[int, int] | None:
    """Of a WebP with too many pixels, whose decoder would take memory for them when it is opened; else None."""
    if DECODERS[file.mime_type] != "WEBP":
        return None
    with file.path.open("rb") as opened:
        size = webp_size(opened.read(30))
    return size if size and size[0] * size[1] > bounds.image_pixels else None


def _orientation(picture: Image) -> int:
    """Which of the eight ways up it is stored; 1 where the decoder turns it itself, or nothing is said."""
    if picture.format in OPENED_UPRIGHT:
        return 1
    try:
        value: object = _exif(picture).get(ORIENTATION)
    except MemoryError:
        raise
    except Exception:  # damaged EXIF makes no picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(picture: Image) -> Exif:
    """By the method that all formats share: the one of PNG decodes all pixels to look behind them."""
    from PIL.Image import Image

    return Image.getexif(picture)


def _size_as_shown(picture: Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if _orientation(picture) in SIDEWAYS else (width, height)


def _metadata(picture: Image, file: File) -> dict[str, Any]:
    """What the file says of itself, apart from EXIF."""
    # MPO is a JPEG with further pictures behind the first
    name = "JPEG" if picture.format == "MPO" else picture.format
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
        exif = _exif(picture)
        found = {"exif": exif_values(exif), "place": place(exif)}
        return {key: value for key, value in found.items() if value}, taken_at(exif)
    except MemoryError:
        raise
    except Exception:  # damaged EXIF makes no picture unreadable
        return {"exif_damaged": True}, None


READER = Reader("image", 1, takes, read, preview)
