"""How a file looks among others: its shape, and a word on the picture where it is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from faceforge_ui.serving.words import duration

SHAPES: Mapping[str, tuple[int, int]] = {"audio": (3, 2), "video": (16, 9), "doc": (3, 4), "text": (3, 4)}
"""Width and height of a file whose own are not known, by what it is."""
MODELS = frozenset({".safetensors", ".gguf", ".ckpt", ".pth", ".pt", ".onnx"})


@dataclass(frozen=True)
class Tile:
    """What the macro `file_tile` and its caller show of a file; `what` is the name of an icon."""

    id: str
    version: int
    name: str
    picture: str
    width: int
    height: int
    what: str
    badge: str
    role: str
    linked: bool
    guess: bool
    """Whether the shape of a picture is not known, since it has not been read yet."""


def tile(asset: Mapping[str, Any], entity_id: str = "") -> Tile:
    """The tile of a file, in the list of an entity with its role there."""
    media = asset["media"]
    what = kind_of_file(asset)
    width, height = media["width"], media["height"]
    if not (width and height) or what == "audio":
        width, height = SHAPES.get(what, (1, 1))
    link = next((each for each in asset.get("links", ()) if each["entityId"] == entity_id), None)
    return Tile(
        id=asset["id"],
        version=asset["version"],
        name=asset["filename"],
        picture=asset["thumbnail"]["small"],
        width=width,
        height=height,
        what=what,
        badge=badge(asset, what),
        role=(link or {}).get("role") or "",
        linked=link is not None,
        guess=what == "image" and not (media["width"] and media["height"]),
    )


def kind_of_file(asset: Mapping[str, Any]) -> str:
    """`image`, `audio`, `video`, `cube` (a model), `text` or `doc`: what it is, which is an icon's name, too."""
    top = asset["mimeType"].partition("/")[0]
    if asset["kind"].startswith("model.") or PurePath(asset["filename"]).suffix.lower() in MODELS:
        return "cube"
    return top if top in ("image", "audio", "video", "text") else "doc"


def badge(asset: Mapping[str, Any], what: str) -> str:
    """`FLAC 3:42`, `PDF, 12 pages`, `LoRA`; nothing for a picture, which shows itself."""
    media, suffix = asset["media"], PurePath(asset["filename"]).suffix[1:].upper()
    if what == "image":
        return ""
    if what == "cube":
        return "LoRA" if asset["kind"] == "model.lora" else "Model"
    if media["durationS"]:
        return f"{suffix} {duration(media['durationS'])}".strip()
    if media["pages"]:
        return f"{suffix}, {media['pages']} {'page' if media['pages'] == 1 else 'pages'}".lstrip(", ")
    return suffix[:8]
