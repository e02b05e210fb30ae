"""Sounds and videos by PyAV, which has the libraries of FFmpeg in its wheel. What it answers is told in `decoder`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.reader import Unreadable
from faceforge_storage.ingest.sound_and_video.movie import OPTIONS, SAMPLE_RATE, Movie, fit, shown_size

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from PIL.Image import Image

MOMENT_BYTES = SAMPLE_RATE * 6 // 10
"""Three tenths of a second."""
ONSET_BYTES = SAMPLE_RATE // 5
"""A tenth: where a decoder begins in the middle, it is louder or softer at first."""
ATTACHED = 0x400
"""A picture that stands for the file, such as a cover (AV_DISPOSITION_ATTACHED_PIC)."""


def probe(path: Path) -> Movie:
    """Raises Unreadable."""
    with _open(path) as container:
        videos = _videos(container)
        tags = {**(videos[0].metadata if videos else {}), **container.metadata}
        size: tuple[int | None, int | None] = (None, None)
        alpha, rotation = None, 0
        if videos:
            first = _first_frame(container)
            rotation = first.rotation if first is not None else 0
            pixel = float(videos[0].sample_aspect_ratio or 1)
            if videos[0].width and videos[0].height:
                size = shown_size(videos[0].width, videos[0].height, pixel, rotation)
            alpha = _alpha(videos[0])
        return Movie(
            container=container.format.name,
            duration_s=_duration(container),
            bitrate_bps=container.bit_rate or None,
            width=size[0],
            height=size[1],
            has_alpha=alpha,
            video=[_video(each, rotation if each is videos[0] else 0) for each in videos],
            audio=[_audio(each) for each in _decodable(container.streams.audio)],
            subtitles=[_known(codec=_codec(s), language=_language(s)) for s in container.streams.subtitles],
            chapters=len(container.chapters()),
            tags={name.lower(): value for name, value in tags.items()},
        )


def frame(path: Path, second: float, largest: tuple[int, int]) -> Image | None:
    """Of the key frame before that second, so that little has to be decoded."""
    with suppress(Unreadable), _open(path) as container:
        if second > 0:
            with suppress(Exception):  # what cannot be sought is shown from its beginning
                container.seek(int(second * 1_000_000))
        picture = _first_frame(container)
        if picture is None:
            return None
        stream = _videos(container)[0]
        pixel = float(stream.sample_aspect_ratio or 1)
        if picture.rotation % 180 == 90:
            largest = (largest[1], largest[0])
        wide, high = fit(shown_size(picture.width, picture.height, pixel, 0), largest)
        scaled: Any = picture.reformat(width=wide, height=high, format="rgb24")
        image: Image = scaled.to_image()
        return image.rotate(picture.rotation, expand=True) if picture.rotation else image
    return None


def samples(path: Path) -> Iterator[bytes]:
    """See `decoder.samples`."""
    from av import AudioResampler
    from av.error import FFmpegError

    with suppress(Unreadable, FFmpegError), _open(path) as container:
        audio = _decodable(container.streams.audio)
        if not audio:
            return
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        for decoded in container.decode(audio[0]):
            for part in resampler.resample(decoded):
                yield bytes(part.planes[0])[: part.samples * 2]


def moments(path: Path, count: int) -> tuple[float, Iterator[bytes]] | None:
    """See `decoder.moments`."""
    with suppress(Unreadable), _open(path) as container:
        seconds = _duration(container)
        if seconds and _decodable(container.streams.audio):
            return seconds, _moments(path, count, seconds)
    return None


def _moments(path: Path, count: int, seconds: float) -> Iterator[bytes]:
    from av import AudioResampler
    from av.error import FFmpegError

    with _open(path) as container:
        audio = _decodable(container.streams.audio)[0]
        for number in range(count):
            resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            part = b""
            with suppress(FFmpegError):
                container.seek(int(number * seconds / count * 1_000_000))
                for decoded in container.decode(audio):
                    part += b"".join(
                        bytes(each.planes[0])[: each.samples * 2] for each in resampler.resample(decoded)
                    )
                    if len(part) >= MOMENT_BYTES:
                        break
            yield part[ONSET_BYTES:] or part


def _open(path: Path) -> InputContainer:
    import av
    from av.error import FFmpegError

    try:
        return av.open(str(path), options=OPTIONS, metadata_errors="replace")
    except FFmpegError as fault:
        raise Unreadable(f"The decoder does not read it: {fault.strerror}.") from None


def _first_frame(container: InputContainer) -> VideoFrame | None:
    from av.error import FFmpegError

    with suppress(FFmpegError, StopIteration, IndexError):
        found: VideoFrame = next(container.decode(_videos(container)[0]))
        return found
    return None


def _videos(container: InputContainer) -> list[Any]:
    return [each for each in _decodable(container.streams.video) if not each.disposition & ATTACHED]


def _decodable(streams: Iterable[Any]) -> list[Any]:
    """Those whose codec FFmpeg knows; of others PyAV has no attributes."""
    return [each for each in streams if each.codec_context is not None]


def _duration(container: InputContainer) -> float | None:
    """In seconds: that of the container, else of its longest track."""
    if container.duration and container.duration > 0:
        return round(container.duration / 1_000_000, 3)
    tracks = [float(s.duration * s.time_base) for s in container.streams if s.duration and s.time_base]
    return round(max(tracks), 3) if tracks and max(tracks) > 0 else None


def _video(stream: Any, rotation: int) -> dict[str, Any]:
    rate: Fraction | None = stream.average_rate
    return _known(
        codec=_codec(stream),
        profile=stream.profile,
        width=stream.width,
        height=stream.height,
        rotation=-rotation % 360 or None,
        frames_per_second=round(float(rate), 3) if rate else None,
        pixel_format=stream.pix_fmt,
    )


def _audio(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    return _known(
        codec=_codec(stream),
        sample_rate_hz=context.sample_rate,
        channels=context.channels,
        language=_language(stream),
    )


def _codec(stream: Any) -> str | None:
    """None where no decoder for it is there."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else None


def _language(stream: Any) -> str | None:
    return stream.language if stream.language != "und" else None


def _alpha(stream: Any) -> bool | None:
    """WebM says it in a tag, as its decoder leaves the alpha away."""
    if any(name.lower() == "alpha_mode" and value == "1" for name, value in stream.metadata.items()):
        return True
    layout = stream.codec_context.format
    return any(part.is_alpha for part in layout.components) if layout is not None else None


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", 0)}
