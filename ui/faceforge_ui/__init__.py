"""The pages: what a person sees in a browser.

Those without data are public; the others are shown to who has the cookie of a session, and what changes something
needs the CSRF token that goes with it. The application may have a `state.token_command` and a `state.link_command`,
which give the commands that print the token, and a link that signs in, to those who may know.
"""

from faceforge_ui.api.page import console
from faceforge_ui.errors.error_page import error_page
from faceforge_ui.serving.routes import PUBLIC, routes
from faceforge_ui.sign_in.page import sign_in_needed

__all__ = ["PUBLIC", "console", "error_page", "routes", "sign_in_needed"]
