"""How a file is shown: as a picture, a sound, a video, a document, a text, a model, or by its thumbnail alone."""

from __future__ import annotations

from typing import Any

PICTURES = frozenset(
    {
        "image/apng",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/webp",
    }
)
"""What browsers draw themselves; an `<img>` runs no script, whatever the file holds."""
TEXTS = frozenset({"application/json", "application/x-ndjson", "application/xml", "application/yaml"})


def preview_of(file: dict[str, Any]) -> str:
    """`picture`, `sound`, `video`, `pdf`, `text`, `model`; `still` where the thumbnail is all that a browser can show."""
    kind: str = file["mimeType"]
    if kind in PICTURES:
        return "picture"
    read = {each["reader"] for each in file["readings"] if each["state"] == "DONE"}
    if kind.startswith("audio/") or "audio" in read:
        return "sound"
    if kind.startswith("video/") or "video" in read:
        return "video"
    if kind == "application/pdf":
        return "pdf"
    if "safetensors" in read:
        return "model"
    if kind.startswith("text/") or kind in TEXTS or "text" in read:
        return "text"
    return "still"
