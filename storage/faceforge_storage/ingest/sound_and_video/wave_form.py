"""The shape of a sound's wave: its peaks, for a page to draw, and a drawn picture of them."""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from faceforge_storage.ingest.sound_and_video import decoder
from faceforge_storage.ingest.sound_and_video.movie import SAMPLE_RATE

if TYPE_CHECKING:
    from PIL.Image import Image

COUNT = 800
"""How many peaks a sound has, at most."""
FULL = 255
"""The peak of a wave that is as loud as it can be."""
LONG = 1200.0
"""In seconds: of a longer sound only a moment of each part is decoded."""
SECONDS = 20.0
"""How long the decoding may take; what takes longer has no peaks."""
BLOCK = SAMPLE_RATE // 50

SIZE = (640, 320)
BACKGROUND, BAR = (0x1D, 0x23, 0x2B), (0x8F, 0xB4, 0xD9)
BARS = 160


@dataclass(frozen=True, slots=True)
class Wave:
    """The shape of a whole sound."""

    peaks: list[int]
    """The loudest moment of each of up to COUNT equal parts, from 0 to FULL, all channels as one."""
    seconds: float
    """How long it is, counted while it was decoded."""


@lru_cache(maxsize=1)
def wave_of(path: Path) -> Wave | None:
    """None where no decoder is there, where the sound cannot be decoded, and where that takes longer than SECONDS.

    The last answer is remembered: the picture is drawn of what was read.
    """
    if not decoder.available():
        return None
    ends = time.monotonic() + SECONDS
    wave = by_moments(path, ends, LONG)
    return wave or _whole(_until(ends, decoder.samples(path)), ends)


def by_moments(path: Path, ends: float, shortest: float = 0.0) -> Wave | None:
    """From a moment of each part; None for a sound that is not longer than `shortest`, or where it takes too long."""
    found = decoder.moments(path, COUNT)
    if found is None or found[0] <= shortest:
        return None
    loudest = [_peak(max(_loudest(part), default=0)) for part in _until(ends, found[1])]
    return Wave(loudest, found[0]) if len(loudest) == COUNT else None


def _until(ends: float, parts: Iterator[bytes]) -> Iterator[bytes]:
    """As many of them as come in time."""
    for part in parts:
        if time.monotonic() > ends:
            return
        yield part


def _whole(chunks: Iterator[bytes], ends: float) -> Wave | None:
    blocks, rest, size = array("H"), b"", 0
    for chunk in chunks:
        size += len(chunk)
        data = rest + chunk
        whole = len(data) // (2 * BLOCK) * (2 * BLOCK)
        blocks.extend(_loudest(data[:whole]))
        rest = data[whole:]
    blocks.extend(_loudest(rest))
    if not blocks or time.monotonic() > ends:
        return None
    count = min(COUNT, len(blocks))
    edges = [number * len(blocks) // count for number in range(count + 1)]
    peaks = [_peak(max(blocks[start:end])) for start, end in pairwise(edges)]
    return Wave(peaks, size / 2 / SAMPLE_RATE)


def _peak(sample: int) -> int:
    return min(sample * FULL // 32767, FULL)


def as_json(path: Path) -> dict[str, list[int]]:
    """`peaks`, where there are any."""
    wave = wave_of(path)
    return {"peaks": wave.peaks} if wave else {}


def picture_of(path: Path) -> Image | None:
    """The drawn wave, where it is known."""
    wave = wave_of(path)
    return draw(wave.peaks) if wave else None


def _loudest(data: bytes) -> list[int]:
    """The loudest sample of each BLOCK of samples: 16 bits, signed, little-endian."""
    samples = array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    parts = (samples[start : start + BLOCK] for start in range(0, len(samples), BLOCK))
    return [_height(part) for part in parts]


def _height(samples: array[int]) -> int:
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest)


def draw(found: list[int]) -> Image:
    """Bars around the middle line, as high as the sound is loud."""
    from PIL import Image, ImageDraw

    width, height = SIZE
    picture = Image.new("P", SIZE, 0)
    picture.putpalette((*BACKGROUND, *BAR))
    pen = ImageDraw.Draw(picture)
    bars = min(BARS, len(found))
    step, middle = width / bars, height / 2
    for number in range(bars):
        part = found[number * len(found) // bars : (number + 1) * len(found) // bars]
        half = max(max(part) / FULL * (middle - 16), 1)
        left = number * step
        pen.rectangle((left, middle - half, left + max(step - 2, 1), middle + half), fill=1)
    return picture
