"""`faceforge reread`: has Core read files again, all of them or some."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from faceforge_server.commands.options import HomeOption

if TYPE_CHECKING:
    from faceforge_server.core_client import Ask

LOOK_SECONDS = 0.5


def reread(
    asset_id: Annotated[
        list[str] | None, Parameter(help="Which assets, by id; without one the files of all.", negative="")
    ] = None,
    *,
    reader: Annotated[
        str | None, Parameter(help="Only files that this reader has read, or failed on.")
    ] = None,
    failed: Annotated[bool, Parameter(help="Only files that a reader has failed on.", negative="")] = False,
    wait: Annotated[bool, Parameter(help="Show how many are left until all are read.", negative="")] = False,
    home: HomeOption = None,
) -> None:
    """Read again what files say of themselves, in the background; what was found stands until then.

    Ctrl-C ends the waiting, not the reading. Where no Core runs, the next start reads them.
    """
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    with core_of(*open_home(home, new=False)) as ask:
        if asset_id:
            for each in asset_id:
                ask("POST", f"/v1/assets/{each}/reread")
        else:
            ask("POST", "/v1/assets/reread", {"reader": reader, "failed": failed})
        print(f"{_left(ask)} files wait to be read.", file=sys.stderr)
        if wait:
            _show_progress(ask)


def _show_progress(ask: Ask) -> None:
    try:
        while (left := _left(ask)) > 0:
            print(f"\r{left} files are left. ", end="", file=sys.stderr, flush=True)
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        print("\nThe rest is read in the background.", file=sys.stderr)
    else:
        print("\rAll files are read.        ", file=sys.stderr)


def _left(ask: Ask) -> int:
    return int(ask("GET", "/v1/system/info")["counts"]["unread_files"])
