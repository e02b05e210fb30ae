"""Which FaceForge this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """The version of FaceForge that is installed."""
    try:
        return version("faceforge")
    except PackageNotFoundError:
        return "0.0.0"
