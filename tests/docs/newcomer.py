"""The machine of a newcomer, for tests: a home of their own, and the folder of FaceForge where they type."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pages import ROOT

USUAL_ADDRESS = "http://127.0.0.1:43210"
TRIAL = "faceforge-trial"
"""What the pages call the data directory for trials, under `~`."""


def newcomer(folder: Path, trial: Path | None = None) -> tuple[Path, dict[str, str]]:
    """The folder to type in and its environment; `~/faceforge-trial` is `trial`, when there is one already."""
    home, checkout = folder / "it's 🦊 $HOME", folder / "FaceForge"
    home.mkdir()
    checkout.mkdir()
    for name in ("dev.py", "docs", "ui"):
        (checkout / name).symlink_to(ROOT / name)
    if trial is not None:
        (home / TRIAL).symlink_to(trial)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACEFORGE_")}
    # Another Python than that of `.venv` would make `dev.py` build it anew.
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return checkout, {**kept, "HOME": str(home), "PATH": path}
