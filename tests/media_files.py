"""Sounds and videos for tests, made with PyAV."""

from __future__ import annotations

import hashlib
import math
from array import array
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

from faceforge_storage.ingest.mime import HEAD_BYTES, sniff
from faceforge_storage.ingest.reader import File

RATE, PERIOD = 48_000, 100


def as_file(path: Path, filename: str | None = None) -> File:
    """What Core knows of a file before it is read; it lies under a name that means nothing."""
    data = path.read_bytes()
    stored = path.with_name(hashlib.sha256(data).hexdigest())
    stored.write_bytes(data)
    name = path.name if filename is None else filename
    return File(stored, stored.name, len(data), sniff(data[:HEAD_BYTES], name), name, "file")


def make_sound(path: Path, codec: str, seconds: float = 2.0, **options: Any) -> Path:
    """A tone of two channels that is loud in its first half and soft in its second; `tags` are its tags."""
    with av.open(str(path), "w", format=options.get("format")) as container:
        container.metadata.update(options.get("tags", {}))
        stream: Any = container.add_stream(
            codec, rate=RATE, layout="stereo", options={"strict": "experimental"}
        )
        stream.bit_rate = 128_000
        _add_tone(container, stream, seconds)
    return path


def make_video(path: Path, codec: str = "libx264", seconds: int = 2, **options: Any) -> Path:
    """320 x 200, 25 frames a second: black for its first third, then red in its upper left quarter, else blue."""
    with av.open(str(path), "w") as container:
        container.metadata.update(options.get("tags", {}))
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 200, "yuv420p"
        stream.codec_context.gop_size = 5
        if "pixel" in options:
            stream.codec_context.sample_aspect_ratio = options["pixel"]
        if "rotation" in options:
            stream.set_display_rotation(options["rotation"])
        sound: Any = (
            container.add_stream(options["sound"], rate=RATE, layout="stereo") if "sound" in options else None
        )
        for number in range(seconds * 25):
            frame: Any = av.VideoFrame.from_image(_picture(shown=number >= seconds * 25 / 3))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _add_tone(container, sound, seconds)
    return path


def _picture(*, shown: bool) -> Image.Image:
    picture = Image.new("RGB", (320, 200), "blue" if shown else "black")
    if shown:
        ImageDraw.Draw(picture).rectangle((0, 0, 159, 99), fill="red")
    return picture


def _period(height: int) -> array[int]:
    """Of 480 Hz, both channels."""
    wave = (int(height * math.sin(number * math.tau / PERIOD)) for number in range(PERIOD))
    return array("h", (sample for height in wave for sample in (height, height)))


def _add_tone(container: Any, stream: Any, seconds: float) -> None:
    count = int(seconds * RATE)
    loud, soft = (_period(height) * (count // 2 // PERIOD) for height in (30_000, 3_000))
    samples, count = loud + soft, len(loud + soft) // 2
    tone = av.AudioFrame(format="s16", layout="stereo", samples=count)
    tone.planes[0].update(samples.tobytes())
    tone.sample_rate = RATE
    fifo: Any = av.AudioFifo()
    resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=RATE)
    for part in resampler.resample(tone):
        fifo.write(part)
    size = stream.codec_context.frame_size or 1024
    while (chunk := fifo.read(size) or fifo.read(0, partial=True)) is not None:
        container.mux(stream.encode(chunk))
        if chunk.samples < size:
            break
    container.mux(stream.encode(None))
