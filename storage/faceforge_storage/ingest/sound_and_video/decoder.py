"""The decoder of sounds and videos that is there: PyAV, else the programs ffprobe and ffmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from types import ModuleType
from typing import TYPE_CHECKING

from faceforge_storage.ingest.sound_and_video.movie import Movie

if TYPE_CHECKING:
    from PIL.Image import Image


def available() -> bool:
    """Whether there is a decoder. Looks, and imports none."""
    return find_spec("av") is not None or bool(which("ffprobe") and which("ffmpeg"))


def probe(path: Path) -> Movie:
    """What the file holds. Raises Unreadable."""
    found: Movie = _decoder().probe(path)
    return found


def frame(path: Path, second: float, largest: tuple[int, int]) -> Image | None:
    """The picture shown about that second, upright, within `largest`; None where none can be decoded."""
    found: Image | None = _decoder().frame(path, second, largest)
    return found


def samples(path: Path) -> Iterator[bytes]:
    """The first sound track in chunks: SAMPLE_RATE samples a second, 16 bits, signed, little-endian, one channel.

    Ends where the decoder finds nothing more that it can decode.
    """
    found: Iterator[bytes] = _decoder().samples(path)
    return found


def moments(path: Path, count: int) -> tuple[float, Iterator[bytes]] | None:
    """(how long the sound is in seconds, a fifth of a second near the beginning of each of `count` equal parts).

    None where the decoder cannot say how long it is, or cannot leap: a program would have to be started for each part.
    """
    decoder = _decoder()
    found: tuple[float, Iterator[bytes]] | None = (
        decoder.moments(path, count) if hasattr(decoder, "moments") else None
    )
    return found


def _decoder() -> ModuleType:
    if find_spec("av") is not None:
        from faceforge_storage.ingest.sound_and_video import pyav

        return pyav
    from faceforge_storage.ingest.sound_and_video import ffmpeg

    return ffmpeg
