"""Network: at which address Core answers, and to whom."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pages.get(
    "/settings/network",
    entry=Entry("settings", "Network", order=30, group="Access", permission="system:read"),
)
async def network(view: View) -> Response:
    """What the settings say of the network; they are changed in their file."""
    found = (await view.ask("Network"))["systemInfo"]["network"]
    return view.page(
        "settings/network/network.html",
        network=found,
        origin=str(view.request.base_url).rstrip("/"),
        here_only=found["bindHost"] in LOOPBACK,
    )
