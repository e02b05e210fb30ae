"""What a camera wrote: the time with and without a zone, the place, values of every kind, and nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pictures_for_tests import a_file, encoded
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from faceforge_storage.ingest import images
from faceforge_storage.ingest.pictures.exif import moment
from faceforge_storage.ingest.reader import Bounds, Found

ORIGINAL, DIGITIZED, FRACTION, ZONE = 0x9003, 0x9004, 0x9291, 0x9011


def read_back(
    path: Path, top: dict[int, Any], photo: dict[int, Any] | None = None, gps: dict[int, Any] | None = None
) -> Found:
    exif = Image.Exif()
    exif.update(top)
    exif.get_ifd(0x8769).update(photo or {})
    exif.get_ifd(0x8825).update(gps or {})
    file = a_file(path, encoded(Image.new("RGB", (8, 8)), "JPEG", exif=exif))
    return images.READER.read(file, Bounds())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({ORIGINAL: "2024:05:01 12:00:00"}, "2024-05-01T12:00:00.000000Z"),
        ({ORIGINAL: "2024:05:01 12:00:00", ZONE: "+02:00"}, "2024-05-01T10:00:00.000000Z"),
        ({ORIGINAL: "2024:01:01 00:30:00", ZONE: "+05:30"}, "2023-12-31T19:00:00.000000Z"),
        ({ORIGINAL: "2024:05:01 12:00:00", ZONE: "-09:30"}, "2024-05-01T21:30:00.000000Z"),
        ({ORIGINAL: "2024:05:01 12:00:00", ZONE: "   :  "}, "2024-05-01T12:00:00.000000Z"),
        ({ORIGINAL: "2024:05:01 12:00:00", FRACTION: "07"}, "2024-05-01T12:00:00.070000Z"),
        ({ORIGINAL: "2024:05:01 12:00:00+02:00", FRACTION: "07"}, "2024-05-01T10:00:00.000000Z"),
        ({ORIGINAL: "0000:00:00 00:00:00", DIGITIZED: "2011:02:03 04:05:06"}, "2011-02-03T04:05:06.000000Z"),
        ({ORIGINAL: "    :  :     :  :  "}, None),
        ({ORIGINAL: "2024:02:30 12:00:00"}, None),
        ({ORIGINAL: "yesterday"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_when_it_was_taken(tmp_path: Path, written: dict[int, Any], read: str | None) -> None:
    saved = {0x0132: "2026:09:09 09:09:09"}  # DateTime, which a program sets when it saves
    assert read_back(tmp_path / "a", saved, written).media.taken_at == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000Z"),
        ("2024:05:01 12:00:00.5+0100", "2024-05-01T11:00:00.500000Z"),
        ("0001:01:01 00:00:00+14:00", None),
        ("9999:12:31 23:59:59-14:00", None),
        ("2024:05:01 12:00:00+99:99", "2024-05-01T12:00:00.000000Z"),
        ("", None),
    ],
)
def test_times_are_read_in_the_forms_that_programs_write(text: str, read: str | None) -> None:
    assert moment(text) == read


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (
            {1: "N", 2: (52.0, 30.0, 36.0), 3: "W", 4: (13.0, 22.0, 12.0), 6: 30.5},
            {"latitude": 52.51, "longitude": -13.37, "altitude": 30.5},
        ),
        (
            {1: "S", 2: (33.0, 51.0, 0.0), 3: "E", 4: (151.5, 0.0, 0.0), 5: b"\x01", 6: 2.0},
            {"latitude": -33.85, "longitude": 151.5, "altitude": -2.0},
        ),
        ({1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (IFDRational(1, 0), 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (52.0, 30.0, 36.0)}, None),
    ],
)
def test_where_it_was_taken(tmp_path: Path, gps: dict[int, Any], place: dict[str, float] | None) -> None:
    assert read_back(tmp_path / "a", {}, gps=gps).metadata.get("place") == place


def test_values_have_the_names_of_the_standard(tmp_path: Path) -> None:
    found = read_back(
        tmp_path / "a",
        {
            0x010F: "Canon\0 and what was there before",
            0x0110: " EOS R5 ",
            0x9C9B: "Häfen".encode("utf-16-le") + b"\0\0",
        },
        {
            0x829A: IFDRational(1, 250),
            0x829D: 2.8,
            0x8827: 400,
            0x9000: b"0232",
            0x9286: b"UNICODE\0" + "größer".encode("utf-16-be"),
            0x927C: b"of the maker" * 999,
            0xA432: (24.0, 70.0, 2.8, 2.8),
            0x9204: IFDRational(0, 0),
            0xA434: "x" * 5000,
        },
    )
    exif = found.metadata["exif"]
    assert len(exif.pop("LensModel")) == 2000
    assert exif == {
        "Make": "Canon",
        "Model": "EOS R5",
        "XPTitle": "Häfen",
        "ExposureTime": 0.004,
        "FNumber": 2.8,
        "ISOSpeedRatings": 400,
        "ExifVersion": "0232",
        "UserComment": "größer",
        "LensSpecification": [24.0, 70.0, 2.8, 2.8],
    }
    json.dumps(dict(found.metadata), allow_nan=False)


@pytest.mark.parametrize("damage", range(12))
def test_damaged_exif_leaves_the_picture_readable(tmp_path: Path, damage: int) -> None:
    exif = Image.Exif()
    exif.update({0x010F: "Canon", 0x0112: 6})
    exif.get_ifd(0x8769).update({ORIGINAL: "2024:05:01 12:00:00", 0x829D: 2.8})
    content = bytearray(encoded(Image.new("RGB", (8, 4)), "JPEG", exif=exif))
    start = content.index(b"Exif\0\0") + 6
    for at in range(start + damage, start + 90, 3 + damage):
        content[at] = 255 - content[at]
    media = images.READER.read(a_file(tmp_path / "a", bytes(content)), Bounds()).media
    assert {media.width, media.height} == {8, 4}
    assert media.color == "#000000"
