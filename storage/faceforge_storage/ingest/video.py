"""Reads videos: how long and how large they are, their tracks and tags, a frame that shows something."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from faceforge_storage.ingest import audio
from faceforge_storage.ingest.mime import UNKNOWN
from faceforge_storage.ingest.pictures.as_shown import HEIGHT, WIDTH, average_color, keep_last
from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader, Unreadable
from faceforge_storage.ingest.sound_and_video import decoder, wave_form
from faceforge_storage.ingest.sound_and_video.movie import Movie

if TYPE_CHECKING:
    from PIL.Image import Image

BY_NAME = {
    ".asf",
    ".dv",
    ".flv",
    ".m2ts",
    ".m2v",
    ".mkv",
    ".mpg",
    ".mts",
    ".mxf",
    ".ogv",
    ".rm",
    ".ts",
    ".vob",
}
"""Videos that are not known by their first bytes."""

MOMENTS = (0.1, 0.3, 0.6, 0.0)
"""The parts of the length whose frames are tried until one shows something."""
BARE = 24
"""A frame whose lightest and darkest grey are no further apart, of 255, shows nothing: a fade, a leader."""

NO_DATES = {"1904-01-01", "1970-01-01"}
"""What a camera without a clock writes: the zero of QuickTime, and that of Unix."""


def takes(file: File) -> bool:
    """Videos by their first bytes; by their name where those leave it open. What is a sound by its name is none."""
    named = file.mime_type == UNKNOWN and PurePath(file.filename).suffix.lower() in BY_NAME
    return (file.mime_type.startswith("video/") or named) and not audio.takes(file)


def read(file: File, bounds: Bounds) -> Found:
    """Raises Unreadable."""
    found = decoder.probe(file.path)
    if not found.video and not found.audio:
        raise Unreadable("There is neither a picture nor a sound in it.")
    shown = preview(file, bounds) if found.video else None
    media = Media(
        width=found.width,
        height=found.height,
        duration_s=found.duration_s,
        color=average_color(shown) if shown else None,
        taken_at=taken_at(found.tags),
        has_alpha=found.has_alpha,
    )
    wave = {} if found.video else wave_form.as_json(file.path)
    return Found(found.as_json() | wave, media)


@keep_last
def preview(file: File, bounds: Bounds) -> Image | None:
    """The first frame of MOMENTS that shows something, else the last of them; the wave where there is only sound."""
    found = decoder.probe(file.path)
    if not found.video:
        return wave_form.picture_of(file.path)
    if not _within(found, bounds):
        return None
    picture = None
    for part in MOMENTS if found.duration_s else (0.0,):
        picture = decoder.frame(file.path, part * (found.duration_s or 0.0), (WIDTH, HEIGHT)) or picture
        if picture is not None and not _is_bare(picture):
            break
    return picture


def taken_at(tags: dict[str, str]) -> str | None:
    """When the camera says that it began, in UTC; a time without a zone is taken as it stands."""
    for name in ("com.apple.quicktime.creationdate", "creation_time", "date_utc", "date"):
        text = tags.get(name, "")
        if len(text) < len("2024-05-01T12:00") or text[:10] in NO_DATES:
            continue
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment
        except (ValueError, OverflowError):
            continue
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return None


def _within(found: Movie, bounds: Bounds) -> bool:
    return (found.width or 0) * (found.height or 0) <= bounds.image_pixels


def _is_bare(picture: Image) -> bool:
    grey = picture.convert("L").histogram()
    shades = [shade for shade, count in enumerate(grey) if count]
    return shades[-1] - shades[0] <= BARE


READER = Reader("video", 1, takes, read, preview, decoder.available)
