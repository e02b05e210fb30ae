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
    """`picture`, `sound`, `video`, `pdf`, `model`, `text`; `still` where a browser can show the thumbnail alone."""
    kind: str = file["mimeType"]
    read = {each["reader"] for each in file["readings"] if each["state"] == "DONE"}
    shown = {
        "picture": kind in PICTURES,
        "sound": kind.startswith("audio/") or "audio" in read,
        "video": kind.startswith("video/") or "video" in read,
        "pdf": kind == "application/pdf",
        "model": "safetensors" in read,
        "text": kind.startswith("text/") or kind in TEXTS or "text" in read,
    }
    return next((name for name, fits in shown.items() if fits), "still")
