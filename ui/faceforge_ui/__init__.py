"""The pages: what a person sees in a browser.

All of them are public shells: they hold no data until the person signs in. Then the browser has the cookie of a
session, and a page the CSRF token that goes with it. The application may have a `state.token_command` and a
`state.link_command`, which give the commands that print the token, and a link that signs in, to those who may know.
"""

from faceforge_ui.pages import PUBLIC, console, routes, sign_in_needed

__all__ = ["PUBLIC", "console", "routes", "sign_in_needed"]
