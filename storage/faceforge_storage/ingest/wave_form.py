"""The shape of a sound's wave: its peaks, for a page to draw, and a drawn picture of them."""

from __future__ import annotations

import sys
import time
from array import array
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from faceforge_storage.ingest import decoder
from faceforge_storage.ingest.movie import SAMPLE_RATE

if TYPE_CHECKING:
    from PIL.Image import Image

COUNT = 800
"""How many peaks a sound has, at most."""
FULL = 255
"""The peak of a wave that is as loud as it can be."""
SECONDS = 20.0
"""How long the decoding may take; of a longer sound there are no peaks."""
BLOCK = SAMPLE_RATE // 50

SIZE = (640, 320)
BACKGROUND, BAR = "#1d232b", "#8fb4d9"
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
    ends, blocks, rest, size = time.monotonic() + SECONDS, array("H"), b"", 0
    for chunk in decoder.samples(path):
        size += len(chunk)
        data = rest + chunk
        whole = len(data) // (2 * BLOCK) * (2 * BLOCK)
        blocks.extend(_loudest(data[:whole]))
        rest = data[whole:]
        if time.monotonic() > ends:
            return None
    blocks.extend(_loudest(rest))
    if not blocks:
        return None
    count = min(COUNT, len(blocks))
    edges = [number * len(blocks) // count for number in range(count + 1)]
    peaks = [min(max(blocks[start:end]) * FULL // 32767, FULL) for start, end in pairwise(edges)]
    return Wave(peaks, size / 2 / SAMPLE_RATE)


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
    return [max(*part, -min(part)) for part in parts]


def draw(found: list[int]) -> Image:
    """Bars around the middle line, as high as the sound is loud."""
    from PIL import Image, ImageDraw

    width, height = SIZE
    picture = Image.new("RGB", SIZE, BACKGROUND)
    pen = ImageDraw.Draw(picture)
    bars = min(BARS, len(found))
    step, middle = width / bars, height / 2
    for number in range(bars):
        part = found[number * len(found) // bars : (number + 1) * len(found) // bars]
        half = max(max(part) / FULL * (middle - 16), 1)
        left = number * step
        pen.rectangle((left, middle - half, left + max(step - 2, 1), middle + half), fill=BAR)
    return picture
