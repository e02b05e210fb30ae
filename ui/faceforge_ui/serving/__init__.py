"""How pages are served: what a page module declares, what its functions are given, and how templates become answers."""

from faceforge_ui.serving.form import Form
from faceforge_ui.serving.pages import Entry, Pages
from faceforge_ui.serving.view import View

__all__ = ["Entry", "Form", "Pages", "View"]
