"""Hair, and what is worn on it: a part behind the head, and a part over it, for each style.

The units are those of the face: its half width is 1, and its middle is the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

from sample.canvas import Canvas, Colour, Shape, curve, ellipse, mixed

WHITE, BLACK = (255, 255, 255), (12, 8, 14)
CAP = (
    "M -1.07 0.2 C -1.22 -0.55 -1.0 -1.6 0 -1.6 C 1.0 -1.6 1.22 -0.55 1.07 0.2 "
    "C 1.02 -0.1 0.98 -0.3 0.88 -0.46 "
)
"""The outer edge of most hair, from temple to temple; the line of the forehead follows."""
LINES = {
    "side": "C 0.45 -0.5 -0.1 -0.66 -0.42 -0.98 C -0.6 -0.72 -0.96 -0.42 -1.07 0.2",
    "middle": "C 0.7 -0.8 0.3 -1.0 0.02 -1.12 C -0.3 -1.0 -0.7 -0.8 -0.88 -0.46 C -0.98 -0.3 -1.02 -0.1 -1.07 0.2",
    "fringe": "C 0.6 -0.34 0.2 -0.3 0 -0.34 C -0.3 -0.3 -0.6 -0.34 -0.88 -0.42 C -0.98 -0.3 -1.02 -0.1 -1.07 0.2",
    "back": "C 0.72 -0.92 0.36 -1.06 0 -1.08 C -0.36 -1.06 -0.72 -0.92 -0.88 -0.46 C -0.98 -0.3 -1.02 -0.1 -1.07 0.2",
}
LONG = (
    "M -1.1 -0.5 C -1.62 0.6 -1.5 2.4 -1.25 3.5 C -0.6 3.8 0.6 3.8 1.25 3.5 C 1.5 2.4 1.62 0.6 1.1 -0.5 "
    "C 0.9 -1.5 -0.9 -1.5 -1.1 -0.5"
)
WAVY = (
    "M -1.12 -0.6 C -1.75 0.0 -1.35 0.5 -1.65 1.0 C -1.95 1.6 -1.4 1.9 -1.7 2.5 C -1.5 3.2 -0.8 3.1 -0.4 2.9 "
    "L 0.4 2.9 C 0.8 3.1 1.5 3.2 1.7 2.5 C 1.4 1.9 1.95 1.6 1.65 1.0 C 1.35 0.5 1.75 0.0 1.12 -0.6 "
    "C 0.9 -1.5 -0.9 -1.5 -1.12 -0.6"
)
BOB = (
    "M -1.12 -0.6 C -1.5 0.2 -1.45 1.0 -1.25 1.42 C -0.9 1.56 -0.6 1.5 -0.4 1.4 L 0.4 1.4 C 0.6 1.5 0.9 1.56 1.25 1.42 "
    "C 1.45 1.0 1.5 0.2 1.12 -0.6 C 0.9 -1.5 -0.9 -1.5 -1.12 -0.6"
)
BRAID = [(1.0, 0.9), (1.12, 1.35), (1.14, 1.82), (1.08, 2.3), (1.02, 2.78), (0.96, 3.22)]
CLOTH = (
    "M 0 -1.66 C -1.3 -1.66 -1.45 -0.4 -1.36 0.5 C -1.3 1.4 -1.5 2.0 -1.9 2.7 Q 0 3.9 1.9 2.7 C 1.5 2.0 1.3 1.4 1.36 "
    "0.5 C 1.45 -0.4 1.3 -1.66 0 -1.66"
)
OPENING = (
    "M 0 -1.02 C 0.66 -1.02 0.92 -0.5 0.9 0.1 C 0.88 0.8 0.5 1.3 0 1.42 C -0.5 1.3 -0.88 0.8 -0.9 0.1 "
    "C -0.92 -0.5 -0.66 -1.02 0 -1.02"
)
CURLS = [(-0.98, -0.3), (-0.95, -0.78), (-0.68, -1.18), (-0.25, -1.42), (0.22, -1.44), (0.66, -1.2), (0.95, -0.8),
         (1.0, -0.3), (-0.45, -1.0), (0.0, -1.12), (0.45, -1.02)]  # fmt: skip


@dataclass(frozen=True)
class Style:
    """How hair falls; an empty path is no hair there."""

    line: str = "side"
    behind: str = ""
    bun: bool = False
    curls: float = 0.0
    """How large the curls are; 0 for none."""
    cloud: float = 0.0
    """How far hair stands off all around; 0 for not."""
    braid: bool = False


STYLES = {
    "short": Style("side"),
    "crop": Style("back"),
    "fringe": Style("fringe", BOB),
    "long": Style("middle", LONG),
    "wavy": Style("side", WAVY),
    "bob": Style("middle", BOB),
    "bun": Style("back", bun=True),
    "curly": Style("back", curls=0.36),
    "curls": Style("back", BOB, curls=0.42),
    "cloud": Style("back", cloud=1.62),
    "braid": Style("side", braid=True),
}
"""Beside these there are `none`, `scarf` and `hood`."""


def draw_behind(canvas: Canvas, style: str, paint: Colour, cloth: Colour) -> None:
    """What lies behind head and shoulders."""
    dark = mixed(paint, BLACK, 0.22)
    if style in ("scarf", "hood"):
        canvas.fill(curve(CLOTH), mixed(cloth, BLACK, 0.25))
        return
    chosen = STYLES.get(style)
    if chosen is None:
        return
    if chosen.cloud:
        canvas.fill(ellipse(0, -0.28, chosen.cloud, chosen.cloud * 0.98), dark)
        canvas.fill(
            ellipse(-0.35, -0.85, 1.0, 0.8),
            mixed(paint, WHITE, 0.15),
            0.5,
            0.45,
            ellipse(0, -0.28, chosen.cloud, chosen.cloud * 0.98),
        )
    if chosen.bun:
        canvas.fill(ellipse(0, -1.78, 0.5, 0.46), paint)
        canvas.fill(
            ellipse(-0.14, -1.92, 0.22, 0.16),
            mixed(paint, WHITE, 0.3),
            0.5,
            0.12,
            ellipse(0, -1.78, 0.5, 0.46),
        )
    if chosen.behind:
        canvas.fill(curve(chosen.behind), dark)


def draw_over(canvas: Canvas, style: str, paint: Colour, cloth: Colour, turn: float) -> None:
    """What lies over the head."""
    if style in ("scarf", "hood"):
        _draw_cloth(canvas, cloth, hood=style == "hood")
        return
    chosen = STYLES.get(style)
    if chosen is None:
        return
    shape = [(x + turn * 0.06, y) for x, y in curve(CAP + LINES[chosen.line], mirrored=turn > 0)]
    canvas.fill(shape, paint)
    for x, y in CURLS if chosen.curls else ():
        canvas.fill(ellipse(x, y, chosen.curls), paint)
        canvas.fill(
            ellipse(x - 0.08, y - 0.1, chosen.curls * 0.45),
            mixed(paint, WHITE, 0.16),
            0.55,
            0.1,
            ellipse(x, y, chosen.curls),
        )
    _shine(canvas, shape, paint)
    if chosen.braid:
        for number, (x, y) in enumerate(BRAID):
            canvas.fill(
                ellipse(x, y, 0.3 - number * 0.02, 0.34), mixed(paint, BLACK, 0.06 * (number % 2) + 0.04)
            )
        canvas.fill(ellipse(0.94, 3.36, 0.17, 0.1), (186, 92, 62))


def _shine(canvas: Canvas, shape: Shape, paint: Colour) -> None:
    canvas.fill(ellipse(-0.34, -1.24, 0.62, 0.2), mixed(paint, WHITE, 0.42), 0.42, 0.16, shape)
    canvas.fill(ellipse(0.95, -0.2, 0.3, 0.8), BLACK, 0.18, 0.25, shape)


def _draw_cloth(canvas: Canvas, cloth: Colour, hood: bool) -> None:
    """A headscarf, or a hood: cloth with an opening, of which the head is seen."""
    outer, opening = curve(CLOTH), curve(OPENING)
    if hood:
        opening = [(x * 1.1, y * 1.05 - 0.05) for x, y in opening]
    ring = [*outer, *outer[:1], *opening[:1], *reversed(opening)]
    canvas.fill(ring, cloth)
    canvas.fill(ellipse(-0.6, -1.2, 0.6, 0.3), WHITE, 0.16, 0.25, ring)
    canvas.fill(ellipse(1.25, 0.9, 0.5, 1.4), BLACK, 0.2, 0.35, ring)
    for side in (-1, 1):
        fold = curve("M 0.95 0.7 C 0.9 1.5 0.6 1.8 0.16 2.1", mirrored=side < 0)
        canvas.line(fold, mixed(cloth, BLACK, 0.3), 0.05, 0.55)
