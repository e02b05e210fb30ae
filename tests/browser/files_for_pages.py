"""Files of many kinds, made by code, for the pages that show files."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
from dataclasses import dataclass
from typing import Any

from core_process import CoreProcess
from PIL import Image, ImageDraw, PngImagePlugin

PROMPT = "portrait of a lamplighter on a rooftop <lora:okonkwo_v2:0.85>"
PARAMETERS = f"{PROMPT}\nNegative prompt: text\nSteps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 2947710453"
HOSTILE = "<img src=x onerror=document.title='owned'>"
MIRA, LAYLA = "Mira Okonkwo", "ليلى بن يوسف"


def picture(number: int, size: tuple[int, int] = (900, 600), **texts: str) -> bytes:
    """A PNG of two colours, no two alike."""
    made = Image.new("RGB", size, (40 + number * 7 % 200, 90, 200 - number * 5 % 150))
    ImageDraw.Draw(made).ellipse((100, 80, 500, 480), (230, number * 11 % 250, 120))
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    out = io.BytesIO()
    made.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def sound(seconds: int = 3) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        samples = (int(20_000 * math.sin(number / 9)) for number in range(8000 * seconds))
        written.writeframes(b"".join(struct.pack("<h", each) for each in samples))
    return out.getvalue()


def model() -> bytes:
    """A LoRA in safetensors."""
    metadata = {
        "ss_output_name": "okonkwo_v2",
        "ss_base_model_version": "sdxl_base_v1-0",
        "ss_network_dim": "32",
        "modelspec.trigger_phrase": "mira okonkwo, lamplighter",
    }
    tensor = {"dtype": "F16", "shape": [32, 64], "data_offsets": [0, 4096]}
    head = json.dumps({"__metadata__": metadata, "unet.lora_down.weight": tensor}).encode()
    return struct.pack("<Q", len(head)) + head + bytes(4096)


@dataclass
class Files:
    """A Core with files and two entities."""

    core: CoreProcess
    ids: dict[str, str]
    """File name -> the id of the asset; the name of an entity -> its id."""

    def add(self, name: str, data: bytes, **form: Any) -> str:
        answer = self.core.client.post("/v1/assets/upload", files={"file": (name, data)}, data=form)
        answer.raise_for_status()
        self.ids[name] = answer.json()["asset_id"]
        return self.ids[name]

    def asset(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.core.client.get(
            f"/v1/assets/{self.ids[name]}", params={"deleted": "include"}
        ).json()
        return found

    def address(self, name: str, list: str = "/assets") -> str:
        return f"/assets/{self.ids[name]}?in={list}"


def filled(core: CoreProcess) -> Files:
    """Twelve pictures of Mira, and one file of each other kind."""
    files = Files(core, {})
    for name in (MIRA, LAYLA):
        files.ids[name] = core.client.post("/v1/entities", json={"display_name": name}).json()["entity_id"]
    for number in range(12):
        files.add(f"sketch {number:02}.png", picture(number), entity_id=files.ids[MIRA])
    files.add(
        "rooftop.png",
        picture(50, (600, 900), parameters=PARAMETERS),
        tag="night",
        role="portrait",
        entity_id=files.ids[MIRA],
    )
    files.add("interview.wav", sound())
    files.add("okonkwo_v2.safetensors", model())
    files.add("notes.txt", "".join(f"line {number}: {HOSTILE} שלום\n" for number in range(12_000)).encode())
    files.add(HOSTILE + ".bin", bytes(range(256)))
    return files
