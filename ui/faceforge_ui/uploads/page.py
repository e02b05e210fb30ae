"""How much room there is for files that a person wants to add."""

from __future__ import annotations

import asyncio
import shutil

from starlette.responses import JSONResponse, Response

from faceforge_storage.home.home import Home
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


@pages.get("/uploads/room")
async def room(view: View) -> Response:
    """As JSON: `free`, the bytes that may still be written, and `largest`, those that one file may have.

    Either is null where it is not known, or has no bound. A file is written beside the others before it takes its
    place, so the fuller of the two disks counts.
    """
    core = view.context.core
    home = Home(core.home, core.settings.paths)
    reserve = core.settings.limits.disk_reserve_bytes
    free = await asyncio.to_thread(_free, home)
    answer = {
        "free": None if free is None else max(0, free - reserve),
        "largest": core.settings.limits.upload_bytes,
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _free(home: Home) -> int | None:
    """The bytes that are free for files; None while a disk is away."""
    try:
        return min(shutil.disk_usage(each).free for each in (home.tmp_dir, home.assets_dir))
    except OSError:
        return None
