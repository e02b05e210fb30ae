"""What a preview goes through, whatever file it is from: shrunk, upright, in sRGB, its average colour.

Pillow is imported inside the functions: Core imports the readers, and only a process of their own runs them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.clean_json import clean_text
from faceforge_storage.ingest.reader import Bounds, File

if TYPE_CHECKING:
    from PIL.Image import Image

    Preview = Callable[[File, Bounds], Image | None]

WIDTH, HEIGHT = 640, 1280
"""The most that a preview has, in pixels."""
SIDEWAYS = frozenset({5, 6, 7, 8})
"""Of the orientations of EXIF, those that swap width and height."""


def keep_last(preview: Preview) -> Preview:
    """Keeps the last picture, since the average colour and the thumbnails of a file are made of the same one.

    Callers do not change the picture they get. Nothing is kept of a failure.
    """
    kept: dict[str, tuple[File, Bounds, Image | None]] = {}

    @wraps(preview)
    def keeping(file: File, bounds: Bounds) -> Image | None:
        last = kept.get("last")
        if last is None or last[:2] != (file, bounds):
            kept.clear()  # two pictures are never held at once
            last = kept["last"] = (file, bounds, preview(file, bounds))
        return last[2]

    return keeping


def preview_size(size: tuple[int, int], orientation: int = 1) -> tuple[int, int]:
    """The size of the preview of a picture of `size`, before it is turned as `orientation` says; never enlarged."""
    across, down = (HEIGHT, WIDTH) if orientation in SIDEWAYS else (WIDTH, HEIGHT)
    scale = min(across / size[0], down / size[1], 1)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def made_preview(picture: Image, orientation: int = 1) -> Image:
    """The preview of a picture that is opened or made; `orientation` is what EXIF says of it."""
    from PIL.Image import Resampling, new

    picture.load()  # some decoders turn it, or learn its mode, only then
    profile: bytes | None = picture.info.get("icc_profile")
    size = preview_size(picture.size, orientation)
    shown = with_plain_pixels(picture)
    if shown.size != size:
        shown = shown.resize(size, Resampling.BICUBIC, reducing_gap=2.0)
    shown = upright(without_useless_alpha(in_srgb(shown, profile)), orientation)
    plain = new(shown.mode, shown.size)
    plain.paste(
        shown
    )  # without what the file says beside: a thumbnail must not be saved with its profile or place
    return plain


def with_plain_pixels(picture: Image) -> Image:
    """The same picture in a mode that can be resized well: L, RGB, RGBA, CMYK or LAB."""
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return _with_eight_bits(picture)
    if mode in {"La", "LA", "PA", "RGBa"} or (mode != "RGBA" and picture.has_transparency_data):
        return picture.convert("RGBA")
    if mode == "1":
        return picture.convert("L")
    return picture if mode in {"L", "RGB", "RGBA", "CMYK", "LAB"} else picture.convert("RGB")


def _with_eight_bits(picture: Image) -> Image:
    """Greys of 16 bits by their high byte; others, whose white is nowhere said, between their darkest and brightest.

    So are 16 bits in mode `I` read, too, when nothing in them is negative or goes beyond.
    """
    low, high = (float(end) for end in _extremes(picture))
    if picture.mode.startswith("I;16") or (picture.mode == "I" and low >= 0 and 255 < high <= 65535):
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= (1 if picture.mode == "F" else 255):
        low, high = 0.0, 1.0 if picture.mode == "F" else 255.0
    scale = 255.0 / (high - low) if high > low else 0.0
    levels = picture.convert("F").point(lambda value: value * scale + (0.5 - low * scale))
    return levels.convert("L")


def _extremes(picture: Image) -> tuple[Any, Any]:
    found: Any = picture.getextrema()  # a pair, for pictures of one channel
    return found[0], found[1]


def in_srgb(picture: Image, profile: bytes | None) -> Image:
    """The picture in RGB or RGBA by its ICC profile; one that is broken, or of other colours, does not count."""
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    if picture.mode == "LAB" or profile:
        from PIL import ImageCms

        transform = _transform(profile if picture.mode != "LAB" else None, picture.mode, wanted)
        if transform is not None:
            try:
                return ImageCms.applyTransform(picture, transform) or picture
            except (ValueError, ImageCms.PyCMSError):
                pass
    return picture if picture.mode == wanted else picture.convert(wanted)


@lru_cache(maxsize=16)  # a camera writes the same profile into each picture
def _transform(profile: bytes | None, mode: str, wanted: str) -> Any:
    """From these colours to sRGB; None where nothing is to be done, or can be."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(
            io.BytesIO(profile) if profile is not None else ImageCms.createProfile("LAB")
        )
        if profile is not None and ImageCms.getProfileDescription(source).startswith("sRGB"):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, wanted)
    except (OSError, TypeError, ValueError, ImageCms.PyCMSError):
        return None


def profile_name(profile: bytes) -> str | None:
    """How an ICC profile calls itself, such as `Display P3`; None when it is broken."""
    from PIL import ImageCms

    try:
        return clean_text(
            ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        ).strip()
    except (OSError, TypeError, ValueError, ImageCms.PyCMSError):
        return None


def without_useless_alpha(picture: Image) -> Image:
    """Without the transparency where all of it is opaque."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    return picture


def upright(picture: Image, orientation: int) -> Image:
    """The picture turned and mirrored as EXIF asks for; 1 and unknown numbers leave it."""
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def average_color(picture: Image) -> str | None:
    """Such as `#7a5c42`, of the parts that can be seen; None where nothing can."""
    pixel: Any = picture.reduce(picture.size).getpixel((0, 0))
    return None if len(pixel) == 4 and pixel[3] == 0 else "#{:02x}{:02x}{:02x}".format(*pixel[:3])
