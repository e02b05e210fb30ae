"""How a file looks among others: its shape, and the word on it."""

from __future__ import annotations

from typing import Any

import pytest

from faceforge_ui.assets.tiles import tile


def file(name: str, mime_type: str, kind: str = "file", **media: Any) -> dict[str, Any]:
    nothing = {"width": None, "height": None, "durationS": None, "pages": None}
    return {
        "id": "a" * 64,
        "version": 1,
        "filename": name,
        "kind": kind,
        "mimeType": mime_type,
        "thumbnail": {"small": "/small", "large": "/large"},
        "media": {**nothing, **media},
        "links": [{"entityId": "mira", "role": "portrait"}, {"entityId": "tarn", "role": None}],
    }


@pytest.mark.parametrize(
    ("given", "badge", "shape"),
    [
        (file("a.png", "image/png", width=800, height=1000), "", (800, 1000)),
        (file("take 2.flac", "audio/flac", durationS=222.4), "FLAC 3:42", (3, 2)),
        (file("take.flac", "audio/flac"), "FLAC", (3, 2)),
        (file("clip.mp4", "video/mp4", durationS=61, width=640, height=360), "MP4 1:01", (640, 360)),
        (file("sheet.pdf", "application/pdf", pages=12), "PDF, 12 pages", (3, 4)),
        (file("one.pdf", "application/pdf", pages=1), "PDF, 1 page", (3, 4)),
        (file("x.safetensors", "application/x-safetensors", kind="model.lora"), "LoRA", (1, 1)),
        (file("x.safetensors", "application/x-safetensors"), "Model", (1, 1)),
        (file("notes", "text/plain"), "", (3, 4)),
    ],
)
def test_a_tile_has_the_shape_of_its_file_and_says_what_the_picture_does_not(
    given: dict[str, Any], badge: str, shape: tuple[int, int]
) -> None:
    made = tile(given, "mira")
    assert (made.badge, (made.width, made.height)) == (badge, shape)


def test_the_role_is_that_for_this_entity() -> None:
    given = file("a.png", "image/png")
    assert [tile(given, each).role for each in ("mira", "tarn", "nobody")] == ["portrait", "", ""]
    assert [tile(given, each).linked for each in ("mira", "tarn", "nobody")] == [True, True, False]


def test_a_picture_that_has_not_been_read_has_a_shape_to_be_guessed() -> None:
    assert tile(file("a.png", "image/png"), "mira").guess
    assert not tile(file("a.png", "image/png", width=8, height=9), "mira").guess
    assert not tile(file("a.flac", "audio/flac"), "mira").guess
