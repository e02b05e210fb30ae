"""The pages: what a person sees in a browser.

All of them are public shells: they hold no data until the person signs in with a token, which stays in the
browser's session storage and travels only in the `Authorization` header. The application may have a
`state.token_command`, which gives the command that shows the token to those who may know it.
"""

from faceforge_ui.pages import PUBLIC, console, routes, sign_in_needed

__all__ = ["PUBLIC", "console", "routes", "sign_in_needed"]
