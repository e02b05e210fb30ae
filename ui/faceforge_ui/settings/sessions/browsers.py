"""What a browser calls itself, in words."""

from __future__ import annotations

import re

# The first that fits: most name those they come from, too.
BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bHeadlessChrome/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("an iPhone", r"\biPhone\b"),
    ("an iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("a Mac", r"\bMacintosh\b|\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def named(user_agent: str | None) -> str:
    """`Firefox on Windows`; of what is not known the first word."""
    text = user_agent or ""
    browser = next((name for name, sign in BROWSERS if re.search(sign, text)), "")
    system = next((name for name, sign in SYSTEMS if re.search(sign, text)), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    return text.split("/")[0].split(" ")[0][:40] or "Something unnamed"
