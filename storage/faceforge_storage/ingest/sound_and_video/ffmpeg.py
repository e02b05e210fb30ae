"""Sounds and videos by the programs ffprobe and ffmpeg, where PyAV is not. What they answer is told in `decoder`."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.reader import Unreadable
from faceforge_storage.ingest.sound_and_video.movie import OPTIONS, SAMPLE_RATE, Movie, fit, shown_size

if TYPE_CHECKING:
    from PIL.Image import Image

SECONDS = 30.0
"""How long one of the programs may take: less than a reader may, so that none is left running."""
SAFE = [word for name, value in OPTIONS.items() for word in (f"-{name}", value)]


def probe(path: Path) -> Movie:
    """Raises Unreadable."""
    words = ["-print_format", "json", "-show_format", "-show_streams", "-show_chapters", _address(path)]
    try:
        said = json.loads(_run("ffprobe", *SAFE, *words) or b"{}")
    except ValueError:
        said = {}
    if "format" not in said:
        raise Unreadable("The decoder does not read it.")
    streams = said.get("streams", [])
    videos = [each for each in _of(streams, "video") if not each.get("disposition", {}).get("attached_pic")]
    whole = said["format"]
    first = videos[0] if videos else {}
    size: tuple[int | None, int | None] = (None, None)
    if first.get("width") and first.get("height"):
        pixel = _ratio(first.get("sample_aspect_ratio")) or 1.0
        size = shown_size(first["width"], first["height"], pixel, _rotation(first))
    tags = {**first.get("tags", {}), **whole.get("tags", {})}
    lengths = [float(each["duration"]) for each in [whole, *streams] if _is_number(each.get("duration"))]
    return Movie(
        container=whole.get("format_name", ""),
        duration_s=round(lengths[0], 3) if lengths and lengths[0] > 0 else None,
        bitrate_bps=int(whole["bit_rate"]) if _is_number(whole.get("bit_rate")) else None,
        width=size[0],
        height=size[1],
        has_alpha=_alpha(first) if first else None,
        video=[_video(each) for each in videos],
        audio=[_audio(each) for each in _of(streams, "audio")],
        subtitles=[
            _known(codec=each.get("codec_name"), language=_language(each))
            for each in _of(streams, "subtitle")
        ],
        chapters=len(said.get("chapters", [])),
        tags={name.lower(): str(value) for name, value in tags.items()},
    )


def frame(path: Path, second: float, largest: tuple[int, int]) -> Image | None:
    """Of the key frame before that second, so that little has to be decoded."""
    from PIL import Image

    with suppress(Unreadable, OSError):
        found = probe(path)
        if found.width is None or found.height is None:
            return None
        wide, high = fit((found.width, found.height), largest)
        words = [
            "-noaccurate_seek",
            "-ss",
            f"{second:.3f}",
            "-i",
            _address(path),
            "-map",
            "0:V:0",
            "-frames:v",
            "1",
        ]
        form = ["-vf", f"scale={wide}:{high},format=rgb24", "-f", "image2pipe", "-c:v", "png", "pipe:1"]
        data = _run("ffmpeg", "-nostdin", *SAFE, *words, *form)
        if data:
            return Image.open(io.BytesIO(data), formats=("PNG",)).convert("RGB")
    return None


def samples(path: Path) -> Iterator[bytes]:
    """See `decoder.samples`."""
    words = [
        "-i",
        _address(path),
        "-map",
        "0:a:0",
        "-ac",
        "1",
        "-ar",
        str(SAMPLE_RATE),
        "-f",
        "s16le",
        "pipe:1",
    ]
    with subprocess.Popen(  # noqa: S603  # found by `which`, without a shell
        _command("ffmpeg", "-nostdin", *SAFE, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as program:
        assert program.stdout is not None
        try:
            while chunk := program.stdout.read(64 * 1024):
                yield chunk
        finally:
            program.kill()


def _run(program: str, *words: str) -> bytes:
    """What it prints; also when it ends with an error, as it then says what it has found until there."""
    try:
        done = subprocess.run(  # noqa: S603  # found by `which`, without a shell
            _command(program, *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"{program} took longer than {SECONDS:.0f} s.") from None
    return done.stdout


def _command(program: str, *words: str) -> list[str]:
    found = which(program)
    if found is None:
        raise Unreadable(f"{program} is not there any more.")
    return [found, "-v", "error", *words]


def _address(path: Path) -> str:
    """So that no path is taken for an option or for another protocol."""
    return f"file:{path.absolute()}"


def _of(streams: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in streams if each.get("codec_type") == kind]


def _rotation(stream: dict[str, Any]) -> int:
    turns = [side["rotation"] for side in stream.get("side_data_list", []) if "rotation" in side]
    return round(turns[0]) if turns else 0


def _video(stream: dict[str, Any]) -> dict[str, Any]:
    rate = _ratio(stream.get("avg_frame_rate"))
    return _known(
        codec=stream.get("codec_name"),
        profile=stream.get("profile"),
        width=stream.get("width"),
        height=stream.get("height"),
        rotation=-_rotation(stream) % 360,
        frames_per_second=round(rate, 3) if rate else None,
        pixel_format=stream.get("pix_fmt"),
    )


def _audio(stream: dict[str, Any]) -> dict[str, Any]:
    rate = stream.get("sample_rate")
    return _known(
        codec=stream.get("codec_name"),
        sample_rate_hz=int(float(rate)) if rate and _is_number(rate) else None,
        channels=stream.get("channels"),
        language=_language(stream),
    )


def _language(stream: dict[str, Any]) -> str | None:
    language = stream.get("tags", {}).get("language")
    return language if language != "und" else None


def _alpha(stream: dict[str, Any]) -> bool:
    tagged = any(n.lower() == "alpha_mode" and v == "1" for n, v in stream.get("tags", {}).items())
    return tagged or stream.get("pix_fmt", "").startswith(
        ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya")
    )


def _ratio(text: Any) -> float | None:
    """Such as `30000/1001` or `4:3`."""
    above, _, below = str(text).replace(":", "/").partition("/")
    return float(above) / float(below) if _is_number(above) and _is_number(below) and float(below) else None


def _is_number(text: Any) -> bool:
    try:
        return float(text) >= 0
    except (TypeError, ValueError):
        return False


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", 0)}
