"""Core that kills itself at one moment of an import, at the second batch of it, while a file named `armed` lies in its
home. Tests start it: `dying_import.py MOMENT serve --home DIRECTORY …`; see `dying_core.py`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from dying_core import die

from faceforge_schema.imports import batches, carrying_out, removing_sources
from faceforge_schema.imports.results import Results
from faceforge_server.cli import main
from faceforge_storage.imports.copying_process import CopyingProcess
from faceforge_storage.objects.store import ObjectStore

SECOND = 2
batches.FIRST_FILES = batches.MOST_FILES = 20


def die_after_the_second(
    owner: Any, name: str, *, wanted: Callable[..., bool] = lambda *_: True
) -> Callable[[], None]:
    """What makes the second call of a function the last thing that is done."""

    def wrap() -> None:
        function, calls = getattr(owner, name), 0

        @functools.wraps(function)
        def last(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            result = function(*arguments, **named)
            calls += wanted(*arguments)
            if calls == SECOND:
                die()
            return result

        setattr(owner, name, last)

    return wrap


def several(_store: ObjectStore, staged: Any) -> bool:
    """Whether it is a batch, and not the plan or a result."""
    return len(staged) > 1


MOMENTS: dict[str, Callable[[], None]] = {
    "after copying": die_after_the_second(CopyingProcess, "copy"),
    "after publishing": die_after_the_second(ObjectStore, "publish", wanted=several),
    "in the transaction": die_after_the_second(Results, "save"),
    "after the commit": die_after_the_second(Results, "took"),
    "while sources are removed": die_after_the_second(removing_sources, "_remove"),
    "after sources are removed": die_after_the_second(carrying_out, "remove_sources"),
}

if __name__ == "__main__":
    MOMENTS[sys.argv.pop(1)]()
    main()
