"""Core whose imports can be held up: a test gets at one that is under way, however fast files are copied.

Run as a program it is that Core, `held_imports.py serve --home DIRECTORY …`: its imports take `AT_ONCE` files between
two checkpoints, and while a file named `held` lies in the home they wait as for a slow disk, after as many batches as
it says. The product has no hook for this; its functions are wrapped here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import inf
from pathlib import Path
from weakref import WeakKeyDictionary

from core_process import CoreProcess

from faceforge_schema.imports import batches
from faceforge_schema.imports.bringing import Bringer
from faceforge_server.cli import main

AT_ONCE = 100
HELD = "held"
LOOK_S = 0.02


class HeldImports(CoreProcess):
    """A Core of that kind."""

    command = [sys.executable, __file__]  # noqa: RUF012  # read only

    def hold(self, after: int) -> None:
        """Let each import wait when it has stored so many batches since it or this Core began."""
        new = self.home.root / f"{HELD}.new"
        new.write_text(str(after))
        new.replace(self.home.root / HELD)

    def release(self) -> None:
        """Let imports go on."""
        (self.home.root / HELD).unlink()


def batches_before(held: Path) -> float:
    """After how many batches to wait. The test may let go at any moment, so that the file is looked at once."""
    try:
        return int(held.read_text())
    except FileNotFoundError:
        return inf


def wait_when_held(root: Path) -> None:
    """Let the copying of a batch seem to take as long as imports are held."""
    wait, held = Bringer.wait, root / HELD
    waited: WeakKeyDictionary[Bringer, int] = WeakKeyDictionary()

    def wait_long(self: Bringer, tell: Callable[[int], None]) -> None:
        stored = waited.get(self, 0)
        while stored >= batches_before(held):
            tell(0)
            self._run.wait(LOOK_S)
        wait(self, tell)
        waited[self] = stored + 1

    Bringer.wait = wait_long  # type: ignore[method-assign]  # the one hook there is


if __name__ == "__main__":
    batches.FIRST_FILES = batches.LEAST_FILES = batches.MOST_FILES = AT_ONCE
    wait_when_held(Path(sys.argv[sys.argv.index("--home") + 1]))
    main()
