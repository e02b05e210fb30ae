"""Generation parameters as InvokeAI writes them: `invokeai_metadata` since version 3, `sd-metadata` before."""

from __future__ import annotations

import json
from typing import Any

from faceforge_storage.ingest.generation.normal_form import normal, real, reference, seed, unique, whole


def read(texts: dict[str, str]) -> dict[str, Any] | None:
    """The parameters of either version; None when there are none."""
    if (said := _object(texts.get("invokeai_metadata"))) is not None:
        return _version_3(said)
    said = _object(texts.get("sd-metadata"))
    return None if said is None else _version_2(said)


def _version_3(said: dict[str, Any]) -> dict[str, Any]:
    vae = said.get("vae")
    return normal(
        "invokeai",
        prompt=_text(said.get("positive_prompt")),
        negative_prompt=_text(said.get("negative_prompt")),
        scheduler=_text(said.get("scheduler")),
        steps=whole(said.get("steps")),
        cfg_scale=real(said.get("cfg_scale")),
        guidance=real(said.get("guidance")),
        denoise=real(said.get("strength")),
        clip_skip=whole(said.get("clip_skip")),
        seed=seed(said.get("seed")),
        size=_size(said),
        model=_model(said.get("model")),
        vae=_model(vae).get("name"),
        loras=unique(map(_lora, _list(said.get("loras")))),
    )


def _version_2(said: dict[str, Any]) -> dict[str, Any]:
    image = said.get("image")
    image = image if isinstance(image, dict) else {}
    prompt = image.get("prompt")
    parts = [each.get("prompt") if isinstance(each, dict) else each for each in _list(prompt)]
    return normal(
        "invokeai",
        prompt=_text(prompt) or "\n".join(each for each in parts if isinstance(each, str)),
        sampler=_text(image.get("sampler")),
        steps=whole(image.get("steps")),
        cfg_scale=real(image.get("cfg_scale")),
        denoise=real(image.get("strength")),
        seed=seed(image.get("seed")),
        size=_size(image),
        model=reference(_text(said.get("model_weights")), said.get("model_hash")),
    )


def _lora(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        return {}
    return _model(said.get("lora") or said.get("model")) | reference(None, weight=said.get("weight"))


def _model(said: Any) -> dict[str, Any]:
    """By the names of version 3 (`model_name`) or later ones (`name`, `hash`)."""
    if not isinstance(said, dict):
        return {}
    return reference(_text(said.get("name")) or _text(said.get("model_name")), said.get("hash"))


def _size(said: dict[str, Any]) -> dict[str, int] | None:
    width, height = whole(said.get("width")), whole(said.get("height"))
    return {"width": width, "height": height} if width and height else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
