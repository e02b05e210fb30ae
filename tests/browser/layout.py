"""Whether a page fits the window it is shown in."""

from __future__ import annotations

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TookTooLong

LAID_OUT = 30_000
"""Milliseconds in which a busy machine has laid out the largest page anew."""


def fits(page: Page, width: int) -> bool:
    """Whether nothing reaches beyond a window that just became so wide, once what scripts lay out has followed."""
    page.wait_for_timeout(120)
    try:
        page.wait_for_function(
            "width => document.documentElement.scrollWidth <= width", arg=width, timeout=LAID_OUT
        )
    except TookTooLong:
        return False
    return True
