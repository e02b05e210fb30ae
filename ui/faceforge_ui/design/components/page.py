"""Every component of the design in every state, for whoever builds a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from faceforge_ui.serving import Pages, View

if TYPE_CHECKING:
    from starlette.responses import Response

SPRITE = Path(__file__).parents[1] / "icons.svg"

pages = Pages(__name__)


@pages.get("/settings/about/components")
async def components(view: View) -> Response:
    return view.page("design/components/components.html", icons=icon_names())


def icon_names() -> list[str]:
    """The names that `ui.icon` knows, from the sprite."""
    return re.findall(r'<symbol id="([\w-]+)" viewBox="0 0 24 24"', SPRITE.read_text(encoding="utf-8"))
