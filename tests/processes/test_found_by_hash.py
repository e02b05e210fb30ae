"""A real Core reads a model and a generated picture as they arrive, and finds them by the hashes of other programs."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from blake3 import blake3
from core_process import CoreProcess
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.numpy import save

SECONDS = 60


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreProcess]:
    core = CoreProcess(tmp_path / "home")
    yield core
    core.kill()


def by_hash(core: CoreProcess, algorithm: str, hex: str) -> dict[str, Any]:
    """The asset with a hash; as long as files are unread, asked again."""
    ends = time.monotonic() + SECONDS
    while (answer := core.client.get(f"/v1/assets/by-hash/{algorithm}:{hex}")).status_code == 404:
        assert "still unread" in answer.json()["detail"]
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_model_that_a_picture_names_is_found(core: CoreProcess) -> None:
    """The way of a page: from the picture to the file of the LoRA that it was made with."""
    model = save({"a.lora_down.weight": numpy.ones((4, 64), "float16")}, {"ss_base_model_version": "sd_v1"})
    autov3 = hashlib.sha256(model[8 + int.from_bytes(model[:8], "little") :]).hexdigest()
    text = f'<lora:ada:0.7>\nSteps: 9, Seed: 1, Lora hashes: "ada: {autov3[:12]}"'
    info, picture = PngInfo(), io.BytesIO()
    info.add_text("parameters", text)
    Image.new("RGB", (8, 8)).save(picture, "PNG", pnginfo=info)
    for name, data in (("ada.safetensors", model), ("made.png", picture.getvalue())):
        core.client.put("/v1/assets/upload", params={"filename": name}, content=data).raise_for_status()

    found = by_hash(core, "blake3", blake3(picture.getvalue()).hexdigest())
    ends = time.monotonic() + SECONDS
    while "generation" not in found["extracted_metadata"] and time.monotonic() < ends:
        time.sleep(0.1)
        found = by_hash(core, "sha256", found["content_hash"])
    (lora,) = found["extracted_metadata"]["generation"]["loras"]
    assert lora == {"name": "ada", "weight": 0.7, "hash": f"autov3:{autov3[:12]}"}

    algorithm, hex = lora["hash"].split(":")
    asset = by_hash(core, algorithm, hex)
    assert asset["filename"] == "ada.safetensors"
    said = asset["extracted_metadata"]
    assert (said["safetensors"]["base_model"], said["safetensors"]["rank"]) == ("sd_v1", 4)
    assert said["hashes"]["md5"] == hashlib.md5(model).hexdigest()
    for kind, whole in (("md5", said["hashes"]["md5"]), ("autov2", asset["content_hash"][:10])):
        assert by_hash(core, kind, whole)["asset_id"] == asset["asset_id"]
