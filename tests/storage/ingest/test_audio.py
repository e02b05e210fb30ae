"""What is read from sounds: length, codec, tags under one set of names, the shape of the wave, the cover."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from media_files import as_file, make_sound
from mutagen.id3 import APIC, TIT2
from mutagen.mp3 import MP3
from PIL import Image

from faceforge_storage.ingest.audio import READER
from faceforge_storage.ingest.reader import Bounds, Unreadable
from faceforge_storage.ingest.sound_and_video import wave_form

TAGS = {"title": "Notes", "artist": "Ada", "album": "Engine", "date": "1843", "track": "3"}
SOUNDS = {
    "a.mp3": ("mp3", "mp3"),
    "a.m4a": ("aac", "aac"),
    "a.flac": ("flac", "flac"),
    "a.ogg": ("vorbis", "vorbis"),
    "a.opus": ("libopus", "opus"),
    "a.wav": ("pcm_s16le", "pcm"),
    "a.aiff": ("pcm_s16be", "pcm"),
    "a.wma": ("wmav2", "wmav2"),
    "a.wv": ("wavpack", "wavpack"),
    "a.aac": ("aac", "aac"),
    "a.ac3": ("ac3", "ac3"),
    "a.mka": ("libopus", "opus"),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_length_and_codec_are_read_of(name: str, tmp_path: Path) -> None:
    encoder, codec = SOUNDS[name]
    file = as_file(make_sound(tmp_path / name, encoder, format="matroska" if name == "a.mka" else None))
    assert READER.takes(file)
    found = READER.read(file, Bounds())
    track = (found.metadata.get("audio") or [found.metadata])[0]
    assert (track["codec"], track["sample_rate_hz"], track["channels"]) == (codec, 48_000, 2)
    assert found.media.duration_s == pytest.approx(2.0, abs=0.07)
    assert found.metadata["duration_s"] == found.media.duration_s


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.ogg", "a.opus", "a.wma", "a.wv"])
def test_tags_have_the_same_names_in_every_format(name: str, tmp_path: Path) -> None:
    found = READER.read(as_file(make_sound(tmp_path / name, SOUNDS[name][0], tags=TAGS)), Bounds())
    assert {key: found.metadata["tags"].get(key) for key in TAGS} == TAGS


def test_several_values_are_a_list(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.mp3", "mp3")
    sound: Any = MP3(path)
    sound.tags.add(TIT2(encoding=3, text=["One", "Two"]))
    sound.save()
    assert READER.read(as_file(path), Bounds()).metadata["tags"]["title"] == ["One", "Two"]


def test_the_peaks_follow_the_sound(tmp_path: Path) -> None:
    peaks = READER.read(as_file(make_sound(tmp_path / "a.flac", "flac", 20.0)), Bounds()).metadata["peaks"]
    assert len(peaks) == wave_form.COUNT
    assert all(peak == pytest.approx(233, abs=6) for peak in peaks[10:390])
    assert all(peak == pytest.approx(23, abs=3) for peak in peaks[410:790])


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.opus"])
def test_of_a_long_sound_a_moment_of_each_part_is_decoded(name: str, tmp_path: Path) -> None:
    sound = make_sound(tmp_path / name, SOUNDS[name][0], 20.0)
    wave, moments = wave_form.wave_of(sound), wave_form.by_moments(sound, time.monotonic() + 60)
    assert wave is not None
    assert moments is not None
    assert moments.seconds == pytest.approx(wave.seconds, abs=0.1)
    near = zip(wave.peaks, moments.peaks, strict=True)
    apart = [number for number, (one, other) in enumerate(near) if abs(one - other) > 12]
    # About where it becomes soft, and at its end: a part of this short one is shorter than a moment.
    assert [number for number in apart if not 360 < number < 440 and number < 790] == []


def test_the_preview_is_the_drawn_wave(tmp_path: Path) -> None:
    file = as_file(make_sound(tmp_path / "a.flac", "flac"))
    picture = READER.preview(file, Bounds()) if READER.preview else None
    assert picture is not None
    assert picture.size == wave_form.SIZE
    loud, soft = picture.getpixel((100, 60)), picture.getpixel((500, 60))
    assert loud != soft


def test_a_cover_goes_before_the_wave(tmp_path: Path) -> None:
    path, cover = make_sound(tmp_path / "a.mp3", "mp3"), io.BytesIO()
    Image.new("RGB", (900, 900), "#308040").save(cover, "PNG")
    sound: Any = MP3(path)
    sound.tags.add(APIC(encoding=3, mime="image/png", type=3, data=cover.getvalue()))
    sound.save()
    file = as_file(path)
    picture = READER.preview(file, Bounds()) if READER.preview else None
    assert picture is not None
    assert (picture.size, picture.getpixel((9, 9))) == ((640, 640), (0x30, 0x80, 0x40))
    assert READER.read(file, Bounds()).metadata["pictures"] == 1


def test_a_cover_beyond_the_bound_is_not_decoded(tmp_path: Path) -> None:
    path, cover = make_sound(tmp_path / "a.mp3", "mp3"), io.BytesIO()
    Image.new("RGB", (900, 900)).save(cover, "PNG")
    sound: Any = MP3(path)
    sound.tags.add(APIC(encoding=3, mime="image/png", type=3, data=cover.getvalue()))
    sound.save()
    picture = READER.preview(as_file(path), Bounds(image_pixels=1000)) if READER.preview else None
    assert picture is not None
    assert picture.size == wave_form.SIZE


@pytest.mark.parametrize(
    "data", [b"", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"fLaC" + b"\xff" * 60, b"OggS" + b"\0" * 99]
)
def test_what_is_no_sound_is_told_in_words(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as told:
        READER.read(as_file(path), Bounds())
    assert str(tmp_path) not in str(told.value)
