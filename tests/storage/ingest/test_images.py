"""What is read from pictures of each format: size as shown, colour, what is in them, and what fails them."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from pictures_for_tests import a_file, encoded, file_of
from PIL import Image

from faceforge_storage.ingest import images
from faceforge_storage.ingest.mime import sniff
from faceforge_storage.ingest.reader import Bounds, Found, Unreadable

pillow_heif.register_heif_opener()
SKY = (40, 120, 200)


def read(path: Path, content: bytes, **bounds: Any) -> Found:
    file = a_file(path, content)
    assert images.READER.takes(file)
    return images.READER.read(file, Bounds(**bounds))


def plain(mode: str, color: Any = None) -> Image.Image:
    return Image.new(mode, (60, 40), color if color is not None else SKY)


GREY_16 = plain("I;16", 0x8000)
FLOAT = plain("F", 0.5)
CLEAR = plain("RGBA", (*SKY, 0))
HALF_CLEAR = plain("RGBA", (*SKY, 128))
OPAQUE = plain("RGBA", (*SKY, 255))
PALETTE = plain("RGB").quantize(4)
LAB = plain("LAB", (138, 209, 198))  # the red of sRGB in the white of ICC profiles: L 54.3, a 80.8, b 69.9
FRAMES = {
    "save_all": True,
    "append_images": [plain("RGB", (9, 9, 9)), plain("RGB", (250, 9, 9))],
    "duration": 40,
}


@pytest.mark.parametrize(
    ("form", "picture", "saved", "color", "has_alpha"),
    [
        ("JPEG", plain("RGB"), {}, SKY, False),
        ("JPEG", plain("RGB"), {"progressive": True}, SKY, False),
        ("JPEG", plain("L", 90), {}, (90, 90, 90), False),
        ("JPEG", plain("RGB").convert("CMYK"), {}, SKY, False),
        ("PNG", plain("RGB"), {}, SKY, False),
        ("PNG", plain("1", 1), {}, (255, 255, 255), False),
        ("PNG", GREY_16, {}, (128, 128, 128), False),
        ("PNG", CLEAR, {}, None, True),
        ("PNG", HALF_CLEAR, {}, SKY, True),
        ("PNG", OPAQUE, {}, SKY, False),
        ("PNG", plain("LA", (90, 100)), {}, (90, 90, 90), True),
        ("PNG", PALETTE, {}, SKY, False),
        ("PNG", PALETTE, {"transparency": bytes([0] * 4)}, None, True),
        ("PNG", plain("L", 90), {"transparency": 90}, None, True),
        ("GIF", PALETTE, {}, SKY, False),
        ("WEBP", plain("RGB"), {}, SKY, False),
        ("WEBP", HALF_CLEAR, {}, SKY, True),
        ("TIFF", plain("RGB"), {"compression": "tiff_lzw"}, SKY, False),
        ("TIFF", plain("RGB").convert("CMYK"), {}, SKY, False),
        ("TIFF", GREY_16, {}, (128, 128, 128), False),
        ("TIFF", FLOAT, {}, (128, 128, 128), False),
        ("TIFF", LAB, {}, (255, 0, 0), False),
        ("BMP", plain("RGB"), {}, SKY, False),
        ("ICO", plain("RGB"), {"sizes": [(60, 40)]}, SKY, False),
        ("JPEG2000", plain("RGB"), {}, SKY, False),
        ("AVIF", plain("RGB"), {}, SKY, False),
        ("AVIF", HALF_CLEAR, {}, SKY, True),
        ("HEIF", plain("RGB"), {}, SKY, False),
        ("HEIF", HALF_CLEAR, {}, SKY, True),
    ],
    ids=lambda value: getattr(value, "mode", None),
)
def test_size_colour_and_transparency_are_read_from(
    tmp_path: Path, form: str, picture: Image.Image, saved: dict[str, Any], color: Any, has_alpha: bool
) -> None:
    found = read(tmp_path / "a", encoded(picture, form, **saved))
    assert (found.media.width, found.media.height) == (60, 40)
    assert found.media.has_alpha is has_alpha
    assert found.metadata["format"] == form
    if color is None:
        assert found.media.color is None
    else:
        assert found.media.color is not None
        channels = bytes.fromhex(found.media.color[1:])
        assert all(abs(one - other) <= 6 for one, other in zip(channels, color, strict=True))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_frames_and_their_time_are_counted(tmp_path: Path, form: str) -> None:
    found = read(tmp_path / "a", encoded(plain("RGB"), form, **FRAMES))
    assert found.metadata["animated"] is True
    assert found.metadata["frames"] == 3
    assert found.media.duration_s == (None if form == "AVIF" else 0.12)  # no head of a frame says it in AVIF
    assert found.media.color is not None


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_still_picture_is_not_animated(tmp_path: Path, form: str) -> None:
    found = read(tmp_path / "a", encoded(plain("RGB"), form))
    assert found.metadata["animated"] is False
    assert "frames" not in found.metadata


def test_the_pages_of_a_tiff_are_counted(tmp_path: Path) -> None:
    pages = {"save_all": True, "append_images": [plain("RGB"), plain("L", 9)]}
    assert read(tmp_path / "a", encoded(plain("RGB"), "TIFF", **pages)).media.pages == 3


def test_the_bits_of_a_channel_are_those_of_the_file(tmp_path: Path) -> None:
    pictures = {"PNG": GREY_16, "TIFF": GREY_16, "JPEG": plain("L", 9), "HEIF": plain("RGB")}
    bits = {form: read(tmp_path / "a", encoded(one, form)).metadata["bits"] for form, one in pictures.items()}
    assert bits == {"PNG": 16, "TIFF": 16, "JPEG": 8, "HEIF": 8}


def test_width_and_height_are_as_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        media = read(tmp_path / "a", encoded(plain("RGB"), form, exif=exif)).media
        assert (media.width, media.height) == (40, 60), form


def test_texts_of_a_png_are_read_but_no_prompts(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Title", "Sea\0" * 2000, zip=True)
    texts.add_itxt("Author", "Åse")
    texts.add_text("parameters", "a prompt")
    found = read(tmp_path / "a", encoded(plain("RGB"), "PNG", pnginfo=texts))
    assert found.metadata["text"]["Author"] == "Åse"
    assert found.metadata["text"]["Title"].startswith("Sea")
    assert set(found.metadata["text"]) == {"Title", "Author"}
    assert "\0" not in str(found.metadata)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_that_says(width: int, height: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")


def test_of_one_with_too_many_pixels_the_size_is_read(tmp_path: Path) -> None:
    found = read(tmp_path / "a", png_that_says(60_000, 60_000))
    assert (found.media.width, found.media.height, found.media.color) == (60_000, 60_000, None)
    assert found.metadata["not_decoded"] == "It has more than 50000000 pixels (limits.image_pixels)."


@pytest.mark.parametrize("saved", [{}, {"lossless": True}, {"exif": b"Exif\0\0"}], ids=str)
def test_the_size_of_a_webp_is_read_without_its_decoder(tmp_path: Path, saved: dict[str, Any]) -> None:
    found = read(tmp_path / "a", encoded(plain("RGB"), "WEBP", **saved), image_pixels=1000)
    assert (found.media.width, found.media.height, found.media.color) == (60, 40, None)
    assert "limits.image_pixels" in found.metadata["not_decoded"]


def test_exif_and_texts_behind_the_pixels_of_a_png_count(tmp_path: Path) -> None:
    """That is where ImageMagick writes them; and nothing is decoded to find them."""
    exif = Image.Exif()
    exif.update({0x0112: 6, 0x010F: "Canon"})
    content = png_that_says(9000, 8000)
    end = content[-12:]
    late = chunk(b"eXIf", exif.tobytes()[6:]) + chunk(b"tEXt", b"Title\0Harbour") + chunk(b"iTXt", b"broken")
    found = read(tmp_path / "a", content[:-12] + late + end)
    assert (found.media.width, found.media.height) == (8000, 9000)
    assert found.metadata["exif"]["Make"] == "Canon"
    assert found.metadata["text"] == {"Title": "Harbour"}


def test_a_length_that_lies_takes_no_memory(tmp_path: Path) -> None:
    """Layers of a Photoshop file that are said to have 4 GB in a file of a few bytes."""
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 60, 40, 8, 3) + bytes(4) + struct.pack(">I", 0xFFFFFFF0)
    tracemalloc.start()
    with pytest.raises(Unreadable):
        read(tmp_path / "a", head)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_jpeg_counts_with_the_pixels_that_are_decoded(tmp_path: Path) -> None:
    """Of a large one only an eighth each way, but all of it when it was saved in passes."""
    large = Image.new("RGB", (6000, 4000))
    assert read(tmp_path / "a", encoded(large, "JPEG"), image_pixels=2_000_000).media.color == "#000000"
    in_passes = read(tmp_path / "b", encoded(large, "JPEG", progressive=True), image_pixels=2_000_000)
    assert (in_passes.media.width, in_passes.media.color) == (6000, None)


SOUND = {
    "JPEG": encoded(plain("RGB").resize((300, 300)), "JPEG"),
    "PNG": encoded(Image.effect_noise((300, 300), 90), "PNG"),
    "WEBP": encoded(Image.effect_noise((300, 300), 90), "WEBP"),
    "TIFF": encoded(Image.effect_noise((300, 300), 90), "TIFF"),
    "GIF": encoded(Image.effect_noise((300, 300), 90), "GIF"),
    "AVIF": encoded(Image.effect_noise((300, 300), 90).convert("RGB"), "AVIF"),
    "HEIF": encoded(Image.effect_noise((300, 300), 90).convert("RGB"), "HEIF"),
    "BMP": encoded(plain("RGB"), "BMP"),
    "ICO": encoded(plain("RGB"), "ICO"),
    "JPEG2000": encoded(Image.effect_noise((300, 300), 90), "JPEG2000"),
}


@pytest.mark.parametrize("form", SOUND)
@pytest.mark.parametrize("kept", [0.02, 0.1, 0.5, 0.9])
def test_one_that_is_cut_off_is_explained(tmp_path: Path, form: str, kept: float) -> None:
    """Where the part that is there is enough for the decoder, it is read."""
    content = SOUND[form][: max(20, int(len(SOUND[form]) * kept))]
    file = file_of(tmp_path / "a", content, sniff(SOUND[form]))
    said = "It can be read."
    try:
        images.READER.read(file, Bounds())
    except Unreadable as unreadable:
        said = str(unreadable)
    assert said.endswith(".")
    assert str(tmp_path) not in said


@pytest.mark.parametrize("form", SOUND)
def test_one_that_lies_about_its_format_is_explained(tmp_path: Path, form: str) -> None:
    """A decoder is asked by the type that was detected, and opens nothing else: no PostScript, no other format."""
    lying = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    with pytest.raises(Unreadable, match="goes on as something else"):
        images.READER.read(file_of(tmp_path / "a", lying, sniff(SOUND[form])), Bounds())


def test_documents_with_scripts_are_left_to_others(tmp_path: Path) -> None:
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0", b"BM"):
        assert not images.READER.takes(a_file(tmp_path / "a", content))
