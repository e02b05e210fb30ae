"""One visit of a person's browser, and all that went wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request
from small_core import RunningCore

FIELD = "Sign-in code or access token"
"""The label of the field in the card."""


@dataclass
class Visit:
    """A page in a fresh browser profile; every console error and every request elsewhere is a complaint."""

    page: Page
    core: RunningCore
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(30_000)  # the real description takes ReDoc long on a busy machine
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self.asked)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def asked(self, request: Request) -> None:
        self.addresses.append(request.url)
        if not request.url.startswith((self.core.address + "/", "data:", "blob:")):
            self.complaints.append(f"left the machine: {request.url}")

    def forgive(self, text: str) -> None:
        """Drop the complaints that the test itself provoked; there must be one."""
        kept = [complaint for complaint in self.complaints if text not in complaint]
        assert kept != self.complaints, f"nothing to forgive with {text!r}"
        self.complaints = kept

    def open(self, path: str) -> Page:
        self.page.goto(self.core.address + path)
        return self.page

    def open_signed_in(self, path: str) -> Page:
        """Sign in at the door, and then open the page."""
        self.open("/sign-in")
        self.sign_in(self.core.token)
        self.page.wait_for_url(f"{self.core.address}/entities")
        self.open(path)
        self.page.locator("html[data-session=in]").wait_for()
        return self.page

    def sign_in(self, token: str) -> None:
        """With a token, a code or a link."""
        self.page.get_by_label(FIELD).fill(token)
        self.page.get_by_role("button", name="Sign in").click()
