"""Thumbnails keep the picture's shape, colours and transparency, and a file without one gets a tile that names it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from faceforge_storage.ingest.reader import File
from faceforge_storage.ingest.thumbnails import SIZES, family, is_tile, label, render, tile


def opened(thumbnail: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(thumbnail))
    assert picture.format == "WEBP"
    picture.load()
    return picture


def named(filename: str, mime_type: str = "application/octet-stream", kind: str = "file") -> File:
    return File(Path("bytes"), "0" * 64, 1, mime_type, filename, kind)


@pytest.mark.parametrize(
    ("before", "small", "large"),
    [
        pytest.param((640, 480), (320, 240), (640, 480), id="landscape"),
        pytest.param((480, 640), (320, 427), (480, 640), id="portrait"),
        pytest.param((100, 60), (100, 60), (100, 60), id="never enlarged"),
        pytest.param((300, 1280), (150, 640), (300, 1280), id="twice as high at most"),
        pytest.param((640, 1), (320, 1), (640, 1), id="a line stays one pixel high"),
        pytest.param((1, 1), (1, 1), (1, 1), id="a pixel"),
    ],
)
def test_a_thumbnail_fits_its_size(
    before: tuple[int, int], small: tuple[int, int], large: tuple[int, int]
) -> None:
    picture = Image.new("RGB", before, "#336699")
    assert tuple(opened(each).size for each in render(picture, SIZES).values()) == (small, large)
    assert picture.size == before, "the next size is made of the same picture"


def test_colours_stay() -> None:
    red, green, blue = opened(render(Image.new("RGB", (640, 640), "#c04020"), (320,))[320]).getpixel(
        (100, 100)
    )  # type: ignore[misc]  # of a picture in RGB it is three numbers
    assert abs(red - 0xC0) < 5
    assert abs(green - 0x40) < 5
    assert abs(blue - 0x20) < 5


def test_what_shows_through_stays_so_and_leaves_no_dark_rim() -> None:
    """Transparent pixels are black here: they must not darken the edge when pixels are averaged."""
    picture = Image.new("RGBA", (640, 640), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((101, 101, 539, 539), fill=(255, 255, 255, 255))
    thumbnail = opened(render(picture, (320,))[320])
    assert thumbnail.mode == "RGBA"
    assert thumbnail.getchannel("A").getextrema() == (0, 255)
    edge = [pixel for _, pixel in thumbnail.getcolors(320 * 320) or [] if pixel[3] > 100]  # type: ignore[index]  # four numbers
    assert min(min(pixel[:3]) for pixel in edge) > 200  # type: ignore[index]  # four numbers


@pytest.mark.parametrize(
    ("file", "says", "belongs_to"),
    [
        (named("a.safetensors", "application/x-safetensors", "model.lora"), "LORA", "model"),
        (named("a.safetensors", "application/x-safetensors"), "SAFETENSORS", "model"),
        (named("report.pdf", "application/pdf"), "PDF", "document"),
        (named("all.zip", "application/zip"), "ZIP", "archive"),
        (named("voice.flac", "audio/flac"), "FLAC", "audio"),
        (named("clip.mp4", "video/mp4"), "MP4", "video"),
        (named("notes", "text/plain"), "TEXT", "text"),
        (named("data.json", "application/json"), "JSON", "text"),
        (named("unnamed"), "FILE", "other"),
        (named("photo.写真", "image/png"), "IMAGE", "image"),
        (named("a.averyveryverylongsuffix"), "FILE", "other"),
        (named("a.x", "x" * 300 + "/y"), "X", "other"),
    ],
)
def test_a_tile_names_the_kind_of_file(file: File, says: str, belongs_to: str) -> None:
    assert (label(file), family(file)) == (says, belongs_to)


@pytest.mark.parametrize("size", SIZES)
def test_a_tile_is_drawn_in_each_size(size: int) -> None:
    drawn = opened(tile(named("a.WWWWWWWWWWWW"), size))
    assert drawn.size == (size, size)
    sheet = drawn.crop((round(size * 0.25) - 4, 0, round(size * 0.25) - 2, size))
    assert len(sheet.getcolors() or ()) == 1, "the longest label stays on its sheet"


def test_a_picture_that_fits_both_sizes_is_the_same_in_both() -> None:
    small, large = render(Image.new("RGB", (320, 640), "#336699"), SIZES).values()
    assert small is large


@pytest.mark.parametrize("size", [(640, 800), (640, 320)])
def test_what_is_drawn_in_few_colours_loses_none_of_them_and_is_no_tile(size: tuple[int, int]) -> None:
    picture = Image.new("P", size, 0)
    picture.putpalette((0xFB, 0xFA, 0xF8, 0x3C, 0x3A, 0x36))
    ImageDraw.Draw(picture).rectangle((100, 100, 201, 201), fill=1)
    small, large = render(picture, SIZES).values()
    assert not is_tile(small)
    assert not is_tile(large)
    assert opened(small).size == (size[0] // 2, size[1] // 2)
    for thumbnail in (small, large):
        assert {color for _, color in opened(thumbnail).getcolors() or ()} == {
            (0xFB, 0xFA, 0xF8),
            (0x3C, 0x3A, 0x36),
        }


def test_a_tile_can_be_told_from_a_picture() -> None:
    assert is_tile(tile(named("a.pdf"), 320))
    for mode in ("RGB", "RGBA"):
        assert not is_tile(render(Image.new(mode, (40, 40)), (320,))[320])
    assert not is_tile(b"")
