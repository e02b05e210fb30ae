"""What decoders find in a sound or a video, which formats they may open, and how large a picture is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SAMPLE_RATE = 16_000
"""Of what `decoder.samples` yields: fine enough for a picture of the wave."""

FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,asf_o,au,avi,caf,dsf,dts,dv,eac3,flac,flv,ivf,m4v,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpc,mpc8,mpeg,mpegts,mpegvideo,mxf,obu,ogg,rm,swf,tak,tta,voc,w64,wav,wv"
)
"""The formats that are opened. None of them names other files or addresses, as play lists do."""
OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}

OF_THE_CONTAINER = {
    "compatible_brands",
    "duration",
    "handler_name",
    "language",
    "major_brand",
    "minor_version",
    "vendor_id",
}
"""Tags that programs write for programs."""


@dataclass(frozen=True, slots=True)
class Movie:
    """What a decoder found."""

    container: str
    duration_s: float | None = None
    bitrate_bps: int | None = None
    width: int | None = None
    """As it is shown: after rotation, in square pixels."""
    height: int | None = None
    has_alpha: bool | None = None
    video: list[dict[str, Any]] = field(default_factory=list)
    """One for each track; pictures that stand for the file are none."""
    audio: list[dict[str, Any]] = field(default_factory=list)
    subtitles: list[dict[str, Any]] = field(default_factory=list)
    chapters: int = 0
    tags: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Without what is not known, and without tags that are for programs.

        The size of the picture, and whether it has alpha, stand in the media columns only.
        """
        found = {
            "container": self.container,
            "duration_s": self.duration_s,
            "bitrate_bps": self.bitrate_bps,
            "video": self.video,
            "audio": self.audio,
            "subtitles": self.subtitles,
            "chapters": self.chapters or None,
            "tags": {name: value for name, value in self.tags.items() if name not in OF_THE_CONTAINER},
        }
        return {name: value for name, value in found.items() if value not in (None, {}, [])}


def shown_size(width: int, height: int, pixel_width: float, rotation: int) -> tuple[int, int]:
    """The size in square pixels, upright: `pixel_width` is how wide a pixel is for its height."""
    wide = max(round(width * pixel_width), 1) if pixel_width > 0 else width
    return (height, wide) if rotation % 180 == 90 else (wide, height)


def fit(size: tuple[int, int], largest: tuple[int, int]) -> tuple[int, int]:
    """`size` made smaller, in proportion, until it is within `largest`."""
    scale = min(largest[0] / size[0], largest[1] / size[1], 1.0)
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)
