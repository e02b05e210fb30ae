"""The colours of tokens.css, computed: every text reaches its contrast on every ground, light and dark."""

from __future__ import annotations

import math
import re

import pytest
from tests.policy.sources import PACKAGES

TOKENS = (PACKAGES["ui"] / "design" / "tokens.css").read_text(encoding="utf-8")
THEMES = ("light", "dark")

GROUNDS = ("canvas", "surface", "raised", "sunken", "hover", "chip", "soft", "picked")
STATES = ("good", "warn", "bad", "info")

# The least contrast (WCAG 2.2: text 4.5, outlines 3) by (text, ground); the table of docs/design/index.md in numbers.
TEXT_ON_GROUNDS = [(text, ground, 4.5) for text in ("ink", "muted", "accent") for ground in GROUNDS]
STATE_WORDS = [(state, ground, 4.5) for state in STATES for ground in (*GROUNDS, f"{state}-soft")]
CODE = [
    (f"code-{part}", ground, 4.5) for part in ("string", "number", "key", "word") for ground in GROUNDS[:6]
]
NOTES = [(text, f"{state}-soft", 4.5) for state in STATES for text in ("ink", "muted")]
BUTTONS = [
    ("on-fill", "fill", 4.5),
    ("on-fill", "fill-hover", 4.5),
    ("on-speech", "speech", 4.5),
    ("speech-accent", "speech", 4.5),
]
OUTLINES = [("edge", ground, 3.0) for ground in ("canvas", "surface", "raised")] + [("fill", "surface", 3.0)]


def oklch(token: str, theme: str) -> tuple[float, float, float]:
    """Lightness, chroma and hue of a token."""
    written = re.search(rf"--{token}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)", TOKENS)
    assert written, f"--{token} is not written as light-dark(oklch(…), oklch(…))"
    lightness, chroma, hue = (float(part) for part in written[THEMES.index(theme) + 1].split())
    return lightness, chroma, hue


def luminance(token: str, theme: str) -> float:
    """Relative luminance by WCAG: oklch to linear sRGB by Björn Ottosson's matrices, clipped where out of range."""
    lightness, chroma, hue = oklch(token, theme)
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: str, ground: str, theme: str) -> float:
    brighter, darker = sorted((luminance(text, theme), luminance(ground, theme)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_on_every_ground(theme: str) -> None:
    pairs = [*TEXT_ON_GROUNDS, *STATE_WORDS, *CODE, *NOTES, *BUTTONS, *OUTLINES]
    faint = {
        f"{text} on {ground}": round(reached, 2)
        for text, ground, least in pairs
        if (reached := contrast(text, ground, theme)) < least
    }
    assert not faint


@pytest.mark.parametrize("theme", THEMES)
def test_the_grounds_are_nearly_neutral_so_that_pictures_keep_their_colour(theme: str) -> None:
    neutral = ("canvas", "surface", "raised", "sunken", "hover", "chip", "line", "edge", "ink", "muted")
    assert {token: oklch(token, theme)[1] for token in neutral if oklch(token, theme)[1] > 0.013} == {}


def test_dark_surfaces_get_lighter_as_they_come_nearer() -> None:
    depths = [oklch(token, "dark")[0] for token in ("sunken", "canvas", "surface", "raised")]
    assert depths == sorted(depths)
