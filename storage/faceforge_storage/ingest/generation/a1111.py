"""Generation parameters as the web UI of AUTOMATIC1111 writes them, and Forge, SD.Next and many others after it.

The text is the prompt, `Negative prompt: …` and one line of values: `Steps: 20, Sampler: Euler a, Seed: 1, …`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from faceforge_storage.ingest.generation.normal_form import (
    loras_in,
    named_hash,
    normal,
    real,
    reference,
    seed,
    whole,
)

NEGATIVE = "Negative prompt:"
STEPS = "Steps:"
NAME = re.compile(r"""\s*([^:,"{}\[\]\n]{1,100}):[ \t]*""")
MOST_VALUES = 300
NAMES = {
    "Sampler": "sampler",
    "Schedule type": "scheduler",
    "Steps": "steps",
    "CFG scale": "cfg_scale",
    "Distilled CFG Scale": "guidance",
    "Denoising strength": "denoise",
    "Clip skip": "clip_skip",
    "Seed": "seed",
    "VAE": "vae",
}
"""Name in the text -> name in the normal form."""
CONVERTED = {
    "steps": whole,
    "cfg_scale": real,
    "guidance": real,
    "denoise": real,
    "clip_skip": whole,
    "seed": seed,
}
SIZE = re.compile(r"(\d{1,6})x(\d{1,6})", re.ASCII)


def read(texts: dict[str, str]) -> dict[str, Any] | None:
    """The parameters in the text `parameters`; None when there are none in this form."""
    text = texts.get("parameters", "")
    lines = text.strip().split("\n")
    last = max((at for at, line in enumerate(lines) if line.lstrip().startswith(STEPS)), default=None)
    if last is None and NEGATIVE not in text:
        return None
    prompt, _, negative = "\n".join(lines[:last]).partition(NEGATIVE)
    said = {} if last is None else dict(_values(lines[last]))
    values: dict[str, Any] = {ours: said.pop(theirs, None) for theirs, ours in NAMES.items()}
    values |= {name: convert(values[name]) for name, convert in CONVERTED.items()}
    hashes = _hashes(said)
    loras = [
        each | reference(None, hashes.get(f"lora:{each['name']}")) for each in loras_in(prompt)
    ] or _hashed_loras(hashes)
    model = reference(
        said.pop("Model", None), named_hash(said.pop("Model hash", None)) or hashes.get("model")
    )
    size = SIZE.fullmatch(str(said.pop("Size", "")))
    return normal(
        "a1111",
        prompt=prompt.strip(),
        negative_prompt=negative.strip(),
        **values,
        size={"width": int(size[1]), "height": int(size[2])} if size else None,
        model=model,
        loras=loras,
        parameters=said,
    )


def _values(line: str) -> Iterator[tuple[str, Any]]:
    """`Name: value` of a line; a value that begins as JSON does is JSON where it can be, and may have commas."""
    decoder = json.JSONDecoder()
    place = 0
    for _ in range(MOST_VALUES):
        name = NAME.match(line, place)
        value: Any = None
        if name is not None and line[name.end() : name.end() + 1] in ('"', "{", "["):
            try:
                value, place = decoder.raw_decode(line, name.end())
            except (ValueError, RecursionError):
                value = None
        end = line.find(",", place)
        end = len(line) if end < 0 else end
        if name is not None:
            yield name[1].strip(), line[name.end() : end].strip() if value is None else value
        if end >= len(line):
            return
        place = end + 1


def _hashes(said: dict[str, Any]) -> dict[str, Any]:
    """The hashes of `Hashes` and `Lora hashes`: `model`, `lora:NAME` … -> hash."""
    hashes = said.pop("Hashes", None)
    found = dict(hashes) if isinstance(hashes, dict) else {}
    for pair in str(said.pop("Lora hashes", "")).split(","):
        name, _, value = pair.rpartition(":")
        if name.strip():
            found.setdefault(f"lora:{name.strip()}", value.strip())
    return found


def _hashed_loras(hashes: dict[str, Any]) -> list[dict[str, Any]]:
    """The LoRAs whose hashes are given, where the prompt does not name them."""
    named = {name[5:]: value for name, value in hashes.items() if name.lower().startswith("lora:")}
    return [reference(name, value) for name, value in named.items() if named_hash(value)]
