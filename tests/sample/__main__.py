"""`python tests/sample`: see `start`; with the word `screenshots` before others, see `screenshots`."""

from __future__ import annotations

import sys
from pathlib import Path

# Started as a folder, Python looks for modules in it; they are a package in the folder above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

if __name__ == "__main__":
    if sys.argv[1:2] == ["screenshots"]:
        from sample.screenshots import main as take

        sys.exit(take(sys.argv[2:]))
    from sample.start import main

    sys.exit(main())
