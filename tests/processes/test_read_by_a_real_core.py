"""A real Core reads what it is given, in processes of its own and with ExifTool, and leaves none of them behind."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from core_process import CoreProcess
from media_files import make_sound, make_video
from PIL import Image

SECONDS = 60


@pytest.fixture
def core(tmp_path: Path) -> Any:
    core = CoreProcess(tmp_path / "home")
    yield core
    core.kill()


def photo() -> bytes:
    exif, data = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Leica"
    Image.new("RGB", (40, 30), "teal").save(data, "JPEG", exif=exif)
    return data.getvalue()


def read(core: CoreProcess, name: str, data: bytes) -> dict[str, Any]:
    """The asset, once all readers are done with it."""
    asset = core.client.put("/v1/assets/upload", params={"filename": name}, content=data).json()
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        asset = core.client.get(f"/v1/assets/{asset['asset_id']}").json()
        if asset["readings"] and all(each["state"] != "pending" for each in asset["readings"]):
            return dict(asset)
        time.sleep(0.1)
    raise AssertionError(asset["readings"])


@pytest.mark.needs("exiftool")
def test_a_photo_a_sound_and_a_video_are_read_and_no_process_is_left(
    core: CoreProcess, tmp_path: Path
) -> None:
    tags = {"title": "Engine"}
    of_photo = read(core, "a.jpg", photo())
    of_sound = read(core, "a.mp3", make_sound(tmp_path / "a.mp3", "mp3", tags=tags).read_bytes())
    of_video = read(core, "v.mp4", make_video(tmp_path / "v.mp4", sound="aac").read_bytes())

    for asset in (of_photo, of_sound, of_video):
        assert {each["state"] for each in asset["readings"]} == {"done"}, asset["readings"]
    assert of_photo["extracted_metadata"]["exiftool"]["IFD0"]["Make"] == "Leica"
    assert of_photo["extracted_metadata"]["image"]["exif"]["Make"] == "Leica"
    assert of_sound["extracted_metadata"]["audio"]["tags"]["title"] == "Engine"
    assert of_sound["media"]["duration_s"] == pytest.approx(2.0, abs=0.1)
    assert (of_video["media"]["width"], of_video["media"]["height"]) == (320, 200)
    assert of_video["media"]["color"] is not None
    assert str(tmp_path) not in str([of_photo, of_sound, of_video])

    started = psutil.Process(core.process.pid).children(recursive=True)
    assert any("exiftool" in " ".join(each.cmdline()) for each in started)
    core.process.terminate()
    assert core.wait() == 0
    assert psutil.wait_procs(started, 30)[1] == []


@pytest.mark.needs("exiftool")
def test_a_core_that_is_killed_leaves_no_process(core: CoreProcess) -> None:
    read(core, "a.jpg", photo())
    started = psutil.Process(core.process.pid).children(recursive=True)
    assert started
    core.process.kill()
    assert psutil.wait_procs(started, 15)[1] == []
