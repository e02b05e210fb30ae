"""What is read from videos, and the frame that stands for one; PyAV and the programs of FFmpeg agree on it."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from media_files import as_file, make_sound, make_video
from PIL.Image import Image

from faceforge_storage.ingest.reader import Bounds, File, Unreadable
from faceforge_storage.ingest.sound_and_video import ffmpeg, pyav, wave_form
from faceforge_storage.ingest.video import READER, taken_at

TAGS = {"title": "Engine", "creation_time": "2024-05-01T14:00:00+02:00"}


def picture_of(file: File, **bounds: int) -> Image | None:
    assert READER.preview is not None
    return READER.preview(file, Bounds(**bounds))


def is_red(picture: Image, place: tuple[int, int]) -> bool:
    red, green, blue = picture.convert("RGB").getpixel(place)
    return bool(red > 200 and green < 60 and blue < 60)


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("v.mp4", ("libx264", "h264", "aac", "aac")),
        ("v.webm", ("libvpx-vp9", "vp9", "libopus", "opus")),
        ("v.mkv", ("libx264", "h264", "libopus", "opus")),
        ("v.mov", ("mpeg4", "mpeg4", "aac", "aac")),
        ("v.avi", ("mpeg4", "mpeg4", "mp3", "mp3")),
        ("v.ts", ("mpeg2video", "mpeg2video", "mp2", "mp2")),
    ],
)
def test_tracks_size_and_length_are_read(name: str, codecs: tuple[str, ...], tmp_path: Path) -> None:
    file = as_file(make_video(tmp_path / name, codecs[0], sound=codecs[2]))
    assert READER.takes(file)
    found = READER.read(file, Bounds())
    (video,), (audio,) = found.metadata["video"], found.metadata["audio"]
    assert (video["codec"], video["frames_per_second"], audio["codec"]) == (codecs[1], 25.0, codecs[3])
    assert (found.media.width, found.media.height, found.media.has_alpha) == (320, 200, False)
    assert found.media.duration_s == pytest.approx(2.0, abs=0.08)
    assert found.media.color is not None


def test_the_colour_is_that_of_the_frame_which_stands_for_it(tmp_path: Path) -> None:
    color = READER.read(as_file(make_video(tmp_path / "v.mp4")), Bounds()).media.color or ""
    red, blue = int(color[1:3], 16), int(color[5:7], 16)
    assert 50 <= red <= 75  # a quarter
    assert 180 <= blue <= 200


def test_tags_and_the_time_it_was_taken(tmp_path: Path) -> None:
    found = READER.read(as_file(make_video(tmp_path / "v.mp4", tags=TAGS)), Bounds())
    assert found.metadata["tags"]["title"] == "Engine"
    assert found.media.taken_at == "2024-05-01T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ({"creation_time": "1904-01-01T00:00:00.000000Z"}, None),
        ({"creation_time": "1970-01-01T00:00:00Z"}, None),
        ({"creation_time": "2024"}, None),
        ({"creation_time": "yesterday at noon, it was"}, None),
        ({"date": "2024-05-01T12:00:00"}, "2024-05-01T12:00:00.000000Z"),
        (
            {
                "creation_time": "2024-05-01T12:00:09Z",
                "com.apple.quicktime.creationdate": "2024-05-01T14:00:00+0200",
            },
            "2024-05-01T12:00:00.000000Z",
        ),
    ],
)
def test_when_a_video_was_taken(tags: dict[str, str], moment: str | None) -> None:
    assert taken_at(tags) == moment


def test_the_frame_is_one_that_shows_something(tmp_path: Path) -> None:
    picture = picture_of(as_file(make_video(tmp_path / "v.mp4", seconds=3)))
    assert picture is not None
    assert picture.size == (320, 200)
    assert is_red(picture, (20, 20))
    assert not is_red(picture, (300, 180))


@pytest.mark.parametrize(("rotation", "red"), [(90, (20, 300)), (-90, (180, 20)), (180, (300, 180))])
def test_a_turned_video_is_read_and_shown_upright(
    rotation: int, red: tuple[int, int], tmp_path: Path
) -> None:
    file = as_file(make_video(tmp_path / "v.mp4", rotation=rotation))
    found, picture = READER.read(file, Bounds()), picture_of(file)
    assert picture is not None
    assert picture.size == (found.media.width, found.media.height)
    assert is_red(picture, red)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    file = as_file(make_video(tmp_path / "v.mp4", pixel=Fraction(3, 2)))
    found, picture = READER.read(file, Bounds()), picture_of(file)
    assert (found.media.width, found.media.height) == (480, 200)
    assert picture is not None
    assert picture.size == (480, 200)


def test_a_video_beyond_the_bound_is_read_and_has_no_picture(tmp_path: Path) -> None:
    file = as_file(make_video(tmp_path / "v.mp4"))
    assert READER.read(file, Bounds(image_pixels=1000)).media.width == 320
    assert picture_of(file, image_pixels=1000) is None


def test_of_a_video_with_sound_only_the_wave_is_shown(tmp_path: Path) -> None:
    file = as_file(make_sound(tmp_path / "a.mp4", "aac"))
    assert READER.takes(file)
    found, picture = READER.read(file, Bounds()), picture_of(file)
    assert found.media.width is None
    assert max(found.metadata["peaks"]) > 200
    assert picture is not None
    assert picture.size == wave_form.SIZE


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
EMPTY_MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isommp42\0\0\0\x08free"
CONCAT = "ffconcat version 1.0\nfile {}\n"


@pytest.mark.parametrize("text", [PLAYLIST, CONCAT])
@pytest.mark.parametrize("decoder", [pyav, pytest.param(ffmpeg, marks=pytest.mark.needs("ffmpeg"))])
def test_a_play_list_opens_no_other_file(decoder: Any, text: str, tmp_path: Path) -> None:
    """S11: a decoder that follows addresses would read, for a stranger, files that only Core may read."""
    other = make_video(tmp_path / "v.ts", "mpeg2video")
    (tmp_path / "list").write_text(text.format(other.name))
    with pytest.raises(Unreadable):
        decoder.probe(tmp_path / "list")
    assert decoder.frame(tmp_path / "list", 0.0, (640, 1280)) is None
    assert b"".join(decoder.samples(tmp_path / "list")) == b""


@pytest.mark.parametrize("data", [b"", EMPTY_MP4, b"\x1aE\xdf\xa3" * 9])
@pytest.mark.parametrize("decoder", [pyav, pytest.param(ffmpeg, marks=pytest.mark.needs("ffmpeg"))])
def test_what_is_no_video_is_told_in_words(decoder: Any, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(Unreadable) as told:
        decoder.probe(tmp_path / "v")
    assert str(tmp_path) not in str(told.value)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    "options", [{}, {"rotation": 90}, {"pixel": Fraction(3, 2)}, {"sound": "aac", "tags": TAGS}]
)
def test_both_decoders_find_the_same(options: dict[str, Any], tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", **options)
    one, other = pyav.probe(path), ffmpeg.probe(path)
    assert one.duration_s == pytest.approx(other.duration_s, abs=0.01)
    assert one.as_json() == {**other.as_json(), "duration_s": one.duration_s}
    assert (one.width, one.height, one.has_alpha) == (other.width, other.height, other.has_alpha)
    pictures = [decoder.frame(path, 1.5, (100, 1280)) for decoder in (pyav, ffmpeg)]
    assert len({picture.size for picture in pictures if picture}) == 1
    assert len({is_red(picture, (9, 9)) for picture in pictures if picture}) == 1


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        pytest.param(os.environ["PATH"], "True True True", marks=pytest.mark.needs("ffmpeg")),
        ("", "False False False"),
    ],
)
def test_without_pyav_the_programs_are_used_and_without_them_no_decoder_is_there(
    path: str, seen: str, tmp_path: Path
) -> None:
    make_sound(tmp_path / "a.flac", "flac")
    make_video(tmp_path / "v.mp4")
    script = (
        "import sys; sys.modules['av'] = None\n"
        "from pathlib import Path\nfrom faceforge_storage.ingest import audio, video\n"
        "from faceforge_storage.ingest.reader import Bounds, File\n"
        f"sound = File(Path({str(tmp_path / 'a.flac')!r}), '', 1, 'audio/flac', '', '')\n"
        f"movie = File(Path({str(tmp_path / 'v.mp4')!r}), '', 1, 'video/mp4', '', '')\n"
        "found = audio.READER.read(sound, Bounds())\nassert found.media.duration_s == 2.0\n"
        "there = video.READER.available()\n"
        "print('peaks' in found.metadata, there, there and video.READER.read(movie, Bounds()).media.width == 320)\n"
    )
    words = [sys.executable, "-c", script]
    assert (
        subprocess.run(words, env={"PATH": path}, capture_output=True, text=True, check=True).stdout
        == f"{seen}\n"
    )


@pytest.mark.needs("ffmpeg")
def test_both_decoders_hear_the_same(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.flac", "flac")
    sounds = [b"".join(decoder.samples(path)) for decoder in (pyav, ffmpeg)]
    assert [len(sound) for sound in sounds] == [pytest.approx(64_000, abs=200)] * 2
