"""The picture that thumbnails are made of: small, upright, in sRGB, decoded once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pictures_for_tests import a_file, encoded
from PIL import Image, ImageCms

from faceforge_storage.ingest.pictures.as_shown import keep_last
from faceforge_storage.ingest.previews import preview_of
from faceforge_storage.ingest.reader import Bounds, File, Unreadable

RED, BLUE = (250, 0, 0), (0, 0, 250)


def red_with_a_blue_top_left(size: tuple[int, int] = (400, 200)) -> Image.Image:
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (0, 0, size[0] // 2, size[1] // 2))
    return picture


def near(found: Any, wanted: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(one - other) <= within for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((2000, 1500), (640, 480)),
        ((1500, 2000), (640, 853)),
        ((500, 5000), (128, 1280)),
        ((20000, 10), (640, 1)),
        ((64, 48), (64, 48)),
    ],
    ids=lambda size: "x".join(map(str, size)),
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_it_fits_into_640_by_1280_and_is_never_enlarged(
    tmp_path: Path, form: str, size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    picture = preview_of(a_file(tmp_path / "a", encoded(Image.new("RGB", size), form)), Bounds())
    assert picture is not None
    assert picture.size == wanted


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (1, "top left"),
        (2, "top right"),
        (3, "bottom right"),
        (4, "bottom left"),
        (5, "top left"),
        (6, "top right"),
        (7, "bottom right"),
        (8, "bottom left"),
    ],
)
def test_it_is_upright(tmp_path: Path, form: str, orientation: int, corner: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = a_file(tmp_path / "a", encoded(red_with_a_blue_top_left(), form, exif=exif))
    picture = preview_of(file, Bounds())
    assert picture is not None
    assert picture.size == ((400, 200) if orientation < 5 else (200, 400))
    x = picture.width // 4 * (3 if "right" in corner else 1)
    y = picture.height // 4 * (3 if "bottom" in corner else 1)
    assert near(picture.getpixel((x, y)), BLUE)
    assert near(picture.getpixel((picture.width - x, picture.height - y)), RED)


def test_its_colours_are_those_of_srgb(tmp_path: Path) -> None:

    lab = Image.new(
        "LAB", (10, 10), (136, 208, 195)
    )  # L 53, a 80, b 67 is the red of sRGB, by its definition
    picture = preview_of(a_file(tmp_path / "a", encoded(lab, "TIFF")), Bounds())
    assert picture is not None
    assert near(picture.getpixel((5, 5)), (255, 0, 0))


def with_red_and_green_exchanged() -> bytes:
    """The profile of sRGB by another name, whose primaries of red and green have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ").replace(b"....", b"gXYZ")
    return profile.replace("sRGB".encode("utf-16-be"), "Else".encode("utf-16-be"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    ("mode", "color", "profile", "shown"),
    [
        ("RGB", RED, with_red_and_green_exchanged(), (0, 250, 0)),
        ("RGBA", (*RED, 128), with_red_and_green_exchanged(), (0, 250, 0, 128)),
        ("RGB", RED, b"no profile at all", RED),
        ("L", 90, with_red_and_green_exchanged(), (90, 90, 90)),
    ],
    ids=["RGB", "RGBA", "damaged", "of other channels"],
)
def test_its_profile_is_applied(
    tmp_path: Path, form: str, mode: str, color: Any, profile: bytes, shown: tuple[int, ...]
) -> None:
    if form == "JPEG" and mode == "RGBA":
        mode, color, shown = "RGB", color[:3], shown[:3]
    content = encoded(Image.new(mode, (40, 40), color), form, icc_profile=profile)
    picture = preview_of(a_file(tmp_path / "a", content), Bounds())
    assert picture is not None
    assert near(picture.getpixel((20, 20)), shown)


def test_nothing_of_the_file_but_its_pixels_is_in_it(tmp_path: Path) -> None:
    """Thumbnails saved from it have neither the profile of other pixels nor the place of the photograph."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 0.0, 0.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(Image.new("RGB", (9, 9)), "JPEG", exif=exif, icc_profile=profile, comment="mine")
    picture = preview_of(a_file(tmp_path / "a", content), Bounds())
    assert picture is not None
    assert (type(picture), picture.info) == (Image.Image, {})


def test_the_last_one_is_kept_and_no_other(tmp_path: Path) -> None:
    made = []

    @keep_last
    def preview(file: File, bounds: Bounds) -> Image.Image | None:
        made.append(file.filename)
        return Image.new("RGB", (1, 1))

    one, other = a_file(tmp_path / "one", b"1"), a_file(tmp_path / "other", b"2")
    for file in (one, one, other, other, one):
        preview(file, Bounds())
    assert made == ["one", "other", "one"]


def test_a_file_without_a_picture_has_none(tmp_path: Path) -> None:
    assert preview_of(a_file(tmp_path / "a", bytes(range(256))), Bounds()) is None


def test_a_damaged_one_says_so_each_time(tmp_path: Path) -> None:
    file = a_file(tmp_path / "a", encoded(red_with_a_blue_top_left((900, 900)), "JPEG")[:3000])
    for _ in range(2):
        with pytest.raises(Unreadable, match="ends too early"):
            preview_of(file, Bounds())
