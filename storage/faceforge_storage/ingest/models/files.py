"""Which files are models of image generators, and what of them is never opened."""

from __future__ import annotations

from pathlib import PurePath

from faceforge_storage.ingest.reader import File

SAFETENSORS = "application/x-safetensors"
GGUF = "application/x-gguf"
SUFFIXES = frozenset((".bin", ".ckpt", ".gguf", ".onnx", ".pt", ".pth", ".safetensors", ".sft"))
"""Of model files. Those that are Python pickles (`.ckpt`, `.pt`, `.pth`, `.bin`) run code when they are loaded: nothing
here loads one, and only their bytes are hashed."""


def is_model(file: File) -> bool:
    """Whether the file is a model: by its first bytes, its kind (`model.…`) or its suffix."""
    return (
        file.mime_type in (SAFETENSORS, GGUF)
        or file.kind.split(".")[0] == "model"
        or PurePath(file.filename).suffix.lower() in SUFFIXES
    )
