"""`python tests/sample`: see `start`."""

from __future__ import annotations

import sys
from pathlib import Path

# Started as a folder, Python looks for modules in it; they are a package in the folder above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from sample.start import main  # noqa: E402  # the path is set above

if __name__ == "__main__":
    sys.exit(main())
