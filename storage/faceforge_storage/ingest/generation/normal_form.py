"""The form that generation parameters of all programs are brought into.

`source` (`a1111`, `comfyui`, `invokeai`), `prompt`, `negative_prompt`, `sampler`, `scheduler`, `steps`, `cfg_scale`,
`guidance`, `denoise`, `clip_skip`, `seed`, `size {width, height}`, `model {name, hash}`, `vae`, and
`loras [{name, hash, weight}]`, each only where it is known. `seed` is a text of digits: it has up to 64 bits, of which
JavaScript's numbers keep 53. A hash is written `algorithm:hex`, as by-hash look-ups take it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

LONGEST_TEXT = 256 * 1024
"""Characters of a prompt; of a longer one the beginning is kept."""
MOST_LORAS = 100
LORA_TAG = re.compile(r"<(?:lora|lyco):([^:<>]{1,300})(?::([^<>]{0,100}))?>")
"""How prompts call for a LoRA: `<lora:name:weight>`."""
ALGORITHMS = {8: "autov1", 10: "autov2", 12: "autov3", 64: "sha256"}
"""Which hash programs write with so many digits."""
NAMED_HASH = re.compile(r"[a-z][a-z0-9_]{1,20}:[0-9a-f]{8,128}")


def normal(source: str, **values: Any) -> dict[str, Any]:
    """The values that are known, without those that are empty."""
    known = {name: _short(value) for name, value in values.items() if value not in (None, "", [], {})}
    return {"source": source, **known}


def whole(value: Any) -> int | None:
    """A whole number, whichever way it is written."""
    number = real(value)
    return int(number) if number is not None and number.is_integer() else None


def real(value: Any) -> float | None:
    """A finite number, whichever way it is written."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def seed(value: Any) -> str | None:
    """A seed as a text of digits."""
    text = "" if isinstance(value, bool | float) else str(value)[:40].strip()
    return text if re.fullmatch(r"-?\d{1,25}", text, re.ASCII) else None


def named_hash(value: Any) -> str | None:
    """A hash as `algorithm:hex`; None for what is none."""
    text = str(value or "")[:200].strip().lower()
    if NAMED_HASH.fullmatch(text):
        return text
    algorithm = ALGORITHMS.get(len(text))
    return f"{algorithm}:{text}" if algorithm and re.fullmatch("[0-9a-f]+", text) else None


def reference(name: Any, hash: Any = None, weight: Any = None) -> dict[str, Any]:
    """A model or a LoRA by what is known of it."""
    known = {"name": str(name)[:1000] if name else None, "hash": named_hash(hash), "weight": real(weight)}
    return {key: value for key, value in known.items() if value is not None}


def loras_in(prompt: str) -> list[dict[str, Any]]:
    """The LoRAs that a prompt calls for."""
    found = LORA_TAG.finditer(prompt)
    return unique(reference(each[1], weight=(each[2] or "1").split(":")[0]) for each in found)


def unique(loras: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each LoRA once, by its name."""
    found: dict[Any, dict[str, Any]] = {}
    for each in loras:
        if "name" in each and len(found) < MOST_LORAS:
            found.setdefault(each["name"], each)
    return list(found.values())


def _short(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value
