"""Storage: where everything lies, how much is kept, and how much room there is."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)

PURPOSES = {
    "files": ("Files", "image", "The bytes of your files, each content once."),
    "database": ("Database", "disk", "Who and what you have described, and the history of it."),
    "backups": ("Copies of the database", "shield", "Made before each update that changes it."),
    "thumbnails": ("Thumbnails", "grid", "Small pictures. They can be made again at any time."),
    "logs": ("Logs", "text", "What Core has written down about itself."),
    "settings": ("Settings", "gear", "The file core.json, with the access token. Keep it to yourself."),
    "temporary": ("On its way in", "upload", "Files that are being uploaded."),
}
"""What is kept in a place -> its name, its icon, and what it is in one sentence."""


@pages.get(
    "/settings/storage",
    entry=Entry("settings", "Storage", order=20, group="Files", permission="system:read"),
)
async def storage(view: View) -> Response:
    """The places, the fullest of which is that of the files."""
    info = (await view.ask("Storage"))["systemInfo"]
    away = [each["provider"] for each in info["stores"] if each["state"] == "AWAY"]
    return view.page("settings/storage/storage.html", info=info, purposes=PURPOSES, away=away)
