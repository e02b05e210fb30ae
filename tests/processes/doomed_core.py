"""Core that will kill itself at one moment of an upload: see dying_core.py."""

from __future__ import annotations

import sys
from pathlib import Path

from core_process import CoreProcess


def dying(moment: str) -> type[CoreProcess]:
    """Core that dies at this moment of an upload."""

    class Dying(CoreProcess):
        command = [sys.executable, str(Path(__file__).with_name("dying_core.py")), moment]  # noqa: RUF012  # read only

    return Dying
