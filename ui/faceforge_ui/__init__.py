"""The pages: what a person sees in a browser.

All of them are public shells: they hold no data until the person signs in with a token, which stays in the
browser's session storage and travels only in the `Authorization` header.
"""

from faceforge_ui.pages import PUBLIC, console, routes

__all__ = ["PUBLIC", "console", "routes"]
